// Boundaries of a transaction (or system call, or simulated message) in the state.

import { hostError } from '../host'
import { wordCopy, wordSet } from '../num/word'
import { EMPTY_CODE_HASH, accountIsEmpty, accountsNextTransaction, accountsOpen } from './accounts'
import {
  CHANGE_FLAGS,
  CHANGE_SLOT,
  ENTRY_KIND,
  ENTRY_RECORD,
  ENTRY_SIZE,
  journalClear,
  journalEnd,
  journalStart,
} from './journal'
import {
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_GENERATION,
  ACCOUNT_CODE_HASH,
  ACCOUNT_FLAGS,
  ACCOUNT_FLAG_CREATED,
  ACCOUNT_FLAG_DESTRUCTED,
  ACCOUNT_FLAG_DIRTY,
  ACCOUNT_FLAG_EXISTS,
  ACCOUNT_NONCE,
  SLOT_ACCOUNT,
} from './records'
import { commitOpen } from './commit'
import { newCodeOpen } from './code'
import { clearStorage, storageNextTransaction, storageOpen } from './storage'

/** Opens the state with the 32-byte root `root`. The block arena has just been reset. */
export function stateOpen(root: usize): void {
  accountsOpen(root)
  storageOpen()
  newCodeOpen()
  commitOpen()
  txBegin()
}

/** Begins a transaction: fresh warm sets, transient storage, refund, logs. */
export function txBegin(): void {
  journalClear()
  accountsNextTransaction()
  storageNextTransaction()
}

/**
 * Ends the transaction: destroys what SELFDESTRUCT marked, removes touched accounts that are empty
 * (EIP-161), makes the changes final. Logs and `refundCounter` stay readable until the next `txBegin`.
 */
export function txEnd(): void {
  // After a host error the records may be incomplete; nothing of the block will be used.
  if (hostError != 0) return
  const end = journalEnd()
  for (let entry = journalStart(); entry < end; entry += ENTRY_SIZE) {
    const kind = load<u32>(entry, ENTRY_KIND)
    const record = <usize>load<u32>(entry, ENTRY_RECORD)
    if (kind <= CHANGE_FLAGS) settle(record)
    else if (kind == CHANGE_SLOT) settleStorage(<usize>load<u32>(record, SLOT_ACCOUNT))
  }
}

function settle(record: usize): void {
  let flags = load<u32>(record, ACCOUNT_FLAGS)
  if ((flags & ACCOUNT_FLAG_DESTRUCTED) != 0) {
    store<u64>(record, 0, ACCOUNT_NONCE)
    wordSet(record + ACCOUNT_BALANCE, 0)
    wordCopy(record + ACCOUNT_CODE_HASH, EMPTY_CODE_HASH)
    store<u32>(record, 0, ACCOUNT_CODE_GENERATION)
    clearStorage(record)
  }
  if (accountIsEmpty(record)) flags &= ~ACCOUNT_FLAG_EXISTS
  flags &= ~(ACCOUNT_FLAG_CREATED | ACCOUNT_FLAG_DESTRUCTED)
  store<u32>(record, flags | ACCOUNT_FLAG_DIRTY, ACCOUNT_FLAGS)
}

function settleStorage(record: usize): void {
  store<u32>(record, load<u32>(record, ACCOUNT_FLAGS) | ACCOUNT_FLAG_DIRTY, ACCOUNT_FLAGS)
}
