// State overrides: what eth_call's third parameter says, and how a genesis allocation is written.

import { STATUS_BAD_INPUT } from '../../shared/status'
import { hostError } from '../host'
import { movePrecompile, removePrecompile } from '../evm/precompiles'
import { wordFromBytes } from '../num/word'
import { itemLen, itemNext, itemStart, itemU64, rlpFixed, rlpList, rlpString, rlpU256, rlpU64 } from '../rlp/decode'
import { account, setBalance, setNonce, touch } from '../state/accounts'
import { setCode } from '../state/code'
import { ACCOUNT_FLAGS, ACCOUNT_FLAG_DIRTY, ACCOUNT_FLAG_EXISTS } from '../state/records'
import { clearStorage, sstoreRaw } from '../state/storage'
import { txBegin, txEnd } from '../state/transaction'
import { optionalItem, optionalNext, rlpOptional } from './optional'

const balance: usize = memory.data(32, 8)
const key: usize = memory.data(32, 8)
const value: usize = memory.data(32, 8)

/**
 * Applies overrides to the open block. Input: [[address, [balance], [nonce], [code], [state], state diff,
 * [move precompile to]], ...]; brackets hold none or one item, states are [[slot, value], ...] of 32 bytes each. Moved
 * to an empty address, a precompile that is there is taken away.
 */
export function applyOverrides(ptr: usize, len: usize): i32 {
  const end = ptr + len
  if (!rlpList(ptr, end) || itemNext != end) return STATUS_BAD_INPUT
  txBegin()
  const first = itemStart
  for (let entry = first; entry < end; ) {
    if (!rlpList(entry, end)) return STATUS_BAD_INPUT
    const next = itemNext
    if (!applyAccount(itemStart, next)) return hostError != 0 ? hostError : STATUS_BAD_INPUT
    entry = next
  }
  txEnd()
  for (let entry = first; entry < end; ) {
    rlpList(entry, end)
    entry = itemNext
    rlpFixed(itemStart, entry, 20)
    keepAccount(itemStart)
  }
  return hostError
}

// Loading state decodes RLP too: positions are kept in locals across it.
function applyAccount(ptr: usize, end: usize): bool {
  if (!rlpFixed(ptr, end, 20)) return false
  const address = itemStart
  const addressEnd = itemNext
  const record = account(address)
  touch(record)
  let given = rlpOptional(addressEnd, end)
  if (given < 0 || (given == 1 && !rlpU256(optionalItem, optionalNext, balance))) return false
  if (given == 1) setBalance(record, balance)
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpU64(optionalItem, optionalNext))) return false
  if (given == 1) setNonce(record, itemU64)
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpString(optionalItem, optionalNext))) return false
  if (given == 1) setCode(record, itemStart, itemLen)
  given = rlpOptional(optionalNext, end)
  const stateEnd = optionalNext
  if (given < 0 || (given == 1 && !rlpList(optionalItem, stateEnd))) return false
  if (given == 1) {
    const slots = itemStart
    clearStorage(record)
    if (!applySlots(record, slots, stateEnd)) return false
  }
  if (!rlpList(stateEnd, end)) return false
  const diffEnd = itemNext
  if (!applySlots(record, itemStart, diffEnd)) return false
  given = rlpOptional(diffEnd, end)
  if (given < 0 || optionalNext != end || (given == 1 && !rlpString(optionalItem, end))) return false
  if (given == 0) return true
  if (itemLen == 20) return movePrecompile(address, itemStart)
  // Not only precompiles are overridden.
  removePrecompile(address)
  return itemLen == 0
}

function applySlots(record: usize, ptr: usize, end: usize): bool {
  while (ptr < end && hostError == 0) {
    if (!rlpList(ptr, end)) return false
    const next = itemNext
    if (!rlpFixed(itemStart, next, 32)) return false
    wordFromBytes(key, itemStart)
    if (!rlpFixed(itemNext, next, 32) || itemNext != next) return false
    wordFromBytes(value, itemStart)
    sstoreRaw(record, key, value)
    ptr = next
  }
  return hostError == 0
}

/** An overridden account is in the state even when it is empty: a genesis allocation may hold such. */
function keepAccount(address: usize): void {
  const record = account(address)
  store<u32>(record, load<u32>(record, ACCOUNT_FLAGS) | ACCOUNT_FLAG_EXISTS | ACCOUNT_FLAG_DIRTY, ACCOUNT_FLAGS)
}
