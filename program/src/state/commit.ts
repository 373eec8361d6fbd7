// Writes the open block's changes into the tries.

import { OUTPUT_CODE } from '../../shared/abi'
import { hostError, output, placeHostError } from '../host'
import { wordCopy, wordEqual, wordIsZero } from '../num/word'
import {
  rlpListLength,
  rlpU256Length,
  rlpU64Length,
  rlpWriteBytes,
  rlpWriteList,
  rlpWriteU256,
  rlpWriteU64,
} from '../rlp/encode'
import { trieCommit, trieDelete, trieHash, trieOpen, triePut } from '../trie/write'
import { firstAccount, openedRoot } from './accounts'
import { newCode, newCodeHash, newCodeLength } from './code'
import {
  ACCOUNT_ADDRESS,
  ACCOUNT_AT_BLOCK,
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_HASH,
  ACCOUNT_CURRENT_ROOT,
  ACCOUNT_FLAGS,
  ACCOUNT_FLAG_DIRTY,
  ACCOUNT_FLAG_EXISTS,
  ACCOUNT_KEY,
  ACCOUNT_NEXT,
  ACCOUNT_NONCE,
  ACCOUNT_SLOTS,
  ACCOUNT_STORAGE_ROOT,
  ACCOUNT_TRIE,
  SLOT_IN_TRIE,
  SLOT_NEXT,
  SLOT_TRIE_KEY,
  SLOT_VALUE,
  SNAPSHOT_CODE_HASH,
} from './records'

/** Handle of the state trie; 0 until the block's first root. */
let stateTrie: usize = 0
/** Longest value: a list of u64, u256 and two hashes. */
const encoded: usize = memory.data(128, 8)

export function commitOpen(): void {
  stateTrie = 0
}

/**
 * Writes the 32-byte root of the state as it is now. Only what changed since the last call is written
 * into the tries. Sets `hostError` when a node is missing.
 */
export function stateRoot(out: usize): void {
  if (stateTrie == 0) stateTrie = trieOpen(openedRoot())
  for (let record = firstAccount; record != 0 && hostError == 0; record = load<u32>(record, ACCOUNT_NEXT)) {
    const flags = load<u32>(record, ACCOUNT_FLAGS)
    if ((flags & ACCOUNT_FLAG_DIRTY) == 0) continue
    store<u32>(record, flags & ~ACCOUNT_FLAG_DIRTY, ACCOUNT_FLAGS)
    if ((flags & ACCOUNT_FLAG_EXISTS) == 0) {
      trieDelete(stateTrie, record + ACCOUNT_KEY)
      continue
    }
    writeStorage(record)
    writeAccount(record)
    if (hostError != 0) placeHostError(record + ACCOUNT_ADDRESS, 0)
  }
  trieHash(stateTrie, out)
}

/** Sends the nodes and code that the changes made to the host. `stateRoot` was called since the last change. */
export function stateCommit(): void {
  if (stateTrie == 0 || hostError != 0) return
  for (let record = firstAccount; record != 0 && hostError == 0; record = load<u32>(record, ACCOUNT_NEXT)) {
    if ((load<u32>(record, ACCOUNT_FLAGS) & ACCOUNT_FLAG_EXISTS) == 0) continue
    const trie = <usize>load<u32>(record, ACCOUNT_TRIE)
    if (trie != 0) trieCommit(trie)
    if (wordEqual(record + ACCOUNT_CODE_HASH, record + ACCOUNT_AT_BLOCK + SNAPSHOT_CODE_HASH)) continue
    const code = newCode(record + ACCOUNT_CODE_HASH)
    if (code != 0) output(OUTPUT_CODE, newCodeHash(code), 32 + newCodeLength(code))
  }
  trieCommit(stateTrie)
}

function writeStorage(record: usize): void {
  let trie = <usize>load<u32>(record, ACCOUNT_TRIE)
  for (let slot = <usize>load<u32>(record, ACCOUNT_SLOTS); slot != 0; slot = load<u32>(slot, SLOT_NEXT)) {
    const value = slot + SLOT_VALUE
    if (wordEqual(value, slot + SLOT_IN_TRIE)) continue
    if (trie == 0) {
      trie = trieOpen(record + ACCOUNT_STORAGE_ROOT)
      if (hostError != 0) return
      store<u32>(record, <u32>trie, ACCOUNT_TRIE)
    }
    wordCopy(slot + SLOT_IN_TRIE, value)
    if (wordIsZero(value)) trieDelete(trie, slot + SLOT_TRIE_KEY)
    else triePut(trie, slot + SLOT_TRIE_KEY, encoded, rlpWriteU256(encoded, value) - encoded)
  }
  if (trie != 0) trieHash(trie, record + ACCOUNT_CURRENT_ROOT)
  else wordCopy(record + ACCOUNT_CURRENT_ROOT, record + ACCOUNT_STORAGE_ROOT)
}

function writeAccount(record: usize): void {
  const nonce = load<u64>(record, ACCOUNT_NONCE)
  const payload = rlpU64Length(nonce) + rlpU256Length(record + ACCOUNT_BALANCE) + 33 + 33
  let ptr = rlpWriteList(encoded, payload)
  ptr = rlpWriteU64(ptr, nonce)
  ptr = rlpWriteU256(ptr, record + ACCOUNT_BALANCE)
  ptr = rlpWriteBytes(ptr, record + ACCOUNT_CURRENT_ROOT, 32)
  rlpWriteBytes(ptr, record + ACCOUNT_CODE_HASH, 32)
  triePut(stateTrie, record + ACCOUNT_KEY, encoded, rlpListLength(payload))
}
