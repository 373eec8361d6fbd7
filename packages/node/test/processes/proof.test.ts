import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { type ProofClaim, runProof } from '@altlayer/engine'
import { bigintToHex, type Hash, type Hex } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { createRpcProofSource } from '../../src/proof/rpc-source.ts'
import { rpc } from './helpers/json-rpc.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, newMarker, type World } from './helpers/world.ts'

// Claims about the blocks of a rollup that runs, proven and refuted with what its RPC, L1's and the beacon API say.

let world: World
let node: TestNode
let stopMining = async () => {}
/** A block number that L1 leads to, and the L1 block up to which it does. */
let last = 0
let l1Head: Hash

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: 400n }, slotsInEpoch: 32 })
  node = await world.startNode('sequencer', {
    sequencer: {
      batcherKey: world.deployment.launched.roleKeys.batcher as Hex,
      args: ['--data-availability-type', 'blobs'],
    },
  })
  stopMining = world.l1.mineEvery(700)
  const marker = newMarker()
  await world.deposit(marker, 12n)
  await world.has(node, marker, 12n)
  await eventually(
    '12 blocks are safe',
    async () => (await node.status()).safe_l2.number >= 12,
    world.explain,
  )
  await stopMining()
  const status = await world.caughtUp(node)
  last = status.safe_l2.number
  l1Head = status.current_l1.hash
})

after(async () => {
  await stopMining()
  await world.close()
})

async function outputAt(number: number): Promise<Hash> {
  const { outputRoot } = await rpc<{ readonly outputRoot: Hash }>(
    node.url,
    'optimism_outputAtBlock',
    [`0x${number.toString(16)}`],
  )
  return outputRoot
}

async function prove(agreed: number, claimed: number, change: Partial<ProofClaim> = {}) {
  const source = createRpcProofSource({
    l1Url: world.l1.url,
    l1BeaconUrls: [world.l1.url],
    rollupUrl: node.url,
    agreedNumber: BigInt(agreed),
  })
  try {
    return await runProof(
      source,
      {
        l1Head,
        agreedOutput: await outputAt(agreed),
        claimedOutput: await outputAt(claimed),
        claimedNumber: BigInt(claimed),
        ...change,
      },
      { config: world.deployment.config },
    )
  } finally {
    source.close()
  }
}

it('proves what the node has, from any block on', async () => {
  for (const [agreed, claimed] of [
    [0, 3],
    [last - 9, last],
  ] as const)
    assert.deepEqual(await prove(agreed, claimed), {
      valid: true,
      number: BigInt(claimed),
      outputRoot: await outputAt(claimed),
    })
})

it('refutes a wrong root, and one beyond what L1 holds', async () => {
  const wrong = await prove(last - 2, last, { claimedOutput: bigintToHex(77n) })
  assert.deepEqual(wrong, { valid: false, number: BigInt(last), outputRoot: await outputAt(last) })
  const beyond = await prove(last - 2, last, {
    claimedNumber: BigInt(last) + 1_000n,
    claimedOutput: bigintToHex(78n),
  })
  assert.deepEqual(beyond, wrong)
})
