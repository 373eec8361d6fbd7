import type { Block } from '@altlayer/engine'
import { hexToBytes, type RollupConfig, TX_DEPOSIT } from '@altlayer/protocol'
import type { L2Parent } from '../chain/parent.ts'
import type { Batch } from './channel.ts'

/** An L2 block with what its batch says of it. */
export interface BatchedBlock {
  readonly block: Block
  readonly parent: L2Parent
}

/**
 * The span batch of consecutive blocks, the first of which follows the block that is safe already.
 * Throws RangeError for none.
 */
export function spanOf(config: RollupConfig, blocks: readonly BatchedBlock[]): Batch {
  const first = blocks[0]
  const last = blocks.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('a span batch has no blocks')
  return {
    type: 'span',
    batch: {
      relativeTime: first.block.header.timestamp - config.genesis.l2Time,
      originNumber: last.parent.origin.number,
      parentCheck: hexToBytes(first.block.header.parentHash).slice(0, 20),
      originCheck: hexToBytes(last.parent.origin.hash).slice(0, 20),
      blocks: blocks.map(({ block, parent }) => ({
        originChanged: parent.sequenceNumber === 0n,
        transactions: block.transactions.filter((raw) => raw[0] !== TX_DEPOSIT),
      })),
    },
  }
}

/** Price of posting data in an L1 block, wei. */
export interface L1Prices {
  readonly baseFee: bigint
  readonly blobBaseFee: bigint
}

const GAS_PER_TRANSACTION = 21_000n
const GAS_PER_BLOB = 131_072n
/** EIP-7623: tokens are zero bytes and four times the others; data that pay for no execution cost 10 gas a token. */
const FLOOR_GAS_PER_TOKEN = 10n

/** Gas of a transaction that posts calldata (EIP-7623). */
export function calldataGas(data: Uint8Array): bigint {
  let tokens = 0n
  for (const byte of data) tokens += byte === 0 ? 1n : 4n
  return GAS_PER_TRANSACTION + FLOOR_GAS_PER_TOKEN * tokens
}

/** Whether `blobs` blobs cost less than the same data as calldata. */
export function blobsAreCheaper(data: Uint8Array, blobs: number, prices: L1Prices): boolean {
  const asBlobs =
    GAS_PER_TRANSACTION * prices.baseFee + BigInt(blobs) * GAS_PER_BLOB * prices.blobBaseFee
  return asBlobs < calldataGas(data) * prices.baseFee
}
