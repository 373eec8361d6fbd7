import type { Hash } from '@altlayer/protocol'
import { createHeap } from './heap.ts'
import { effectiveTip, type PooledTransaction } from './types.ts'

/** Finds the pool's cheapest transaction at the coming block's base fee. */
export interface PriceIndex {
  add(transaction: PooledTransaction): void
  /** Takes the cheapest transaction that the pool still has out of the index. */
  popCheapest(): PooledTransaction | undefined
  /** Whether `a` pays less than `b`: by effective tip, then fee cap, then tip. */
  isCheaper(a: PooledTransaction, b: PooledTransaction): boolean
  /** Orders anew by another base fee. */
  reset(baseFee: bigint, transactions: Iterable<PooledTransaction>): void
}

/** `current` tells what the pool holds under a hash: entries of removed transactions are skipped. */
export function createPriceIndex(
  current: (hash: Hash) => PooledTransaction | undefined,
  firstBaseFee: bigint,
): PriceIndex {
  let baseFee = firstBaseFee
  const compare = (a: PooledTransaction, b: PooledTransaction): number =>
    difference(effectiveTip(a, baseFee), effectiveTip(b, baseFee)) ||
    difference(a.feeCap, b.feeCap) ||
    difference(a.tip, b.tip)
  // Of equal ones, the highest nonce goes first: it holds up no other.
  const heap = createHeap<PooledTransaction>((a, b) => {
    const price = compare(a, b)
    return price === 0 ? a.nonce > b.nonce : price < 0
  })
  return {
    add: (transaction) => heap.push(transaction),
    popCheapest() {
      for (;;) {
        const transaction = heap.pop()
        if (transaction === undefined || current(transaction.hash) === transaction)
          return transaction
      }
    },
    isCheaper: (a, b) => compare(a, b) < 0,
    reset(newBaseFee, transactions) {
      baseFee = newBaseFee
      heap.rebuild(transactions)
    },
  }
}

function difference(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
