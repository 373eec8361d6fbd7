import {
  type Address,
  decodeTransaction,
  type Hash,
  headerHash,
  hexToBytes,
  keccak256Hex,
} from '@altlayer/protocol'
import type { CallRequest, TracerConfig } from '../api.ts'
import { attributesOf } from '../building/attributes.ts'
import { ProgramError } from '../program/errors.ts'
import type { ExecutionResult, Program } from '../program/types.ts'
import { createTraceBudget, createTracer, type Tracer, tooLarge } from '../trace/index.ts'
import { abandon, type ExecutionContext, type ExecutionPoint, openPoint } from './context.ts'
import type { ReplayBlock } from './replay.ts'

export interface TransactionTrace {
  readonly txHash: Hash
  readonly result: unknown
}

/** Traces the transactions of a block all or `only` the one with this index; those before it run
 * untraced. */
export function traceTransactions(
  context: ExecutionContext,
  block: ReplayBlock,
  config: TracerConfig,
  only?: number,
): readonly TransactionTrace[] {
  const { program, hint } = context
  program.open(block.parent, attributesOf(context.config, block.header, block.withdrawals))
  const traces: TransactionTrace[] = []
  const budget = createTraceBudget()
  const place = { number: block.header.number, hash: headerHash(block.header) }
  let firstLogIndex = 0
  try {
    for (const [index, raw] of block.transactions.entries()) {
      if (only !== undefined && index > only) break
      const sender = block.senders[index]
      const run = () => hint.during({ raw, sender }, () => program.transaction(raw))
      if (only !== undefined && index < only) {
        firstLogIndex += run().logs.length
        continue
      }
      const { to, gas, value, data } = decodeTransaction(raw)
      const about = {
        from: sender as Address,
        ...(to !== undefined && { to }),
        gas,
        value,
        input: hexToBytes(data),
        firstLogIndex,
        block: place,
        transaction: { hash: keccak256Hex(raw), index },
      }
      const tracer = createTracer(config, about, budget)
      const { execution, result } = traced(context, tracer, run)
      firstLogIndex += execution.logs.length
      traces.push({ txHash: execution.hash, result })
    }
  } finally {
    abandon(program)
  }
  return traces
}

/** Traces a call. */
export function traceCall(
  context: ExecutionContext,
  point: ExecutionPoint,
  request: Pick<CallRequest, 'message' | 'overrides' | 'blockOverrides' | 'options'>,
  config: TracerConfig,
): unknown {
  const { program } = context
  const { message, blockOverrides } = request
  const number = blockOverrides?.number ?? point.pending?.environment.number ?? point.header.number
  openPoint(program, point, request.overrides, blockOverrides)
  try {
    const tracer = createTracer(config, {
      from: message.from,
      ...(message.to !== undefined && { to: message.to }),
      gas: message.gas,
      value: message.value ?? 0n,
      input: message.data ?? new Uint8Array(0),
      block: { number },
    })
    // Kept, so that the code the tracer asks for is that after the call, as with a transaction.
    const options = { ...request.options, keep: true }
    return traced(context, tracer, () => program.message(message, options)).result
  } finally {
    abandon(program)
  }
}

/** Where the program's events go. Steps that nobody looks at are made as cheap as they can be. */
function sinkOf(program: Program, tracer: Tracer): (event: Uint8Array) => void {
  const { hasEnough } = tracer
  if (hasEnough === undefined) return (event) => tracer.event(event)
  let enough = false
  return (event) => {
    if (enough) return
    tracer.event(event)
    if (!hasEnough()) return
    enough = true
    // Not off: frames that are open were decoded for tracing.
    program.trace({ steps: true })
  }
}

function traced<T extends ExecutionResult>(
  context: ExecutionContext,
  tracer: Tracer,
  run: () => T,
): { readonly execution: T; readonly result: unknown } {
  const { program } = context
  const stop = tracer.isTooLarge?.bind(tracer)
  context.setTraceSink(sinkOf(program, tracer), stop)
  program.trace(tracer.options)
  try {
    const execution = run()
    program.trace(undefined)
    const result = tracer.result(execution, program.touched(), (address) => program.code(address))
    return { execution, result }
  } catch (error) {
    if (stop?.() && error instanceof ProgramError && error.code === 'INTERRUPTED') throw tooLarge()
    throw error
  } finally {
    program.trace(undefined)
    context.setTraceSink(undefined)
  }
}
