import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Derivation } from '@altlayer/engine'
import { bytesToHex } from '@altlayer/protocol'
import fc from 'fast-check'
import { type Batch, encodeChannel } from '../../src/batcher/channel.ts'
import { encodeFrames, type Frame, splitFrames } from '../../src/batcher/frame.ts'
import { testHash } from '../helpers/config.ts'
import { blockOf, derivationOf } from './follow.ts'
import { createWorld, type L1Item, type L2Block, singular, span, type World } from './model.ts'
import { l2Transaction } from './transactions.ts'

// A node that starts again at any of its L1 blocks comes to the chain of one that was never stopped, whatever a batcher
// posts. Since Holocene an invalid batch takes the rest of its channel along: who reads that channel again on a later
// safe head, on which the batch is merely past, would see the rest as new.

/** A block with this transaction is not valid, as far as this test's engine goes. */
const POISON = l2Transaction(7_000)
const isPoisoned = (transactions: readonly Uint8Array[]) => {
  const poison = bytesToHex(POISON)
  return transactions.some((raw) => bytesToHex(raw) === poison)
}

/** A node: its derivation, and the chain that came of it. */
interface Node {
  readonly derivation: Derivation
  readonly chain: L2Block[]
  /** Index in `chain` of the last block that concluded a batch. */
  safe: number
}

const headOf = ({ chain }: Node) => chain.at(-1) as L2Block

/** Derives all that the L1 block read last gives. */
function drain(world: World, node: Node): void {
  for (;;) {
    const step = node.derivation.next(headOf(node).hash)
    if (step.kind === 'needs-l1') return
    let { derived } = step
    if (isPoisoned(derived.attributes.transactions)) {
      const instead = node.derivation.invalid()
      if (instead === undefined) {
        node.chain.splice(node.safe + 1)
        continue
      }
      derived = instead
    }
    node.chain.push(blockOf(world, headOf(node), derived))
    if (derived.concludes) node.safe = node.chain.length - 1
  }
}

function read(world: World, node: Node, from: bigint): void {
  for (const { header, hash } of world.l1) {
    if (header.number <= from) continue
    node.derivation.advance(hash)
    drain(world, node)
  }
}

/** Blocks on `parent`, each with a transaction of its own, as a sequencer makes them. */
function extend(world: World, parent: L2Block, count: number, seed: number): readonly L2Block[] {
  const blocks: L2Block[] = []
  let head = parent
  for (let i = 0; i < count; i++) {
    const next = world.l1.find(({ header }) => header.number === head.origin.header.number + 1n)
    const advance = next !== undefined && next.header.timestamp <= head.header.timestamp + 2n
    head = world.build(advance, [l2Transaction((seed * 20 + i) % 6_000)], head)
    blocks.push(head)
  }
  return blocks
}

interface Post {
  readonly kind: 'good' | 'poisoned' | 'overlap' | 'other-overlap' | 'gap' | 'hidden-rest' | 'none'
  readonly count: number
  readonly at: number
  readonly spans: boolean
  /** How many of its frames an L1 block has, and what becomes of the others. */
  readonly frames: number
  readonly rest: 'next' | 'later' | 'never'
  readonly seed: number
}

const HONEST: readonly Post['kind'][] = ['good', 'good', 'overlap', 'none']
const KINDS: readonly Post['kind'][] = [
  ...HONEST,
  'poisoned',
  'other-overlap',
  'gap',
  'hidden-rest',
]

const posts = (kinds: readonly Post['kind'][]): fc.Arbitrary<readonly Post[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      count: fc.integer({ min: 1, max: 8 }),
      at: fc.nat(7),
      spans: fc.boolean(),
      frames: fc.integer({ min: 1, max: 4 }),
      rest: fc.constantFrom('next', 'next', 'later', 'never'),
      seed: fc.nat(300),
    }),
    { minLength: 3, maxLength: 12 },
  )

function batchesOf(world: World, node: Node, post: Post): readonly Batch[] {
  const { kind, count, at, spans, seed } = post
  const { config } = world
  const blocks = extend(world, headOf(node), count, seed)
  const place = at % count
  const batches = (list: readonly L2Block[]) =>
    spans ? [span(config, list)] : list.map((block) => singular(block))
  const changed = (transactions: readonly Uint8Array[]) =>
    blocks.map((block, i) => (i === place ? { ...block, sequenced: transactions } : block))
  const before = node.chain.slice(1).slice(-at - 1)
  switch (kind) {
    case 'none':
      return []
    case 'good':
      return batches(blocks)
    case 'poisoned':
      return batches(changed([POISON]))
    case 'overlap':
      return batches([...before, ...blocks])
    case 'other-overlap':
      return batches([
        ...before.map((block) => ({ ...block, sequenced: [l2Transaction(seed)] })),
        ...blocks,
      ])
    case 'gap':
      return batches(blocks.slice(place + 1).length > 0 ? blocks.slice(place + 1) : blocks)
    case 'hidden-rest': {
      // Behind a batch that is not valid come those of blocks that another channel makes possible later.
      const first = blocks[0] as L2Block
      return [
        singular(first, { epochHash: testHash(9, 9) }),
        ...batches(blocks.slice(1).length > 0 ? blocks.slice(1) : blocks),
      ]
    }
  }
}

/** Lives through the posts; what was safe with each L1 block. */
async function live(world: World, plan: readonly Post[]) {
  const node: Node = { derivation: derivationOf(world), chain: [world.l2[0] as L2Block], safe: 0 }
  const { number } = node.derivation.reset(headOf(node).hash)
  drain(world, node)
  const safeAt = new Map<bigint, number>()
  let read = number
  let waiting: readonly Frame[] = []
  let channels = 0
  for (const post of [...plan, ...plan.slice(0, 1)]) {
    const batches = batchesOf(world, node, post)
    const id = new Uint8Array(16).fill(++channels)
    const frames = batches.length === 0 ? [] : splitFrames(id, encodeChannel(batches, 'zlib'), 60)
    const now = post.rest === 'next' ? frames : frames.slice(0, post.frames)
    const items: L1Item[] = []
    for (const part of [waiting, now])
      if (part.length > 0) items.push(await world.post(encodeFrames(part)))
    waiting = post.rest === 'later' ? frames.slice(post.frames) : []
    // A second channel with other blocks for the same heights.
    if (post.kind === 'hidden-rest') {
      const first = extend(world, headOf(node), 1, post.seed)
      const other = [...first, ...extend(world, first[0] as L2Block, 2, post.seed + 1)]
      const stream = encodeChannel(
        other.map((block) => singular(block)),
        'zlib',
      )
      world.mine(items.splice(0))
      items.push(
        await world.post(
          encodeFrames(splitFrames(new Uint8Array(16).fill(++channels), stream, 9_000)),
        ),
      )
    }
    world.mine(items)
    for (const { header, hash } of world.l1) {
      if (header.number <= read) continue
      node.derivation.advance(hash)
      drain(world, node)
      read = header.number
      safeAt.set(read, node.safe)
    }
  }
  return { node, safeAt }
}

function restarted(
  world: World,
  { derivation, chain }: Node,
  safe: number,
  l1: bigint,
): readonly L2Block[] {
  const node: Node = { derivation, chain: chain.slice(0, safe + 1), safe }
  const origin = derivation.reset(headOf(node).hash, l1)
  drain(world, node)
  read(world, node, origin.number)
  return node.chain
}

const hashesOf = (chain: readonly L2Block[]) => chain.map(({ hash }) => hash)

const OLD = { holocene: undefined, isthmus: undefined }

for (const [name, forks, kinds, seqWindowSize] of [
  ['since Holocene, whatever is posted', {}, KINDS, 20],
  ['since Holocene, also when sequencing windows pass', {}, KINDS, 3],
  ['before Holocene', OLD, HONEST, 20],
  ['before Holocene, also when sequencing windows pass', OLD, HONEST, 3],
] as const)
  test(`a restart at any L1 block leads to the same chain ${name}`, async () => {
    let restarts = 0
    await fc.assert(
      fc.asyncProperty(posts(kinds), async (plan) => {
        const world = createWorld({ forks, seqWindowSize, channelTimeout: 4 })
        for (let i = 0; i < 3; i++) world.mine()
        const { node, safeAt } = await live(world, plan)
        for (const [l1, safe] of safeAt) {
          const chain = restarted(world, node, safe, l1)
          const place = `from L1 block ${l1}, L2 block ${safe}`
          assert.deepEqual(hashesOf(chain), hashesOf(node.chain), place)
          restarts++
        }
      }),
      { numRuns: 12 },
    )
    assert.ok(restarts >= 36)
  })

test('an epoch that was given up when its window had passed is given up after a restart too', async () => {
  const world = createWorld({ seqWindowSize: 3 })
  const { node, safeAt } = await live(
    world,
    Array.from({ length: 9 }, () => ({
      ...{ kind: 'none', count: 1, at: 0, spans: false, frames: 1, rest: 'next', seed: 1 },
    })) as readonly Post[],
  )
  assert.ok(node.safe > 6)
  for (const [l1, safe] of safeAt)
    assert.deepEqual(hashesOf(restarted(world, node, safe, l1)), hashesOf(node.chain), `${l1}`)
})

test('without the L1 block that led to it, a safe head may be followed by what was dropped', async () => {
  const world = createWorld({ seqWindowSize: 20 })
  world.mine()
  const post = { count: 3, at: 0, frames: 4, rest: 'next', seed: 1 } as const
  const { node, safeAt } = await live(world, [
    { ...post, kind: 'poisoned', spans: true },
    { ...post, kind: 'good', spans: false, seed: 2 },
  ])
  // The first block is made of deposits; with it the rest of its span was dropped.
  const l1 = [...safeAt].find(([, safe]) => safe === 1)?.[0] ?? assert.fail()
  assert.deepEqual(hashesOf(restarted(world, node, 1, l1)), hashesOf(node.chain))
  assert.notDeepEqual(hashesOf(restarted(world, node, 1, 0n)), hashesOf(node.chain))
})
