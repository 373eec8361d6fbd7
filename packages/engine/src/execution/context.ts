import type { ChainConfig, Header } from '@altlayer/protocol'
import type { SenderHint } from '../building/open-block.ts'
import { ProgramError } from '../program/errors.ts'
import type { AccountOverride, BlockOverrides, Program } from '../program/types.ts'
import type { PreimageKind } from '../store/chain-store.ts'

/** What executions of a thread work with. */
export interface ExecutionContext {
  readonly config: ChainConfig
  readonly program: Program
  readonly hint: SenderHint
  /** Where trace events go; undefined drops them. `stop` is asked now and then whether to interrupt the run. */
  setTraceSink(sink: ((event: Uint8Array) => void) | undefined, stop?: () => boolean): void
  /** Preimages that are not in the store, by typed key; asked first. */
  setOverlay(overlay: Overlay | undefined): void
  /** Hears of every preimage the program asks for. */
  setRecorder(recorder: ((kind: PreimageKind, data: Uint8Array) => void) | undefined): void
}

/** State that only a simulation knows. */
export interface Overlay {
  get(key: Uint8Array): Uint8Array | undefined
  put(hash: Uint8Array, data: Uint8Array): void
}

/** The state a call runs on: after a committed block, or in the block being built. */
export interface ExecutionPoint {
  readonly header: Header
  readonly pending?: {
    readonly environment: BlockOverrides
    readonly accounts: readonly AccountOverride[]
  }
}

/** Opens a point on the program, with a caller's own overrides on top. */
export function openPoint(
  program: Program,
  point: ExecutionPoint,
  overrides?: readonly AccountOverride[],
  blockOverrides?: BlockOverrides,
): void {
  const environment = { ...point.pending?.environment, ...blockOverrides }
  program.openAt(point.header, environment)
  if (point.pending !== undefined && point.pending.accounts.length > 0)
    program.override(point.pending.accounts)
  if (overrides !== undefined && overrides.length > 0) program.override(overrides)
}

/** Forgets what is open, if anything is. */
export function abandon(program: Program): void {
  try {
    program.abort()
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
  }
}
