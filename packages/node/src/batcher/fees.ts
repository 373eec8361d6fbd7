import type { L1Prices } from './costs.ts'
import type { Carrier } from './settings.ts'

/** What a transaction offers, wei. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerBlobGas: bigint
}

/** Percent that an L1 node asks for the replacement of a transaction, of every fee: geth's pools. */
const BUMP: Readonly<Record<Carrier, bigint>> = { calldata: 10n, blobs: 100n }
/** Fees are not raised beyond this multiple of what the moment asks for. */
const LIMIT = 5n
/** But up to this much always, wei: a multiple of next to nothing would stop too soon. */
const LIMIT_THRESHOLD = 100_000_000_000n
/** Least offer for blob gas, wei: blob transactions are replaced only at twice the fees, so that 1 wei gets nowhere. */
const MIN_BLOB_FEE = 1_000_000_000n

/** Fees that are enough while the base fees double. */
export function suggestedFees({ baseFee, blobBaseFee, tip }: L1Prices): Fees {
  const blobFee = blobBaseFee * 2n
  return {
    maxFeePerGas: baseFee * 2n + tip,
    maxPriorityFeePerGas: tip,
    maxFeePerBlobGas: blobFee > MIN_BLOB_FEE ? blobFee : MIN_BLOB_FEE,
  }
}

/**
 * Fees with which an L1 node takes a transaction in the place of one that offered `before`, and no less than the
 * moment asks for. Undefined when that is beyond the limit: waiting is better then.
 */
export function raisedFees(before: Fees, carrier: Carrier, prices: L1Prices): Fees | undefined {
  const suggested = suggestedFees(prices)
  const raise = (name: keyof Fees) => {
    const least = (before[name] * (100n + BUMP[carrier]) + 99n) / 100n
    return least > suggested[name] ? least : suggested[name]
  }
  const fees: Fees = {
    maxFeePerGas: raise('maxFeePerGas'),
    maxPriorityFeePerGas: raise('maxPriorityFeePerGas'),
    maxFeePerBlobGas: raise('maxFeePerBlobGas'),
  }
  const names = carrier === 'blobs' ? FEE_NAMES : FEE_NAMES.slice(0, 2)
  const beyond = names.some(
    (name) => fees[name] > LIMIT_THRESHOLD && fees[name] > suggested[name] * LIMIT,
  )
  return beyond ? undefined : fees
}

const FEE_NAMES = ['maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'] as const
