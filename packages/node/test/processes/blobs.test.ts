import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { bytesToHex, type Hash, type Hex } from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { eventually } from '../../../launch/test/eventually.ts'
import { freePort } from '../../../launch/test/free-port.ts'
import { type Call, rpc, rpcBatch } from './helpers/json-rpc.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, type World } from './helpers/world.ts'

// A sequencer that posts blobs, several in a transaction, to an L1 that stands still for a while: its blocks
// become smaller, then it catches up. Its metrics say so, and another node derives the same from the blobs.

const LIMITS = { lower: 60_000, upper: 150_000, block: 25_000 }
/** Bytes of a transaction's data that do not compress. */
const NOISE = 20_000
/** Milliseconds between L1 blocks. */
const L1_INTERVAL = 700
let world: World
let node: TestNode
let metricsUrl: string
let stopMining = async () => {}

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: 400n }, slotsInEpoch: 32 })
  const metricsPort = await freePort()
  metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
  node = await world.startNode('sequencer', {
    sequencer: {
      batcherKey: world.deployment.launched.roleKeys.batcher as Hex,
      args: [
        ...['--data-availability-type', 'blobs', '--target-num-frames', '3'],
        ...['--throttle.unsafe-da-bytes-lower-threshold', String(LIMITS.lower)],
        ...['--throttle.unsafe-da-bytes-upper-threshold', String(LIMITS.upper)],
        ...['--throttle.tx-size-lower-limit', '100000', '--throttle.tx-size-upper-limit', '100000'],
        ...['--throttle.block-size-lower-limit', String(LIMITS.block)],
        ...['--metrics', '--metrics.port', String(metricsPort)],
      ],
    },
  })
})

after(async () => {
  await stopMining()
  await world.close()
})

/** The metrics by name and labels, as Prometheus reads them. */
async function metrics(): Promise<(name: string) => number | undefined> {
  const response = await fetch(metricsUrl)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  const lines = (await response.text()).split('\n').filter((line) => !line.startsWith('#'))
  const values = new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))] as const
    }),
  )
  return (name) => values.get(name)
}

const batcher = 'op_batcher_default'
let nonce = 0

/** Sends them all in one request, so that they can be in one block. */
async function sendNoise(count: number): Promise<void> {
  const { privateKey } = devAccount(7)
  const account = privateKeyToAccount(privateKey)
  const calls: Call[] = []
  for (let i = 0; i < count; i++) {
    const raw = await account.signTransaction({
      type: 'eip1559',
      chainId: Number(world.deployment.config.l2ChainId),
      nonce: nonce++,
      to: account.address,
      data: bytesToHex(randomBytes(NOISE)),
      gas: 1_000_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
    })
    calls.push(['eth_sendRawTransaction', [raw]])
  }
  await rpcBatch(node.url, calls)
}

/** Transactions in each block that is not a deposit, from a block on. */
async function sizes(from: number): Promise<readonly number[]> {
  const found: number[] = []
  for (let number = from; ; number++) {
    const block = await node.block(number)
    if (block === undefined) return found
    found.push(block.transactions.length - 1)
  }
}

const head = async () => (await node.status()).unsafe_l2.number

describe('a sequencer that posts blobs', () => {
  it('makes smaller blocks while L1 takes nothing', async () => {
    await world.l1.mine(2)
    await eventually(
      'the batcher is ready',
      async () => {
        await world.l1.mine()
        return (await metrics())(`${batcher}_pending_transactions`) !== undefined
      },
      world.explain,
      { interval: L1_INTERVAL },
    )
    await sendNoise(12)
    const value = await eventually(
      'much waits for L1',
      async () => {
        const now = await metrics()
        return now(`${batcher}_throttle_intensity{type="linear"}`) === 1 && now
      },
      world.explain,
    )
    assert.ok((value(`${batcher}_unsafe_da_bytes`) ?? 0) > LIMITS.upper)
    assert.equal(value(`${batcher}_throttle_max_block_size`), LIMITS.block)
    const from = (await head()) + 2
    await sendNoise(6)
    const throttled = await eventually(
      'blocks follow',
      async () => {
        const counts = await sizes(from)
        return counts.filter((count) => count > 0).length >= 3 && counts
      },
      world.explain,
    )
    assert.ok(Math.max(...throttled) <= 1, `${throttled}`)
    await eventually(
      'it says so',
      () => /L1 is behind: blocks are made smaller/.test(node.log()),
      world.explain,
    )
  })

  it('makes them as large as before when L1 has caught up, with several blobs in a transaction', async () => {
    stopMining = world.l1.mineEvery(L1_INTERVAL)
    await eventually(
      'nothing waits',
      async () => {
        const value = await metrics()
        const idle = value(`${batcher}_throttle_intensity{type="linear"}`) === 0
        return idle && (await poolSize()) === 0
      },
      world.explain,
    )
    await eventually('it says so', () => /L1 has caught up/.test(node.log()), world.explain)
    const from = await head()
    await eventually(
      'a block has more than one',
      async () => {
        const nothingWaits = (await poolSize()) === 0
        if (Math.max(0, ...(await sizes(from))) > 1) return true
        // Those of before were too slow for one block: they came one by one.
        if (nothingWaits) await sendNoise(4)
        return false
      },
      world.explain,
    )
    const counts = await blobCounts()
    assert.ok(Math.max(...counts) >= 2, `${counts}`)
  })

  it('gives another node all that it needs, from an empty disk', async () => {
    const target = await head()
    await eventually(
      `block ${target} is safe`,
      async () => (await node.status()).safe_l2.number >= target,
      world.explain,
    )
    const fresh = await world.startNode('fresh')
    await eventually(
      'the other node has it too',
      async () => (await fresh.status()).safe_l2.number >= target,
      world.explain,
    )
    for (let number = 0; number <= target; number++)
      assert.equal((await fresh.block(number))?.hash, (await node.block(number))?.hash)
  })

  it('tells of it in its metrics', async () => {
    await stopMining()
    await world.l1.mine(2)
    await world.caughtUp(node)
    // L1 stands still: what it holds, and what the node has read of it, does not change any more.
    const counts = await blobCounts()
    const head = Number((await world.l1.head()).number)
    const l1Ref = (type: string) => `op_node_default_refs_number{layer="l1",type="${type}"}`
    let seen: readonly unknown[] = []
    const value = await eventually(
      'everything is counted',
      async () => {
        const now = await metrics()
        const success = now(`${batcher}_batcher_tx_total{stage="success"}`)
        const derived = now(l1Ref('l1_derived'))
        seen = [success, derived]
        return success === counts.length && derived === head && now
      },
      () => `${seen} of ${[counts.length, head]}\n${world.explain()}`,
    )
    const blobs = counts.reduce((sum, count) => sum + count, 0)
    assert.equal(value(`${batcher}_tx_blob_gas_total`), blobs * 131_072)
    assert.equal(value(`${batcher}_tx_gas_total{da="blobs"}`), counts.length * 21_000)
    assert.ok((value(`${batcher}_tx_bytes_total{da="blobs"}`) ?? 0) > 20 * NOISE)
    assert.ok((value(`${batcher}_txmgr_tx_fee_gwei`) ?? 0) > 0)
    assert.ok((value(`${batcher}_channel_total{stage="fully_submitted"}`) ?? 0) > 0)
    assert.ok((value(`${batcher}_balance`) ?? 0) > 0)
    assert.ok((value(`${batcher}_pending_blocks_bytes_total`) ?? 0) > 20 * NOISE)
    // Of a later moment than the page: the safe head may have gone on.
    const { safe_l2 } = await node.status()
    const l2Ref = (type: string) =>
      value(`op_node_default_refs_number{layer="l2",type="${type}"}`) ?? -1
    assert.ok(l2Ref('l2_safe') <= safe_l2.number && l2Ref('l2_safe') > 0)
    assert.ok(l2Ref('l2_unsafe') >= l2Ref('l2_safe'))
    assert.equal(value(l1Ref('l1_head')), head)
    assert.equal(value('op_node_default_up'), 1)
    assert.ok((value('process_resident_memory_bytes') ?? 0) > 1_000_000)
    assert.equal((await fetch(new URL('/', metricsUrl))).status, 404)
    assert.equal((await fetch(metricsUrl, { method: 'POST' })).status, 405)
  })
})

async function poolSize(): Promise<number> {
  const { pending, queued } = await rpc<{ pending: Hex; queued: Hex }>(
    node.url,
    'txpool_status',
    [],
  )
  return Number(pending) + Number(queued)
}

/** Blobs of each batcher transaction on L1, oldest first. */
async function blobCounts(): Promise<readonly number[]> {
  const { batcherAddress } = world.deployment.config.genesis.systemConfig
  const { number } = await world.l1.head()
  const counts: number[] = []
  for (let at = 0n; at <= number; at++) {
    const block = await rpc<{
      readonly transactions: readonly { from: string; blobVersionedHashes?: readonly Hash[] }[]
    }>(world.l1.url, 'eth_getBlockByNumber', [`0x${at.toString(16)}`, true])
    for (const { from, blobVersionedHashes } of block.transactions)
      if (from === batcherAddress) counts.push(blobVersionedHashes?.length ?? 0)
  }
  return counts
}
