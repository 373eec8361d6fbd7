import type { Address } from '@altlayer/protocol'
import type { PooledTransaction, SenderState } from './types.ts'

/** The pool's transactions of one sender. Both lists are in nonce order. */
export interface Sender {
  readonly address: Address
  state: SenderState
  /** Gapless from the state's nonce. */
  pending: PooledTransaction[]
  /** Everything else: behind a gap. */
  queued: PooledTransaction[]
  /** Sum of the pending transactions' costs. */
  pendingCost: bigint
  /** When the sender last got a queued transaction, milliseconds. */
  heartbeat: number
}

export function createSender(address: Address, state: SenderState, now: number): Sender {
  return { address, state, pending: [], queued: [], pendingCost: 0n, heartbeat: now }
}

/** Next nonce behind the gapless transactions. */
export function nextNonce(sender: Sender): bigint {
  return sender.state.nonce + BigInt(sender.pending.length)
}

/** Position of the first transaction whose nonce is not below `nonce`. */
export function position(list: readonly PooledTransaction[], nonce: bigint): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as PooledTransaction).nonce < nonce) low = middle + 1
    else high = middle
  }
  return low
}

/** The transaction with this nonce. */
export function withNonce(
  list: readonly PooledTransaction[],
  nonce: bigint,
): PooledTransaction | undefined {
  const transaction = list[position(list, nonce)]
  return transaction?.nonce === nonce ? transaction : undefined
}

/** Adds a transaction to a list that has none with its nonce. */
export function insert(list: PooledTransaction[], transaction: PooledTransaction): void {
  list.splice(position(list, transaction.nonce), 0, transaction)
}

/** Moves the transactions that follow the pending ones without a gap and can be paid; returns them. */
export function promote(sender: Sender, blockGasLimit: bigint): readonly PooledTransaction[] {
  let count = 0
  let cost = sender.pendingCost
  let nonce = nextNonce(sender)
  for (const transaction of sender.queued) {
    if (transaction.nonce !== nonce || transaction.gas > blockGasLimit) break
    if (cost + transaction.cost > sender.state.balance) break
    cost += transaction.cost
    nonce++
    count++
  }
  if (count === 0) return []
  const promoted = sender.queued.splice(0, count)
  sender.pending.push(...promoted)
  sender.pendingCost = cost
  return promoted
}

/** Moves the pending transactions from `index` on behind a gap; returns them. */
export function demoteFrom(sender: Sender, index: number): readonly PooledTransaction[] {
  const demoted = sender.pending.splice(index)
  for (const transaction of demoted) sender.pendingCost -= transaction.cost
  sender.queued.unshift(...demoted)
  return demoted
}
