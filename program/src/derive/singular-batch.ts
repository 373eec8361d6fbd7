// Singular batches (OP Stack spec, derivation, "Batch Format"): one block each. Pointers go into the
// encoding.

import { itemIsList, itemNext, itemStart, itemU64, rlpFixed, rlpItem, rlpList, rlpU64 } from '../rlp/decode'

export let batchParentHash: usize = 0
export let batchEpochNumber: u64 = 0
export let batchEpochHash: usize = 0
export let batchTimestamp: u64 = 0
/** The payload of the list of transactions: strings, each an EIP-2718 encoding. */
export let batchTransactions: usize = 0
export let batchTransactionsEnd: usize = 0
export let batchTransactionCount: u32 = 0

/** Decodes the batch at the beginning of [ptr, ptr + len), without its version byte. What follows it is ignored, as in op-node. */
export function singularDecode(ptr: usize, len: usize): bool {
  if (!rlpList(ptr, ptr + len)) return false
  const end = itemNext
  if (!rlpFixed(itemStart, end, 32)) return false
  batchParentHash = itemStart
  if (!rlpU64(itemNext, end)) return false
  batchEpochNumber = itemU64
  if (!rlpFixed(itemNext, end, 32)) return false
  batchEpochHash = itemStart
  if (!rlpU64(itemNext, end)) return false
  batchTimestamp = itemU64
  if (!rlpList(itemNext, end) || itemNext != end) return false
  batchTransactions = itemStart
  batchTransactionsEnd = end
  return countTransactions()
}

/** Makes a block of a span the batch at hand, with as many transactions, which are checked elsewhere. */
export function setSingular(
  parentHash: usize,
  epochNumber: u64,
  epochHash: usize,
  timestamp: u64,
  transactions: u32,
): void {
  batchParentHash = parentHash
  batchEpochNumber = epochNumber
  batchEpochHash = epochHash
  batchTimestamp = timestamp
  batchTransactions = 0
  batchTransactionsEnd = 0
  batchTransactionCount = transactions
}

function countTransactions(): bool {
  batchTransactionCount = 0
  let ptr = batchTransactions
  while (ptr < batchTransactionsEnd) {
    if (!rlpItem(ptr, batchTransactionsEnd) || itemIsList) return false
    ptr = itemNext
    batchTransactionCount++
  }
  return true
}
