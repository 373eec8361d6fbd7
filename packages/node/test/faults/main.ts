import { parseArgs } from 'node:util'
import { seeded } from '../../../launch/test/random.ts'
import { framesOf, postFrames, spanOf } from '../processes/helpers/batches.ts'
import type { TestNode } from '../processes/helpers/rollup-node.ts'
import { createWorld, newMarker, type Plan, type World } from '../processes/helpers/world.ts'

// Faults of L1, of the batcher and of processes, mixed at random for as long as asked. At the end a node from an
// empty disk must have the same chain, and no head may ever have contradicted it.

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string' } },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
if (!(seconds > 0) || !Number.isInteger(seed))
  throw new Error('usage: npm run faults -w packages/node -- --seconds N [--seed INTEGER]')

const random = seeded(seed)
const upTo = (max: number) => 1 + Math.floor(random() * max)

/** Blocks from L1's latest to its finalized. */
const FINALITY = 16
const WINDOW = 30

/** Posts a plan, whole or some of its frames; nothing where there is nothing to post. */
async function post({ deployment, l1 }: World, { parentHash, blocks }: Plan, cut = false) {
  if (blocks.length === 0) return
  const { config } = deployment
  const frames = framesOf([spanOf(config, parentHash, blocks)], { size: cut ? 120 : 100_000 })
  await postFrames(config, l1, cut ? frames.slice(0, upTo(frames.length)) : frames)
}

type Fault = (world: World, node: TestNode, other: TestNode) => Promise<unknown>

const faults: Readonly<Record<string, Fault>> = {
  'a batch': async (world, node) => {
    await post(world, await world.plan(node, { marker: newMarker() }))
    await world.l1.mine()
  },
  deposit: (world) => world.deposit(newMarker(), 10n ** 15n),
  'empty L1 blocks': (world) => world.l1.mine(upTo(8)),
  'reorganisation with as many blocks': async ({ l1 }) => l1.reorg(upTo(FINALITY - 1)),
  'reorganisation with fewer blocks, then more': async ({ l1 }) => {
    const depth = upTo(FINALITY - 1)
    await l1.rollback(depth)
    await l1.mine(depth + upTo(3), 3)
  },
  'two batches for the same blocks': async (world, node) => {
    const first = await world.plan(node, { marker: newMarker() })
    const second = await world.plan(node, { marker: newMarker() })
    await post(world, first)
    if (random() < 0.5) await world.l1.mine()
    await post(world, second)
  },
  'a batch cut short': async (world, node) =>
    post(world, await world.plan(node, { marker: newMarker() }), true),
  'the window is over': (world) => world.l1.mine(WINDOW + upTo(5)),
  'a killed verifier': async (_, node) => {
    await node.stop('SIGKILL')
    await node.start()
  },
  'another verifier down for a while': async ({ l1 }, _, other) => {
    await other.stop()
    await l1.mine(upTo(5))
    await other.start()
  },
  'a frozen L1': async ({ l1 }) => {
    await l1.process().signal('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 500 * upTo(4)))
    await l1.process().signal('SIGCONT')
  },
}

const world = await createWorld({
  tempo: { seqWindowSize: BigInt(WINDOW) },
  slotsInEpoch: FINALITY / 2,
})
try {
  const node = await world.startNode('verifier')
  const other = await world.startNode('other')
  const names = Object.keys(faults)
  const end = performance.now() + seconds * 1_000
  await world.l1.mine(FINALITY + 2)
  for (let count = 0; performance.now() < end; count++) {
    const name = names[Math.floor(random() * names.length)] as string
    console.log(`${count}  ${name}`)
    await faults[name]?.(world, node, other)
  }
  await world.conclude([node, other])
  console.log(`seed ${seed}: ${world.watcher.samples()} looks at heads, none contradicts`)
} catch (error) {
  console.error(`seed ${seed}\n${world.explain()}`)
  throw error
} finally {
  await world.close()
}
