// EIP-1186 proofs against the state that was opened: changes of the open block are not in them.

import {
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_HASH,
  ACCOUNT_EXISTS,
  ACCOUNT_NONCE,
  ACCOUNT_RESULT_SIZE,
  ACCOUNT_STORAGE_ROOT,
} from '../../shared/result'
import { STATUS_BAD_INPUT, STATUS_RESULT_FULL } from '../../shared/status'
import { hostError, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { RESULT, RESULT_SIZE } from '../layout'
import { wordCopy, wordSet } from '../num/word'
import { rlpU256 } from '../rlp/decode'
import { account } from '../state/accounts'
import {
  ACCOUNT_AT_BLOCK,
  ACCOUNT_FLAG_EXISTS,
  ACCOUNT_KEY,
  ACCOUNT_ROOT_AT_BLOCK,
  SNAPSHOT_BALANCE,
  SNAPSHOT_CODE_HASH,
  SNAPSHOT_FLAGS,
  SNAPSHOT_NONCE,
} from '../state/records'
import { trieProof } from '../trie/proof'
import { isEmptyRoot, trieGet, trieValue } from '../trie/read'
import { blockStateRoot } from './current'

const RESULT_END: usize = RESULT + RESULT_SIZE
const key: usize = memory.data(32, 8)

let at: usize = 0

/** Length of what `writeProof` wrote. */
export let proofLength: usize = 0

/** Writes account and proofs (shared/result.ts). Input: address, then slots of 32 bytes each. Returns a status. */
export function writeProof(ptr: usize, len: usize): i32 {
  if (len < 20 || (len - 20) % 32 != 0) return STATUS_BAD_INPUT
  const record = account(ptr)
  if (hostError != 0) return hostError
  writeSnapshot(record + ACCOUNT_AT_BLOCK, record + ACCOUNT_ROOT_AT_BLOCK)
  at = RESULT + <usize>ACCOUNT_RESULT_SIZE
  writeNodes(blockStateRoot, record + ACCOUNT_KEY)
  for (let slot = ptr + 20; slot < ptr + len && hostError == 0; slot += 32) {
    keccak256(slot, 32, key)
    writeSlot(record + ACCOUNT_ROOT_AT_BLOCK)
  }
  proofLength = at - RESULT
  return hostError
}

function writeSnapshot(snapshot: usize, root: usize): void {
  const exists = (load<u32>(snapshot, SNAPSHOT_FLAGS) & ACCOUNT_FLAG_EXISTS) != 0
  store<u32>(RESULT + ACCOUNT_EXISTS, exists ? 1 : 0)
  store<u64>(RESULT + ACCOUNT_NONCE, load<u64>(snapshot, SNAPSHOT_NONCE))
  wordCopy(RESULT + ACCOUNT_BALANCE, snapshot + SNAPSHOT_BALANCE)
  wordCopy(RESULT + ACCOUNT_CODE_HASH, snapshot + SNAPSHOT_CODE_HASH)
  wordCopy(RESULT + ACCOUNT_STORAGE_ROOT, root)
}

/** The value of the slot behind `key`, then its proof. */
function writeSlot(root: usize): void {
  if (!reserve(32)) return
  wordSet(at, 0)
  if (!isEmptyRoot(root)) {
    const length = trieGet(root, key)
    if (length > 0) rlpU256(trieValue, trieValue + <usize>length, at)
  }
  at += 32
  if (hostError == 0) writeNodes(root, key)
}

/** u32 length, then the nodes. */
function writeNodes(root: usize, trieKey: usize): void {
  if (!reserve(4)) return
  const end = trieProof(root, trieKey, at + 4, RESULT_END)
  if (hostError != 0) return
  store<u32>(at, <u32>(end - at - 4))
  at = end
}

function reserve(size: usize): bool {
  if (size <= RESULT_END - at) return true
  setHostError(STATUS_RESULT_FULL, 0)
  return false
}
