import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../../../launch/test/eventually.ts'
import { type BeaconManners, type BeaconProxy, startBeaconProxy } from './helpers/beacon-proxy.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, type World } from './helpers/world.ts'

// Batches are in blobs; a verifier has two beacon nodes, which fail in turn and together.

let world: World
let beacons: readonly [BeaconProxy, BeaconProxy]
let sequencer: TestNode
let verifier: TestNode
let stopMining = async () => {}

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: 400n }, slotsInEpoch: 8 })
  const { batcher } = world.deployment.launched.roleKeys
  if (batcher === undefined) throw new Error('no batcher key')
  beacons = [await startBeaconProxy(world.l1.url), await startBeaconProxy(world.l1.url)]
  stopMining = world.l1.mineEvery(1_000)
  sequencer = await world.startNode('sequencer', {
    sequencer: { batcherKey: batcher, args: ['--data-availability-type', 'blobs'] },
  })
  verifier = await world.startNode('verifier', { beaconUrls: beacons.map(({ url }) => url) })
})
after(async () => {
  await stopMining()
  await world.close()
  for (const beacon of beacons) await beacon.close()
})

const safe = async (node: TestNode) => (await node.status()).safe_l2

/** The verifier comes to what is safe at the sequencer, and that is more than before. */
async function goesOn(): Promise<void> {
  const { number } = await safe(verifier)
  await eventually(
    `the verifier goes on from block ${number}`,
    async () => {
      const [theirs, ours] = [await safe(sequencer), await safe(verifier)]
      if (ours.number <= number + 1) return false
      assert.equal((await sequencer.block(ours.number))?.hash, ours.hash)
      return theirs.number <= ours.number + 10
    },
    world.explain,
  )
}

/** Until one of them is honest again, the verifier waits and says for what. */
async function waits(first: BeaconManners, second: BeaconManners, said: RegExp): Promise<void> {
  beacons[0].behave(first)
  beacons[1].behave(second)
  // Blobs of later L1 blocks nobody gives it.
  const number = Number((await world.l1.head()).number)
  const logged = verifier.log().length
  await eventually(
    'the verifier says what it misses',
    () => said.test(verifier.log().slice(logged)),
    world.explain,
  )
  await eventually(
    'the sequencer has come to where no blobs are',
    async () => (await sequencer.status()).current_l1.number > number,
    world.explain,
  )
  const known = await safe(sequencer)
  await eventually(
    'the sequencer has more',
    async () => (await safe(sequencer)).number > known.number,
    world.explain,
  )
  assert.ok((await safe(verifier)).number <= known.number)
  beacons[1].behave('honest')
  await goesOn()
  beacons[0].behave('honest')
}

describe('a verifier that reads blobs', () => {
  it('derives what the sequencer made', () => goesOn())

  for (const manners of ['hang-up', 'busy', 'garbage', 'empty', 'wrong'] as const)
    it(`takes them from its second beacon node while the first is ${manners}`, async () => {
      beacons[0].behave(manners)
      beacons[1].behave('honest')
      await eventually('the second is asked', () => beacons[1].requests > 0, world.explain)
      await goesOn()
      beacons[0].behave('honest')
    })

  it('waits while no beacon node answers', () => waits('hang-up', 'busy', /blob 0x01[0-9a-f]{62}/))

  it('waits while none has them, or only others', () => waits('wrong', 'empty', /no such blob/))
})

describe('in the end', () => {
  it('a node from an empty disk has the same chain, and no head ever contradicted it', async () => {
    await sequencer.stop()
    await stopMining()
    await world.conclude([verifier])
  })
})
