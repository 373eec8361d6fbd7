import { type Address, type Hash, type Hex, quantity } from '@altlayer/protocol'
import { type CallFrame, createCallTracer } from './call-tracer.ts'
import { spend, type TraceBudget, type TraceContext, type Tracer } from './tracer.ts'

/** Punctuation and field names of one trace. */
const ENTRY_CHARACTERS = 600
/** An index with its comma. */
const INDEX_CHARACTERS = 4

export interface FlatCallTracerConfig {
  /** Errors in Parity's words. */
  readonly convertParityErrors: boolean
  /** Show calls that CALL and STATICCALL make to precompiles. */
  readonly includePrecompiles: boolean
}

/** One frame in Parity's form, with geth's field names. */
interface FlatTrace {
  readonly action: Readonly<Record<string, Hex | string | undefined>>
  readonly blockHash: Hash | null
  readonly blockNumber: number
  readonly error?: string
  readonly result?: Readonly<Record<string, Hex | undefined>>
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly transactionHash: Hash | null
  readonly transactionPosition: number
  readonly type: 'call' | 'create' | 'suicide'
}

/** The frames of a callTracer as a list, each with its way from the outermost (geth's flatCallTracer). */
export function createFlatCallTracer(
  config: FlatCallTracerConfig,
  context: TraceContext,
  budget: TraceBudget,
): Tracer {
  const withoutPrecompiles = !config.includePrecompiles
  const calls = createCallTracer(
    { onlyTopCall: false, withLog: false, withoutPrecompiles },
    context,
    budget,
  )

  function flatten(frame: CallFrame, traceAddress: readonly number[], traces: FlatTrace[]): void {
    // Those of frames far down are longer than all else of them.
    spend(budget, ENTRY_CHARACTERS + INDEX_CHARACTERS * traceAddress.length)
    traces.push(flatTrace(frame, traceAddress, config, context))
    for (const [index, call] of (frame.calls ?? []).entries())
      flatten(call, [...traceAddress, index], traces)
  }

  return {
    ...calls,
    result(execution) {
      const traces: FlatTrace[] = []
      flatten(calls.result(execution), [], traces)
      return traces
    },
  }
}

function flatTrace(
  frame: CallFrame,
  traceAddress: readonly number[],
  { convertParityErrors }: FlatCallTracerConfig,
  { block, transaction }: TraceContext,
): FlatTrace {
  const { error } = frame
  const failed = error !== undefined && error !== REVERTED
  const { result, ...shape } = shapeOf(frame)
  return {
    action: shape.action,
    blockHash: block?.hash ?? null,
    blockNumber: Number(block?.number ?? 0n),
    ...(error !== undefined && { error: convertParityErrors ? parityError(error) : error }),
    // What a revert returned says why; after any other failure there is nothing.
    ...(result !== undefined && !failed && { result }),
    subtraces: frame.calls?.length ?? 0,
    traceAddress,
    transactionHash: transaction?.hash ?? null,
    transactionPosition: transaction?.index ?? 0,
    type: shape.type,
  }
}

function shapeOf(frame: CallFrame): Pick<FlatTrace, 'action' | 'result' | 'type'> {
  const { type, from, to, gas, gasUsed, input, output = '0x' } = frame
  // Only STATICCALL has none.
  const value = frame.value ?? quantity(0n)
  switch (type) {
    case 'CREATE':
    case 'CREATE2':
      return {
        type: 'create',
        action: { from, gas, init: input, value },
        result: { ...addressOf(to), code: output, gasUsed },
      }
    case 'SELFDESTRUCT':
      return { type: 'suicide', action: { address: from, balance: value, refundAddress: to } }
    default:
      return {
        type: 'call',
        action: { callType: type.toLowerCase(), from, gas, input, to, value },
        result: { gasUsed, output },
      }
  }
}

/** A creation that failed made no account. */
function addressOf(to: Address | undefined): { readonly address?: Address } {
  return to === undefined ? {} : { address: to }
}

const REVERTED = 'execution reverted'

// Parity's word for each of ours that it has one for (halt.ts); others are left as they are.
const PARITY_WORDS: Readonly<Record<string, string>> = {
  [REVERTED]: 'Reverted',
  'out of gas': 'Out of gas',
  'contract creation code storage out of gas': 'Out of gas',
  'max code size exceeded': 'Out of gas',
  'invalid jump destination': 'Bad jump destination',
  'invalid opcode': 'Bad instruction',
  'stack underflow': 'Stack underflow',
  'stack limit reached 1024 (1023)': 'Out of stack',
  'return data out of bounds': 'Out of bounds',
  'invalid precompile input': 'Built-in failed',
}

function parityError(error: string): string {
  return PARITY_WORDS[error] ?? error
}
