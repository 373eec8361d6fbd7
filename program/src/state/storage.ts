// Storage slots of the open block: loaded from their account's trie on first use, journaled when written.
// Transient storage (EIP-1153) is the same without a trie.

import { arenaAlloc } from '../arena'
import { hostError, placeHostError, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { wordCopy, wordSet, wordToBytes } from '../num/word'
import { rlpU256, itemNext } from '../rlp/decode'
import { EMPTY_ROOT, isEmptyRoot, trieGet, trieValue } from '../trie/read'
import { STATUS_MALFORMED_NODE } from '../../shared/status'
import { transactionNumber } from './accounts'
import { CHANGE_SLOT, CHANGE_TRANSIENT, ENTRY_OLD, WARM_SLOT, journalAdd, refundCounter } from './journal'
import {
  ACCOUNT_ADDRESS,
  ACCOUNT_SLOTS,
  ACCOUNT_STORAGE_ROOT,
  ACCOUNT_TRIE,
  SLOT_ACCOUNT,
  SLOT_AT_BLOCK,
  SLOT_IN_TRIE,
  SLOT_KEY,
  SLOT_NEXT,
  SLOT_NEXT_TOUCHED,
  SLOT_ORIGINAL,
  SLOT_SIZE,
  SLOT_TOUCHED,
  SLOT_TRIE_KEY,
  SLOT_VALUE,
  SLOT_WARM,
} from './records'
import { tableAdd, tableClear, tableFind, tableInit } from './table'

const BUCKETS: u32 = 4096
const TRANSIENT_BUCKETS: u32 = 64
/** Transient records hold key, value and account where slots do. */
const TRANSIENT_SIZE: usize = SLOT_SIZE

const table: usize = memory.data(16, 8)
const transients: usize = memory.data(16, 8)
const trieKey: usize = memory.data(32, 8)
/** What `slot` returns once a host error stands. */
const scratch: usize = memory.data(224, 8)
const zero: usize = memory.data(32, 8)

/** Slots the open transaction has used, newest first, linked by SLOT_NEXT_TOUCHED. */
export let touchedSlots: usize = 0

export function storageOpen(): void {
  tableInit(table, BUCKETS)
  tableInit(transients, TRANSIENT_BUCKETS)
  touchedSlots = 0
}

export function storageNextTransaction(): void {
  touchedSlots = 0
  tableClear(transients, TRANSIENT_BUCKETS)
}

/** The slot `key` (a word) of an account; its value is at `slotValue`. Never 0. */
export function slot(account: usize, key: usize): usize {
  let record = tableFind(table, <u32>account, key, SLOT_KEY, SLOT_ACCOUNT)
  if (record == 0) {
    record = loadSlot(account, key)
    if (hostError != 0) return scratch
  }
  if (load<u32>(record, SLOT_TOUCHED) != transactionNumber) {
    store<u32>(record, transactionNumber, SLOT_TOUCHED)
    store<u32>(record, <u32>touchedSlots, SLOT_NEXT_TOUCHED)
    touchedSlots = record
    wordCopy(record + SLOT_ORIGINAL, record + SLOT_VALUE)
  }
  return record
}

function loadSlot(account: usize, key: usize): usize {
  const record = arenaAlloc(SLOT_SIZE)
  if (hostError != 0) return scratch
  wordCopy(record + SLOT_KEY, key)
  wordToBytes(trieKey, key)
  keccak256(trieKey, 32, record + SLOT_TRIE_KEY)
  if (!isEmptyRoot(account + ACCOUNT_STORAGE_ROOT)) {
    const length = trieGet(account + ACCOUNT_STORAGE_ROOT, record + SLOT_TRIE_KEY)
    if (length > 0) {
      const end = trieValue + <usize>length
      if (!rlpU256(trieValue, end, record + SLOT_VALUE) || itemNext != end) {
        setHostError(STATUS_MALFORMED_NODE, record + SLOT_TRIE_KEY)
      }
    }
    if (hostError != 0) {
      placeHostError(account + ACCOUNT_ADDRESS, trieKey)
      return scratch
    }
    wordCopy(record + SLOT_AT_BLOCK, record + SLOT_VALUE)
    wordCopy(record + SLOT_IN_TRIE, record + SLOT_VALUE)
  }
  store<u32>(record, <u32>account, SLOT_ACCOUNT)
  store<u32>(record, u32.MAX_VALUE, SLOT_WARM)
  store<u32>(record, u32.MAX_VALUE, SLOT_TOUCHED)
  store<u32>(record, load<u32>(account, ACCOUNT_SLOTS), SLOT_NEXT)
  store<u32>(account, <u32>record, ACCOUNT_SLOTS)
  tableAdd(table, record, SLOT_KEY, SLOT_ACCOUNT)
  return record
}

/** Word. */
// @ts-ignore: decorator
@inline
export function slotValue(record: usize): usize {
  return record + SLOT_VALUE
}

/** Writes a word to a slot, journaled together with the refund counter as it is now. */
// @ts-ignore: decorator
@inline
export function setSlot(record: usize, value: usize): void {
  const entry = journalAdd(CHANGE_SLOT, record, <u64>refundCounter)
  wordCopy(entry + ENTRY_OLD, record + SLOT_VALUE)
  wordCopy(record + SLOT_VALUE, value)
}

/** Makes a slot warm for the transaction (EIP-2929); true when it was cold. */
// @ts-ignore: decorator
@inline
export function warmSlot(record: usize): bool {
  if (load<u32>(record, SLOT_WARM) == transactionNumber) return false
  store<u32>(record, transactionNumber, SLOT_WARM)
  journalAdd(WARM_SLOT, record, 0)
  return true
}

/** Pointer to the value (a word) of an account's slot `key` (a word). */
export function sloadRaw(account: usize, key: usize): usize {
  return slotValue(slot(account, key))
}

/** Writes a word to an account's slot `key` (a word): journaled, no gas, no refund. */
export function sstoreRaw(account: usize, key: usize, value: usize): void {
  setSlot(slot(account, key), value)
}

/** Empties an account's storage, not journaled: when it is destroyed, or replaced by an override. */
export function clearStorage(account: usize): void {
  wordCopy(account + ACCOUNT_STORAGE_ROOT, EMPTY_ROOT)
  store<u32>(account, 0, ACCOUNT_TRIE)
  for (let record = <usize>load<u32>(account, ACCOUNT_SLOTS); record != 0; record = load<u32>(record, SLOT_NEXT)) {
    wordSet(record + SLOT_VALUE, 0)
    wordSet(record + SLOT_IN_TRIE, 0)
  }
}

/** Pointer to the value (a word) of transient slot `key` (a word). */
export function transientLoad(account: usize, key: usize): usize {
  const record = tableFind(transients, <u32>account, key, SLOT_KEY, SLOT_ACCOUNT)
  return record == 0 ? zero : record + SLOT_VALUE
}

export function transientStore(account: usize, key: usize, value: usize): void {
  let record = tableFind(transients, <u32>account, key, SLOT_KEY, SLOT_ACCOUNT)
  if (record == 0) {
    record = arenaAlloc(TRANSIENT_SIZE)
    if (hostError != 0) return
    wordCopy(record + SLOT_KEY, key)
    store<u32>(record, <u32>account, SLOT_ACCOUNT)
    tableAdd(transients, record, SLOT_KEY, SLOT_ACCOUNT)
  }
  const entry = journalAdd(CHANGE_TRANSIENT, record, 0)
  wordCopy(entry + ENTRY_OLD, record + SLOT_VALUE)
  wordCopy(record + SLOT_VALUE, value)
}
