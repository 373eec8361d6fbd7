// Accounts and slots that changed in the block, or that the last transaction or message touched
// (shared/result.ts, DIFF_*).

import {
  DIFF_ADDRESS,
  DIFF_AFTER,
  DIFF_BEFORE,
  DIFF_CODE_AFTER,
  DIFF_CODE_BEFORE,
  DIFF_FLAGS,
  DIFF_FLAG_AFTER,
  DIFF_FLAG_BEFORE,
  DIFF_SIZE,
  DIFF_SLOTS,
  DIFF_SLOT_SIZE,
} from '../../shared/result'
import { STATUS_RESULT_FULL } from '../../shared/status'
import { codeByHash, codeBytes, codeLength } from '../evm/code'
import { hostError, setHostError } from '../host'
import { RESULT, RESULT_SIZE } from '../layout'
import { wordCopy, wordEqual, wordToBytes } from '../num/word'
import { EMPTY_CODE_HASH, accountIsEmpty, firstAccount, touchedAccounts, transactionNumber } from '../state/accounts'
import {
  ACCOUNT_ADDRESS,
  ACCOUNT_AT_BLOCK,
  ACCOUNT_AT_TRANSACTION,
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_HASH,
  ACCOUNT_CURRENT_ROOT,
  ACCOUNT_FLAGS,
  ACCOUNT_FLAG_DESTRUCTED,
  ACCOUNT_FLAG_EXISTS,
  ACCOUNT_NEXT,
  ACCOUNT_NEXT_TOUCHED,
  ACCOUNT_NONCE,
  ACCOUNT_ROOT_AT_BLOCK,
  ACCOUNT_SLOTS,
  SLOT_AT_BLOCK,
  SLOT_KEY,
  SLOT_NEXT,
  SLOT_ORIGINAL,
  SLOT_TOUCHED,
  SLOT_VALUE,
  SNAPSHOT_BALANCE,
  SNAPSHOT_CODE_HASH,
  SNAPSHOT_FLAGS,
  SNAPSHOT_NONCE,
} from '../state/records'

// Fields of DIFF_BEFORE and DIFF_AFTER.
const STATE_NONCE: usize = 0
const STATE_BALANCE: usize = 8
const STATE_CODE_HASH: usize = 40
const STATE_STORAGE_ROOT: usize = 72

let at: usize = 0

/** Writes what changed since the block opened; returns the length. Sets `hostError` when it does not fit. */
export function writeDiff(): usize {
  at = RESULT
  for (let record = firstAccount; record != 0 && hostError == 0; record = load<u32>(record, ACCOUNT_NEXT)) {
    writeRecord(record, record + ACCOUNT_AT_BLOCK, SLOT_AT_BLOCK, false)
  }
  return at - RESULT
}

/** Writes what the last transaction or message read or wrote; returns the length. */
export function writeTouched(): usize {
  at = RESULT
  let record = touchedAccounts
  for (; record != 0 && hostError == 0; record = load<u32>(record, ACCOUNT_NEXT_TOUCHED)) {
    writeRecord(record, record + ACCOUNT_AT_TRANSACTION, SLOT_ORIGINAL, true)
  }
  return at - RESULT
}

function reserve(size: usize): bool {
  if (size <= RESULT + RESULT_SIZE - at) return true
  setHostError(STATUS_RESULT_FULL, 0)
  return false
}

/** `snapshot` and the slots' word at `before` are the values before; `touched` includes what did not change. */
function writeRecord(record: usize, snapshot: usize, before: usize, touched: bool): void {
  if (!reserve(DIFF_SIZE)) return
  const existed = (load<u32>(snapshot, SNAPSHOT_FLAGS) & ACCOUNT_FLAG_EXISTS) != 0
  const exists = remains(record)
  const out = at
  at += DIFF_SIZE
  const slots = writeSlots(record, before, touched)
  if (hostError != 0) return
  const codeChanged = !wordEqual(snapshot + SNAPSHOT_CODE_HASH, record + ACCOUNT_CODE_HASH)
  const changed =
    existed != exists ||
    slots != 0 ||
    codeChanged ||
    load<u64>(snapshot, SNAPSHOT_NONCE) != load<u64>(record, ACCOUNT_NONCE) ||
    !wordEqual(snapshot + SNAPSHOT_BALANCE, record + ACCOUNT_BALANCE)
  if (!changed && !touched) {
    at = out
    return
  }
  memory.fill(out, 0, DIFF_SIZE)
  memory.copy(out + DIFF_ADDRESS, record + ACCOUNT_ADDRESS, 20)
  store<u32>(out + DIFF_FLAGS, (existed ? DIFF_FLAG_BEFORE : 0) | (exists ? DIFF_FLAG_AFTER : 0))
  store<u32>(out + DIFF_SLOTS, slots)
  if (existed) writeBefore(out + DIFF_BEFORE, record, snapshot)
  if (exists) writeAfter(out + DIFF_AFTER, record)
  if (!codeChanged) return
  if (existed) store<u32>(out + DIFF_CODE_BEFORE, writeCode(snapshot + SNAPSHOT_CODE_HASH))
  if (exists) store<u32>(out + DIFF_CODE_AFTER, writeCode(record + ACCOUNT_CODE_HASH))
}

/** Whether the account is in the state when its transaction has ended. */
function remains(record: usize): bool {
  const flags = load<u32>(record, ACCOUNT_FLAGS)
  if ((flags & ACCOUNT_FLAG_EXISTS) == 0 || (flags & ACCOUNT_FLAG_DESTRUCTED) != 0) return false
  const unchanged = (load<u32>(record + ACCOUNT_AT_TRANSACTION, SNAPSHOT_FLAGS) & ACCOUNT_FLAG_EXISTS) != 0
  return unchanged || !accountIsEmpty(record)
}

function writeBefore(out: usize, record: usize, snapshot: usize): void {
  store<u64>(out + STATE_NONCE, load<u64>(snapshot, SNAPSHOT_NONCE))
  wordCopy(out + STATE_BALANCE, snapshot + SNAPSHOT_BALANCE)
  wordCopy(out + STATE_CODE_HASH, snapshot + SNAPSHOT_CODE_HASH)
  wordCopy(out + STATE_STORAGE_ROOT, record + ACCOUNT_ROOT_AT_BLOCK)
}

function writeAfter(out: usize, record: usize): void {
  store<u64>(out + STATE_NONCE, load<u64>(record, ACCOUNT_NONCE))
  wordCopy(out + STATE_BALANCE, record + ACCOUNT_BALANCE)
  wordCopy(out + STATE_CODE_HASH, record + ACCOUNT_CODE_HASH)
  wordCopy(out + STATE_STORAGE_ROOT, record + ACCOUNT_CURRENT_ROOT)
}

function writeSlots(record: usize, before: usize, touched: bool): u32 {
  let count: u32 = 0
  for (let slot = <usize>load<u32>(record, ACCOUNT_SLOTS); slot != 0; slot = load<u32>(slot, SLOT_NEXT)) {
    if (touched) {
      if (load<u32>(slot, SLOT_TOUCHED) != transactionNumber) continue
    } else if (wordEqual(slot + before, slot + SLOT_VALUE)) {
      continue
    }
    if (!reserve(DIFF_SLOT_SIZE)) return count
    wordToBytes(at, slot + SLOT_KEY)
    wordToBytes(at + 32, slot + before)
    wordToBytes(at + 64, slot + SLOT_VALUE)
    at += DIFF_SLOT_SIZE
    count++
  }
  return count
}

/** Appends the code with this hash; returns its length. */
function writeCode(hash: usize): u32 {
  if (wordEqual(hash, EMPTY_CODE_HASH)) return 0
  const entry = codeByHash(hash)
  if (entry == 0) return 0
  const length = codeLength(entry)
  if (!reserve(length)) return 0
  memory.copy(at, codeBytes(entry), length)
  at += length
  return <u32>length
}
