import { raisedFees } from './fees.ts'
import type { BatcherTransaction, Content, Inclusion, Observation } from './state.ts'

// What becomes of transactions that were sent.

/** Looks in a row without any version of a transaction in a block whose nonce is used. */
const MAX_MISSES = 3

export interface Followed {
  readonly transactions: readonly BatcherTransaction[]
  /** Newly in a block, in order. */
  readonly included: readonly (BatcherTransaction & { readonly included: Inclusion })[]
  /** No longer in a block: L1 was reorganised. */
  readonly dropped: readonly BatcherTransaction[]
  /** The nonce of one was used by a transaction that is none of ours. */
  readonly foreign: number | undefined
}

/**
 * Transactions by what is seen of L1: included, dropped by a reorganisation, waiting too long. What must be sent
 * again is `due`, with higher fees where L1 would not take it otherwise.
 */
export function followTransactions(
  transactions: readonly BatcherTransaction[],
  { inclusions, nonce, now, l1 }: Pick<Observation, 'inclusions' | 'nonce' | 'now' | 'l1'>,
  resubmissionTimeout: number,
): Followed {
  const followed = transactions.map((transaction): BatcherTransaction => {
    const included = inclusionOf(transaction, inclusions)
    if (included !== undefined)
      return { ...transaction, included, due: false, misses: 0, blockedSince: undefined }
    if (transaction.nonce < nonce.latest)
      return { ...transaction, included: undefined, misses: transaction.misses + 1 }
    const waiting = { ...transaction, included: undefined, misses: 0 }
    // L1 nodes put what a reorganisation dropped back into their pools, or do not.
    if (transaction.included !== undefined) return { ...waiting, due: true }
    const { blockedSince } = waiting
    if (blockedSince !== undefined && now - blockedSince >= resubmissionTimeout)
      return makeWay(waiting)
    if (waiting.due || now - waiting.sentAt < resubmissionTimeout) return waiting
    const raised = raisedFees(waiting.fees, poolOf(waiting.content), l1.prices)
    return { ...waiting, due: true, fees: raised ?? waiting.fees }
  })
  const before = (index: number) => transactions[index]?.included
  return {
    transactions: followed,
    included: followed.filter(
      (each, i): each is BatcherTransaction & { readonly included: Inclusion } =>
        each.included !== undefined && before(i)?.hash !== each.included.hash,
    ),
    dropped: followed.filter((each, i) => each.included === undefined && before(i) !== undefined),
    foreign: followed.find(({ misses }) => misses >= MAX_MISSES)?.nonce,
  }
}

/**
 * A cancellation in the place of data that L1 does not take while its other pool holds transactions of the account.
 * Those follow this nonce, so nothing else gets them into a block. Derivation then misses the data's channel, and
 * its blocks are posted anew.
 */
function makeWay(transaction: BatcherTransaction): BatcherTransaction {
  const pool = poolOf(transaction.content) === 'blobs' ? 'calldata' : 'blobs'
  return { ...transaction, content: { carrier: 'cancel', pool }, blockedSince: undefined }
}

function inclusionOf(
  { hashes }: BatcherTransaction,
  inclusions: Observation['inclusions'],
): Inclusion | undefined {
  for (const hash of hashes) {
    const inclusion = inclusions.get(hash)
    if (inclusion !== undefined) return inclusion
  }
  return undefined
}

/** Which of an L1 node's pools holds such a transaction, and so which rules of replacement hold. */
export function poolOf(content: Content): 'calldata' | 'blobs' {
  return content.carrier === 'cancel' ? content.pool : content.carrier
}

/** The pieces of data of a transaction. */
export function piecesOf(content: Content): readonly Uint8Array[] {
  if (content.carrier === 'cancel') return []
  return content.carrier === 'calldata' ? [content.data] : content.data
}

/** Blocks on a transaction, its own included. */
export function confirmations({ included }: BatcherTransaction, head: bigint): bigint {
  return included === undefined ? 0n : head - included.number + 1n
}
