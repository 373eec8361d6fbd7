import { HALT_REVERT, HALT_SUCCESS } from '@altlayer/program/shared/halt.ts'
import {
  type Address,
  bytesToHex,
  decodeRevertReason,
  type Hash,
  type Hex,
  hexToBytes,
  quantity,
} from '@altlayer/protocol'
import type { ExecutionResult } from '../program/types.ts'
import { decodeTraceEvent, type EnterEvent, type ExitEvent, type LogEvent } from './events.ts'
import { haltReason } from './halt.ts'
import { isCreation, OP_CALL, OP_CREATE, OP_STATICCALL, opcodeName } from './opcodes.ts'
import { type TraceBudget, type TraceContext, type Tracer, tooLarge } from './tracer.ts'

/** Punctuation, field names, addresses and numbers of a frame or a log. */
const ENTRY_CHARACTERS = 400
const WORD_CHARACTERS = 69

interface CallLog {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
  /** Number of calls the frame had made before. */
  readonly position: Hex
  readonly index: Hex
}

/** One frame, with the field names of execution-apis' CallFrame. */
export interface CallFrame {
  readonly type: string
  readonly from: Address
  to?: Address
  value?: Hex
  gas: Hex
  gasUsed: Hex
  readonly input: Hex
  output?: Hex
  error?: string
  revertReason?: string
  calls?: CallFrame[]
  logs?: CallLog[]
}

interface OpenFrame {
  readonly frame: CallFrame
  /** Logs that counted when it began. */
  readonly logsBefore: number
}

export interface CallTracerConfig {
  /** Only the transaction's own frame. */
  readonly onlyTopCall: boolean
  /** Logs of the frames that did not fail. */
  readonly withLog: boolean
  /** Leave calls out that CALL and STATICCALL make to precompiles. */
  readonly withoutPrecompiles?: boolean
}

/** A tracer whose answer is one frame and those below it. */
export interface CallTracer extends Tracer {
  result(execution: ExecutionResult): CallFrame
}

/** The tree of calls and creations (geth's callTracer). */
export function createCallTracer(
  config: CallTracerConfig,
  context: TraceContext,
  budget: TraceBudget,
): CallTracer {
  const open: OpenFrame[] = []
  /** The frame of every log that counts so far, in their order. */
  const logged: CallFrame[] = []
  let top: CallFrame | undefined
  const firstLogIndex = context.firstLogIndex ?? 0

  function enter(event: EnterEvent): void {
    if (budget.characters < 0 || (config.onlyTopCall && event.depth > 0)) return
    const frame = newFrame(event)
    budget.characters -= ENTRY_CHARACTERS + frame.input.length
    open.length = event.depth
    const parent = open[event.depth - 1]?.frame
    if (parent === undefined) top = frame
    else if (!config.withoutPrecompiles || !isPrecompileCall(event)) {
      parent.calls ??= []
      parent.calls.push(frame)
    }
    open.push({ frame, logsBefore: logged.length })
  }

  function exit(event: ExitEvent): void {
    const ended = open[event.depth]
    if (ended === undefined) return
    const { frame, logsBefore } = ended
    open.length = event.depth
    frame.gasUsed = quantity(event.gasUsed)
    setOutput(frame, event.opcode, event.halt, event.output)
    budget.characters -= frame.output?.length ?? 0
    if (event.halt === HALT_SUCCESS) return
    // Its logs, and those of the frames below it.
    for (const one of logged.splice(logsBefore)) delete one.logs
  }

  function log(event: LogEvent): void {
    const frame = open[event.depth]?.frame
    if (!config.withLog || frame === undefined || budget.characters < 0) return
    budget.characters -=
      ENTRY_CHARACTERS + WORD_CHARACTERS * event.topics.length + event.data.length
    frame.logs ??= []
    frame.logs.push({
      address: event.address,
      topics: event.topics,
      data: event.data,
      position: quantity(frame.calls?.length ?? 0),
      index: quantity(firstLogIndex + logged.length),
    })
    logged.push(frame)
  }

  return {
    options: { steps: false },
    event(bytes) {
      const event = decodeTraceEvent(bytes)
      if (event.kind === 'enter') enter(event)
      else if (event.kind === 'exit') exit(event)
      else if (event.kind === 'log') log(event)
    },
    isTooLarge: () => budget.characters < 0,
    result(execution) {
      if (budget.characters < 0) throw tooLarge()
      const frame = top ?? notEntered(context, execution)
      // The outermost frame is the transaction: with intrinsic gas, after refunds.
      frame.gas = quantity(context.gas)
      frame.gasUsed = quantity(execution.gasUsed)
      return frame
    },
  }
}

function isPrecompileCall({ precompile, opcode }: EnterEvent): boolean {
  return precompile && (opcode === OP_CALL || opcode === OP_STATICCALL)
}

function newFrame(event: EnterEvent): CallFrame {
  return {
    type: opcodeName(event.opcode),
    from: event.from,
    to: event.to,
    // Only STATICCALL cannot carry a value; DELEGATECALL shows the one it inherits.
    ...(event.opcode === OP_STATICCALL ? {} : { value: quantity(event.value) }),
    gas: quantity(event.gas),
    gasUsed: '0x0',
    input: event.input,
  }
}

function setOutput(frame: CallFrame, opcode: number, halt: number, output: Hex): void {
  const reason = haltReason(halt)
  if (reason !== undefined) {
    frame.error = reason
    if (isCreation(opcode)) delete frame.to
    if (halt !== HALT_REVERT) return
    const text = decodeRevertReason(hexToBytes(output))
    if (text !== undefined) frame.revertReason = text
  }
  if (output !== '0x') frame.output = output
}

/** A transaction that failed before its first frame (a deposit without the balance it moves). */
function notEntered(context: TraceContext, execution: ExecutionResult): CallFrame {
  return {
    type: opcodeName(context.to === undefined ? OP_CREATE : OP_CALL),
    from: context.from,
    ...(context.to === undefined ? {} : { to: context.to }),
    value: quantity(context.value),
    gas: quantity(context.gas),
    gasUsed: quantity(execution.gasUsed),
    input: bytesToHex(context.input),
    ...(execution.status === 'success' ? {} : { error: execution.error ?? 'execution failed' }),
  }
}
