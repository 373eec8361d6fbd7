// Accounts of the open block: loaded from the state trie on first use, changed through journaled setters.

import { arenaAlloc } from '../arena'
import { hostError, placeHostError, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import {
  wordAdd,
  wordCopy,
  wordEqual,
  wordFromAddress,
  wordIsZero,
  wordLess,
  wordSub,
  wordToAddress,
} from '../num/word'
import { itemNext, itemStart, itemU64, rlpFixed, rlpList, rlpU256, rlpU64 } from '../rlp/decode'
import { EMPTY_ROOT, trieGet, trieValue } from '../trie/read'
import { STATUS_MALFORMED_NODE } from '../../shared/status'
import {
  CHANGE_BALANCE,
  CHANGE_CODE,
  CHANGE_FLAGS,
  CHANGE_NONCE,
  ENTRY_OLD,
  WARM_ACCOUNT,
  journalAdd,
  journalInit,
} from './journal'
import {
  ACCOUNT_ADDRESS,
  ACCOUNT_AT_BLOCK,
  ACCOUNT_AT_TRANSACTION,
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_GENERATION,
  ACCOUNT_CODE_HASH,
  ACCOUNT_CURRENT_ROOT,
  ACCOUNT_FLAGS,
  ACCOUNT_FLAG_CREATED,
  ACCOUNT_FLAG_DESTRUCTED,
  ACCOUNT_FLAG_EXISTS,
  ACCOUNT_KEY,
  ACCOUNT_NEXT,
  ACCOUNT_NEXT_TOUCHED,
  ACCOUNT_NONCE,
  ACCOUNT_ROOT_AT_BLOCK,
  ACCOUNT_SIZE,
  ACCOUNT_STORAGE_ROOT,
  ACCOUNT_TOUCHED,
  ACCOUNT_WARM,
  ACCOUNT_WORD,
  SNAPSHOT_BALANCE,
  SNAPSHOT_CODE_HASH,
  SNAPSHOT_FLAGS,
  SNAPSHOT_NONCE,
} from './records'
import { tableAdd, tableFind, tableInit, tableSeed } from './table'

/** keccak256 of the empty string: the code hash of an account without code. */
export const EMPTY_CODE_HASH: usize = memory.data<u8>([
  0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
  0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70,
], 8)

const BUCKETS: u32 = 1024

const table: usize = memory.data(16, 8)
const stateRootHash: usize = memory.data(32, 8)
const key: usize = memory.data(32, 8)
/** What `account` returns once a host error stands: the run is lost, its writes only must go somewhere. */
const scratch: usize = memory.data(448, 8)

/** Number of the open transaction within the block, from 1; 0 before the first. */
export let transactionNumber: u32 = 0
/** Accounts of the block in order of first use, linked by ACCOUNT_NEXT; the last one leads nowhere. */
export let firstAccount: usize = 0
let lastAccount: usize = 0
/** Accounts the open transaction has used, newest first, linked by ACCOUNT_NEXT_TOUCHED. */
export let touchedAccounts: usize = 0

/** Forgets all accounts; they are loaded from the trie with this 32-byte root from now on. */
export function accountsOpen(root: usize): void {
  wordCopy(stateRootHash, root)
  tableSeed(root)
  tableInit(table, BUCKETS)
  journalInit()
  transactionNumber = 0
  firstAccount = 0
  lastAccount = 0
  touchedAccounts = 0
}

/** The next transaction begins: nothing is warm or touched. */
export function accountsNextTransaction(): void {
  transactionNumber++
  touchedAccounts = 0
}

/** Root of the state that was opened. */
export function openedRoot(): usize {
  return stateRootHash
}

/** The account at a 20-byte address. Never 0: an account that is not in the state is an empty record. */
export function account(address: usize): usize {
  wordFromAddress(key, address)
  return accountOf(key)
}

/** The account at the address in the low 160 bits of a word. */
export function accountByWord(word: usize): usize {
  store<u64>(key, load<u64>(word))
  store<u64>(key, load<u64>(word, 8), 8)
  store<u64>(key, <u64>load<u32>(word, 16), 16)
  return accountOf(key)
}

function accountOf(word: usize): usize {
  let record = tableFind(table, 0, word, ACCOUNT_WORD, -1)
  if (record == 0) {
    record = loadAccount(word)
    if (hostError != 0) return scratch
  }
  if (load<u32>(record, ACCOUNT_TOUCHED) != transactionNumber) touchRecord(record)
  return record
}

function touchRecord(record: usize): void {
  store<u32>(record, transactionNumber, ACCOUNT_TOUCHED)
  store<u32>(record, <u32>touchedAccounts, ACCOUNT_NEXT_TOUCHED)
  touchedAccounts = record
  snapshot(record, record + ACCOUNT_AT_TRANSACTION)
}

function snapshot(record: usize, to: usize): void {
  store<u64>(to, load<u64>(record, ACCOUNT_NONCE), SNAPSHOT_NONCE)
  store<u32>(to, load<u32>(record, ACCOUNT_FLAGS), SNAPSHOT_FLAGS)
  wordCopy(to + SNAPSHOT_BALANCE, record + ACCOUNT_BALANCE)
  wordCopy(to + SNAPSHOT_CODE_HASH, record + ACCOUNT_CODE_HASH)
}

function loadAccount(word: usize): usize {
  const record = arenaAlloc(ACCOUNT_SIZE)
  if (hostError != 0) return scratch
  wordToAddress(record + ACCOUNT_ADDRESS, word)
  wordCopy(record + ACCOUNT_WORD, word)
  wordCopy(record + ACCOUNT_CODE_HASH, EMPTY_CODE_HASH)
  wordCopy(record + ACCOUNT_STORAGE_ROOT, EMPTY_ROOT)
  keccak256(record + ACCOUNT_ADDRESS, 20, record + ACCOUNT_KEY)
  const length = trieGet(stateRootHash, record + ACCOUNT_KEY)
  if (length > 0) {
    const end = trieValue + <usize>length
    if (!decodeAccount(record, trieValue, end)) setHostError(STATUS_MALFORMED_NODE, record + ACCOUNT_KEY)
    store<u32>(record, ACCOUNT_FLAG_EXISTS, ACCOUNT_FLAGS)
  }
  if (hostError != 0) {
    placeHostError(record + ACCOUNT_ADDRESS, 0)
    return scratch
  }
  wordCopy(record + ACCOUNT_CURRENT_ROOT, record + ACCOUNT_STORAGE_ROOT)
  wordCopy(record + ACCOUNT_ROOT_AT_BLOCK, record + ACCOUNT_STORAGE_ROOT)
  snapshot(record, record + ACCOUNT_AT_BLOCK)
  // So that the first use in any transaction, 0 too, differs.
  store<u32>(record, u32.MAX_VALUE, ACCOUNT_TOUCHED)
  store<u32>(record, u32.MAX_VALUE, ACCOUNT_WARM)
  tableAdd(table, record, ACCOUNT_WORD, -1)
  if (lastAccount == 0) firstAccount = record
  else store<u32>(lastAccount, <u32>record, ACCOUNT_NEXT)
  lastAccount = record
  return record
}

/** The account's value in the state trie: [nonce, balance, storageRoot, codeHash]. */
function decodeAccount(record: usize, ptr: usize, end: usize): bool {
  if (!rlpList(ptr, end) || itemNext != end) return false
  if (!rlpU64(itemStart, end)) return false
  store<u64>(record, itemU64, ACCOUNT_NONCE)
  if (!rlpU256(itemNext, end, record + ACCOUNT_BALANCE)) return false
  if (!rlpFixed(itemNext, end, 32)) return false
  wordCopy(record + ACCOUNT_STORAGE_ROOT, itemStart)
  if (!rlpFixed(itemNext, end, 32)) return false
  wordCopy(record + ACCOUNT_CODE_HASH, itemStart)
  return itemNext == end
}

// Reads.

// @ts-ignore: decorator
@inline
export function accountFlags(record: usize): u32 {
  return load<u32>(record, ACCOUNT_FLAGS)
}

/** In the state trie, or would be if the block ended now. */
// @ts-ignore: decorator
@inline
export function accountExists(record: usize): bool {
  return (load<u32>(record, ACCOUNT_FLAGS) & ACCOUNT_FLAG_EXISTS) != 0
}

/** Word. */
// @ts-ignore: decorator
@inline
export function accountBalance(record: usize): usize {
  return record + ACCOUNT_BALANCE
}

// @ts-ignore: decorator
@inline
export function accountNonce(record: usize): u64 {
  return load<u64>(record, ACCOUNT_NONCE)
}

/** 32 bytes. */
// @ts-ignore: decorator
@inline
export function accountCodeHash(record: usize): usize {
  return record + ACCOUNT_CODE_HASH
}

export function accountHasCode(record: usize): bool {
  return !wordEqual(record + ACCOUNT_CODE_HASH, EMPTY_CODE_HASH)
}

/** No nonce, no balance, no code (EIP-161). */
export function accountIsEmpty(record: usize): bool {
  if (load<u64>(record, ACCOUNT_NONCE) != 0 || !wordIsZero(record + ACCOUNT_BALANCE)) return false
  return !accountHasCode(record)
}

/** CREATE fails here: nonce, code or storage (EIP-684, EIP-7610). */
export function accountCollides(record: usize): bool {
  if (load<u64>(record, ACCOUNT_NONCE) != 0 || accountHasCode(record)) return true
  return !wordEqual(record + ACCOUNT_STORAGE_ROOT, EMPTY_ROOT)
}

// Journaled changes. Each makes the account exist; `endTransaction` removes those left empty.

// @ts-ignore: decorator
@inline
function change(kind: u32, record: usize): usize {
  const flags = load<u32>(record, ACCOUNT_FLAGS)
  store<u32>(record, flags | ACCOUNT_FLAG_EXISTS, ACCOUNT_FLAGS)
  return journalAdd(kind, record, flags)
}

/** `value` is a word. */
export function setBalance(record: usize, value: usize): void {
  const entry = change(CHANGE_BALANCE, record)
  wordCopy(entry + ENTRY_OLD, record + ACCOUNT_BALANCE)
  wordCopy(record + ACCOUNT_BALANCE, value)
}

/** Adds a word to the balance, modulo 2^256 (no supply reaches that). */
export function addBalance(record: usize, value: usize): void {
  const entry = change(CHANGE_BALANCE, record)
  wordCopy(entry + ENTRY_OLD, record + ACCOUNT_BALANCE)
  wordAdd(record + ACCOUNT_BALANCE, record + ACCOUNT_BALANCE, value)
}

/** Subtracts a word from the balance; false, and nothing changes, when it is less than that. */
export function subBalance(record: usize, value: usize): bool {
  if (wordLess(record + ACCOUNT_BALANCE, value)) return false
  const entry = change(CHANGE_BALANCE, record)
  wordCopy(entry + ENTRY_OLD, record + ACCOUNT_BALANCE)
  wordSub(record + ACCOUNT_BALANCE, record + ACCOUNT_BALANCE, value)
  return true
}

export function setNonce(record: usize, nonce: u64): void {
  const entry = change(CHANGE_NONCE, record)
  store<u64>(entry, load<u64>(record, ACCOUNT_NONCE), ENTRY_OLD)
  store<u64>(record, nonce, ACCOUNT_NONCE)
}

/** Only the hash; `code.ts` keeps the code itself. */
export function setCodeHash(record: usize, hash: usize): void {
  const entry = change(CHANGE_CODE, record)
  wordCopy(entry + ENTRY_OLD, record + ACCOUNT_CODE_HASH)
  wordCopy(record + ACCOUNT_CODE_HASH, hash)
  store<u32>(record, 0, ACCOUNT_CODE_GENERATION)
}

/** Marks the account as changed although nothing of it did: an empty one goes when the transaction ends. */
export function touch(record: usize): void {
  change(CHANGE_FLAGS, record)
}

/** Created in this transaction: SELFDESTRUCT may destroy it (EIP-6780). */
export function markCreated(record: usize): void {
  change(CHANGE_FLAGS, record)
  store<u32>(record, load<u32>(record, ACCOUNT_FLAGS) | ACCOUNT_FLAG_CREATED, ACCOUNT_FLAGS)
}

/** The account is destroyed when the transaction ends. */
export function markSelfdestruct(record: usize): void {
  change(CHANGE_FLAGS, record)
  store<u32>(record, load<u32>(record, ACCOUNT_FLAGS) | ACCOUNT_FLAG_DESTRUCTED, ACCOUNT_FLAGS)
}

/** Makes the address warm for the transaction (EIP-2929); true when it was cold. */
// @ts-ignore: decorator
@inline
export function warmAddress(record: usize): bool {
  if (load<u32>(record, ACCOUNT_WARM) == transactionNumber) return false
  store<u32>(record, transactionNumber, ACCOUNT_WARM)
  journalAdd(WARM_ACCOUNT, record, 0)
  return true
}
