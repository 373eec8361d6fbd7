// Block headers: strict decoding into one record, and encoding.

import {
  itemLen,
  itemNext,
  itemStart,
  itemU64,
  rlpFixed,
  rlpList,
  rlpString,
  rlpU256,
  rlpU64,
} from '../rlp/decode'

const BLOOM_SIZE: usize = 256
const NONCE_SIZE: usize = 8

// Fields of the header decoded last. Pointers go into its encoding.
export let headerParentHash: usize = 0
export let headerCoinbase: usize = 0
export let headerStateRoot: usize = 0
export let headerTransactionsRoot: usize = 0
export let headerReceiptsRoot: usize = 0
export let headerBloom: usize = 0
export let headerNumber: u64 = 0
export let headerGasLimit: u64 = 0
export let headerGasUsed: u64 = 0
export let headerTimestamp: u64 = 0
export let headerExtraData: usize = 0
export let headerExtraDataLen: usize = 0
export let headerMixHash: usize = 0
/** Word; meaningful when `headerHasBaseFee`. */
export const headerBaseFee: usize = memory.data(32, 8)
export let headerHasBaseFee: bool = false
export let headerHasBlobGas: bool = false
export let headerBlobGasUsed: u64 = 0
export let headerExcessBlobGas: u64 = 0
/** 32 bytes, or 0 when absent. */
export let headerParentBeaconBlockRoot: usize = 0
/** Prague: the header has a requests hash. */
export let headerHasRequests: bool = false

const difficulty: usize = memory.data(32, 8)
let cursor: usize = 0
let listEnd: usize = 0

/** Decodes the header that fills [ptr, end). Fields of later forks may be absent from some point on. */
export function decodeHeader(ptr: usize, end: usize): bool {
  headerHasBaseFee = false
  headerHasBlobGas = false
  headerBlobGasUsed = 0
  headerExcessBlobGas = 0
  headerParentBeaconBlockRoot = 0
  headerHasRequests = false
  memory.fill(headerBaseFee, 0, 32)
  if (!rlpList(ptr, end) || itemNext != end) return false
  cursor = itemStart
  listEnd = end
  if (!fixed(32)) return false
  headerParentHash = itemStart
  if (!fixed(32) || !fixed(20)) return false
  headerCoinbase = itemStart
  if (!fixed(32)) return false
  headerStateRoot = itemStart
  if (!fixed(32)) return false
  headerTransactionsRoot = itemStart
  if (!fixed(32)) return false
  headerReceiptsRoot = itemStart
  if (!fixed(BLOOM_SIZE)) return false
  headerBloom = itemStart
  if (!word(difficulty)) return false
  if (!scalar()) return false
  headerNumber = itemU64
  if (!scalar()) return false
  headerGasLimit = itemU64
  if (!scalar()) return false
  headerGasUsed = itemU64
  if (!scalar()) return false
  headerTimestamp = itemU64
  if (!rlpString(cursor, listEnd)) return false
  headerExtraData = itemStart
  headerExtraDataLen = itemLen
  cursor = itemNext
  if (!fixed(32)) return false
  headerMixHash = itemStart
  return fixed(NONCE_SIZE) && decodeLaterFields()
}

/** From London, Shanghai (withdrawals root), Cancun (three fields) and Prague (requests hash). */
function decodeLaterFields(): bool {
  if (cursor == listEnd) return true
  if (!word(headerBaseFee)) return false
  headerHasBaseFee = true
  if (cursor == listEnd) return true
  if (!fixed(32)) return false
  if (cursor == listEnd) return true
  if (!scalar()) return false
  headerBlobGasUsed = itemU64
  if (!scalar()) return false
  headerExcessBlobGas = itemU64
  headerHasBlobGas = true
  if (!fixed(32)) return false
  headerParentBeaconBlockRoot = itemStart
  if (cursor == listEnd) return true
  headerHasRequests = true
  return fixed(32) && cursor == listEnd
}

function fixed(length: usize): bool {
  if (!rlpFixed(cursor, listEnd, length)) return false
  cursor = itemNext
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
