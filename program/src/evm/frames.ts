// Opening frames and closing them.

import { HALT_REVERT, HALT_SUCCESS } from '../../shared/halt'
import { TRACE_MODE_STEPS } from '../../shared/trace'
import { RETURN_DATA } from '../layout'
import { wordCopy, wordSet } from '../num/word'
import { revertTo } from '../state/journal'
import {
  codeBytes,
  codeLength,
  decodedByHash,
  decodedInitCode,
  recordGeneration,
  recordsOf,
} from './code'
import { depositCode, depositGas, pushCreated } from './create'
import { envTrace } from './env'
import {
  FRAME_ACCOUNT,
  FRAME_CALLER,
  FRAME_CHECKPOINT,
  FRAME_CODE,
  FRAME_CODE_GENERATION,
  FRAME_CODE_HASH,
  FRAME_DEPTH,
  FRAME_GAS,
  FRAME_INIT_CODE,
  FRAME_INIT_CODE_LENGTH,
  FRAME_INPUT,
  FRAME_INPUT_LENGTH,
  FRAME_KIND,
  FRAME_MEMORY,
  FRAME_MEMORY_SIZE,
  FRAME_OUTPUT,
  FRAME_OUTPUT_LENGTH,
  FRAME_PC,
  FRAME_RECORDS,
  FRAME_SP,
  FRAME_STACK,
  FRAME_START_GAS,
  FRAME_STATIC,
  FRAME_VALUE,
  frameAt,
  stackAt,
} from './frame'
import { pageOf, preparePage } from './map'
import { memoryBase, memorySize, memoryTop, returnDataLength, setMemory, setReturnDataLength } from './memory'
import { OP_CREATE, OP_CREATE2 } from './opcodes'
import { traceExit } from './trace'

// @ts-ignore: decorator
@inline
export function tracesSteps(): bool {
  return (envTrace & TRACE_MODE_STEPS) != 0
}

/**
 * Opens the frame at `depth`; its memory begins above the running one's. `hash` is that of the code, or 0 for
 * init code. Where the output goes is the caller's to fill in.
 */
export function openFrame(
  kind: u32,
  depth: i32,
  account: usize,
  caller: usize,
  value: usize,
  input: usize,
  length: usize,
  gas: i64,
  isStatic: bool,
  position: i32,
  entry: usize,
  hash: usize,
): void {
  const frame = frameAt(depth)
  const stack = stackAt(depth)
  store<u32>(frame, 0, FRAME_PC)
  store<u32>(frame, <u32>stack, FRAME_SP)
  store<u32>(frame, <u32>stack, FRAME_STACK)
  store<i64>(frame, gas, FRAME_GAS)
  store<i64>(frame, gas, FRAME_START_GAS)
  store<u32>(frame, <u32>input, FRAME_INPUT)
  store<u32>(frame, <u32>length, FRAME_INPUT_LENGTH)
  store<u32>(frame, <u32>account, FRAME_ACCOUNT)
  store<u32>(frame, kind, FRAME_KIND)
  store<u32>(frame, isStatic, FRAME_STATIC)
  store<i32>(frame, position, FRAME_CHECKPOINT)
  store<i32>(frame, depth, FRAME_DEPTH)
  store<u32>(frame, 0, FRAME_OUTPUT)
  store<u32>(frame, 0, FRAME_OUTPUT_LENGTH)
  wordCopy(frame + FRAME_VALUE, value)
  wordCopy(frame + FRAME_CALLER, caller)
  if (hash != 0) wordCopy(frame + FRAME_CODE_HASH, hash)
  else {
    store<u32>(frame, <u32>codeBytes(entry), FRAME_INIT_CODE)
    store<u32>(frame, <u32>codeLength(entry), FRAME_INIT_CODE_LENGTH)
  }
  setFrameCode(frame, entry)
  if (depth > 0) saveMemory(frameAt(depth - 1))
  setMemory(memoryTop(), 0)
  saveMemory(frame)
}

function setFrameCode(frame: usize, entry: usize): void {
  store<u32>(frame, <u32>entry, FRAME_CODE)
  store<u32>(frame, recordGeneration, FRAME_CODE_GENERATION)
  store<u32>(frame, <u32>recordsOf(entry, tracesSteps()), FRAME_RECORDS)
}

/** Keeps the running frame's memory bounds in its record. */
// @ts-ignore: decorator
@inline
export function saveMemory(frame: usize): void {
  store<u32>(frame, <u32>memoryBase, FRAME_MEMORY)
  store<u32>(frame, <u32>memorySize, FRAME_MEMORY_SIZE)
}

// @ts-ignore: decorator
@inline
function isCreation(frame: usize): bool {
  const kind = load<u32>(frame, FRAME_KIND)
  return kind == OP_CREATE || kind == OP_CREATE2
}

/** Decodes the frame's code again if the code cache was emptied. False with `hostError` set. */
// @ts-ignore: decorator
@inline
export function reloadCode(frame: usize): bool {
  return load<u32>(frame, FRAME_CODE_GENERATION) == recordGeneration || decodeAgain(frame)
}

function decodeAgain(frame: usize): bool {
  const entry = isCreation(frame)
    ? decodedInitCode(load<u32>(frame, FRAME_INIT_CODE), load<u32>(frame, FRAME_INIT_CODE_LENGTH), tracesSteps())
    : decodedByHash(frame + FRAME_CODE_HASH, tracesSteps())
  if (entry == 0) return false
  setFrameCode(frame, entry)
  // The frame goes on in the middle of its code: until they are initialised those records are what was there before.
  if (!tracesSteps()) preparePage(entry, pageOf(entry, load<u32>(frame, FRAME_PC) >> 3))
  return true
}

/**
 * Ends the frame, which halted so, and gives its result to the frame below, if any. Returns the halt code,
 * which for a creation that could not be deployed is another one. The frame's gas is what is left.
 */
export function closeFrame(frame: usize, halt: i32): i32 {
  const depth = load<i32>(frame, FRAME_DEPTH)
  const creation = isCreation(frame)
  if (halt > HALT_REVERT) setReturnDataLength(0)
  let gas = load<i64>(frame, FRAME_GAS)
  if (creation && halt == HALT_SUCCESS) {
    halt = depositCode(load<u32>(frame, FRAME_ACCOUNT), gas)
    if (halt == HALT_SUCCESS) gas = depositGas
    else setReturnDataLength(0)
  }
  if (halt != HALT_SUCCESS) revertTo(load<i32>(frame, FRAME_CHECKPOINT))
  const charged = gas
  if (halt > HALT_REVERT) gas = 0
  store<i64>(frame, gas, FRAME_GAS)
  if (envTrace != 0) {
    traceExit(load<u32>(frame, FRAME_KIND), depth, halt, load<i64>(frame, FRAME_START_GAS) - gas, charged)
  }
  if (depth == 0) return halt
  const parent = frameAt(depth - 1)
  setMemory(load<u32>(parent, FRAME_MEMORY), load<u32>(parent, FRAME_MEMORY_SIZE))
  if (creation) pushCreated(parent, halt, gas, load<u32>(frame, FRAME_ACCOUNT))
  else {
    const output = load<u32>(frame, FRAME_OUTPUT)
    finishCall(parent, halt == HALT_SUCCESS, gas, output, load<u32>(frame, FRAME_OUTPUT_LENGTH))
  }
  return halt
}

/** Pushes a call's success, returns its gas and copies the return data to where the caller wanted it. */
export function finishCall(parent: usize, success: bool, gas: i64, outputAt: usize, outputLength: usize): void {
  store<i64>(parent, load<i64>(parent, FRAME_GAS) + gas, FRAME_GAS)
  const sp = <usize>load<u32>(parent, FRAME_SP) - 32
  store<u32>(parent, <u32>sp, FRAME_SP)
  wordSet(sp, success ? 1 : 0)
  memory.copy(outputAt, RETURN_DATA, min(outputLength, returnDataLength))
}
