import { parentPort, workerData } from 'node:worker_threads'
import {
  createDerivation,
  type DerivationStep,
  type DerivedAttributes,
  handOver,
  type PackedBytes,
  ProgramError,
  packBytes,
  serve,
  unpackBytes,
  workInBackground,
} from '@altlayer/engine'
import { type Hash, type Header, l1BlobForks, type RollupConfig } from '@altlayer/protocol'
import { createBlobSource } from '../l1/blobs.ts'
import type { L1Block } from '../l1/client.ts'
import { createL1Data } from '../l1/data.ts'
import { createPreimageSource } from './preimage-source.ts'

// The thread that derives: it has the program, reads L1 and verifies what it reads. L2 blocks it is given.

export interface DeriverData {
  readonly config: RollupConfig
  readonly l1Url: string
  readonly l1BeaconUrls: readonly string[]
}

/** `missing` is a hash that nothing known here has: an L2 block's, or an L1 block's. */
export type Outcome<T> = { readonly result: T } | { readonly missing: Hash }

/** Attributes with their transactions in one piece of memory. */
export type PackedAttributes = Omit<DerivedAttributes, 'attributes'> & {
  readonly attributes: Omit<DerivedAttributes['attributes'], 'transactions'>
  readonly transactions: PackedBytes
}

export type PackedStep =
  | Exclude<DerivationStep, { kind: 'attributes' }>
  | { readonly kind: 'attributes'; readonly derived: PackedAttributes }

export interface PackedL2Block {
  readonly header: Header
  readonly transactions: PackedBytes
}

const { config, l1Url, l1BeaconUrls } = workerData as DeriverData
const l1 = createL1Data({ url: l1Url })
const source = createPreimageSource({ l1, fetchBlob: createBlobSource(l1BeaconUrls) })
const derivation = createDerivation(
  { preimage: (key) => source.get(key) },
  { config, l1BlobForks: l1BlobForks(config) },
)

/** Does a step of derivation, fetching what it misses as far as this thread can. */
async function run<T>(step: () => T): Promise<Outcome<T>> {
  for (;;) {
    try {
      return { result: step() }
    } catch (error) {
      if (!(error instanceof ProgramError) || error.code !== 'MISSING_PREIMAGE') throw error
      const { key } = error.context
      if (key === undefined) throw error
      if (!(await source.fetch(key))) return { missing: key }
    }
  }
}

const handlers = {
  /** Forgets what was fetched and given. */
  trim: (): void => source.trim(),

  reset: (from: { readonly safeHead: Hash; readonly judged: bigint | undefined }) =>
    run(() => derivation.reset(from.safeHead, from.judged)),

  /** Reads the L1 block with this number; undefined when L1 does not have it. */
  read: async (number: bigint): Promise<L1Block | undefined> => {
    const block = await l1.block(number)
    if (block === undefined) return undefined
    source.trim()
    source.addL1(block)
    return { hash: block.hash, header: block.header }
  },

  advance: (l1Block: Hash) => run(() => derivation.advance(l1Block)),

  next: async (safeHead: Hash): Promise<Outcome<PackedStep>> => {
    const outcome = await run((): PackedStep => {
      const step = derivation.next(safeHead)
      return step.kind === 'attributes' ? { ...step, derived: packed(step.derived) } : step
    })
    const step = 'result' in outcome ? outcome.result : undefined
    return step?.kind === 'attributes' ? moving(outcome, step.derived) : outcome
  },

  invalid: async (): Promise<Outcome<PackedAttributes | undefined>> => {
    const outcome = await run(() => {
      const derived = derivation.invalid()
      return derived && packed(derived)
    })
    const derived = 'result' in outcome ? outcome.result : undefined
    return derived ? moving(outcome, derived) : outcome
  },

  /** L2 blocks, the one that was missing first. */
  give: (blocks: readonly PackedL2Block[]): void => {
    for (const { header, transactions } of blocks)
      source.addL2({ header, transactions: unpackBytes(transactions) })
  },

  fetchL1: (hash: Hash): Promise<void> => source.fetchL1(hash),

  close: (): void => l1.close(),
}

function packed({ attributes, ...derived }: DerivedAttributes): PackedAttributes {
  const { transactions, ...rest } = attributes
  return { ...derived, attributes: rest, transactions: packBytes(transactions) }
}

/** Transactions move to the other thread instead of being copied. */
function moving<T extends object>(outcome: T, { transactions }: PackedAttributes): T {
  return handOver(outcome, [transactions.bytes])
}

export type DeriverHandlers = typeof handlers

if (parentPort !== null) {
  workInBackground()
  serve(parentPort, handlers)
  // What L1 or a beacon API has not answered yet would keep the thread alive.
  parentPort.once('close', () => process.exit())
}
