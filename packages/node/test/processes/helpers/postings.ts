import { type Hash, type Hex, hexToBytes } from '@altlayer/protocol'
import { singularBatchesIn } from '../../batcher/decode.ts'
import { rpc } from './json-rpc.ts'
import type { World } from './world.ts'

/** What the batcher's account has on L1. */
export interface L1Posting {
  readonly hash: Hash
  readonly from: string
  readonly to: string
  readonly nonce: Hex
  readonly input: Hex
}

/** Reads back what a batcher posted as calldata, singular batches in zlib, on an L1 that is not reorganised meanwhile. */
export function readPostings({ deployment, l1 }: World) {
  const { batchInboxAddress, blockTime, genesis } = deployment.config
  const found: L1Posting[] = []
  let next = 0n

  /** Everything that the batcher's account has on L1, oldest first. */
  async function transactions(): Promise<readonly L1Posting[]> {
    const { number } = await l1.head()
    for (; next <= number; next++) {
      const block = await rpc<{ readonly transactions: readonly L1Posting[] }>(
        l1.url,
        'eth_getBlockByNumber',
        [`0x${next.toString(16)}`, true],
      )
      const { batcherAddress } = genesis.systemConfig
      found.push(...block.transactions.filter(({ from }) => from === batcherAddress))
    }
    return found
  }

  /** How many times each L2 block is on L1, by its number. */
  async function counts(): Promise<ReadonlyMap<number, number>> {
    const posted = (await transactions()).filter(({ to }) => to === batchInboxAddress)
    const result = new Map<number, number>()
    for (const { timestamp } of singularBatchesIn(posted.map(({ input }) => hexToBytes(input)))) {
      const number = Number((timestamp - genesis.l2Time) / blockTime)
      result.set(number, (result.get(number) ?? 0) + 1)
    }
    return result
  }

  return {
    transactions,
    /** Numbers of the blocks from 1 to `last` that are not on L1 exactly once. */
    async notOnce(last: number): Promise<readonly number[]> {
      const times = await counts()
      return Array.from({ length: last }, (_, i) => i + 1).filter(
        (number) => times.get(number) !== 1,
      )
    },
  }
}
