import type { Address, Hash, RollupFees } from '@altlayer/protocol'
import { PoolError } from '../errors.ts'
import { checkDelegation, checkFunds, checkReplacement, missingFunds } from './admission.ts'
import { createPriceIndex } from './prices.ts'
import {
  createSender,
  demoteFrom,
  insert,
  nextNonce,
  position,
  promote,
  type Sender,
  withNonce,
} from './sender.ts'
import type { PooledTransaction, PoolLimits, SenderState } from './types.ts'
import { slotsOf } from './types.ts'

export interface PoolContext {
  readonly limits: PoolLimits
  /** State of an account at the head. */
  readonly senderState: (address: Address) => SenderState
  /** A transaction became executable. */
  readonly onPending: (transaction: PooledTransaction) => void
  /** Milliseconds since any fixed moment. */
  readonly now: () => number
}

/** What a new head changes for the pool. */
export interface PoolHead {
  /** Base fee of the block that comes next, wei. */
  readonly baseFee: bigint
  readonly gasLimit: bigint
  /** What a rollup takes beyond gas; none where there is no L1. */
  readonly rollupFees?: RollupFees
}

/** The pool's rules, synchronous and without I/O. */
export interface TransactionPool {
  /** Stores a transaction. Throws PoolError; the pool is then as before, but for what made room in vain. */
  add(transaction: PooledTransaction): void
  /** Forgets a transaction; those of its sender that now follow a gap are queued. */
  remove(hash: Hash): boolean
  /** Follows a new head: reads every sender's state, drops what is stale or cannot be paid. */
  reset(head: PoolHead): void
  get(hash: Hash): PooledTransaction | undefined
  sender(address: Address): Sender | undefined
  senders(): IterableIterator<Sender>
  all(): IterableIterator<PooledTransaction>
  readonly size: number
  readonly pendingCount: number
  readonly queuedCount: number
  readonly head: PoolHead
}

export function createTransactionPool(context: PoolContext, firstHead: PoolHead): TransactionPool {
  const { limits } = context
  const transactions = new Map<Hash, PooledTransaction>()
  const senders = new Map<Address, Sender>()
  /** How many pooled transactions carry an authorization of an account. */
  const authorities = new Map<Address, number>()
  const prices = createPriceIndex((hash) => transactions.get(hash), firstHead.baseFee)
  /** Senders with more queued transactions than they may have; `truncate` empties it. */
  const crowded = new Set<Sender>()
  let head = firstHead
  let slots = 0
  let pendingCount = 0
  let queuedCount = 0

  // Counts change here only: whatever a step does to a sender's lists, it does inside `account`.
  const account = <T>(sender: Sender, step: () => T): T => {
    const pending = sender.pending.length
    const queued = sender.queued.length
    const result = step()
    pendingCount += sender.pending.length - pending
    queuedCount += sender.queued.length - queued
    if (sender.queued.length > limits.accountQueue) crowded.add(sender)
    return result
  }

  const register = (transaction: PooledTransaction): void => {
    transactions.set(transaction.hash, transaction)
    slots += slotsOf(transaction)
    prices.add(transaction)
    for (const authority of transaction.authorities)
      authorities.set(authority, (authorities.get(authority) ?? 0) + 1)
  }
  const unregister = (transaction: PooledTransaction): void => {
    transactions.delete(transaction.hash)
    slots -= slotsOf(transaction)
    for (const authority of transaction.authorities) {
      const count = (authorities.get(authority) ?? 1) - 1
      if (count === 0) authorities.delete(authority)
      else authorities.set(authority, count)
    }
  }

  const forgetIfEmpty = (sender: Sender): void => {
    if (sender.pending.length === 0 && sender.queued.length === 0) senders.delete(sender.address)
  }

  const drop = (transaction: PooledTransaction): void => {
    const sender = senders.get(transaction.from)
    if (sender === undefined) return
    account(sender, () => {
      const pending = position(sender.pending, transaction.nonce)
      if (sender.pending[pending] === transaction) {
        demoteFrom(sender, pending)
        sender.queued.shift()
      } else {
        sender.queued.splice(position(sender.queued, transaction.nonce), 1)
      }
    })
    unregister(transaction)
    forgetIfEmpty(sender)
  }

  const replace = (sender: Sender, old: PooledTransaction, by: PooledTransaction): void => {
    const pending = position(sender.pending, by.nonce)
    if (sender.pending[pending] === old) {
      sender.pending[pending] = by
      sender.pendingCost += by.cost - old.cost
    } else {
      sender.queued[position(sender.queued, by.nonce)] = by
    }
    unregister(old)
    register(by)
  }

  /** Drops the cheapest transactions until `transaction` fits; throws when it is not worth that. */
  const makeRoom = (transaction: PooledTransaction, executable: boolean): void => {
    const capacity = limits.globalSlots + limits.globalQueue
    const victims: PooledTransaction[] = []
    let free = capacity - slots
    try {
      while (free < slotsOf(transaction)) {
        const cheapest = prices.popCheapest()
        if (cheapest === undefined) throw new PoolError('poolFull', 'txpool is full')
        victims.push(cheapest)
        if (!prices.isCheaper(cheapest, transaction))
          throw new PoolError('underpriced', 'transaction underpriced')
        const owner = senders.get(cheapest.from)
        if (!executable && owner && withNonce(owner.pending, cheapest.nonce) === cheapest)
          throw new PoolError(
            'futureReplacesPending',
            'future transaction tries to replace pending',
          )
        free += slotsOf(cheapest)
      }
    } catch (error) {
      for (const victim of victims) prices.add(victim)
      throw error
    }
    for (const victim of victims) drop(victim)
  }

  /** Cuts the longest senders' tails when there are more executable transactions than allowed. */
  const truncatePending = (): void => {
    while (pendingCount > limits.globalSlots) {
      let longest: Sender | undefined
      for (const sender of senders.values())
        if (sender.pending.length > (longest?.pending.length ?? limits.accountSlots))
          longest = sender
      const last = longest?.pending.at(-1)
      if (last === undefined) return
      drop(last)
    }
  }

  /** Cuts the tails of the senders that queued last. */
  const truncateQueue = (): void => {
    while (queuedCount > limits.globalQueue) {
      let latest: Sender | undefined
      for (const sender of senders.values())
        if (sender.queued.length > 0 && sender.heartbeat >= (latest?.heartbeat ?? -Infinity))
          latest = sender
      const last = latest?.queued.at(-1)
      if (last === undefined) return
      drop(last)
    }
  }

  /** Enforces all limits. Also a transaction that goes can break them: those behind it are then queued. */
  const truncate = (): void => {
    for (const sender of crowded)
      while (sender.queued.length > limits.accountQueue)
        drop(sender.queued.at(-1) as PooledTransaction)
    crowded.clear()
    truncatePending()
    truncateQueue()
  }

  const insertNew = (sender: Sender, transaction: PooledTransaction): void => {
    const executable = transaction.nonce <= nextNonce(sender)
    makeRoom(transaction, executable)
    // Making room may have dropped the sender's last transaction and so the sender itself.
    senders.set(sender.address, sender)
    const promoted = account(sender, () => {
      insert(sender.queued, transaction)
      return promote(sender, head.gasLimit)
    })
    register(transaction)
    if (promoted.length === 0) sender.heartbeat = context.now()
    truncate()
    for (const each of promoted) if (transactions.has(each.hash)) context.onPending(each)
    if (transactions.has(transaction.hash)) return
    if (promoted.length === 0 && sender.queued.length >= limits.accountQueue)
      throw new PoolError(
        'accountLimit',
        `account limit exceeded: ${limits.accountQueue} queued transactions of ${sender.address}`,
      )
    throw new PoolError('poolFull', 'txpool is full')
  }

  const settle = (sender: Sender): void => {
    const executable = new Set(sender.pending)
    const kept: PooledTransaction[] = []
    const dropped: PooledTransaction[] = []
    for (const list of [sender.pending, sender.queued])
      for (const transaction of list) {
        const stale = transaction.nonce < sender.state.nonce
        const unpayable =
          missingFunds(sender, transaction, transaction.cost, head.rollupFees) !== undefined ||
          transaction.gas > head.gasLimit
        ;(stale || unpayable ? dropped : kept).push(transaction)
      }
    account(sender, () => {
      sender.pending = []
      sender.pendingCost = 0n
      sender.queued = kept
      return promote(sender, head.gasLimit)
    })
    for (const transaction of dropped) unregister(transaction)
    for (const transaction of sender.pending)
      if (!executable.has(transaction)) context.onPending(transaction)
    forgetIfEmpty(sender)
  }

  return {
    add(transaction) {
      if (transactions.has(transaction.hash)) throw new PoolError('alreadyKnown', 'already known')
      if (transaction.tip < limits.priceLimit)
        throw new PoolError(
          'underpriced',
          `transaction underpriced: gas tip cap ${transaction.tip}, minimum needed ${limits.priceLimit}`,
        )
      if (transaction.gas > head.gasLimit)
        throw new PoolError('gasLimit', 'exceeds block gas limit')
      const sender =
        senders.get(transaction.from) ??
        createSender(transaction.from, context.senderState(transaction.from), context.now())
      const { state } = sender
      if (state.code === 'contract')
        throw new PoolError('senderNotEoa', `sender not an eoa: address ${sender.address}`)
      if (transaction.nonce < state.nonce)
        throw new PoolError(
          'nonceTooLow',
          `nonce too low: next nonce ${state.nonce}, tx nonce ${transaction.nonce}`,
        )
      const old =
        withNonce(sender.pending, transaction.nonce) ?? withNonce(sender.queued, transaction.nonce)
      checkFunds(sender, transaction, old, head.rollupFees)
      checkDelegation(sender, transaction, {
        authorized: authorities.has(sender.address),
        count: (address) => {
          const other = senders.get(address)
          return other === undefined ? 0 : other.pending.length + other.queued.length
        },
      })
      if (old === undefined) return insertNew(sender, transaction)
      checkReplacement(old, transaction, limits.priceBump)
      const executable = withNonce(sender.pending, old.nonce) === old
      replace(sender, old, transaction)
      if (executable) context.onPending(transaction)
    },
    remove(hash) {
      const transaction = transactions.get(hash)
      if (transaction === undefined) return false
      drop(transaction)
      truncate()
      return true
    },
    reset(newHead) {
      const gasLimitChanged = newHead.gasLimit !== head.gasLimit
      head = newHead
      const expiry = context.now() - limits.lifetime
      for (const sender of [...senders.values()]) {
        const state = context.senderState(sender.address)
        if (gasLimitChanged || !sameState(state, sender.state)) {
          sender.state = state
          settle(sender)
        }
        if (sender.queued.length > 0 && sender.heartbeat < expiry)
          for (const transaction of [...sender.queued]) drop(transaction)
      }
      truncate()
      prices.reset(newHead.baseFee, transactions.values())
    },
    get: (hash) => transactions.get(hash),
    sender: (address) => senders.get(address),
    senders: () => senders.values(),
    all: () => transactions.values(),
    get size() {
      return transactions.size
    },
    get pendingCount() {
      return pendingCount
    },
    get queuedCount() {
      return queuedCount
    },
    get head() {
      return head
    },
  }
}

function sameState(a: SenderState, b: SenderState): boolean {
  return a.nonce === b.nonce && a.balance === b.balance && a.code === b.code
}
