// A message from outside the EVM: a transaction's call or creation, a system call, eth_call. Frames are opened
// and closed here; `run` executes the topmost one until it needs that.

import { HALT_HOST, HALT_SUCCESS } from '../../shared/halt'
import { STATUS_INTERRUPTED } from '../../shared/status'
import { hostError, interrupted, setHostError } from '../host'
import { EVM_MEMORY } from '../layout'
import { account, warmAddress } from '../state/accounts'
import { ACCOUNT_ADDRESS, ACCOUNT_WORD } from '../state/records'
import { ENTERED, codeAccount, enterCall, opCall, unenteredGas } from './calls'
import { codeCacheCheckRules } from './code'
import { createdAccount, enterCreate, opCreate } from './create'
import { FRAME_GAS, frameAt } from './frame'
import { closeFrame, reloadCode, saveMemory } from './frames'
import { returnDataLength, setMemory, setReturnDataLength } from './memory'
import { OP_CALL, OP_CREATE, OP_CREATE2 } from './opcodes'
import { RUN_NEST, RUN_PAUSE, run, runOpcode } from './run'

export const MESSAGE_CALL: i32 = 0
export const MESSAGE_CREATE: i32 = 1

/** Opening a frame counts as this much gas toward the next question to the host. */
const NEST_WEIGHT: i32 = 2000
const PAUSE_WEIGHT: i32 = 1_000_000

/** Gas left after the last message. */
export let messageGasLeft: u64 = 0
/** Bytes of output of the last message, in RETURN_DATA: a revert's reason, a creation's code. */
export let messageReturnLength: usize = 0
/** 20 bytes: the account that the last creation message was to create; 0 when none was determined. */
export let messageContract: usize = 0

/**
 * Executes a message and returns its halt code; HALT_HOST when the run was given up with `hostError` set.
 *
 * `caller` and `to` are 20-byte addresses, `value` is a word. For a creation `to` is not read, `data` is the
 * init code, the new address follows from the caller's nonce, which is then incremented (not for a call). `gas`
 * is below 2^63. Changes of the state are undone on any halt but success.
 */
export function executeMessage(
  kind: i32,
  caller: usize,
  to: usize,
  value: usize,
  data: usize,
  length: usize,
  gas: u64,
  isStatic: bool,
): i32 {
  messageGasLeft = 0
  messageReturnLength = 0
  messageContract = 0
  if (hostError != 0) return HALT_HOST
  codeCacheCheckRules()
  setMemory(EVM_MEMORY, 0)
  setReturnDataLength(0)
  const from = account(caller)
  let halt: i32
  if (kind == MESSAGE_CREATE) {
    halt = enterCreate(OP_CREATE, 0, from, value, data, length, <i64>gas, 0, 0)
    if (hostError == 0) messageContract = createdAccount + ACCOUNT_ADDRESS
  } else {
    const target = account(to)
    const code = codeAccount(target)
    if (hostError != 0) return HALT_HOST
    // A delegation's target is warm for the transaction (EIP-7702).
    if (code != target) warmAddress(code)
    halt = enterCall(OP_CALL, 0, from, from + ACCOUNT_WORD, target, code, value, data, length, <i64>gas, isStatic, 0)
  }
  let left = unenteredGas
  if (halt == ENTERED) {
    halt = runFrames()
    left = load<i64>(frameAt(0), FRAME_GAS)
  }
  setMemory(EVM_MEMORY, 0)
  if (hostError != 0) return HALT_HOST
  messageGasLeft = <u64>left
  messageReturnLength = returnDataLength
  return halt
}

/** Runs the frame at depth 0 and what it opens to its end. */
function runFrames(): i32 {
  let depth = 0
  let weight = PAUSE_WEIGHT
  while (true) {
    const frame = frameAt(depth)
    if (!reloadCode(frame)) return HALT_HOST
    let halt = run(frame)
    saveMemory(frame)
    if (halt == RUN_PAUSE) {
      weight -= PAUSE_WEIGHT
    } else if (halt == RUN_NEST) {
      weight -= NEST_WEIGHT
      halt = nest(frame)
    }
    if (weight <= 0) {
      weight = PAUSE_WEIGHT
      if (interrupted() != 0) setHostError(STATUS_INTERRUPTED, 0)
    }
    if (hostError != 0) return HALT_HOST
    if (halt == ENTERED) depth++
    else if (halt != RUN_PAUSE) {
      halt = closeFrame(frame, halt)
      if (depth == 0) return halt
      depth--
    }
  }
}

/** The call or creation that the frame stopped at: ENTERED, RUN_PAUSE when it goes on at once, or its halt. */
function nest(frame: usize): i32 {
  const op = runOpcode
  const halt = op == OP_CREATE || op == OP_CREATE2 ? opCreate(frame, op) : opCall(frame, op)
  // The operands may have made the memory grow. (What opens a frame keeps its parent's bounds itself.)
  if (halt != ENTERED) saveMemory(frame)
  return halt == HALT_SUCCESS ? RUN_PAUSE : halt
}
