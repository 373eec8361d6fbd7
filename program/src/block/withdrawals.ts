// Withdrawals from the consensus layer (EIP-4895).

import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { wordSet } from '../num/word'
import { itemNext, itemStart, itemU64, rlpFixed, rlpList, rlpU64 } from '../rlp/decode'
import { account, addBalance } from '../state/accounts'
import { txBegin, txEnd } from '../state/transaction'
import { orderedRoot } from '../trie/ordered'
import { weiMul } from '../tx/wei'
import { blockWithdrawals, blockWithdrawalsEnd } from './current'

const WEI_PER_GWEI: u64 = 1_000_000_000

const amount: usize = memory.data(32, 8)

/** Number of withdrawals in the list payload [ptr, end), or -1: [[index, validator, address, gwei], ...]. */
export function checkWithdrawals(ptr: usize, end: usize): i32 {
  let count = 0
  while (ptr < end) {
    if (!rlpList(ptr, end)) return -1
    const next = itemNext
    if (!rlpU64(itemStart, next) || !rlpU64(itemNext, next) || !rlpFixed(itemNext, next, 20)) return -1
    if (!rlpU64(itemNext, next) || itemNext != next) return -1
    ptr = next
    count++
  }
  return count
}

/** Credits the block's withdrawals. */
export function applyWithdrawals(): void {
  if (blockWithdrawals == blockWithdrawalsEnd) return
  txBegin()
  for (let ptr = blockWithdrawals; ptr < blockWithdrawalsEnd && hostError == 0; ) {
    rlpList(ptr, blockWithdrawalsEnd)
    const next = itemNext
    rlpU64(itemStart, next)
    rlpU64(itemNext, next)
    rlpFixed(itemNext, next, 20)
    const address = itemStart
    rlpU64(itemNext, next)
    wordSet(amount, itemU64)
    weiMul(amount, amount, WEI_PER_GWEI)
    addBalance(account(address), amount)
    ptr = next
  }
  txEnd()
}

/** Root of the block's withdrawals. */
export function withdrawalsRoot(out: usize): void {
  const count = checkWithdrawals(blockWithdrawals, blockWithdrawalsEnd)
  const list = arenaAllocUninitialized(<usize>max(count, 1) << 3)
  if (hostError != 0) return
  let entry = list
  for (let ptr = blockWithdrawals; ptr < blockWithdrawalsEnd; ptr = itemNext) {
    rlpList(ptr, blockWithdrawalsEnd)
    store<u32>(entry, <u32>ptr)
    store<u32>(entry, <u32>(itemNext - ptr), 4)
    entry += 8
  }
  orderedRoot(list, <u32>count, out)
}
