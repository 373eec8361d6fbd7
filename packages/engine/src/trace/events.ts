import {
  TRACE_DEPTH,
  TRACE_ENTER,
  TRACE_ENTER_COST,
  TRACE_ENTER_FLAGS,
  TRACE_ENTER_FROM,
  TRACE_ENTER_GAS,
  TRACE_ENTER_INPUT,
  TRACE_ENTER_INPUT_LENGTH,
  TRACE_ENTER_TO,
  TRACE_ENTER_VALUE,
  TRACE_EXIT,
  TRACE_EXIT_GAS_LEFT,
  TRACE_EXIT_GAS_USED,
  TRACE_EXIT_HALT,
  TRACE_EXIT_OUTPUT,
  TRACE_EXIT_OUTPUT_LENGTH,
  TRACE_FLAG_MEMORY,
  TRACE_FLAG_PRECOMPILE,
  TRACE_FLAG_RETURN_DATA,
  TRACE_KIND,
  TRACE_LOG,
  TRACE_LOG_ADDRESS,
  TRACE_LOG_DATA_LENGTH,
  TRACE_LOG_TOPICS,
  TRACE_OP,
  TRACE_STEP,
  TRACE_STEP_FLAGS,
  TRACE_STEP_GAS,
  TRACE_STEP_MEMORY_SIZE,
  TRACE_STEP_PC,
  TRACE_STEP_REFUND,
  TRACE_STEP_RETURN_DATA_SIZE,
  TRACE_STEP_STACK,
  TRACE_STEP_STACK_SIZE,
} from '@altlayer/program/shared/trace.ts'
import { type Address, bytesToBigint, bytesToHex, type Hash, type Hex } from '@altlayer/protocol'

// Decoding of the program's trace events (program/README.md, "Trace events"). An event is a view
// into the program's memory: everything returned here is a copy.

export interface EnterEvent {
  readonly kind: 'enter'
  readonly opcode: number
  readonly depth: number
  readonly precompile: boolean
  readonly gas: bigint
  /** Of the calling instruction; 0 for the outermost frame. */
  readonly cost: bigint
  readonly from: Address
  readonly to: Address
  readonly value: bigint
  readonly input: Hex
}

export interface ExitEvent {
  readonly kind: 'exit'
  readonly opcode: number
  readonly depth: number
  /** One of program/shared/halt.ts. */
  readonly halt: number
  readonly gasUsed: bigint
  /** Below zero by what was missing when the last instruction ran out of gas. */
  readonly gasLeft: bigint
  readonly output: Hex
}

export interface StepEvent {
  readonly kind: 'step'
  readonly opcode: number
  readonly depth: number
  readonly pc: number
  readonly gas: bigint
  readonly refund: bigint
  /** 32-byte words, bottom first. */
  readonly stack: Uint8Array
  /** A multiple of 32 bytes, when asked for. */
  readonly memory?: Uint8Array
  readonly returnData?: Hex
}

export interface LogEvent {
  readonly kind: 'log'
  readonly depth: number
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
}

export type TraceEvent = EnterEvent | ExitEvent | StepEvent | LogEvent

/** Decodes one event. Throws RangeError when it is shorter than its kind's layout says. */
export function decodeTraceEvent(bytes: Uint8Array): TraceEvent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = view.getUint8(TRACE_KIND)
  const depth = view.getUint16(TRACE_DEPTH, true)
  if (kind === TRACE_STEP) return decodeStep(bytes, view, depth)
  if (kind === TRACE_ENTER) return decodeEnter(bytes, view, depth)
  if (kind === TRACE_EXIT) return decodeExit(bytes, view, depth)
  if (kind === TRACE_LOG) return decodeLog(bytes, view, depth)
  throw new RangeError(`trace event: unknown kind ${kind}`)
}

function decodeEnter(bytes: Uint8Array, view: DataView, depth: number): EnterEvent {
  return {
    kind: 'enter',
    opcode: view.getUint8(TRACE_OP),
    depth,
    precompile: (view.getUint8(TRACE_ENTER_FLAGS) & TRACE_FLAG_PRECOMPILE) !== 0,
    gas: view.getBigUint64(TRACE_ENTER_GAS, true),
    cost: view.getBigUint64(TRACE_ENTER_COST, true),
    from: hexAt(bytes, TRACE_ENTER_FROM, 20),
    to: hexAt(bytes, TRACE_ENTER_TO, 20),
    value: bytesToBigint(slice(bytes, TRACE_ENTER_VALUE, 32)),
    input: hexAt(bytes, TRACE_ENTER_INPUT, view.getUint32(TRACE_ENTER_INPUT_LENGTH, true)),
  }
}

function decodeExit(bytes: Uint8Array, view: DataView, depth: number): ExitEvent {
  return {
    kind: 'exit',
    opcode: view.getUint8(TRACE_OP),
    depth,
    halt: view.getUint8(TRACE_EXIT_HALT),
    gasUsed: view.getBigUint64(TRACE_EXIT_GAS_USED, true),
    gasLeft: view.getBigInt64(TRACE_EXIT_GAS_LEFT, true),
    output: hexAt(bytes, TRACE_EXIT_OUTPUT, view.getUint32(TRACE_EXIT_OUTPUT_LENGTH, true)),
  }
}

function decodeStep(bytes: Uint8Array, view: DataView, depth: number): StepEvent {
  const flags = view.getUint16(TRACE_STEP_FLAGS, true)
  const stackBytes = 32 * view.getUint16(TRACE_STEP_STACK_SIZE, true)
  const hasMemory = (flags & TRACE_FLAG_MEMORY) !== 0
  const hasReturnData = (flags & TRACE_FLAG_RETURN_DATA) !== 0
  const memorySize = view.getUint32(TRACE_STEP_MEMORY_SIZE, true)
  const memoryAt = TRACE_STEP_STACK + stackBytes
  const returnDataAt = memoryAt + (hasMemory ? memorySize : 0)
  return {
    kind: 'step',
    opcode: view.getUint8(TRACE_OP),
    depth,
    pc: view.getUint32(TRACE_STEP_PC, true),
    gas: view.getBigUint64(TRACE_STEP_GAS, true),
    refund: view.getBigUint64(TRACE_STEP_REFUND, true),
    stack: slice(bytes, TRACE_STEP_STACK, stackBytes).slice(),
    ...(hasMemory ? { memory: slice(bytes, memoryAt, memorySize).slice() } : {}),
    ...(hasReturnData
      ? {
          returnData: hexAt(bytes, returnDataAt, view.getUint32(TRACE_STEP_RETURN_DATA_SIZE, true)),
        }
      : {}),
  }
}

function decodeLog(bytes: Uint8Array, view: DataView, depth: number): LogEvent {
  const count = view.getUint8(TRACE_OP)
  const topics: Hash[] = []
  for (let i = 0; i < count; i++) topics.push(hexAt(bytes, TRACE_LOG_TOPICS + 32 * i, 32))
  return {
    kind: 'log',
    depth,
    address: hexAt(bytes, TRACE_LOG_ADDRESS, 20),
    topics,
    data: hexAt(bytes, TRACE_LOG_TOPICS + 32 * count, view.getUint32(TRACE_LOG_DATA_LENGTH, true)),
  }
}

function slice(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset + length > bytes.length)
    throw new RangeError(
      `trace event: expected ${length} bytes at ${offset}, got an event of ${bytes.length}`,
    )
  return bytes.subarray(offset, offset + length)
}

function hexAt(bytes: Uint8Array, offset: number, length: number): Hex {
  return bytesToHex(slice(bytes, offset, length))
}
