// Calls: the CALL family's gas and operands, and the start of a message call, from an instruction or from a
// transaction.

import {
  HALT_DEPTH,
  HALT_HOST,
  HALT_INSUFFICIENT_BALANCE,
  HALT_OUT_OF_GAS,
  HALT_SUCCESS,
  HALT_WRITE_PROTECTION,
} from '../../shared/halt'
import { TRACE_FLAG_PRECOMPILE, TRACE_FLAG_STATIC } from '../../shared/trace'
import { hostError } from '../host'
import { MAX_DEPTH } from '../layout'
import { wordHigh, wordIsZero, wordLess } from '../num/word'
import { accountByWord, accountExists, accountIsEmpty, addBalance, subBalance, touch } from '../state/accounts'
import { checkpoint, revertTo } from '../state/journal'
import { ACCOUNT_BALANCE, ACCOUNT_CODE_HASH, ACCOUNT_WORD } from '../state/records'
import { accessGas } from './access'
import { codeLength, codeOf, decodedOf } from './code'
import { delegateOf, isDesignator } from './delegation'
import { envTrace } from './env'
import {
  FRAME_ACCOUNT,
  FRAME_CALLER,
  FRAME_DEPTH,
  FRAME_GAS,
  FRAME_OUTPUT,
  FRAME_OUTPUT_LENGTH,
  FRAME_SP,
  FRAME_STATIC,
  FRAME_VALUE,
  frameAt,
} from './frame'
import { GAS_CALL_STIPEND, GAS_CALL_VALUE, GAS_NEW_ACCOUNT } from './gas'
import { expandRange, memoryBase, setReturnDataLength } from './memory'
import { OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL } from './opcodes'
import { precompileAt, precompileGasLeft, runPrecompile } from './precompiles'
import { finishCall, openFrame, tracesSteps } from './frames'
import { traceEnter, traceExit } from './trace'

/** What `enterCall` and `enterCreate` return when a frame was opened; else they return its halt code. */
export const ENTERED: i32 = -1

/** Gas that comes back from a call that opened no frame. */
export let unenteredGas: i64 = 0

export function setUnenteredGas(gas: i64): void {
  unenteredGas = gas
}

const delegate: usize = memory.data(32, 8)
const zero: usize = memory.data(32, 8)

/** Whether the account that the last `codeAccount` was asked about is a delegated one; it may point to itself. */
let delegated: bool = false

/** The account whose code a call to `target` runs: itself, or where its EIP-7702 delegation points. */
export function codeAccount(target: usize): usize {
  const entry = codeOf(target)
  delegated = entry != 0 && isDesignator(entry)
  if (!delegated) return target
  delegateOf(entry, delegate)
  return accountByWord(delegate)
}

/**
 * CALL, CALLCODE, DELEGATECALL or STATICCALL of the frame. Returns ENTERED when a frame was opened,
 * HALT_SUCCESS when the call is over and the frame goes on, else how the frame halts.
 */
export function opCall(frame: usize, op: u32): i32 {
  const sp = <usize>load<u32>(frame, FRAME_SP)
  const start = load<i64>(frame, FRAME_GAS)
  const hasValue = op == OP_CALL || op == OP_CALLCODE
  // Words: gas, address, value if any, input offset and length, output offset and length.
  const input = hasValue ? sp + 96 : sp + 64
  const value = hasValue ? sp + 64 : op == OP_DELEGATECALL ? frame + FRAME_VALUE : zero
  const paysValue = hasValue && !wordIsZero(value)
  const isStatic = load<u32>(frame, FRAME_STATIC) != 0
  if (paysValue && op == OP_CALL && isStatic) return HALT_WRITE_PROTECTION

  let gas = expandRange(input, input + 32, start)
  if (gas < 0) return HALT_OUT_OF_GAS
  gas = expandRange(input + 64, input + 96, gas)
  if (gas < 0) return HALT_OUT_OF_GAS
  const target = accountByWord(sp + 32)
  if (hostError != 0) return HALT_HOST
  gas -= accessGas(target, sp + 32)
  if (paysValue) {
    gas -= GAS_CALL_VALUE
    if (op == OP_CALL && accountIsEmpty(target)) gas -= GAS_NEW_ACCOUNT
  }
  if (gas < 0) return HALT_OUT_OF_GAS
  const code = codeAccount(target)
  if (hostError != 0) return HALT_HOST
  // Following a delegation is an access of its own (EIP-7702).
  if (delegated) gas -= accessGas(code, code + ACCOUNT_WORD)
  if (gas < 0) return HALT_OUT_OF_GAS

  // EIP-150: at most all but a 64th.
  const most = gas - gas / 64
  const wanted = load<u64>(sp)
  let forwarded = wordHigh(sp) != 0 || wanted > <u64>most ? most : <i64>wanted
  gas -= forwarded
  const cost = start - gas
  if (paysValue) forwarded += GAS_CALL_STIPEND

  // The range is inside the memory, or empty.
  const outputLength = <usize>load<u64>(input, 96)
  const outputAt: usize = outputLength == 0 ? 0 : memoryBase + <usize>load<u64>(input, 64)
  const length = <usize>load<u64>(input, 32)
  const inputAt: usize = length == 0 ? 0 : memoryBase + <usize>load<u64>(input)
  store<u32>(frame, <u32>(input + 128), FRAME_SP)
  store<i64>(frame, gas, FRAME_GAS)

  const depth = load<i32>(frame, FRAME_DEPTH) + 1
  const from = <usize>load<u32>(frame, FRAME_ACCOUNT)
  const caller = op == OP_DELEGATECALL ? frame + FRAME_CALLER : from + ACCOUNT_WORD
  const childStatic = isStatic || op == OP_STATICCALL
  const halt = enterCall(op, depth, from, caller, target, code, value, inputAt, length, forwarded, childStatic, cost)
  if (halt == ENTERED) {
    const child = frameAt(depth)
    store<u32>(child, <u32>outputAt, FRAME_OUTPUT)
    store<u32>(child, <u32>outputLength, FRAME_OUTPUT_LENGTH)
    return ENTERED
  }
  if (halt == HALT_HOST) return HALT_HOST
  finishCall(frame, halt == HALT_SUCCESS, unenteredGas, outputAt, outputLength)
  return HALT_SUCCESS
}

/**
 * Starts a message call at `depth`. `from` executes the call, `caller` (a word) is what the callee sees as its
 * caller, `target` is the account called and `code` the one whose code runs. `cost` is for the trace.
 */
export function enterCall(
  op: u32,
  depth: i32,
  from: usize,
  caller: usize,
  target: usize,
  code: usize,
  value: usize,
  input: usize,
  length: usize,
  gas: i64,
  isStatic: bool,
  cost: i64,
): i32 {
  const precompile = precompileAt(target + ACCOUNT_WORD)
  if (envTrace != 0) {
    const flags = (precompile != 0 ? TRACE_FLAG_PRECOMPILE : 0) | (isStatic ? TRACE_FLAG_STATIC : 0)
    traceEnter(op, depth, flags, gas, cost, from + ACCOUNT_WORD, target + ACCOUNT_WORD, value, input, length)
  }
  setReturnDataLength(0)
  unenteredGas = gas
  const halt = start(op, depth, from, caller, target, code, value, input, length, gas, isStatic, precompile)
  if (halt != ENTERED && envTrace != 0) traceExit(op, depth, halt, gas - unenteredGas, unenteredGas)
  return halt
}

function start(
  op: u32,
  depth: i32,
  from: usize,
  caller: usize,
  target: usize,
  code: usize,
  value: usize,
  input: usize,
  length: usize,
  gas: i64,
  isStatic: bool,
  precompile: i32,
): i32 {
  if (depth > MAX_DEPTH) return HALT_DEPTH
  const takesValue = op == OP_CALL || op == OP_CALLCODE
  if (takesValue && wordLess(from + ACCOUNT_BALANCE, value)) return HALT_INSUFFICIENT_BALANCE
  const position = checkpoint()
  if (op == OP_CALL) {
    if (wordIsZero(value)) {
      // Touching an account that is not there leaves nothing behind.
      if (accountExists(target) && accountIsEmpty(target)) touch(target)
    } else {
      subBalance(from, value)
      addBalance(target, value)
    }
  } else if (op == OP_STATICCALL && accountExists(target) && accountIsEmpty(target)) {
    touch(target)
  }
  if (precompile != 0) {
    const halt = runPrecompile(precompile, input, length, gas)
    unenteredGas = precompileGasLeft
    if (halt != HALT_SUCCESS) revertTo(position)
    return halt
  }
  const entry = decodedOf(code, tracesSteps())
  if (entry == 0) return HALT_HOST
  if (codeLength(entry) == 0) return HALT_SUCCESS
  const executing = op == OP_CALL || op == OP_STATICCALL ? target : from
  const hash = code + ACCOUNT_CODE_HASH
  openFrame(op, depth, executing, caller, value, input, length, gas, isStatic, position, entry, hash)
  return ENTERED
}
