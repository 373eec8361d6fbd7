import assert from 'node:assert/strict'
import { createProofSource, type ProofClaim, type ProofSource } from '@altlayer/engine'
import { depositToLog, type Hash } from '@altlayer/protocol'
import { type Batch, encodeChannel } from '../../src/batcher/channel.ts'
import { splitFrames } from '../../src/batcher/frame.ts'
import type { L2Block, WorldOptions } from '../derivation/model.ts'
import { l2Transaction } from '../derivation/transactions.ts'
import { portal } from '../helpers/config.ts'
import { createExecutedWorld, type ExecutedWorld, users } from './executed-world.ts'

// What a proof needs around it: a world to make claims about, and a source that answers from it.

/** Answers from the world; notes the routes of what was asked for. */
export function sourceOf(world: ExecutedWorld): ProofSource & { readonly routes: Set<string> } {
  const routes = new Set<string>()
  const l1 = new Map(world.l1.map((block) => [block.hash, block]))
  const l2 = new Map(world.l2.map((block) => [block.hash, block]))
  const outputs = new Map(world.l2.map((block) => [world.output(block), block]))
  const source = createProofSource({
    l1Header: async (hash) => l1.get(hash)?.header,
    l1Transactions: async (hash) => l1.get(hash)?.transactions,
    l1Receipts: async (hash) => l1.get(hash)?.receipts,
    async blob(versionedHash, { timestamp }) {
      assert.ok(world.l1.some(({ header }) => header.timestamp === timestamp))
      const blob = world.blobs.get(versionedHash)
      // Any commitment: the host and L1 vouch for it, not the program.
      return blob && { blob, commitment: new Uint8Array(48).fill(7) }
    },
    l2Header: async (hash) => l2.get(hash)?.header,
    l2Transactions: async (hash) => l2.get(hash)?.transactions,
    l2State: async (_, hash) => world.state.get(hash),
    async l2Output(root) {
      const block = outputs.get(root)
      if (block === undefined) return undefined
      const { stateRoot } = block.header
      const messagePasserStorageRoot = world.passerRoot(block.header)
      return { stateRoot, messagePasserStorageRoot, blockHash: block.hash }
    },
  })
  return {
    routes,
    fetch(hint, key, preimages) {
      routes.add(hint.split(' ')[0] as string)
      return source.fetch(hint, key, preimages)
    },
  }
}

/** L1 blocks with deposits, `l2` L2 blocks with two transactions each on them; nothing posted yet. */
export async function worldOf(
  l2: number,
  options: WorldOptions = {},
  first: 'count' | 'burn' = 'count',
): Promise<ExecutedWorld> {
  const world = createExecutedWorld({ seqWindowSize: 40, ...options })
  for (let i = 0; i < 4; i++) {
    const deposit = { from: portal, to: users[0]?.address as Hash, mint: 5n, value: 3n } as const
    const log = depositToLog({ ...deposit, gas: 100_000n, data: '0x' }, portal)
    world.mine([{ raw: l2Transaction(i), logs: i % 2 === 0 ? [log] : [] }])
  }
  for (let i = 0; i < l2; i++) {
    const head = world.l2.at(-1) as L2Block
    const next = world.l1.find(({ header }) => header.number === head.origin.header.number + 1n)
    const timestamp = head.header.timestamp + 2n
    const transactions = [
      await world.transaction(i % 4, first),
      await world.transaction((i + 1) % 4, i % 3 === 0 ? 'create' : 'transfer'),
    ]
    world.build(next !== undefined && next.header.timestamp <= timestamp, transactions)
  }
  return world
}

let channels = 0
/** A channel of batches, in frames. */
export const frames = (batches: readonly Batch[]) =>
  splitFrames(new Uint8Array(16).fill(++channels), encodeChannel(batches, 'zlib'), 100_000)

/** The L2 block with this number. */
const at = (world: ExecutedWorld, i: number) => world.l2[i] as L2Block
/** Output root of the L2 block with this number. */
export const outputAt = (world: ExecutedWorld, i: number) => world.output(at(world, i))

export function claimOf(world: ExecutedWorld, from: number, to: number): ProofClaim {
  return {
    l1Head: world.l1.at(-1)?.hash as Hash,
    agreedOutput: outputAt(world, from),
    claimedOutput: outputAt(world, to),
    claimedNumber: BigInt(to),
  }
}
