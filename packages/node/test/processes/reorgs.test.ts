import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../../../launch/test/eventually.ts'
import { framesOf, postFrames, spanOf } from './helpers/batches.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, newMarker, type World } from './helpers/world.ts'

// A verifier on an L1 that is reorganised again and again: deposits and batches disappear, move, are
// replaced by others. Each scenario begins where the one before has left both chains.

const ETHER = 10n ** 18n
/** Blocks from L1's latest to its finalized. */
const FINALITY = 16
let world: World
let node: TestNode

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: 60n }, slotsInEpoch: FINALITY / 2 })
  node = await world.startNode('verifier')
})
after(() => world.close())

describe('a verifier, while L1', () => {
  it('goes on, has transfers and deposits', async () => {
    const [marker, receiver] = [newMarker(), newMarker()]
    await world.deposit(receiver, ETHER)
    await world.l1.mine(5)
    const { blocks } = await world.extend(node, { marker })
    await world.has(node, marker, BigInt(blocks.length))
    await world.has(node, receiver, ETHER)
  })

  it('loses its newest block, loses the batch that was in it', async () => {
    const marker = newMarker()
    await world.l1.mine(3)
    const { blocks } = await world.extend(node, { marker })
    await world.has(node, marker, BigInt(blocks.length))
    await world.l1.reorg(1)
    await world.l1.mine()
    await world.stands(node)
    await world.has(node, marker, 0n)
    await world.extend(node)
  })

  it('loses ten blocks, loses deposits and the blocks with them', async () => {
    const [marker, receiver] = [newMarker(), newMarker()]
    await world.deposit(receiver, ETHER)
    await world.l1.mine(5)
    await world.extend(node, { marker })
    await world.has(node, receiver, ETHER)
    await world.l1.mine(4)
    await world.l1.reorg(10)
    await world.l1.mine()
    await world.stands(node)
    await world.has(node, receiver, 0n)
    await world.has(node, marker, 0n)
    await world.extend(node)
  })

  it('has other blocks with the same batch, which moved', async () => {
    const marker = newMarker()
    await world.l1.mine(4)
    const plan = await world.plan(node, { marker })
    await world.post(plan)
    await world.l1.mine()
    await world.has(node, marker, BigInt(plan.blocks.length))
    const before = await world.caughtUp(node)
    await world.l1.rollback(1)
    // Anvil drops what was in the block. The origins that the batch names stand.
    await world.l1.mine(2, 3)
    await world.post(plan)
    await world.l1.mine()
    await world.caughtUp(node)
    await world.has(node, marker, BigInt(plan.blocks.length))
    assert.equal((await node.status()).safe_l2.hash, before.safe_l2.hash)
  })

  it('has another batch in place of one, has the other blocks', async () => {
    const [first, second] = [newMarker(), newMarker()]
    await world.l1.mine(4)
    const plan = await world.plan(node, { marker: first })
    const other = await world.plan(node, { marker: second })
    await world.post(plan)
    await world.l1.mine()
    await world.has(node, first, BigInt(plan.blocks.length))
    await world.l1.rollback(1)
    await world.post(other)
    await world.l1.mine(1, 3)
    await world.has(node, second, BigInt(other.blocks.length))
    await world.has(node, first, 0n)
  })

  it('loses the second half of a channel, waits for it', async () => {
    const { config } = world.deployment
    const marker = newMarker()
    await world.l1.mine(4)
    const plan = await world.plan(node, { marker })
    const [one, two] = halves(
      framesOf([spanOf(config, plan.parentHash, plan.blocks)], { size: 200 }),
    )
    await postFrames(config, world.l1, one)
    await world.l1.mine()
    await postFrames(config, world.l1, two)
    await world.l1.mine()
    await world.has(node, marker, BigInt(plan.blocks.length))
    await world.l1.rollback(1)
    await world.l1.mine(2, 3)
    await world.caughtUp(node)
    await world.has(node, marker, 0n)
    await postFrames(config, world.l1, two)
    await world.l1.mine()
    await world.has(node, marker, BigInt(plan.blocks.length))
  })

  it('is reorganised down to its finalized block, keeps what is final', async () => {
    const marker = newMarker()
    await world.extend(node, { marker })
    await world.l1.mine(FINALITY)
    await eventually(
      'the blocks are final',
      async () => {
        const { finalized_l2, safe_l2 } = await node.status()
        return finalized_l2.number === safe_l2.number
      },
      world.explain,
    )
    const { finalized_l2 } = await node.status()
    const balance = await node.balance(marker)
    assert.ok(balance > 0n)
    const lost = newMarker()
    await world.extend(node, { marker: lost })
    await world.l1.mine(FINALITY - 2)
    await world.l1.reorg(FINALITY - 1)
    await world.l1.mine()
    await world.stands(node)
    await world.has(node, lost, 0n)
    await world.has(node, marker, balance)
    assert.equal((await node.block(finalized_l2.number))?.hash, finalized_l2.hash)
    await world.extend(node)
  })

  it('is reorganised while the verifier is down', async () => {
    const [first, second] = [newMarker(), newMarker()]
    await world.l1.mine(4)
    const plan = await world.plan(node, { marker: first })
    const other = await world.plan(node, { marker: second })
    await world.post(plan)
    await world.l1.mine()
    await world.has(node, first, BigInt(plan.blocks.length))
    await node.stop()
    await world.l1.rollback(1)
    await world.l1.mine(2, 3)
    await node.start()
    // Nothing on L1 says any more that these blocks are safe.
    await world.stands(node)
    await world.has(node, first, 0n)
    await world.post(other)
    await world.l1.mine()
    await world.caughtUp(node)
    await world.has(node, second, BigInt(other.blocks.length))
    await world.has(node, first, 0n)
  })

  it('is reorganised and the verifier is killed in the middle', async () => {
    const marker = newMarker()
    await world.l1.mine(4)
    await world.extend(node, { marker })
    await world.l1.rollback(4)
    await world.l1.mine(3, 3)
    await node.stop('SIGKILL')
    await world.l1.mine(2)
    await node.start()
    await world.stands(node)
    await world.has(node, marker, 0n)
    await world.extend(node)
  })
})

describe('in the end', () => {
  it('a node from an empty disk has the same chain, and no head ever contradicted it', async () => {
    await world.l1.mine(3)
    await world.extend(node)
    await eventually('heads were looked at', () => world.watcher.samples() > 20, world.explain)
    await world.conclude([node])
  })
})

function halves<T>(items: readonly T[]): readonly [readonly T[], readonly T[]] {
  assert.ok(items.length > 1)
  const half = Math.ceil(items.length / 2)
  return [items.slice(0, half), items.slice(half)]
}
