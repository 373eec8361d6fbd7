import { randomBytes } from 'node:crypto'
import { bytesToHex, type Hash, hexToBytes, type RollupConfig } from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { type Batch, encodeChannel } from '../../../src/batcher/channel.ts'
import { encodeFrames, type Frame, splitFrames } from '../../../src/batcher/frame.ts'
import type { AnvilBlock, TestAnvil } from './anvil.ts'
import type { L2Ref } from './rollup-node.ts'

/** An L2 block that a batcher claims the sequencer has made. */
export interface PlannedBlock {
  readonly number: number
  readonly timestamp: bigint
  readonly origin: AnvilBlock
  readonly originChanged: boolean
  readonly transactions: readonly Uint8Array[]
}

export interface PlanOptions {
  /** Default: until the L1 head's time. */
  readonly count?: number
  /** Of block `i` of the plan. */
  readonly transactions?: (i: number) => readonly Uint8Array[]
}

/** Blocks on top of `parent` as an honest sequencer makes them: the next L1 origin as soon as it may be. */
export async function planBlocks(
  { blockTime }: RollupConfig,
  l1: TestAnvil,
  parent: L2Ref,
  { count, transactions = () => [] }: PlanOptions = {},
): Promise<readonly PlannedBlock[]> {
  const head = await l1.head()
  const blocks: PlannedBlock[] = []
  let origin = await l1.block(BigInt(parent.l1origin.number))
  if (origin === undefined) throw new Error(`L1 has no block ${parent.l1origin.number}`)
  let next = await l1.block(origin.number + 1n)
  let timestamp = BigInt(parent.timestamp) + blockTime
  const wanted = (i: number) => (count === undefined ? timestamp <= head.timestamp : i < count)
  for (let i = 0; wanted(i); i++, timestamp += blockTime) {
    const originChanged = next !== undefined && next.timestamp <= timestamp
    if (originChanged && next !== undefined) {
      origin = next
      next = await l1.block(origin.number + 1n)
    }
    blocks.push({
      number: parent.number + 1 + i,
      timestamp,
      origin,
      originChanged,
      transactions: transactions(i),
    })
  }
  return blocks
}

/** The span batch of planned blocks. */
export function spanOf(
  { genesis }: RollupConfig,
  parentHash: Hash,
  blocks: readonly PlannedBlock[],
): Batch {
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError('a span batch has no blocks')
  return {
    type: 'span',
    batch: {
      relativeTime: first.timestamp - genesis.l2Time,
      originNumber: last.origin.number,
      parentCheck: hexToBytes(parentHash).slice(0, 20),
      originCheck: hexToBytes(last.origin.hash).slice(0, 20),
      blocks,
    },
  }
}

/** The singular batch of a planned block. */
export function singularOf(parentHash: Hash, block: PlannedBlock): Batch {
  return {
    type: 'singular',
    batch: {
      parentHash: hexToBytes(parentHash),
      epochNumber: block.origin.number,
      epochHash: hexToBytes(block.origin.hash),
      timestamp: block.timestamp,
      transactions: block.transactions,
    },
  }
}

/** Frames of a channel with these batches. */
export function framesOf(
  batches: readonly Batch[],
  {
    id = randomBytes(16),
    size = 100_000,
  }: { readonly id?: Uint8Array; readonly size?: number } = {},
): readonly Frame[] {
  return splitFrames(id, encodeChannel(batches, 'brotli'), size)
}

/** Posts frames in one transaction of the batcher, which the next L1 block holds. */
export function postFrames(
  config: RollupConfig,
  l1: TestAnvil,
  frames: readonly Frame[],
): Promise<Hash> {
  return l1.send({
    from: config.genesis.systemConfig.batcherAddress,
    to: config.batchInboxAddress,
    data: bytesToHex(encodeFrames(frames)),
  })
}

/** A signed L2 transaction that moves one wei to `to`. */
export async function l2Transfer(
  config: RollupConfig,
  privateKey: Hash,
  nonce: number,
  to: Hash,
): Promise<Uint8Array> {
  const raw = await privateKeyToAccount(privateKey).signTransaction({
    type: 'eip1559',
    chainId: Number(config.l2ChainId),
    nonce,
    to,
    value: 1n,
    gas: 21_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
  })
  return hexToBytes(raw)
}
