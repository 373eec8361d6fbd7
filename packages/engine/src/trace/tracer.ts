import type { Address, Hash } from '@altlayer/protocol'
import type { TracerConfig } from '../api.ts'
import type { AccountDiff, ExecutionResult, TraceOptions } from '../program/types.ts'
import { createCallTracer } from './call-tracer.ts'
import { createFlatCallTracer } from './flat-call-tracer.ts'
import { createFourByteTracer } from './four-byte-tracer.ts'
import { createMuxTracer } from './mux-tracer.ts'
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

/** Takes from it. Throws TracerError when there is not enough left. */
export function spend(budget: TraceBudget, characters: number): void {
  budget.characters -= characters
  if (budget.characters < 0) throw tooLarge()
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
  /** The block it is in, or that a call comes after; one not sealed yet has no hash. */
  readonly block?: { readonly number: bigint; readonly hash?: Hash }
  /** Its place in that block; undefined for a call. */
  readonly transaction?: { readonly hash: Hash; readonly index: number }
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
  /** Whether no event matters any more: steps may come without memory and return data. Never, where it is missing. */
  hasEnough?(): boolean
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
  return new TracerError(
    'the trace is too large: set limit, disableStack, onlyTopCall or disableCode',
  )
}

/** The tracers that can be asked for by name, as geth names them. */
export const TRACERS = [
  'callTracer',
  'flatCallTracer',
  'prestateTracer',
  '4byteTracer',
  'noopTracer',
  'muxTracer',
] as const

export type TracerName = (typeof TRACERS)[number]

/** The tracer that geth has under this name. Throws TracerError for a name or an option that is unknown. */
export function createTracer(
  config: TracerConfig,
  context: TraceContext,
  budget: TraceBudget = createTraceBudget(),
): Tracer {
  const name: string = config.tracer ?? ''
  if (name === '' || name === 'structLogger') return createStructLogger(config, budget)
  if (name !== 'muxTracer') return namedTracer(name, config.tracerConfig, context, budget)
  const tracers = Object.entries(config.tracerConfig ?? {}).map(
    ([one, options]) => [one, namedTracer(one, optionsOf(one, options), context, budget)] as const,
  )
  return createMuxTracer(new Map(tracers))
}

type Options = Readonly<Record<string, unknown>> | undefined

/** A tracer of its own, as a muxTracer may hold it too. */
function namedTracer(
  name: string,
  options: Options,
  context: TraceContext,
  budget: TraceBudget,
): Tracer {
  switch (name) {
    case 'callTracer':
      return createCallTracer(booleans(name, options, ['onlyTopCall', 'withLog']), context, budget)
    case 'flatCallTracer':
      return createFlatCallTracer(
        booleans(name, options, ['convertParityErrors', 'includePrecompiles']),
        context,
        budget,
      )
    case 'prestateTracer':
      return createPrestateTracer(
        booleans(name, options, ['diffMode', 'disableCode', 'disableStorage', 'includeEmpty']),
        budget,
      )
    case '4byteTracer':
      return createFourByteTracer()
    case 'noopTracer':
      return NOOP_TRACER
    case 'muxTracer':
      throw new TracerError('muxTracer: a tracer in it cannot be a muxTracer')
    default:
      throw new TracerError(
        `unknown tracer "${name.slice(0, 80)}": expected ${TRACERS.join(', ')} or none`,
      )
  }
}

/** What tracing costs when nothing is asked of it. */
const NOOP_TRACER: Tracer = { options: undefined, event() {}, result: () => ({}) }

function optionsOf(tracer: string, value: unknown): Options {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value))
    throw new TracerError(`muxTracer: tracerConfig.${tracer.slice(0, 80)} must be an object`)
  return value as Options
}

/** The tracer's own options, all of them flags. Unknown ones are left alone, as geth does. */
function booleans<K extends string>(
  tracer: string,
  options: Options,
  names: readonly K[],
): Readonly<Record<K, boolean>> {
  const flags = {} as Record<K, boolean>
  for (const name of names) {
    const value = options?.[name]
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      throw new TracerError(`${tracer}: tracerConfig.${name} must be true or false`)
    flags[name] = value === true
  }
  return flags
}
