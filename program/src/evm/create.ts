// Creations: CREATE and CREATE2 with their gas, the new address, and the deposit of code.

import {
  HALT_CODE_SIZE,
  HALT_CODE_STORE_OUT_OF_GAS,
  HALT_CREATE_COLLISION,
  HALT_DEPTH,
  HALT_HOST,
  HALT_INIT_CODE_SIZE,
  HALT_INSUFFICIENT_BALANCE,
  HALT_INVALID_CODE,
  HALT_NONCE_OVERFLOW,
  HALT_OUT_OF_GAS,
  HALT_REVERT,
  HALT_SUCCESS,
} from '../../shared/halt'
import { SPEC_SHANGHAI } from '../../shared/abi'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { MAX_DEPTH, RETURN_DATA } from '../layout'
import { wordCopy, wordFromAddress, wordLess, wordSet, wordToBytes } from '../num/word'
import { rlpWriteBytes, rlpWriteList, rlpWriteU64, rlpU64Length } from '../rlp/encode'
import {
  accountByWord,
  accountCollides,
  accountNonce,
  addBalance,
  markCreated,
  setNonce,
  subBalance,
  warmAddress,
} from '../state/accounts'
import { setCode } from '../state/code'
import { checkpoint } from '../state/journal'
import { ACCOUNT_ADDRESS, ACCOUNT_BALANCE, ACCOUNT_WORD } from '../state/records'
import { ENTERED, setUnenteredGas, unenteredGas } from './calls'
import { decodedInitCode } from './code'
import { envSpec, envTrace } from './env'
import { FRAME_ACCOUNT, FRAME_DEPTH, FRAME_GAS, FRAME_SP } from './frame'
import { openFrame, tracesSteps } from './frames'
import {
  GAS_CODE_DEPOSIT_BYTE,
  GAS_CREATE,
  GAS_INIT_CODE_WORD,
  GAS_KECCAK256_WORD,
  MAX_CODE_SIZE,
  MAX_INIT_CODE_SIZE,
} from './gas'
import { expandRange, memoryBase, returnDataLength, setReturnDataLength } from './memory'
import { OP_CREATE2 } from './opcodes'
import { traceEnter, traceExit } from './trace'

/** Gas left after the last successful `depositCode`. */
export let depositGas: i64 = 0
/** The account that the last `enterCreate` creates. */
export let createdAccount: usize = 0

/**
 * CREATE or CREATE2 of the frame. Returns ENTERED when a frame was opened, HALT_SUCCESS when the creation is
 * over and the frame goes on, else how the frame halts.
 */
export function opCreate(frame: usize, op: u32): i32 {
  const sp = <usize>load<u32>(frame, FRAME_SP)
  const start = load<i64>(frame, FRAME_GAS)
  // Words: value, offset, length, salt if CREATE2.
  let gas = expandRange(sp + 32, sp + 64, start) - GAS_CREATE
  if (gas < 0) return HALT_OUT_OF_GAS
  const length = load<u64>(sp, 64)
  const words = <i64>((length + 31) >> 5)
  if (envSpec >= SPEC_SHANGHAI) {
    if (length > MAX_INIT_CODE_SIZE) return HALT_INIT_CODE_SIZE
    gas -= GAS_INIT_CODE_WORD * words
  }
  if (op == OP_CREATE2) gas -= GAS_KECCAK256_WORD * words
  if (gas < 0) return HALT_OUT_OF_GAS
  const cost = start - gas
  const forwarded = gas - gas / 64

  const salt: usize = op == OP_CREATE2 ? sp + 96 : 0
  store<u32>(frame, <u32>(op == OP_CREATE2 ? sp + 128 : sp + 96), FRAME_SP)
  store<i64>(frame, gas - forwarded, FRAME_GAS)
  const init: usize = length == 0 ? 0 : memoryBase + <usize>load<u64>(sp, 32)
  const depth = load<i32>(frame, FRAME_DEPTH) + 1
  const creator = <usize>load<u32>(frame, FRAME_ACCOUNT)
  const halt = enterCreate(op, depth, creator, sp, init, <usize>length, forwarded, salt, cost)
  if (halt == ENTERED || halt == HALT_HOST) return halt
  pushCreated(frame, halt, unenteredGas, 0)
  return HALT_SUCCESS
}

const address: usize = memory.data(32, 8)

/** Starts a creation by `creator` at `depth`; `value` and `salt` are words, `salt` is 0 for CREATE. */
export function enterCreate(
  op: u32,
  depth: i32,
  creator: usize,
  value: usize,
  init: usize,
  length: usize,
  gas: i64,
  salt: usize,
  cost: i64,
): i32 {
  if (salt == 0) createAddress(creator + ACCOUNT_ADDRESS, accountNonce(creator))
  else create2Address(creator + ACCOUNT_ADDRESS, salt, init, length)
  if (envTrace != 0) traceEnter(op, depth, 0, gas, cost, creator + ACCOUNT_WORD, address, value, init, length)
  setReturnDataLength(0)
  setUnenteredGas(gas)
  const halt = start(op, depth, creator, value, init, length, gas)
  if (halt == HALT_CREATE_COLLISION) setUnenteredGas(0)
  if (halt != ENTERED && envTrace != 0) traceExit(op, depth, halt, gas - unenteredGas, unenteredGas)
  return halt
}

function start(op: u32, depth: i32, creator: usize, value: usize, init: usize, length: usize, gas: i64): i32 {
  if (depth > MAX_DEPTH) return HALT_DEPTH
  if (wordLess(creator + ACCOUNT_BALANCE, value)) return HALT_INSUFFICIENT_BALANCE
  const nonce = accountNonce(creator)
  if (nonce == u64.MAX_VALUE) return HALT_NONCE_OVERFLOW
  setNonce(creator, nonce + 1)
  const account = accountByWord(address)
  if (hostError != 0) return HALT_HOST
  createdAccount = account
  // Warm even if the creation fails (EIP-2929).
  warmAddress(account)
  if (accountCollides(account)) return HALT_CREATE_COLLISION
  const entry = decodedInitCode(init, length, tracesSteps())
  if (entry == 0) return HALT_HOST
  const position = checkpoint()
  markCreated(account)
  setNonce(account, 1)
  subBalance(creator, value)
  addBalance(account, value)
  openFrame(op, depth, account, creator + ACCOUNT_WORD, value, 0, 0, gas, false, position, entry, 0)
  return ENTERED
}

const preimageBytes: usize = memory.data(96, 8)
const digest: usize = memory.data(32, 8)

/** The last 20 bytes of keccak256(rlp([creator, nonce])). */
function createAddress(creator: usize, nonce: u64): void {
  let ptr = rlpWriteList(preimageBytes, 21 + rlpU64Length(nonce))
  ptr = rlpWriteBytes(ptr, creator, 20)
  ptr = rlpWriteU64(ptr, nonce)
  keccak256(preimageBytes, ptr - preimageBytes, digest)
  wordFromAddress(address, digest + 12)
}

/** The last 20 bytes of keccak256(0xff, creator, salt, keccak256(init code)) (EIP-1014). */
function create2Address(creator: usize, salt: usize, init: usize, length: usize): void {
  store<u8>(preimageBytes, 0xff)
  memory.copy(preimageBytes + 1, creator, 20)
  wordToBytes(preimageBytes + 21, salt)
  keccak256(init, length, preimageBytes + 53)
  keccak256(preimageBytes, 85, digest)
  wordFromAddress(address, digest + 12)
}

/** Deploys the return data at an account, for its gas; returns a halt code and sets `depositGas`. */
export function depositCode(account: usize, gas: i64): i32 {
  const length = returnDataLength
  if (length > MAX_CODE_SIZE) return HALT_CODE_SIZE
  // EIP-3541.
  if (length > 0 && load<u8>(RETURN_DATA) == 0xef) return HALT_INVALID_CODE
  const cost = GAS_CODE_DEPOSIT_BYTE * <i64>length
  if (cost > gas) return HALT_CODE_STORE_OUT_OF_GAS
  depositGas = gas - cost
  if (length != 0) setCode(account, RETURN_DATA, length)
  return HALT_SUCCESS
}

/** Pushes the new address, or 0, and returns the gas. Only a revert leaves return data. */
export function pushCreated(parent: usize, halt: i32, gas: i64, account: usize): void {
  store<i64>(parent, load<i64>(parent, FRAME_GAS) + gas, FRAME_GAS)
  const sp = <usize>load<u32>(parent, FRAME_SP) - 32
  store<u32>(parent, <u32>sp, FRAME_SP)
  if (halt == HALT_SUCCESS) wordCopy(sp, account + ACCOUNT_WORD)
  else wordSet(sp, 0)
  if (halt != HALT_REVERT) setReturnDataLength(0)
}
