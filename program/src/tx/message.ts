// Messages without signature: eth_call, eth_estimateGas, eth_simulateV1. They run like transactions but for the
// checks that are switched off, pay no rollup fees and use no gas of the block.

import { STATUS_BAD_INPUT, STATUS_OK } from '../../shared/status'
import { blockBaseFee, blockBlobBaseFee } from '../block/current'
import { GAS_PER_BLOB } from '../block/fees'
import { optionalItem, optionalNext, rlpOptional } from '../block/optional'
import { ENV_BASE_FEE, ENV_BLOB_BASE_FEE } from '../evm/env'
import { hostError } from '../host'
import { wordCopy, wordIsZero, wordSet } from '../num/word'
import { itemLen, itemNext, itemStart, itemU64, rlpFixed, rlpList, rlpString, rlpU256, rlpU64 } from '../rlp/decode'
import { account, accountNonce } from '../state/accounts'
import { revertTo } from '../state/journal'
import { txBegin, txEnd } from '../state/transaction'
import {
  TYPE_BLOB,
  TYPE_DYNAMIC_FEE,
  TYPE_SET_CODE,
  clearTransaction,
  readAccessList,
  readAuthorizations,
  readBlobHashes,
  setMessage,
  setMessageNonce,
  txBlobCount,
  txMaxFee,
  txMaxFeePerBlobGas,
  txMaxPriorityFee,
  txType,
  txValue,
} from './decode'
import { clearOutcome, outcomeGasPrice, outcomeSender, setOutcomeBlobGas } from './outcome'
import { buyGas, execute, prepare, settleFees } from './run'
import {
  blobGasPrice,
  checkBalance,
  checkBlobs,
  checkFees,
  checkGas,
  checkNonce,
  checkSetCode,
  computeGasPrice,
} from './validate'

/** The changes stay for the messages that follow. */
const FLAG_KEEP: u64 = 1
/** Nonce and base fee are checked as for a transaction; a contract may still send (eth_simulateV1). */
const FLAG_VALIDATE: u64 = 2

let keep: bool = false
let validate: bool = false
let hasNonce: bool = false
let pending: bool = false

/**
 * Takes back a message that was not to be kept. It stands until then, so that what it touched can be read.
 * Every entry point but those reads begins with this.
 */
export function dropMessage(): void {
  if (!pending) return
  pending = false
  revertTo(0)
}

/** The open block is gone, a message in it with it. */
export function forgetMessage(): void {
  pending = false
}

/**
 * Runs a message. Input: [flags, from, to, gas, max fee, max priority fee, max fee per blob gas, value, [nonce],
 * data, access list, [blob hashes], [authorizations]]; `to` may be empty, brackets hold none or one item.
 */
export function executeCallMessage(ptr: usize, len: usize): i32 {
  clearTransaction()
  if (!decodeMessage(ptr, ptr + len)) return STATUS_BAD_INPUT
  const status = run()
  wordCopy(ENV_BASE_FEE, blockBaseFee)
  wordCopy(ENV_BLOB_BASE_FEE, blockBlobBaseFee)
  if (hostError != 0) return hostError
  if (status != STATUS_OK) return status
  if (keep) txEnd()
  else pending = true
  return STATUS_OK
}

function run(): i32 {
  const sender = account(outcomeSender)
  const nonce = accountNonce(sender)
  clearOutcome(nonce)
  if (!hasNonce) setMessageNonce(nonce)
  const status = check(sender)
  if (hostError != 0 || status != STATUS_OK) return status
  txBegin()
  prepare()
  buyGas()
  setOutcomeBlobGas(<u64>txBlobCount * GAS_PER_BLOB)
  execute()
  // geth pays no fee recipient for a call without prices.
  if (validate || !wordIsZero(outcomeGasPrice)) settleFees(false)
  return STATUS_OK
}

/** Checks and fees; like geth, a call without prices sees a base fee of zero. */
function check(sender: usize): i32 {
  const free = wordIsZero(txMaxFee) && wordIsZero(txMaxPriorityFee)
  let status = STATUS_OK
  if (validate) status = checkNonce(sender)
  if (status == STATUS_OK && (validate || !free)) status = checkFees()
  const freeBlobs = !validate && wordIsZero(txMaxFeePerBlobGas)
  if (status == STATUS_OK) status = checkBlobs(!freeBlobs)
  if (status == STATUS_OK) status = checkSetCode()
  if (status != STATUS_OK) return status
  computeGasPrice()
  wordCopy(blobGasPrice, blockBlobBaseFee)
  if (freeBlobs && txType == TYPE_BLOB) {
    wordSet(blobGasPrice, 0)
    wordSet(ENV_BLOB_BASE_FEE, 0)
  }
  if (!validate && free) wordSet(ENV_BASE_FEE, 0)
  status = checkBalance(sender, false)
  return status == STATUS_OK ? checkGas() : status
}

function decodeMessage(ptr: usize, end: usize): bool {
  if (!rlpList(ptr, end) || itemNext != end) return false
  if (!rlpU64(itemStart, end)) return false
  keep = (itemU64 & FLAG_KEEP) != 0
  validate = (itemU64 & FLAG_VALIDATE) != 0
  if (!rlpFixed(itemNext, end, 20)) return false
  memory.copy(outcomeSender, itemStart, 20)
  if (!rlpString(itemNext, end) || (itemLen != 0 && itemLen != 20)) return false
  const to: usize = itemLen == 0 ? 0 : itemStart
  if (!rlpU64(itemNext, end) || itemU64 > <u64>i64.MAX_VALUE) return false
  const gas = itemU64
  if (!rlpU256(itemNext, end, txMaxFee) || !rlpU256(itemNext, end, txMaxPriorityFee)) return false
  if (!rlpU256(itemNext, end, txMaxFeePerBlobGas) || !rlpU256(itemNext, end, txValue)) return false
  const given = rlpOptional(itemNext, end)
  if (given < 0 || (given == 1 && !rlpU64(optionalItem, optionalNext))) return false
  hasNonce = given == 1
  const nonce = hasNonce ? itemU64 : 0
  if (!rlpString(optionalNext, end)) return false
  const data = itemStart
  const dataLen = itemLen
  if (!rlpList(itemNext, end)) return false
  const listEnd = itemNext
  if (!readAccessList(itemStart, listEnd)) return false
  const type = decodeTypeFields(listEnd, end)
  if (type < 0) return false
  setMessage(type, to, gas, nonce, data, dataLen)
  return true
}

/** Blob hashes and authorizations, which end the input: the type they make the message, or -1. */
function decodeTypeFields(ptr: usize, end: usize): i32 {
  let type = TYPE_DYNAMIC_FEE
  const blobs = rlpOptional(ptr, end)
  const blobsEnd = optionalNext
  if (blobs < 0) return -1
  if (blobs == 1) {
    type = TYPE_BLOB
    if (!rlpList(optionalItem, blobsEnd) || !readBlobHashes(itemStart, blobsEnd)) return -1
  }
  const authorizations = rlpOptional(blobsEnd, end)
  const authorizationsEnd = optionalNext
  if (authorizations < 0 || authorizationsEnd != end) return -1
  if (authorizations == 1) {
    type = TYPE_SET_CODE
    if (!rlpList(optionalItem, end) || !readAuthorizations(itemStart, end)) return -1
  }
  return type
}
