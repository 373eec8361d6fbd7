import { FJORD_MAX_SEQUENCER_DRIFT, isForkActive, type RollupConfig } from '@altlayer/protocol'
import type { L1Block } from '../l1/client.ts'

/** What origin selection needs of an L1 block. Timestamps in seconds. */
export interface L1Origin {
  readonly number: bigint
  readonly hash: L1Block['hash']
  readonly timestamp: bigint
}

/** The block that the next one is built on. */
export interface OriginParent {
  readonly timestamp: bigint
  readonly origin: L1Origin
  readonly sequenceNumber: bigint
}

/** The L1 block after the parent's origin; its `parentHash` shows a reorganisation. */
export interface NextOrigin extends L1Origin {
  readonly parentHash: L1Block['hash']
}

export type OriginChoice<Next extends NextOrigin> =
  /** Same epoch; `depositsOnly` when past the drift: nothing from the pool may be included. */
  | { readonly kind: 'stay'; readonly sequenceNumber: bigint; readonly depositsOnly: boolean }
  /** First block of the next epoch. */
  | { readonly kind: 'advance'; readonly origin: Next; readonly depositsOnly: boolean }
  /** Past the drift without knowing the next L1 block: any block might be invalid. */
  | { readonly kind: 'wait' }
  /** The parent's origin is not in the L1 chain any more. */
  | { readonly kind: 'reorg' }

/**
 * Most seconds that a block may be ahead of an L1 origin with this timestamp. A constant from Fjord
 * on, which counts by the origin's time (OP Stack specs, "Fjord: Derivation").
 */
export function maxSequencerDrift(config: RollupConfig, originTimestamp: bigint): bigint {
  return isForkActive(config.forks, 'fjord', originTimestamp)
    ? FJORD_MAX_SEQUENCER_DRIFT
    : config.maxSequencerDrift
}

/** L1 blocks that it takes at least until a batch is included. */
const LATE_MARGIN = 2n

/**
 * Chooses the L1 origin of the block after `parent` (OP Stack specs, "Derivation: Batch Queue"): the
 * next L1 block as soon as it is not younger than the L2 block, else the same again. Past the drift
 * such a block must hold deposits only, and it is valid only if the next L1 block is younger: so
 * without knowing that one (`next` undefined) nothing can be built.
 *
 * When `l1Head` is so far ahead that the block's batch would miss the sequencing window, every node
 * derives a block with deposits only in its place: so does the sequencer make one, or its chain would never
 * be that of L1 again.
 */
export function chooseOrigin<Next extends NextOrigin>(
  config: RollupConfig,
  parent: OriginParent,
  next: Next | undefined,
  { l1Head }: { readonly l1Head: bigint } = { l1Head: 0n },
): OriginChoice<Next> {
  const timestamp = parent.timestamp + config.blockTime
  const pastDrift = (origin: L1Origin) =>
    timestamp > origin.timestamp + maxSequencerDrift(config, origin.timestamp)
  const tooLate = (origin: L1Origin) => l1Head + LATE_MARGIN >= origin.number + config.seqWindowSize
  if (next && next.parentHash !== parent.origin.hash) return { kind: 'reorg' }
  if (next && next.timestamp <= timestamp) {
    return { kind: 'advance', origin: next, depositsOnly: pastDrift(next) || tooLate(next) }
  }
  const overdue = pastDrift(parent.origin)
  if (!next && overdue) return { kind: 'wait' }
  const depositsOnly = overdue || tooLate(parent.origin)
  return { kind: 'stay', sequenceNumber: parent.sequenceNumber + 1n, depositsOnly }
}
