import type { Address, RollupFees } from '@altlayer/protocol'
import { PoolError } from '../errors.ts'
import { nextNonce, type Sender, withNonce } from './sender.ts'
import type { PooledTransaction } from './types.ts'

/** The balance must cover the transaction, a rollup's own fees included, together with the sender's executable ones. */
export function checkFunds(
  sender: Sender,
  transaction: PooledTransaction,
  replaced: PooledTransaction | undefined,
  fees: RollupFees | undefined,
): void {
  const { balance } = sender.state
  const alone = missingFunds(sender, transaction, transaction.cost, fees)
  if (alone !== undefined)
    throw new PoolError(
      'insufficientFunds',
      `insufficient funds for gas * price + value: balance ${balance}, tx cost ${balance + alone}, overshot ${alone}`,
    )
  const freed =
    replaced !== undefined && withNonce(sender.pending, replaced.nonce) === replaced
      ? replaced.cost
      : 0n
  const others = sender.pendingCost - freed
  const together = missingFunds(sender, transaction, others + transaction.cost, fees)
  if (together !== undefined)
    throw new PoolError(
      'insufficientFunds',
      `insufficient funds for gas * price + value: balance ${balance}, queued cost ${sender.pendingCost}, tx cost ${balance + together - others}, overshot ${together}`,
    )
}

/** Wei that the sender lacks for `cost` and the rollup's fees for the transaction; undefined when it has enough. */
export function missingFunds(
  { state: { balance } }: Sender,
  { raw, gas }: PooledTransaction,
  cost: bigint,
  fees: RollupFees | undefined,
): bigint | undefined {
  // Mostly the largest possible fee says enough, and the transaction need not be compressed.
  if (balance >= cost + (fees?.atMost(raw.length, gas) ?? 0n)) return undefined
  const needed = cost + (fees?.of(raw, gas) ?? 0n)
  return needed > balance ? needed - balance : undefined
}

/** Both fees must rise by `bump` percent, and by one wei. */
export function checkReplacement(
  old: PooledTransaction,
  transaction: PooledTransaction,
  bump: bigint,
): void {
  const risen = (before: bigint, after: bigint): boolean =>
    after > before && after >= (before * (100n + bump)) / 100n
  if (!risen(old.feeCap, transaction.feeCap) || !risen(old.tip, transaction.tip))
    throw new PoolError('replacementUnderpriced', 'replacement transaction underpriced')
}

/**
 * EIP-7702: code delegated to can spend an account's balance at any time, so that a delegated
 * account, or one with an authorization waiting, gets one executable transaction; and an
 * authorization waits only for an account with at most one transaction.
 */
export function checkDelegation(
  sender: Sender,
  transaction: PooledTransaction,
  pool: {
    /** Whether an authorization of the sender is pooled. */
    readonly authorized: boolean
    /** How many transactions an account has in the pool. */
    readonly count: (address: Address) => number
  },
): void {
  if (sender.state.code === 'delegated' || pool.authorized) {
    if (sender.pending.length === 0 && transaction.nonce !== nextNonce(sender))
      throw new PoolError('delegationLimit', 'gapped-nonce tx from delegated accounts')
    if (sender.pending.length > 0 && withNonce(sender.pending, transaction.nonce) === undefined)
      throw new PoolError(
        'delegationLimit',
        'in-flight transaction limit reached for delegated accounts',
      )
  }
  for (const authority of transaction.authorities)
    if (pool.count(authority) > 1)
      throw new PoolError('authorityReserved', `authority already reserved: ${authority}`)
}
