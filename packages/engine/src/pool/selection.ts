import { type Address, estimatedDaSize } from '@altlayer/protocol'
import { createHeap } from './heap.ts'
import type { TransactionPool } from './pool.ts'
import { withNonce } from './sender.ts'
import { effectiveTip, type PooledTransaction } from './types.ts'

/**
 * Chooses the transactions of one open block: the highest effective tip first, each sender's in
 * nonce order, among equals the one seen first.
 */
export interface Selection {
  /**
   * The next transactions: at most `count`, and with gas limits of at most `gas` together unless it is one. With
   * `da`, those that are too large for L1 are passed over, and their senders' others with them.
   */
  take(count: number, gas: bigint, da?: DaRoom): readonly PooledTransaction[]
  /** A transaction became executable since the block opened. */
  offer(transaction: PooledTransaction): void
  /** No more of this sender in this block. */
  skip(sender: Address): void
  /** A transaction was taken but is not in the block: its sender goes on at its nonce. */
  returned(transaction: PooledTransaction): void
}

/** Estimated bytes on L1: of a transaction at most, and of all that are taken together. */
export interface DaRoom {
  readonly transaction: number
  readonly block: number
}

export function createSelection(pool: TransactionPool, baseFee: bigint): Selection {
  /** Nonce that a sender's next transaction in this block must have. */
  const next = new Map<Address, bigint>()
  const skipped = new Set<Address>()
  const order = new Map<PooledTransaction, number>()
  let arrivals = 0
  const heap = createHeap<PooledTransaction>((a, b) => {
    const difference = effectiveTip(a, baseFee) - effectiveTip(b, baseFee)
    return difference === 0n ? (order.get(a) ?? 0) < (order.get(b) ?? 0) : difference > 0n
  })

  const consider = (transaction: PooledTransaction | undefined): void => {
    if (transaction === undefined || skipped.has(transaction.from)) return
    if (effectiveTip(transaction, baseFee) < 0n || order.has(transaction)) return
    order.set(transaction, arrivals++)
    heap.push(transaction)
  }
  const wanted = (address: Address): PooledTransaction | undefined => {
    const sender = pool.sender(address)
    return sender && withNonce(sender.pending, next.get(address) ?? sender.state.nonce)
  }

  for (const sender of pool.senders()) consider(sender.pending[0])

  return {
    take(count, gas, da) {
      const taken: PooledTransaction[] = []
      let left = gas
      let daLeft = da?.block ?? 0
      while (taken.length < count) {
        const transaction = heap.pop()
        if (transaction === undefined) break
        order.delete(transaction)
        if (skipped.has(transaction.from)) continue
        // Replaced or removed since, or no longer the sender's next.
        if (
          pool.get(transaction.hash) !== transaction ||
          wanted(transaction.from) !== transaction
        ) {
          consider(wanted(transaction.from))
          continue
        }
        if (da !== undefined) {
          const size = estimatedDaSize(transaction.raw)
          if (size > da.transaction || size > daLeft) {
            skipped.add(transaction.from)
            continue
          }
          daLeft -= size
        }
        if (taken.length > 0 && transaction.gas > left) {
          consider(transaction)
          break
        }
        left -= transaction.gas
        taken.push(transaction)
        next.set(transaction.from, transaction.nonce + 1n)
        consider(wanted(transaction.from))
      }
      return taken
    },
    offer(transaction) {
      if (wanted(transaction.from) === transaction) consider(transaction)
    },
    skip: (sender) => {
      skipped.add(sender)
    },
    returned(transaction) {
      const current = next.get(transaction.from)
      if (current !== undefined && current > transaction.nonce)
        next.set(transaction.from, transaction.nonce)
      consider(wanted(transaction.from))
    },
  }
}
