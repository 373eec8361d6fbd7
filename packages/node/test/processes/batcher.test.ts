import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { devAccount } from '@altlayer/launch'
import type { Hash, Hex } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { l2Transfer } from './helpers/batches.ts'
import { rpc } from './helpers/json-rpc.ts'
import { readPostings } from './helpers/postings.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, newMarker, type World } from './helpers/world.ts'

// A sequencer with its batcher as a process of its own, on a real L1: killed, without L1's pool, outbid, reorganised.
// What it posted is read back from L1.

let world: World
let node: TestNode
let stopMining: (() => Promise<void>) | undefined
/** Milliseconds between L1 blocks. */
const L1_INTERVAL = 700
/** A look that mines is no more often than blocks come. */
const SLOWLY = { interval: L1_INTERVAL }

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: 400n }, slotsInEpoch: 32 })
  node = await world.startNode('sequencer', {
    sequencer: {
      batcherKey: world.deployment.launched.roleKeys.batcher as Hex,
      args: ['--batch-type', '0', '--compression-algo', 'zlib', '--resubmission-timeout', '2'],
    },
  })
})

beforeEach(() => startMining())

after(async () => {
  await pauseMining()
  await world.close()
})

function startMining(): void {
  stopMining ??= world.l1.mineEvery(L1_INTERVAL)
}

async function pauseMining(): Promise<void> {
  await stopMining?.()
  stopMining = undefined
}

/** Mines, and waits until the node has seen it: L1 does not run away from a slow node. */
async function mineSeen(): Promise<void> {
  const { hash } = await world.l1.mine(1, 1)
  await eventually(
    'the node has seen the newest L1 block',
    async () => (await node.status()).head_l1.hash === hash,
    world.explain,
  )
}

const head = async () => (await node.status()).unsafe_l2.number
const safe = async () => (await node.status()).safe_l2.number

interface Waiting {
  readonly hash: Hash
  readonly nonce: Hex
  readonly maxFeePerGas: Hex
}

/** The transactions that L1's next block can take: the batcher's, nobody else sends any. */
async function pool(): Promise<readonly Waiting[]> {
  const { pending } = await rpc<{
    readonly pending: Readonly<Record<string, Readonly<Record<string, Waiting>>>>
  }>(world.l1.url, 'txpool_content', [])
  return Object.values(pending).flatMap((byNonce) => Object.values(byNonce))
}

/** Lets L1 have blocks until the batcher sends something, which then waits. */
function firstWaiting(): Promise<Waiting> {
  return eventually(
    'a transaction waits',
    async () => {
      const [waiting] = await pool()
      if (waiting === undefined) await mineSeen()
      return waiting
    },
    world.explain,
    SLOWLY,
  )
}

/** Waits until every block that there is now is safe. */
async function allSafe(): Promise<number> {
  const target = await eventually('the sequencer answers', head, world.explain)
  await eventually(
    `block ${target} is safe`,
    async () => (await safe()) >= target,
    () => world.explain(),
  )
  return target
}

async function transfer(): Promise<void> {
  const payer = devAccount(7)
  const nonce = await rpc<Hex>(node.url, 'eth_getTransactionCount', [payer.address, 'pending'])
  const { config } = world.deployment
  const raw = await l2Transfer(config, payer.privateKey, Number(nonce), newMarker())
  await rpc(node.url, 'eth_sendRawTransaction', [`0x${Buffer.from(raw).toString('hex')}`])
}

describe('a batcher', () => {
  it('that is killed again and again posts every block once', async () => {
    await allSafe()
    for (const pause of [0, 250, 700]) {
      const from = await eventually('the sequencer answers', safe, world.explain)
      await transfer()
      await eventually('more is safe', async () => (await safe()) > from, world.explain)
      // Somewhere between two channels, sent or not, included or not.
      await sleep(pause)
      await node.stop('SIGKILL')
      await node.start()
    }
    const last = await allSafe()
    assert.deepEqual(await readPostings(world).notOnce(last), [])
  })

  it('sends again what L1 forgot, with higher fees', async () => {
    await allSafe()
    await pauseMining()
    await transfer()
    const forgotten = await firstWaiting()
    // From now on L1 has no block until mining starts again: nothing but a new version brings it back.
    await world.l1.dropTransactions()
    const again = await eventually(
      'it is sent again',
      async () => (await pool()).find(({ nonce }) => nonce === forgotten.nonce),
      world.explain,
    )
    assert.ok(
      BigInt(again.maxFeePerGas) > BigInt(forgotten.maxFeePerGas),
      `${BigInt(again.maxFeePerGas)} wei a gas after ${BigInt(forgotten.maxFeePerGas)}`,
    )
    await eventually(
      'it says so',
      () =>
        node
          .log()
          .split('\n')
          .some((line) => line.includes(again.hash) && line.includes('sent again')),
      world.explain,
    )
    startMining()
    await allSafe()
  })

  it('outbids itself when L1 becomes dearer', async () => {
    await allSafe()
    await pauseMining()
    await transfer()
    const first = await firstWaiting()
    const price = BigInt(first.maxFeePerGas) * 3n
    const setPrice = () =>
      rpc(world.l1.url, 'anvil_setNextBlockBaseFeePerGas', [`0x${price.toString(16)}`])
    await eventually(
      'the transaction pays the price',
      async () => {
        await setPrice()
        await mineSeen()
        return (await pool()).every(({ nonce }) => nonce !== first.nonce)
      },
      world.explain,
      SLOWLY,
    )
    startMining()
    await allSafe()
  })

  it('posts again what a reorganisation of L1 dropped', async () => {
    await allSafe()
    await pauseMining()
    const before = await safe()
    // Blocks without their transactions in the place of the newest: batches and L1 origins are gone.
    await world.l1.reorg(4)
    await world.l1.mine()
    await world.stands(node)
    startMining()
    await eventually('as much is safe as was', async () => (await safe()) >= before, world.explain)
    const nonces = (await readPostings(world).transactions()).map(({ nonce }) => Number(nonce))
    assert.deepEqual(nonces, [...nonces.keys()])
  })

  it('left everything on L1 that another node needs', async () => {
    const target = await allSafe()
    await pauseMining()
    await node.stop('SIGTERM')
    const { config } = world.deployment
    const fresh = await world.startNode('fresh')
    const { safe_l2 } = await world.caughtUp(fresh)
    assert.ok(safe_l2.number >= target)
    const block = await fresh.block(safe_l2.number)
    await node.start()
    assert.equal((await node.block(safe_l2.number))?.hash, block?.hash)
    assert.equal(BigInt(safe_l2.timestamp), config.genesis.l2Time + BigInt(safe_l2.number))
  })
})
