import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../../../launch/test/eventually.ts'
import { framesOf, l2Transfer, postFrames, singularOf, spanOf } from './helpers/batches.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, newMarker, type Plan, type World } from './helpers/world.ts'

// A batcher that holds the right key and lies, contradicts itself, is late, or says nothing at all. Two
// verifiers watch; one of them is killed in between.

const ETHER = 10n ** 18n
/** L1 blocks. */
const WINDOW = 24
let world: World
let node: TestNode
let other: TestNode

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: BigInt(WINDOW) }, slotsInEpoch: 4 })
  node = await world.startNode('verifier')
  other = await world.startNode('other')
  await world.l1.mine(3)
  await world.extend(node)
})
after(() => world.close())

const frames = (plan: Plan, options = {}) =>
  framesOf([spanOf(world.deployment.config, plan.parentHash, plan.blocks)], options)
const post = (data: ReturnType<typeof framesOf>) =>
  postFrames(world.deployment.config, world.l1, data)
const count = ({ blocks }: Plan) => BigInt(blocks.length)

/** Two plans for the same blocks. */
async function twoPlans() {
  const markers = [newMarker(), newMarker()] as const
  await world.l1.mine(2)
  const first = await world.plan(node, { marker: markers[0] })
  const second = await world.plan(node, { marker: markers[1], count: first.blocks.length })
  return { markers, first, second }
}

describe('a batcher that contradicts itself', () => {
  it('in two batches for the same blocks: the first on L1 counts', async () => {
    const { markers, first, second } = await twoPlans()
    await post(frames(first))
    await world.l1.mine()
    await post(frames(second))
    await world.agree([node, other])
    await world.has(node, markers[0], count(first))
    await world.has(node, markers[1], 0n)
  })

  it('in two batches in one L1 block: the first in it counts', async () => {
    const { markers, first, second } = await twoPlans()
    await post([...frames(second), ...frames(first)])
    await world.agree([node, other])
    await world.has(other, markers[1], count(second))
    await world.has(other, markers[0], 0n)
  })

  it('in two channels with the same id, whose frames are mixed: neither counts', async () => {
    const { markers, first, second } = await twoPlans()
    const id = randomBytes(16)
    const [one, two] = [frames(first, { id, size: 150 }), frames(second, { id, size: 150 })]
    assert.ok(one.length > 1 && two.length > 1)
    await post(one.slice(0, -1))
    await world.l1.mine()
    await post([...two.slice(0, -1), ...one.slice(-1)])
    await world.agree([node, other])
    // Since Holocene a first frame begins the channel anew: it ends in what belongs to another.
    await world.has(node, markers[0], 0n)
    await world.has(node, markers[1], 0n)
    await world.extend(node)
  })

  it('in batches that it posted before, and posts again and again', async () => {
    await world.l1.mine(2)
    const plan = await world.plan(node, { marker: newMarker() })
    for (let i = 0; i < 3; i++) {
      await post(frames(plan))
      await world.l1.mine()
    }
    await world.agree([node, other])
    const { safe_l2 } = await node.status()
    assert.equal(safe_l2.number, plan.last)
  })

  it('between nodes that are killed: they come to the same blocks', async () => {
    const { markers, first, second } = await twoPlans()
    await post(frames(first))
    await world.l1.mine()
    await other.stop('SIGKILL')
    await post(frames(second))
    await world.l1.mine()
    await other.start()
    await world.agree([node, other])
    await world.has(other, markers[0], count(first))
    await world.has(other, markers[1], 0n)
  })
})

describe('a batcher that posts what makes no block', () => {
  it('a transaction with a wrong nonce: the block has deposits only, the blocks after it do not count', async () => {
    const { config, launched } = world.deployment
    const [marker, receiver] = [newMarker(), newMarker()]
    await world.deposit(receiver, ETHER)
    await world.l1.mine(2)
    const plan = await world.plan(node, { marker })
    const key = launched.accounts[3]?.privateKey as `0x${string}`
    const bad = await l2Transfer(config, key, 1_000_000, marker)
    const at = 1
    const blocks = plan.blocks.map((block, i) =>
      i === at ? { ...block, transactions: [...block.transactions, bad] } : block,
    )
    await post(frames({ ...plan, blocks }))
    await world.caughtUp(node)
    await world.has(node, marker, BigInt(at))
    const number = plan.last - blocks.length + 1 + at
    assert.equal((await node.block(number))?.transactions.length, 1)
    await world.extend(node)
    await world.has(node, receiver, ETHER)
    await world.agree([node, other])
  })

  it('garbage for a transaction: the batch is dropped', async () => {
    const marker = newMarker()
    await world.l1.mine(2)
    const plan = await world.plan(node, { marker })
    const [block] = plan.blocks
    if (block === undefined) throw new Error('nothing planned')
    const garbage = { ...block, transactions: [Uint8Array.of(1, 2, 3)] }
    await post(framesOf([singularOf(plan.parentHash, garbage)]))
    const { safe_l2 } = await world.caughtUp(node)
    // The batch makes no block, and none with deposits only in its place may be missing what L1 says.
    assert.ok(safe_l2.number <= plan.last - plan.blocks.length + 1)
    await world.extend(node)
    await world.agree([node, other])
  })

  it('batches from the future, from another parent, and random bytes', async () => {
    await world.l1.mine(2)
    const plan = await world.plan(node, { marker: newMarker() })
    const { safe_l2 } = await node.status()
    await post(frames({ ...plan, blocks: plan.blocks.slice(1) }))
    await post(frames({ ...plan, parentHash: `0x${'5a'.repeat(32)}` }))
    await post(framesOf([], { id: randomBytes(16) }).map((f) => ({ ...f, data: randomBytes(500) })))
    await world.caughtUp(node)
    assert.equal((await node.status()).safe_l2.hash, safe_l2.hash)
    await world.extend(node)
    await world.agree([node, other])
  })
})

describe('a batcher that is silent', () => {
  it('until the sequencing window is over: blocks without transactions, deposits included', async () => {
    const receiver = newMarker()
    await world.deposit(receiver, ETHER)
    await world.l1.mine()
    const { safe_l2 } = await world.caughtUp(node)
    await world.l1.mine(WINDOW + 4)
    await world.has(node, receiver, ETHER)
    await world.has(other, receiver, ETHER)
    const after = await world.caughtUp(node)
    assert.ok(after.safe_l2.number > safe_l2.number)
    for (let number = safe_l2.number + 1; number <= after.safe_l2.number; number++) {
      const block = await node.block(number)
      assert.ok(block !== undefined && block.transactions.length >= 1)
    }
  })

  it('and then late: what it posts does not count', async () => {
    const marker = newMarker()
    await world.l1.mine(2)
    const plan = await world.plan(node, { marker })
    await world.l1.mine(WINDOW + 1)
    await post(frames(plan))
    await world.agree([node, other])
    await world.has(node, marker, 0n)
  })

  it('and then takes up its work: the chain goes on with transactions', async () => {
    const marker = newMarker()
    await eventually(
      'a batch is in time',
      async () => {
        const plan = await world.plan(node, { marker })
        await post(frames(plan))
        await world.caughtUp(node)
        return (await node.balance(marker)) > 0n
      },
      world.explain,
    )
    await world.extend(node)
    await world.agree([node, other])
  })
})

describe('in the end', () => {
  it('a node from an empty disk has the same chain, and no head ever contradicted it', () =>
    world.conclude([node, other]))
})
