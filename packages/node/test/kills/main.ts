import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { devAccount } from '@altlayer/launch'
import { bytesToHex, type Hex } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { seeded } from '../../../launch/test/random.ts'
import { l2Transfer } from '../processes/helpers/batches.ts'
import { rpc } from '../processes/helpers/json-rpc.ts'
import { readPostings } from '../processes/helpers/postings.ts'
import { createWorld, newMarker } from '../processes/helpers/world.ts'

// npm run kills -w packages/node -- --times 100 [--seed N]
//
// A sequencer with its batcher is killed (SIGKILL) at any moment and started again, while L1 goes on, stands still or
// forgets what waits in its pool. What is on L1 is read back: every block once, and no nonce left out. At the end a
// node from an empty disk must have the same chain.

const { values } = parseArgs({
  options: { times: { type: 'string', default: '100' }, seed: { type: 'string' } },
})
const times = Number(values.times)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
if (!Number.isInteger(times) || times < 1 || !Number.isInteger(seed))
  throw new Error('usage: npm run kills -w packages/node -- --times N [--seed INTEGER]')

/** Kills between two looks at what is on L1. */
const ROUND = 10
/** Milliseconds between L1 blocks. */
const L1_INTERVAL = 500
/** Milliseconds from a start to a kill, at most: most lives are shorter, some long enough to post several times. */
const LONGEST_LIFE = 12_000
/** Milliseconds that L1 stands still, at most. */
const LONGEST_PAUSE = 3_000

const random = seeded(seed)

const world = await createWorld({ tempo: { seqWindowSize: 2_000n }, slotsInEpoch: 32 })
let stopMining = world.l1.mineEvery(L1_INTERVAL)
try {
  const { config, launched } = world.deployment
  const node = await world.startNode('sequencer', {
    sequencer: {
      batcherKey: launched.roleKeys.batcher as Hex,
      args: ['--batch-type', '0', '--compression-algo', 'zlib', '--resubmission-timeout', '2'],
    },
  })
  const postings = readPostings(world)

  async function transfer(): Promise<void> {
    const payer = devAccount(7)
    const nonce = await rpc<Hex>(node.url, 'eth_getTransactionCount', [payer.address, 'pending'])
    const raw = await l2Transfer(config, payer.privateKey, Number(nonce), newMarker())
    await rpc(node.url, 'eth_sendRawTransaction', [bytesToHex(raw)])
  }

  /** What L1 does while the batcher is killed. */
  async function disturb(): Promise<void> {
    const what = random()
    if (what < 0.2) await world.l1.dropTransactions()
    else if (what < 0.5) {
      await stopMining()
      await sleep(random() * LONGEST_PAUSE)
      stopMining = world.l1.mineEvery(L1_INTERVAL)
    }
  }

  for (let killed = 1; killed <= times; killed++) {
    await transfer()
    await Promise.all([sleep(random() ** 2 * LONGEST_LIFE), disturb()])
    await node.stop('SIGKILL')
    await sleep(random() * L1_INTERVAL)
    await node.start()
    if (killed % ROUND !== 0 && killed !== times) continue
    const last = (await node.status()).unsafe_l2.number
    await eventually(
      `block ${last} is safe`,
      async () => (await node.status()).safe_l2.number >= last,
      world.explain,
    )
    const transactions = await postings.transactions()
    assert.deepEqual(await postings.notOnce(last), [], 'blocks that are not on L1 exactly once')
    const nonces = transactions.map(({ nonce }) => Number(nonce))
    assert.deepEqual(nonces, [...nonces.keys()])
    console.log(
      `killed ${killed} times: ${last} blocks on L1, each once, in ${transactions.length} transactions`,
    )
  }
  await node.stop('SIGTERM')
  await stopMining()
  await node.start()
  await world.conclude([node])
  console.log(`seed ${seed}: a node from an empty disk has the same chain`)
} catch (error) {
  console.error(`seed ${seed}\n${world.explain()}`)
  throw error
} finally {
  await stopMining()
  await world.close()
}
