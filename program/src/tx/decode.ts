// Decodes one EIP-2718 transaction into the record below: legacy, EIP-2930, EIP-1559, EIP-4844 (without its
// sidecar), EIP-7702 and the OP Stack's deposits. Strict: canonical RLP, every field in its range, nothing
// after the last one.

import { wordHigh } from '../num/word'
import { itemLen, itemNext, itemStart, itemU64, rlpFixed, rlpList, rlpString, rlpU256, rlpU64 } from '../rlp/decode'

export const TYPE_LEGACY: i32 = 0
export const TYPE_ACCESS_LIST: i32 = 1
export const TYPE_DYNAMIC_FEE: i32 = 2
export const TYPE_BLOB: i32 = 3
export const TYPE_SET_CODE: i32 = 4
export const TYPE_DEPOSIT: i32 = 0x7e

// The transaction being executed. Pointers go into the encoding that was decoded.
export let txType: i32 = 0
/** True for a legacy transaction without EIP-155 replay protection. */
export let txUnprotected: bool = false
export let txChainId: u64 = 0
export let txNonce: u64 = 0
export let txGasLimit: u64 = 0
/** 20 bytes, or 0: creates a contract. */
export let txTo: usize = 0
export let txData: usize = 0
export let txDataLen: usize = 0
/** Payload of the access list; empty when there is none. */
export let txAccessList: usize = 0
export let txAccessListEnd: usize = 0
export let txAccessListAddresses: u64 = 0
export let txAccessListSlots: u64 = 0
/** Payload of the authorization list (EIP-7702). */
export let txAuthorizations: usize = 0
export let txAuthorizationsEnd: usize = 0
export let txAuthorizationCount: u64 = 0
/** Payload of the list of blob versioned hashes: each is 0xa0 and 32 bytes. */
export let txBlobHashes: usize = 0
export let txBlobCount: i32 = 0
/** 0 or 1; anything else is no valid signature. */
export let txYParity: u64 = 0
/** The encoded fields that are signed, without the list's prefix. */
export let txSignedStart: usize = 0
export let txSignedEnd: usize = 0
// Deposits only.
export let txSourceHash: usize = 0
export let txDepositFrom: usize = 0
export let txIsSystem: bool = false

/** Words. */
export const txValue: usize = memory.data(32, 8)
/** Gas price of legacy and EIP-2930 transactions. */
export const txMaxFee: usize = memory.data(32, 8)
/** Equal to `txMaxFee` for legacy and EIP-2930 transactions. */
export const txMaxPriorityFee: usize = memory.data(32, 8)
export const txMaxFeePerBlobGas: usize = memory.data(32, 8)
export const txR: usize = memory.data(32, 8)
export const txS: usize = memory.data(32, 8)
export const txMint: usize = memory.data(32, 8)

const wideV: usize = memory.data(32, 8)
let cursor: usize = 0
let listEnd: usize = 0

/** Decodes [ptr, end). False: malformed, or a type that no fork has. */
export function decodeTransaction(ptr: usize, end: usize): bool {
  clear()
  if (ptr >= end) return false
  const first = <i32>load<u8>(ptr)
  if (first >= 0xc0) return open(ptr, end) && decodeLegacy()
  if (!open(ptr + 1, end)) return false
  txType = first
  switch (first) {
    case TYPE_ACCESS_LIST:
      return decodeAccessListTransaction()
    case TYPE_DYNAMIC_FEE:
      return decodeDynamicFee() && finishSigned()
    case TYPE_BLOB:
      return decodeBlob()
    case TYPE_SET_CODE:
      return decodeDynamicFee() && decodeAuthorizations() && finishSigned()
    case TYPE_DEPOSIT:
      return decodeDeposit()
    default:
      return false
  }
}

/**
 * As `decodeTransaction`, and takes a blob transaction with its sidecar too (EIP-4844, "Networking": a list of the
 * transaction and what travels with it), without looking at that. No block of Ethereum holds such a one, but
 * Anvil's do: its transactions root is over what was sent to it.
 */
export function decodeL1Transaction(ptr: usize, end: usize): bool {
  if (ptr < end && load<u8>(ptr) == TYPE_BLOB && rlpList(ptr + 1, end) && itemNext == end) {
    const first = itemStart
    if (rlpList(first, end)) {
      const behind = itemNext
      clear()
      txType = TYPE_BLOB
      return open(first, behind) && decodeBlob()
    }
  }
  return decodeTransaction(ptr, end)
}

function clear(): void {
  txType = TYPE_LEGACY
  txUnprotected = false
  txChainId = 0
  txNonce = 0
  txTo = 0
  txAccessList = 0
  txAccessListEnd = 0
  txAccessListAddresses = 0
  txAccessListSlots = 0
  txAuthorizations = 0
  txAuthorizationsEnd = 0
  txAuthorizationCount = 0
  txBlobHashes = 0
  txBlobCount = 0
  txSourceHash = 0
  txDepositFrom = 0
  txIsSystem = false
  memory.fill(txMaxFeePerBlobGas, 0, 32)
  memory.fill(txMint, 0, 32)
}

/** Enters the list that must fill [ptr, end). */
function open(ptr: usize, end: usize): bool {
  if (!rlpList(ptr, end) || itemNext != end) return false
  cursor = itemStart
  listEnd = end
  txSignedStart = cursor
  return true
}

function scalar(): bool {
  if (!rlpU64(cursor, listEnd)) return false
  cursor = itemNext
  return true
}

function word(into: usize): bool {
  if (!rlpU256(cursor, listEnd, into)) return false
  cursor = itemNext
  return true
}

/** A recipient: 20 bytes, or empty. */
function recipient(): bool {
  if (!rlpString(cursor, listEnd)) return false
  if (itemLen == 20) txTo = itemStart
  else if (itemLen != 0) return false
  cursor = itemNext
  return true
}

function payload(): bool {
  if (!rlpString(cursor, listEnd)) return false
  txData = itemStart
  txDataLen = itemLen
  cursor = itemNext
  return true
}

/** [nonce, gasPrice, gasLimit, to, value, data, v, r, s]; v = 27, 28 or chainId * 2 + 35, 36 (EIP-155). */
function decodeLegacy(): bool {
  if (!scalar()) return false
  txNonce = itemU64
  if (!decodeGasPrice() || !recipient() || !word(txValue) || !payload()) return false
  txSignedEnd = cursor
  if (!word(wideV)) return false
  // No chain of ours has an id that large: a v above 64 bits is one of another chain.
  const v = wordHigh(wideV) != 0 ? u64.MAX_VALUE : load<u64>(wideV)
  if (v == 27 || v == 28) {
    txUnprotected = true
    txYParity = v - 27
  } else if (v >= 35) {
    txChainId = (v - 35) >> 1
    txYParity = (v - 35) & 1
  } else {
    txUnprotected = true
    txYParity = u64.MAX_VALUE
  }
  return word(txR) && word(txS) && cursor == listEnd
}

/** gasPrice, gasLimit. */
function decodeGasPrice(): bool {
  if (!word(txMaxFee) || !scalar()) return false
  memory.copy(txMaxPriorityFee, txMaxFee, 32)
  txGasLimit = itemU64
  return true
}

/** EIP-2930: [chainId, nonce, gasPrice, gasLimit, to, value, data, accessList, yParity, r, s]. */
function decodeAccessListTransaction(): bool {
  if (!scalar()) return false
  txChainId = itemU64
  if (!scalar()) return false
  txNonce = itemU64
  return (
    decodeGasPrice() && recipient() && word(txValue) && payload() && decodeAccessList() && finishSigned()
  )
}

/** EIP-1559 and its followers: [chainId, nonce, tip, fee, gasLimit, to, value, data, accessList, ... */
function decodeDynamicFee(): bool {
  if (!scalar()) return false
  txChainId = itemU64
  if (!scalar()) return false
  txNonce = itemU64
  if (!word(txMaxPriorityFee) || !word(txMaxFee) || !scalar()) return false
  txGasLimit = itemU64
  return recipient() && word(txValue) && payload() && decodeAccessList()
}

/** EIP-4844: ..., maxFeePerBlobGas, blobVersionedHashes, yParity, r, s]. */
function decodeBlob(): bool {
  return decodeDynamicFee() && word(txMaxFeePerBlobGas) && decodeBlobHashes() && finishSigned()
}

/** ..., yParity, r, s]. */
function finishSigned(): bool {
  txSignedEnd = cursor
  if (!scalar()) return false
  txYParity = itemU64
  return word(txR) && word(txS) && cursor == listEnd
}

/** [[address, [slot, ...]], ...] (EIP-2930). */
function decodeAccessList(): bool {
  if (!rlpList(cursor, listEnd)) return false
  const next = itemNext
  if (!readAccessList(itemStart, itemNext)) return false
  cursor = next
  return true
}

/** Checks the access list with payload [ptr, end), counts it and makes it the transaction's. */
export function readAccessList(ptr: usize, end: usize): bool {
  txAccessList = ptr
  txAccessListEnd = end
  txAccessListAddresses = 0
  txAccessListSlots = 0
  while (ptr < end) {
    if (!rlpList(ptr, end)) return false
    const entry = itemStart
    const entryEnd = itemNext
    if (!rlpFixed(entry, entryEnd, 20) || !rlpList(itemNext, entryEnd) || itemNext != entryEnd) return false
    let slot = itemStart
    while (slot < entryEnd) {
      if (!rlpFixed(slot, entryEnd, 32)) return false
      slot = itemNext
      txAccessListSlots++
    }
    txAccessListAddresses++
    ptr = entryEnd
  }
  return true
}

function decodeBlobHashes(): bool {
  if (!rlpList(cursor, listEnd)) return false
  const next = itemNext
  if (!readBlobHashes(itemStart, next)) return false
  cursor = next
  return true
}

/** Checks the list of versioned hashes with payload [ptr, end) and makes it the transaction's. */
export function readBlobHashes(ptr: usize, end: usize): bool {
  txBlobHashes = ptr
  txBlobCount = 0
  while (ptr < end) {
    if (!rlpFixed(ptr, end, 32)) return false
    ptr = itemNext
    txBlobCount++
  }
  return true
}

/** [[chainId, address, nonce, yParity, r, s], ...] (EIP-7702). */
function decodeAuthorizations(): bool {
  if (!rlpList(cursor, listEnd)) return false
  const next = itemNext
  if (!readAuthorizations(itemStart, next)) return false
  cursor = next
  return true
}

/** Checks the authorizations with payload [ptr, end) and makes them the transaction's. */
export function readAuthorizations(ptr: usize, end: usize): bool {
  txAuthorizations = ptr
  txAuthorizationsEnd = end
  txAuthorizationCount = 0
  while (ptr < end) {
    if (!decodeAuthorization(ptr, end)) return false
    ptr = authNext
    txAuthorizationCount++
  }
  return true
}

// The authorization that `decodeAuthorization` read last.
export const authChainId: usize = memory.data(32, 8)
export let authAddress: usize = 0
export let authNonce: u64 = 0
export let authYParity: u64 = 0
export const authR: usize = memory.data(32, 8)
export const authS: usize = memory.data(32, 8)
export let authNext: usize = 0

/** Reads one authorization tuple. yParity is below 2^8, as EIP-7702 has it. */
export function decodeAuthorization(ptr: usize, end: usize): bool {
  if (!rlpList(ptr, end)) return false
  const next = itemNext
  if (!rlpU256(itemStart, next, authChainId) || !rlpFixed(itemNext, next, 20)) return false
  authAddress = itemStart
  if (!rlpU64(itemNext, next)) return false
  authNonce = itemU64
  if (!rlpU64(itemNext, next) || itemU64 > 0xff) return false
  authYParity = itemU64
  if (!rlpU256(itemNext, next, authR) || !rlpU256(itemNext, next, authS) || itemNext != next) return false
  authNext = next
  return true
}

/** [sourceHash, from, to, mint, value, gasLimit, isSystemTx, data] (OP Stack specs, "Deposits"). */
function decodeDeposit(): bool {
  if (!rlpFixed(cursor, listEnd, 32)) return false
  txSourceHash = itemStart
  if (!rlpFixed(itemNext, listEnd, 20)) return false
  txDepositFrom = itemStart
  cursor = itemNext
  if (!recipient() || !word(txMint) || !word(txValue) || !scalar()) return false
  txGasLimit = itemU64
  if (!scalar() || itemU64 > 1) return false
  txIsSystem = itemU64 == 1
  if (!payload() || cursor != listEnd) return false
  memory.fill(txMaxFee, 0, 32)
  memory.fill(txMaxPriorityFee, 0, 32)
  return true
}

// --- messages (eth_call and its kin) fill the same record ---

export function clearTransaction(): void {
  clear()
  txType = TYPE_DYNAMIC_FEE
  txData = 0
  txDataLen = 0
  txGasLimit = 0
  memory.fill(txValue, 0, 32)
  memory.fill(txMaxFee, 0, 32)
  memory.fill(txMaxPriorityFee, 0, 32)
}

export function setMessage(type: i32, to: usize, gas: u64, nonce: u64, data: usize, dataLen: usize): void {
  txType = type
  txTo = to
  txGasLimit = gas
  txNonce = nonce
  txData = data
  txDataLen = dataLen
}

export function setMessageNonce(nonce: u64): void {
  txNonce = nonce
}
