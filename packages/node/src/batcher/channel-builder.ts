import { hexToBytes, isForkActive, type RollupConfig } from '@altlayer/protocol'
import { batchesOf } from './batches.ts'
import { encodeChannel } from './channel.ts'
import { costOf, type L1Prices } from './costs.ts'
import { encodeFrames, splitFrames } from './frame.ts'
import { type BatcherSettings, type Carrier, frameSize } from './settings.ts'
import {
  type BatcherBlock,
  type BatcherEvent,
  bytesOf,
  type Channel,
  type Content,
  type Observation,
  type Posting,
} from './state.ts'

// When a channel is closed, and what its transactions carry.

export interface BatcherContext {
  readonly config: RollupConfig
  readonly settings: BatcherSettings
  /** 16 bytes that no channel had before. */
  readonly newChannelId: () => `0x${string}`
}

/** Bytes of transactions in one channel at most: below what a channel may decompress to (10 MB before Fjord). */
const MAX_CHANNEL_INPUT = 8_000_000
/** Blocks in one channel at most. */
const MAX_CHANNEL_BLOCKS = 10_000
/** An estimate's share of a full channel: one that is a little too large would need another frame. */
const FILL = 0.95
/** Estimated bytes of a block besides its transactions. */
const BLOCK_OVERHEAD = 4

/** The blocks of the next channel, if it is time to close it. */
export function closing(
  { config, settings }: BatcherContext,
  state: Posting,
  head: bigint,
): { readonly count: number; readonly reason: ClosingReason } | undefined {
  const { queue, openedAt, ratio } = state
  const [first] = queue
  if (first === undefined || openedAt === undefined) return undefined
  const carrier = settings.dataAvailabilityType === 'calldata' ? 'calldata' : 'blobs'
  const target = (settings.targetNumFrames * frameSize(settings, carrier) * FILL) / ratio
  const count = fitting(queue, target)
  if (count < queue.length) return { count, reason: 'full' }
  const { maxChannelDuration: duration, subSafetyMargin } = settings
  if (duration > 0 && head >= openedAt + BigInt(duration)) return { count, reason: 'duration' }
  // The oldest block must be on L1 before its sequencing window ends.
  const deadline = first.origin.number + config.seqWindowSize - BigInt(subSafetyMargin)
  return head >= deadline ? { count, reason: 'sequencing-window' } : undefined
}

type ClosingReason = Extract<BatcherEvent, { kind: 'channel-closed' }>['reason']

/** How many blocks fit into a channel of this size, one at least. */
function fitting(queue: readonly BatcherBlock[], target: number): number {
  let [size, input] = [0, 0]
  for (const [count, block] of queue.entries()) {
    size += block.daBytes + BLOCK_OVERHEAD
    input += bytesOf(block)
    const over = size > target || input > MAX_CHANNEL_INPUT || count === MAX_CHANNEL_BLOCKS
    if (over) return Math.max(1, count)
  }
  return queue.length
}

/** Compresses the first `count` blocks and cuts them into transactions. */
export function closeChannel(
  context: BatcherContext,
  { queue, ratio }: Posting,
  count: number,
  { timestamp, prices }: Observation['l1'],
) {
  const { config, settings } = context
  const blocks = queue.slice(0, count)
  // OP Stack spec, Fjord, "Brotli Channel Compression": by the time of the L1 blocks that hold the channel.
  const fjord = isForkActive(config.forks, 'fjord', timestamp)
  const stream = encodeChannel(
    batchesOf(config, settings, blocks),
    fjord ? settings.compression : 'zlib',
  )
  const ecotone = isForkActive(config.forks, 'ecotone', timestamp)
  const id = context.newChannelId()
  const { carrier, pieces } = cut(settings, hexToBytes(id), stream, prices, ecotone)
  const channel: Channel = {
    id,
    blocks: blocks.map(({ number, hash }) => ({ number, hash })),
    unsent: contents(settings, carrier, pieces),
  }
  const estimated = blocks.reduce((sum, { daBytes }) => sum + daBytes + BLOCK_OVERHEAD, 0)
  return {
    channel,
    carrier,
    frames: pieces.length,
    inputBytes: blocks.reduce((sum, block) => sum + bytesOf(block), 0),
    outputBytes: stream.length,
    ratio: nextRatio(ratio, stream.length / estimated),
  }
}

/** Half of what the last channel had: loads change, single channels say little. */
function nextRatio(before: number, now: number): number {
  return Math.min(2, Math.max(0.1, (before + now) / 2))
}

/** Frames for the cheaper carrier, each with the version byte before it. */
function cut(
  settings: BatcherSettings,
  id: Uint8Array,
  stream: Uint8Array,
  prices: L1Prices,
  ecotone: boolean,
): { readonly carrier: Carrier; readonly pieces: readonly Uint8Array[] } {
  const piecesFor = (carrier: Carrier) =>
    splitFrames(id, stream, frameSize(settings, carrier)).map((frame) => encodeFrames([frame]))
  const carriers: Record<BatcherSettings['dataAvailabilityType'], readonly Carrier[]> = {
    calldata: ['calldata'],
    blobs: ['blobs'],
    auto: ['calldata', 'blobs'],
  }
  // Blobs do not count before Ecotone.
  const allowed = ecotone ? carriers[settings.dataAvailabilityType] : carriers.calldata
  const options = allowed.map((carrier) => ({ carrier, pieces: piecesFor(carrier) }))
  const cost = ({ carrier, pieces }: (typeof options)[number]) =>
    costOf(carrier, pieces, settings.maxBlobsPerTransaction, prices)
  return options.reduce((best, option) => (cost(option) < cost(best) ? option : best))
}

function contents(
  { maxBlobsPerTransaction: most }: BatcherSettings,
  carrier: Carrier,
  pieces: readonly Uint8Array[],
): readonly Content[] {
  if (carrier === 'calldata') return pieces.map((data) => ({ carrier, data }))
  return Array.from({ length: Math.ceil(pieces.length / most) }, (_, i) => ({
    carrier,
    data: pieces.slice(i * most, (i + 1) * most),
  }))
}
