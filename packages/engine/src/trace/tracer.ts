import type { Address } from '@altlayer/protocol'
import type { TracerConfig } from '../api.ts'
import type { AccountDiff, ExecutionResult, TraceOptions } from '../program/types.ts'
import { createCallTracer } from './call-tracer.ts'
import { createFourByteTracer } from './four-byte-tracer.ts'
import { createPrestateTracer } from './prestate-tracer.ts'
import { createStructLogger } from './struct-logger.ts'

/**
 * Characters that the traces of one request may take before the tracer gives up: their JSON text must stay
 * well below the longest string the runtime can hold (2^29 characters).
 */
const MAX_CHARACTERS = 1 << 28

/** What is left of it, for all transactions of a block together. */
export interface TraceBudget {
  characters: number
}

export function createTraceBudget(): TraceBudget {
  return { characters: MAX_CHARACTERS }
}

/** What a tracer must know of the transaction or call that its events do not say. */
export interface TraceContext {
  readonly from: Address
  /** undefined: a creation. */
  readonly to?: Address
  /** Gas limit. */
  readonly gas: bigint
  readonly value: bigint
  readonly input: Uint8Array
  /** Index in the block of the transaction's first log; 0 for a call. */
  readonly firstLogIndex?: number
}

/**
 * Watches the execution of one transaction or message. Feed it every trace event, in order; then ask
 * for the result once. Not reusable.
 */
export interface Tracer {
  /** What `Program.trace` must be given; undefined when the tracer needs no events. */
  readonly options: TraceOptions | undefined
  /** One event of the program; the bytes may be reused after it returns. Never throws for a sound event. */
  event(bytes: Uint8Array): void
  /** Whether the trace is too large already: the execution may as well stop. Never, where it is missing. */
  isTooLarge?(): boolean
  /**
   * The tracer's answer as a JSON value. `touched` is `Program.touched()` of the same execution, `codeOf`
   * reads the code an account has now. Throws TracerError when the trace became too large.
   */
  result(
    execution: ExecutionResult,
    touched: readonly AccountDiff[],
    codeOf: (address: Address) => Uint8Array,
  ): unknown
}

export class TracerError extends Error {
  override readonly name = 'TracerError'
}

/** What a trace that has become too large is answered with. */
export function tooLarge(): TracerError {
  return new TracerError('the trace is too large: set limit or disableStack')
}

/** The tracer that geth has under this name. Throws TracerError for a name or an option that is unknown. */
export function createTracer(
  config: TracerConfig,
  context: TraceContext,
  budget: TraceBudget = createTraceBudget(),
): Tracer {
  const name: string = config.tracer ?? ''
  switch (name) {
    case '':
    case 'structLogger':
      return createStructLogger(config, budget)
    case 'callTracer':
      return createCallTracer(booleans(name, config, ['onlyTopCall', 'withLog']), context)
    case 'prestateTracer':
      return createPrestateTracer(
        booleans(name, config, ['diffMode', 'disableCode', 'disableStorage', 'includeEmpty']),
      )
    case '4byteTracer':
      return createFourByteTracer()
    default:
      throw new TracerError(
        `unknown tracer "${name.slice(0, 80)}": expected callTracer, prestateTracer, 4byteTracer or none`,
      )
  }
}

/** The tracer's own options, all of them flags. Unknown ones are left alone, as geth does. */
function booleans<K extends string>(
  tracer: string,
  config: TracerConfig,
  names: readonly K[],
): Readonly<Record<K, boolean>> {
  const flags = {} as Record<K, boolean>
  for (const name of names) {
    const value = config.tracerConfig?.[name]
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      throw new TracerError(`${tracer}: tracerConfig.${name} must be true or false`)
    flags[name] = value === true
  }
  return flags
}
