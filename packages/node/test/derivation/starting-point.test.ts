import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Block, Engine } from '@altlayer/engine'
import type { Hash } from '@altlayer/protocol'
import { ChainMismatchError } from '../../src/chain/reorg.ts'
import { openSafeHeads } from '../../src/derivation/safe-heads.ts'
import { findStartingPoint } from '../../src/derivation/starting-point.ts'
import { L1Error } from '../../src/l1/client.ts'
import type { L1Epoch } from '../../src/l1/follower.ts'
import { fakeL1 } from '../helpers/l1.ts'
import { createWorld, type L2Block } from './model.ts'

const WINDOW = 3

/** Ten L2 blocks, each with the next L1 block as its origin; those noted were safe two L1 blocks later. */
function setup(finalized = 0, noted: (block: number) => boolean = () => true) {
  const world = createWorld({ seqWindowSize: WINDOW })
  for (let i = 0; i < 12; i++) world.mine([], { time: 1_000_002 + 2 * i })
  for (let i = 0; i < 10; i++) world.build(true)
  const safeHeads = openSafeHeads(undefined, () => {})
  const idOf = ({ header, hash }: { header: { number: bigint }; hash: Hash }) => ({
    number: header.number,
    hash,
  })
  for (const [i, block] of world.l2.entries())
    if (i > 0 && noted(i)) safeHeads.add({ l1: idOf(world.l1[i + 2] as L1Epoch), l2: idOf(block) })
  const block: Engine['block'] = (ref): Block | undefined => {
    if ('tag' in ref) return ref.tag === 'finalized' ? world.l2[finalized] : world.l2.at(-1)
    return world.l2.find(({ header, hash }) =>
      'hash' in ref ? hash === ref.hash : header.number === ref.number,
    )
  }
  const client = fakeL1(world.l1)
  const find = () =>
    findStartingPoint({
      config: world.config,
      engine: { block, genesis: world.l2[0] as L2Block },
      client,
      l1Genesis: world.l1[0] as L1Epoch,
      safeHeads,
    })
  /** Another L1 from its block `from` on. */
  const fork = (from: number) => {
    const chain: L1Epoch[] = world.l1.slice(0, from)
    while (chain.length < world.l1.length)
      chain.push(
        world.mine([], { parent: chain.at(-1) as L1Epoch, time: 1_000_003 + 2 * chain.length }),
      )
    client.chain = chain
  }
  return { world, client, find, fork }
}

const numbers = async (point: ReturnType<typeof findStartingPoint>) => {
  const { start, safe, unsafe, finalized } = await point
  return [finalized, start, safe, unsafe].map(({ header }) => Number(header.number))
}

describe('the starting point of derivation', () => {
  it('is a sequencing window before the safe head', async () => {
    assert.deepEqual(await numbers(setup().find()), [0, 7, 10, 10])
  })

  it('is never behind the finalized block', async () => {
    assert.deepEqual(await numbers(setup(9).find()), [9, 9, 10, 10])
  })

  it('goes back to what followed from the L1 blocks that stand, unsafe to the origins that do', async () => {
    const { find, fork } = setup()
    fork(8)
    // Block 5 was safe with L1 block 7 of this chain's count, the last that stands; origins stand up to it.
    assert.deepEqual(await numbers(find()), [0, 2, 5, 7])
  })

  it('is a block that was the safe head with an L1 block, and names that one', async () => {
    // Block 7 became safe with the L1 block after the next of its origin, as all here.
    const { find, world } = setup()
    const { start, judged } = await find()
    assert.equal(start.header.number, 7n)
    assert.equal(judged, world.l1[9]?.header.number)
    const sparse = setup(0, (i) => i % 4 === 0)
    const point = await sparse.find()
    // Blocks 8 and 4 alone were: a window before 8 is 5, which no L1 block ended with.
    assert.deepEqual([point.safe.header.number, point.start.header.number], [8n, 4n])
    assert.equal(point.judged, sparse.world.l1[6]?.header.number)
  })

  it('is any block where the log of safe heads does not reach back so far', async () => {
    const { start, judged } = await setup(0, (i) => i === 9).find()
    assert.deepEqual([start.header.number, judged], [6n, undefined])
  })

  it('believes no L1 that lost what is final', async () => {
    const { find, fork } = setup(9)
    fork(8)
    await assert.rejects(find(), ChainMismatchError)
  })

  it('waits for an L1 that has not come to what is final', async () => {
    const { client, find } = setup(9)
    client.chain = client.chain.slice(0, 6)
    client.head = client.chain.at(-1)?.header.number ?? 0n
    await assert.rejects(find(), L1Error)
  })
})
