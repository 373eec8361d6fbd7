// The undo log of the open transaction. Every change of the state is preceded by an entry that says how
// to take it back; a checkpoint is a position in the log.
//
// Entry, 48 bytes: u32 kind, u32 record, u64 extra, 32 bytes old value.

import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { wordCopy } from '../num/word'
import {
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_GENERATION,
  ACCOUNT_CODE_HASH,
  ACCOUNT_FLAGS,
  ACCOUNT_NONCE,
  ACCOUNT_WARM,
  SLOT_VALUE,
  SLOT_WARM,
} from './records'

export const ENTRY_KIND: usize = 0
export const ENTRY_RECORD: usize = 4
export const ENTRY_EXTRA: usize = 8
export const ENTRY_OLD: usize = 16
export const ENTRY_SIZE: usize = 48

// Kinds up to CHANGE_FLAGS change an account; their extra is its old flags.
export const CHANGE_BALANCE: u32 = 1
export const CHANGE_NONCE: u32 = 2
export const CHANGE_CODE: u32 = 3
export const CHANGE_FLAGS: u32 = 4
/** Extra: the refund counter before. */
export const CHANGE_SLOT: u32 = 5
export const CHANGE_TRANSIENT: u32 = 6
export const WARM_ACCOUNT: u32 = 7
export const WARM_SLOT: u32 = 8
/** Record: the last log before; extra: their number. */
export const ADD_LOG: u32 = 9

const FIRST_CAPACITY: usize = ENTRY_SIZE << 10

let start: usize = 0
let end: usize = 0
let limit: usize = 0

/** The transaction's refund counter (EIP-3529). */
export let refundCounter: i64 = 0

export function setRefundCounter(refund: i64): void {
  refundCounter = refund
}

/** The transaction's last log, linked to the ones before; 0 when there is none. */
export let lastLog: usize = 0
export let logCount: u32 = 0

export function setLastLog(log: usize, count: u32): void {
  lastLog = log
  logCount = count
}

/** Takes fresh room from the block arena. */
export function journalInit(): void {
  start = arenaAllocUninitialized(FIRST_CAPACITY)
  limit = start + FIRST_CAPACITY
  journalClear()
}

/** Forgets all entries, the refund and the logs. */
export function journalClear(): void {
  end = start
  refundCounter = 0
  lastLog = 0
  logCount = 0
}

export function journalStart(): usize {
  return start
}

export function journalEnd(): usize {
  return end
}

/** Adds an entry and returns its address; the caller fills the old value. */
// @ts-ignore: decorator
@inline
export function journalAdd(kind: u32, record: usize, extra: u64): usize {
  if (end == limit) grow()
  const entry = end
  end = entry + ENTRY_SIZE
  store<u32>(entry, kind, ENTRY_KIND)
  store<u32>(entry, <u32>record, ENTRY_RECORD)
  store<u64>(entry, extra, ENTRY_EXTRA)
  return entry
}

function grow(): void {
  const size = limit - start
  const larger = arenaAllocUninitialized(size << 1)
  if (hostError != 0) {
    // The run is lost; the entries it still adds overwrite the last one.
    end -= ENTRY_SIZE
    return
  }
  memory.copy(larger, start, size)
  start = larger
  end = larger + size
  limit = larger + (size << 1)
}

/** A point to return to with `revertTo`: a position in the log. */
export function checkpoint(): i32 {
  return <i32>(end - start)
}

/** Takes back every change since the checkpoint, newest first. */
export function revertTo(position: i32): void {
  const target = start + <usize>position
  while (end > target) {
    end -= ENTRY_SIZE
    const record = <usize>load<u32>(end, ENTRY_RECORD)
    switch (load<u32>(end, ENTRY_KIND)) {
      case CHANGE_SLOT:
        wordCopy(record + SLOT_VALUE, end + ENTRY_OLD)
        refundCounter = load<i64>(end, ENTRY_EXTRA)
        break
      case CHANGE_BALANCE:
        wordCopy(record + ACCOUNT_BALANCE, end + ENTRY_OLD)
        store<u32>(record, load<u32>(end, ENTRY_EXTRA), ACCOUNT_FLAGS)
        break
      case CHANGE_NONCE:
        store<u64>(record, load<u64>(end, ENTRY_OLD), ACCOUNT_NONCE)
        store<u32>(record, load<u32>(end, ENTRY_EXTRA), ACCOUNT_FLAGS)
        break
      case CHANGE_CODE:
        wordCopy(record + ACCOUNT_CODE_HASH, end + ENTRY_OLD)
        store<u32>(record, 0, ACCOUNT_CODE_GENERATION)
        store<u32>(record, load<u32>(end, ENTRY_EXTRA), ACCOUNT_FLAGS)
        break
      case CHANGE_FLAGS:
        store<u32>(record, load<u32>(end, ENTRY_EXTRA), ACCOUNT_FLAGS)
        break
      case CHANGE_TRANSIENT:
        wordCopy(record + SLOT_VALUE, end + ENTRY_OLD)
        break
      case WARM_ACCOUNT:
        store<u32>(record, u32.MAX_VALUE, ACCOUNT_WARM)
        break
      case WARM_SLOT:
        store<u32>(record, u32.MAX_VALUE, SLOT_WARM)
        break
      case ADD_LOG:
        lastLog = record
        logCount = load<u32>(end, ENTRY_EXTRA)
        break
      default:
        break
    }
  }
}
