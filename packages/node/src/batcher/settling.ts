import type { BatcherContext } from './channel-builder.ts'
import { suggestedFees } from './fees.ts'
import type { Advanced, BatcherTransaction, Observation, Settling } from './state.ts'
import { followTransactions } from './transactions.ts'

/** Transactions of before that are cancelled at once: more than that an L1 node does not keep of one account. */
const MAX_CANCELLED = 64

/**
 * Waits until it is known what L1 holds. What an earlier run of the batcher sent and no block has is waited for,
 * and cancelled when it does not get anywhere: its data would be on L1 twice otherwise, or stand in the way.
 */
export function settle({ settings }: BatcherContext, state: Settling, seen: Observation): Advanced {
  const { now, nonce, l1, node } = seen
  const { transactions } = followTransactions(
    state.transactions,
    seen,
    settings.resubmissionTimeout,
  )
  if (nonce.pending > nonce.latest) {
    const { waiting } = state
    const since = waiting?.nonce === nonce.latest ? waiting.since : now
    const stuck = now - since >= settings.resubmissionTimeout
    const left = transactions.filter((each) => each.nonce >= nonce.latest)
    const next: Settling = {
      phase: 'settling',
      readUntil: undefined,
      waiting: { nonce: nonce.latest, since },
      transactions: left.length > 0 || !stuck ? left : cancellations(seen),
    }
    return { state: next, events: [] }
  }
  // L1 may have become shorter since.
  const readUntil =
    state.readUntil === undefined || l1.number < state.readUntil ? l1.number : state.readUntil
  if (node === undefined || node.readTo < readUntil)
    return {
      state: { phase: 'settling', readUntil, waiting: undefined, transactions: [] },
      events: [],
    }
  return {
    state: {
      phase: 'posting',
      safe: node.safe,
      queue: [],
      openedAt: undefined,
      channels: [],
      transactions: [],
      nextNonce: nonce.latest,
      ratio: 1,
      foreignNonce: undefined,
    },
    events: [{ kind: 'settled', from: node.safe.number + 1n }],
  }
}

/** A transaction that does nothing for every nonce that is under way. */
function cancellations({ nonce, now, l1 }: Observation): readonly BatcherTransaction[] {
  const count = Math.min(MAX_CANCELLED, nonce.pending - nonce.latest)
  return Array.from({ length: count }, (_, i) => ({
    nonce: nonce.latest + i,
    channel: undefined,
    content: { carrier: 'cancel', pool: 'calldata' },
    fees: suggestedFees(l1.prices),
    hashes: [],
    sentAt: now,
    due: true,
    included: undefined,
    misses: 0,
    blockedSince: undefined,
  }))
}
