// Trace events (shared/trace.ts, README "Trace events"). They are put together in the memory above the running
// frame's, which nobody owns; an event that does not fit there goes without memory and data.

import { OUTPUT_TRACE } from '../../shared/abi'
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
  TRACE_FLAG_RETURN_DATA,
  TRACE_KIND,
  TRACE_LOG,
  TRACE_LOG_ADDRESS,
  TRACE_LOG_DATA_LENGTH,
  TRACE_LOG_TOPICS,
  TRACE_MODE_MEMORY,
  TRACE_MODE_RETURN_DATA,
  TRACE_MODE_STEPS,
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
} from '../../shared/trace'
import { output } from '../host'
import { RETURN_DATA } from '../layout'
import { wordToAddress, wordToBytes } from '../num/word'
import { refundCounter } from '../state/journal'
import { LOG_ADDRESS, LOG_DATA_LENGTH, LOG_TOPICS, LOG_TOPIC_COUNT } from '../state/logs'
import { envTrace } from './env'
import { FRAME_DEPTH, FRAME_STACK } from './frame'
import { memoryBase, memoryRoom, memorySize, memoryTop, returnDataLength } from './memory'

// @ts-ignore: decorator
@inline
function begin(kind: i32, op: u32, depth: i32): usize {
  const event = memoryTop()
  // The longest fixed part; a variable part of 0 bytes follows.
  memory.fill(event, 0, 128)
  store<u8>(event, <u8>kind, TRACE_KIND)
  store<u8>(event, <u8>op, TRACE_OP)
  store<u16>(event, <u16>depth, TRACE_DEPTH)
  return event
}

/** Room that every event needs at least: a step with a full stack. */
const ROOM: usize = 64 << 10

/** Whether events can be put together at all, and `length` bytes beside. */
// @ts-ignore: decorator
@inline
function fits(length: usize): bool {
  const room = memoryRoom()
  return room >= ROOM && length <= room - ROOM
}

/** `from`, `to` and `value` are words. */
export function traceEnter(
  op: u32,
  depth: i32,
  flags: i32,
  gas: i64,
  cost: i64,
  from: usize,
  to: usize,
  value: usize,
  input: usize,
  length: usize,
): void {
  if (!fits(0)) return
  if (!fits(length)) length = 0
  const event = begin(TRACE_ENTER, op, depth)
  store<u8>(event, <u8>flags, TRACE_ENTER_FLAGS)
  store<i64>(event, gas, TRACE_ENTER_GAS)
  store<i64>(event, cost, TRACE_ENTER_COST)
  wordToAddress(event + TRACE_ENTER_FROM, from)
  wordToAddress(event + TRACE_ENTER_TO, to)
  wordToBytes(event + TRACE_ENTER_VALUE, value)
  store<u32>(event, <u32>length, TRACE_ENTER_INPUT_LENGTH)
  memory.copy(event + TRACE_ENTER_INPUT, input, length)
  output(OUTPUT_TRACE, event, <usize>TRACE_ENTER_INPUT + length)
}

/** The output is the return data. */
export function traceExit(op: u32, depth: i32, halt: i32, gasUsed: i64, gasLeft: i64): void {
  if (!fits(0)) return
  const length = fits(returnDataLength) ? returnDataLength : 0
  const event = begin(TRACE_EXIT, op, depth)
  store<u8>(event, <u8>halt, TRACE_EXIT_HALT)
  store<i64>(event, gasUsed, TRACE_EXIT_GAS_USED)
  store<i64>(event, gasLeft, TRACE_EXIT_GAS_LEFT)
  store<u32>(event, <u32>length, TRACE_EXIT_OUTPUT_LENGTH)
  memory.copy(event + TRACE_EXIT_OUTPUT, RETURN_DATA, length)
  output(OUTPUT_TRACE, event, <usize>TRACE_EXIT_OUTPUT + length)
}

/** Before the instruction at `pc`. */
export function traceStep(frame: usize, op: u32, pc: u32, sp: usize, gas: i64): void {
  if ((envTrace & TRACE_MODE_STEPS) == 0 || !fits(0)) return
  const withMemory = (envTrace & TRACE_MODE_MEMORY) != 0 && fits(memorySize)
  const withReturnData =
    (envTrace & TRACE_MODE_RETURN_DATA) != 0 && fits(withMemory ? returnDataLength + memorySize : returnDataLength)
  const stack = <usize>load<u32>(frame, FRAME_STACK)
  const event = begin(TRACE_STEP, op, load<i32>(frame, FRAME_DEPTH))
  store<u32>(event, pc, TRACE_STEP_PC)
  store<i64>(event, gas, TRACE_STEP_GAS)
  store<i64>(event, refundCounter, TRACE_STEP_REFUND)
  store<u32>(event, <u32>memorySize, TRACE_STEP_MEMORY_SIZE)
  store<u16>(event, <u16>(<u32>(stack - sp) >> 5), TRACE_STEP_STACK_SIZE)
  const flags = (withMemory ? TRACE_FLAG_MEMORY : 0) | (withReturnData ? TRACE_FLAG_RETURN_DATA : 0)
  store<u16>(event, <u16>flags, TRACE_STEP_FLAGS)
  store<u32>(event, <u32>returnDataLength, TRACE_STEP_RETURN_DATA_SIZE)
  let next = event + TRACE_STEP_STACK
  for (let word = stack - 32; word >= sp; word -= 32) {
    wordToBytes(next, word)
    next += 32
  }
  if (withMemory) {
    memory.copy(next, memoryBase, memorySize)
    next += memorySize
  }
  if (withReturnData) {
    memory.copy(next, RETURN_DATA, returnDataLength)
    next += returnDataLength
  }
  output(OUTPUT_TRACE, event, next - event)
}

/** A log record of state/logs.ts. */
export function traceLog(depth: i32, log: usize): void {
  const topics = load<u32>(log, LOG_TOPIC_COUNT)
  let length = <usize>load<u32>(log, LOG_DATA_LENGTH)
  if (!fits(0)) return
  if (!fits(length)) length = 0
  const event = begin(TRACE_LOG, topics, depth)
  const size = (<usize>topics << 5) + length
  store<u32>(event, <u32>length, TRACE_LOG_DATA_LENGTH)
  memory.copy(event + TRACE_LOG_ADDRESS, log + LOG_ADDRESS, 20)
  memory.copy(event + TRACE_LOG_TOPICS, log + LOG_TOPICS, size)
  output(OUTPUT_TRACE, event, <usize>TRACE_LOG_TOPICS + size)
}
