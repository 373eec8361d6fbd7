import type { Address, Hash } from '@altlayer/protocol'
import type { PoolTransaction } from '../api.ts'

/** A transaction as the pool's rules need it; from `inspectTransaction`. */
export interface PooledTransaction extends PoolTransaction {
  readonly hash: Hash
  readonly raw: Uint8Array
  readonly from: Address
  readonly nonce: bigint
  /** EIP-2718 type. */
  readonly type: number
  readonly gas: bigint
  /** Wei per gas; a legacy transaction's gas price is both. */
  readonly feeCap: bigint
  readonly tip: bigint
  /** gas * feeCap + value: what the sender must own. */
  readonly cost: bigint
  /** Recovered signers of EIP-7702 authorizations. */
  readonly authorities: readonly Address[]
}

/** What the pool asks of the head's state. */
export interface SenderState {
  readonly nonce: bigint
  readonly balance: bigint
  /** `contract`: code that is no EIP-7702 delegation; such an account cannot send (EIP-3607). */
  readonly code: 'none' | 'delegated' | 'contract'
}

/** geth's txpool settings; its names in parentheses. */
export interface PoolLimits {
  /** Executable transactions of one sender that a full pool does not cut (accountslots). */
  readonly accountSlots: number
  /** Executable transactions of all senders (globalslots). */
  readonly globalSlots: number
  /** Queued transactions of one sender (accountqueue). */
  readonly accountQueue: number
  /** Queued transactions of all senders (globalqueue). */
  readonly globalQueue: number
  /** Least tip in wei per gas (pricelimit). */
  readonly priceLimit: bigint
  /** Least rise of both fees that replaces a transaction, percent (pricebump). */
  readonly priceBump: bigint
  /** Milliseconds a transaction stays queued (lifetime). */
  readonly lifetime: number
}

export const DEFAULT_POOL_LIMITS: PoolLimits = {
  accountSlots: 16,
  globalSlots: 5120,
  accountQueue: 64,
  globalQueue: 1024,
  priceLimit: 1n,
  priceBump: 10n,
  lifetime: 3 * 60 * 60 * 1000,
}

/** Largest transaction, bytes; one slot is 32 KiB of it. */
export const MAX_TRANSACTION_SIZE = 128 * 1024
const SLOT_SIZE = 32 * 1024

/** Slots of the pool that a transaction takes: one for every 32 KiB begun. */
export function slotsOf(transaction: PooledTransaction): number {
  return Math.ceil(transaction.raw.length / SLOT_SIZE)
}

/** Wei per gas that the block's producer gets; negative when the fee cap is below the base fee. */
export function effectiveTip(transaction: PooledTransaction, baseFee: bigint): bigint {
  const left = transaction.feeCap - baseFee
  // biome-ignore lint/complexity/useMathMinMax: these are bigints, which Math.min does not take
  return left < transaction.tip ? left : transaction.tip
}
