import { hexToBytes, isForkActive, type RollupConfig } from '@altlayer/protocol'
import type { Batch } from './channel.ts'
import type { BatcherSettings } from './settings.ts'
import type { BatcherBlock } from './state.ts'

/**
 * The batches of consecutive blocks, the first of which follows a block that L1 holds, or will when the channels
 * before this one are read. Throws RangeError for none.
 */
export function batchesOf(
  config: RollupConfig,
  { batchType }: BatcherSettings,
  blocks: readonly BatcherBlock[],
): readonly Batch[] {
  const [first] = blocks
  if (first === undefined) throw new RangeError('a channel has no blocks')
  // OP Stack spec, Delta, "Activation": a span batch begins with a block of the fork.
  const span = batchType === 'span' && isForkActive(config.forks, 'delta', first.timestamp)
  return span ? [spanOf(config, blocks)] : blocks.map(singularOf)
}

function spanOf(config: RollupConfig, blocks: readonly BatcherBlock[]): Batch {
  const [first, last] = [blocks[0], blocks.at(-1)] as [BatcherBlock, BatcherBlock]
  return {
    type: 'span',
    batch: {
      relativeTime: first.timestamp - config.genesis.l2Time,
      originNumber: last.origin.number,
      parentCheck: hexToBytes(first.parentHash).slice(0, 20),
      originCheck: hexToBytes(last.origin.hash).slice(0, 20),
      blocks: blocks.map(({ originChanged, transactions }) => ({ originChanged, transactions })),
    },
  }
}

function singularOf({ parentHash, origin, timestamp, transactions }: BatcherBlock): Batch {
  return {
    type: 'singular',
    batch: {
      parentHash: hexToBytes(parentHash),
      epochNumber: origin.number,
      epochHash: hexToBytes(origin.hash),
      timestamp,
      transactions,
    },
  }
}
