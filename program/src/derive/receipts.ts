// The logs of an L1 block, one after the other, out of its receipts (EIP-658, EIP-2718).

import { itemLen, itemNext, itemStart, rlpFixed, rlpList, rlpString } from '../rlp/decode'
import { listItem, listItemLength } from './list-trie'

/** 20 bytes. */
export let logAddress: usize = 0
/** The topics' RLP: each is 0xa0 and 32 bytes. */
export let logTopics: usize = 0
export let logTopicCount: u32 = 0
export let logData: usize = 0
export let logDataLength: usize = 0
/** Among all logs of the block. */
export let logIndex: u64 = 0

let items: usize = 0
let receipts: u32 = 0
let nextReceipt: u32 = 0
let cursor: usize = 0
let end: usize = 0
let nextIndex: u64 = 0

/** Begins with the first log of `count` receipts (list-trie.ts). */
export function logsOpen(list: usize, count: u32): void {
  items = list
  receipts = count
  nextReceipt = 0
  cursor = 0
  end = 0
  nextIndex = 0
}

/** Reads the next log: 1; 0 when there is none, -1 when a receipt is malformed. Failed transactions have no logs. */
export function logsNext(): i32 {
  while (cursor == end) {
    if (nextReceipt == receipts) return 0
    if (!openReceipt(nextReceipt++)) return -1
  }
  if (!rlpList(cursor, end)) return -1
  const log = itemStart
  cursor = itemNext
  if (!rlpFixed(log, cursor, 20)) return -1
  logAddress = itemStart
  if (!rlpList(itemNext, cursor)) return -1
  logTopics = itemStart
  const dataItem = itemNext
  if (itemLen % 33 != 0 || itemLen > 4 * 33) return -1
  logTopicCount = <u32>(itemLen / 33)
  for (let topic = logTopics; topic < dataItem; topic += 33) if (load<u8>(topic) != 0xa0) return -1
  if (!rlpString(dataItem, cursor) || itemNext != cursor) return -1
  logData = itemStart
  logDataLength = itemLen
  logIndex = nextIndex++
  return 1
}

function openReceipt(index: u32): bool {
  let ptr = listItem(items, index)
  const receiptEnd = ptr + listItemLength(items, index)
  if (ptr < receiptEnd && load<u8>(ptr) < 0x80) ptr++
  if (!rlpList(ptr, receiptEnd) || itemNext != receiptEnd) return false
  // Status (or, long ago, a state root), cumulative gas, bloom.
  if (!rlpString(itemStart, receiptEnd)) return false
  if (!rlpString(itemNext, receiptEnd)) return false
  if (!rlpFixed(itemNext, receiptEnd, 256)) return false
  if (!rlpList(itemNext, receiptEnd)) return false
  cursor = itemStart
  end = itemNext
  return true
}

/** 32 bytes: topic `i`. */
export function logTopic(i: u32): usize {
  return logTopics + <usize>i * 33 + 1
}
