import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bigintToHex,
  CONFIG_UPDATE_TOPIC,
  decodeTransaction,
  depositToLog,
  encodeEcotoneScalars,
  encodeTransaction,
  fakeExponential,
  hexToBytes,
  isForkActive,
  type Log,
  parseL1Attributes,
  type UpgradeFork,
  upgradeTransactions,
} from '@altlayer/protocol'
import fc from 'fast-check'
import { BLOB_DATA_MAX, encodeBlob } from '../../src/batcher/blob.ts'
import { type Batch, type Compression, encodeChannel } from '../../src/batcher/channel.ts'
import { encodeFrames, type Frame, splitFrames } from '../../src/batcher/frame.ts'
import { portal, systemConfigAddress } from '../helpers/config.ts'
import { assertDerives, follow } from './follow.ts'
import { createWorld, type L1Item, type L2Block, singular, span, type World } from './model.ts'
import { l2Transaction } from './transactions.ts'

const never = undefined
/** Rule sets, by the forks that a chain has from its genesis. */
const RULES = {
  isthmus: {},
  holocene: { isthmus: never },
  granite: { holocene: never, isthmus: never },
  fjord: { granite: never, holocene: never, isthmus: never },
  ecotone: { fjord: never, granite: never, holocene: never, isthmus: never },
  delta: { ecotone: never, fjord: never, granite: never, holocene: never, isthmus: never },
  bedrock: {
    regolith: never,
    canyon: never,
    delta: never,
    ecotone: never,
    fjord: never,
    granite: never,
    holocene: never,
    isthmus: never,
  },
} as const
type Rules = keyof typeof RULES
const before = (rules: Rules, fork: 'delta' | 'ecotone' | 'fjord' | 'holocene') =>
  !isForkActive(createForks(rules), fork, 1_000_000n)
const forksOf = new Map<Rules, World['config']['forks']>()
function createForks(rules: Rules) {
  const known = forksOf.get(rules) ?? createWorld({ forks: RULES[rules] }).config.forks
  forksOf.set(rules, known)
  return known
}

interface Plan {
  readonly rules: Rules
  /** One a block: whether it takes the next L1 origin where it may, and its transactions. */
  readonly blocks: readonly {
    readonly advance: boolean
    readonly transactions: readonly number[]
  }[]
  /** One an L1 block: what happens in it. */
  readonly events: readonly ('none' | 'deposit' | 'creation' | 'batcher-fee' | 'gas' | 'limits')[]
  readonly spans: boolean
  readonly brotli: boolean
  readonly blobs: boolean
  readonly perChannel: number
  readonly perBatch: number
  readonly frameSize: number
  readonly framesPerTransaction: number
  readonly shuffle: number
}

const plan: fc.Arbitrary<Plan> = fc.record({
  rules: fc.constantFrom(...(Object.keys(RULES) as Rules[])),
  blocks: fc.array(
    fc.record({
      advance: fc.boolean(),
      transactions: fc.array(fc.nat(400), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  events: fc.array(fc.constantFrom('none', 'deposit', 'creation', 'batcher-fee', 'gas', 'limits'), {
    minLength: 8,
    maxLength: 12,
  }),
  spans: fc.boolean(),
  brotli: fc.boolean(),
  blobs: fc.boolean(),
  perChannel: fc.integer({ min: 1, max: 12 }),
  perBatch: fc.integer({ min: 1, max: 6 }),
  frameSize: fc.integer({ min: 40, max: 900 }),
  framesPerTransaction: fc.integer({ min: 1, max: 5 }),
  shuffle: fc.nat(),
})

function eventLogs(kind: Plan['events'][number], seed: number): readonly Log[] {
  const update = (type: bigint, ...words: readonly bigint[]): Log => ({
    address: systemConfigAddress,
    topics: [CONFIG_UPDATE_TOPIC, bigintToHex(0n), bigintToHex(type)],
    data: `0x${[32n, BigInt(32 * words.length), ...words].map((w) => bigintToHex(w).slice(2)).join('')}`,
  })
  const from = `0x${(seed + 77).toString(16).padStart(40, '0')}` as const
  const n = BigInt(seed + 1)
  switch (kind) {
    case 'none':
      return []
    case 'deposit':
      return [
        { address: from, topics: [], data: '0x' },
        depositToLog(
          { from, to: from, mint: n, value: n * n, gas: 100_000n + n, data: '0xc0ffee' },
          portal,
        ),
      ]
    case 'creation':
      return [
        depositToLog(
          { from, mint: 0n, value: 0n, gas: n, data: `0x${'60'.repeat(seed % 90)}` },
          portal,
        ),
      ]
    case 'batcher-fee':
      return [
        update(1n, n, encodeEcotoneScalars({ baseFeeScalar: n, blobBaseFeeScalar: n + 5n })),
        update(5n, (n << 64n) | (n + 9n)),
      ]
    case 'gas':
      return [update(2n, 30_000_000n + n), update(9n, n), update(2n, n << 70n)]
    case 'limits':
      return [update(4n, (n << 32n) | (n + 1n)), update(3n, n)]
  }
}

/** Builds the L2 chain: one L1 block to six L2 blocks, origins as the sequencer may choose them. */
function buildChain(world: World, { blocks, events, rules }: Plan): void {
  events.forEach((kind, i) => {
    world.mine([{ raw: l2Transaction(i), logs: eventLogs(kind, i) }])
  })
  const types = before(rules, 'fjord')
    ? (['legacy', 'eip2930', 'eip1559'] as const)
    : rules === 'isthmus'
      ? (['legacy', 'eip2930', 'eip1559', 'eip7702'] as const)
      : (['legacy', 'eip1559'] as const)
  for (const { advance, transactions } of blocks) {
    const head = world.l2.at(-1) as L2Block
    const timestamp = head.header.timestamp + 2n
    const next = world.l1.find(({ header }) => header.number === head.origin.header.number + 1n)
    const may = next !== undefined && next.header.timestamp <= timestamp
    // The drift: past the next L1 block's time by more than a test needs, so that it never matters here.
    const must = may && timestamp > head.origin.header.timestamp + 100n
    world.build(
      may && (advance || must),
      transactions.map((seed) => l2Transaction(seed, types[seed % types.length] as 'legacy')),
    )
  }
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}

function channelsOf(world: World, p: Plan): readonly (readonly Frame[])[] {
  const compression: Compression = p.brotli && !before(p.rules, 'fjord') ? 'brotli' : 'zlib'
  const spans = p.spans && !before(p.rules, 'delta')
  return chunks(world.l2.slice(1), p.perChannel).map((blocks, index) => {
    const batches: readonly Batch[] = spans
      ? chunks(blocks, p.perBatch).map((part) => span(world.config, part))
      : blocks.map((block) => singular(block))
    const id = new Uint8Array(16).fill(index + 1)
    return splitFrames(id, encodeChannel(batches, compression), p.frameSize)
  })
}

async function postAll(world: World, p: Plan, frames: readonly Frame[]): Promise<void> {
  const transactions: L1Item[] = []
  for (const group of chunks(frames, p.framesPerTransaction)) {
    const data = encodeFrames(group)
    if (!p.blobs || before(p.rules, 'ecotone')) transactions.push(await world.post(data))
    else if (data.length <= BLOB_DATA_MAX) {
      // A blob that is no data and calldata of a blob transaction do not count.
      const garbage = new Uint8Array(131_072).fill(0xff)
      const blobs = [garbage, encodeBlob(data)]
      transactions.push(await world.postBlobs(blobs, Uint8Array.of(0, 1, 2)))
    }
  }
  for (const group of chunks(transactions, 3)) {
    world.mine([{ raw: l2Transaction(3) }, ...group, { raw: l2Transaction(9) }])
  }
  world.mine()
}

test('what batchers post comes back as the sequencer made it', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (p) => {
      const world = createWorld({ forks: RULES[p.rules], seqWindowSize: 400, channelTimeout: 300 })
      buildChain(world, p)
      // Granite shortens channel timeouts to 50 L1 blocks: enough for every channel here.
      await postAll(world, p, channelsOf(world, p).flat())
      assertDerives(world, follow(world))
    }),
    { numRuns: 60 },
  )
})

/** A permutation by a seed. */
function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const result = [...items]
  let state = seed || 1
  for (let i = result.length - 1; i > 0; i--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const j = state % (i + 1)
    ;[result[i], result[j]] = [result[j] as T, result[i] as T]
  }
  return result
}

test('before Holocene, frames come in any order, twice, and from several channels at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      plan.filter(({ rules }) => before(rules, 'holocene')),
      async (p) => {
        const world = createWorld({
          forks: RULES[p.rules],
          seqWindowSize: 400,
          channelTimeout: 300,
        })
        buildChain(world, p)
        const frames = channelsOf(world, p).flat()
        if (frames.length > 120) return
        // A frame that comes again once its channel was read opens the channel anew. Until Canyon that one
        // is in the way of all others until it times out, so there nothing comes twice.
        const again = p.rules === 'bedrock' ? [] : frames.slice(0, 7)
        await postAll(world, p, shuffled([...frames, ...again], p.shuffle))
        assertDerives(world, follow(world))
      },
    ),
    { numRuns: 40 },
  )
})

test('Holocene may activate between any two L1 blocks', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.nat(14), async (p, at) => {
      const rules: Plan = { ...p, rules: 'granite' }
      const forks = { holocene: 1_000_000 + at * 12, isthmus: never }
      const world = createWorld({ forks, seqWindowSize: 400, channelTimeout: 300 })
      buildChain(world, rules)
      await postAll(world, rules, channelsOf(world, rules).flat())
      const { chain } = follow(world)
      // A channel that was open at the activation is lost, and with it what comes after: never a wrong block.
      for (const [i, block] of chain.entries()) assert.equal(block.hash, world.l2[i]?.hash)
    }),
    { numRuns: 25 },
  )
})

const LATE_FORKS = [
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
] as const

test('every fork may activate at any block, several at once too', async () => {
  const { length } = LATE_FORKS
  const times = fc
    .array(fc.nat(20), { minLength: length, maxLength: length })
    .map((list) => list.toSorted((a, b) => a - b))
  await fc.assert(
    fc.asyncProperty(plan, times, async (p, at) => {
      // A span needs Delta at the L1 origin of its first block.
      const from = p.spans ? 2 : 0
      const time = (i: number) => 1_000_000 + (i < from ? 0 : 2 * (at[i] ?? 0))
      const forks = Object.fromEntries(LATE_FORKS.map((name, i) => [name, time(i)]))
      const rules: Plan = { ...p, rules: 'bedrock', blobs: false }
      const world = createWorld({ forks, seqWindowSize: 400, channelTimeout: 300 })
      buildChain(world, rules)
      // Posted when every fork is active on L1.
      const { config, l2 } = world
      const batches = p.spans
        ? chunks(l2.slice(1), p.perBatch).map((part) => span(config, part))
        : l2.slice(1).map((block) => singular(block))
      const frames = splitFrames(new Uint8Array(16).fill(1), encodeChannel(batches, 'zlib'), 90_000)
      await postAll(world, rules, frames)
      assertDerives(world, follow(world))
    }),
    { numRuns: 40 },
  )
})

test('L1 blocks before the Pectra blob schedule count by the parameters of Cancun', async () => {
  const feesOf = (pectraBlobScheduleTime?: number) => {
    const schedule = pectraBlobScheduleTime === undefined ? {} : { pectraBlobScheduleTime }
    const world = createWorld({ seqWindowSize: 3, ...schedule })
    for (let i = 0; i < 8; i++) world.mine()
    return follow(world)
      .chain.slice(1)
      .map((block) => {
        const deposit = decodeTransaction(block.transactions[0] as Uint8Array)
        const attributes = parseL1Attributes(hexToBytes(deposit.data))
        assert.ok(attributes.version === 'isthmus')
        return { l1: attributes.number, fee: attributes.blobBaseFee }
      })
  }
  // The third L1 block after the genesis (number 10) has this time.
  const mixed = feesOf(1_000_036)
  assert.ok(mixed.some(({ l1 }) => l1 < 13n) && mixed.some(({ l1 }) => l1 >= 13n))
  for (const { l1, fee } of mixed) {
    const fraction = l1 < 13n ? 3_338_477n : 5_007_716n
    assert.equal(fee, fakeExponential(1n, l1 * 5_000_000n, fraction), `L1 block ${l1}`)
  }
  assert.deepEqual(
    feesOf().map(({ l1, fee }) => fee === fakeExponential(1n, l1 * 5_000_000n, 5_007_716n)),
    feesOf().map(() => true),
  )
})

test('the first block of a fork carries its upgrade transactions, also when no batch came for it', () => {
  const time = (blocks: number) => 1_000_000 + 2 * blocks
  const forks = { ecotone: time(3), fjord: time(5), granite: time(5), isthmus: time(5) }
  const world = createWorld({ forks: { ...forks, holocene: time(5) }, seqWindowSize: 3 })
  for (let i = 0; i < 8; i++) world.mine()
  const { chain } = follow(world)
  assert.ok(chain.length > 6)
  const upgrades = (...names: readonly UpgradeFork[]) =>
    names.flatMap(upgradeTransactions).map((transaction) => encodeTransaction(transaction))
  for (const [number, block] of chain.entries()) {
    const expected =
      number === 3 ? upgrades('ecotone') : number === 5 ? upgrades('fjord', 'isthmus') : []
    assert.deepEqual(block.transactions.slice(1), expected, `block ${number}`)
  }
})
