import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflateSync } from 'node:zlib'
import { ProgramError } from '@altlayer/engine'
import { concatBytes, depositToLog, encodeRlp, type Hash, hexToBytes } from '@altlayer/protocol'
import fc from 'fast-check'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { type Batch, encodeBatch, encodeChannel } from '../../src/batcher/channel.ts'
import { encodeFrames, splitFrames } from '../../src/batcher/frame.ts'
import type { L1Epoch } from '../../src/l1/follower.ts'
import { portal, testHash } from '../helpers/config.ts'
import { assertDerives, blockOf, derivationOf, follow } from './follow.ts'
import {
  createWorld,
  type L1Item,
  type L2Block,
  singular,
  span,
  strangerAccount,
  type World,
  type WorldOptions,
} from './model.ts'
import { l2Transaction } from './transactions.ts'

const never = undefined
const granite = { holocene: never, isthmus: never }

/** A world with `l1` more L1 blocks and `l2` L2 blocks on them, each with a transaction. */
function worldOf(l1: number, l2: number, options: WorldOptions = {}): World {
  const world = createWorld({ seqWindowSize: 400, ...options })
  for (let i = 0; i < l1; i++) world.mine()
  for (let i = 0; i < l2; i++) {
    const head = world.l2.at(-1) as L2Block
    const next = world.l1.find(({ header }) => header.number === head.origin.header.number + 1n)
    const timestamp = head.header.timestamp + 2n
    world.build(next !== undefined && next.header.timestamp <= timestamp, [l2Transaction(i)])
  }
  return world
}

let channels = 0
function framesOf(batches: readonly Batch[], size = 100_000) {
  const id = new Uint8Array(16)
  new DataView(id.buffer).setUint32(12, ++channels)
  return splitFrames(id, encodeChannel(batches, 'zlib'), size)
}

const channel = (world: World, batches: readonly Batch[]): Promise<L1Item> =>
  world.post(encodeFrames(framesOf(batches)))

const blockAt = (world: World, i: number) => world.l2[i] as L2Block

/** Posts `bad`, then all good blocks from the first on: nothing of the bad one may be seen. */
async function isIgnored(world: World, bad: L1Item): Promise<void> {
  world.mine([bad])
  world.mine([
    await channel(
      world,
      world.l2.slice(1).map((block) => singular(block)),
    ),
  ])
  world.mine()
  assertDerives(world, follow(world))
}

for (const [name, forks] of [
  ['since Holocene', {}],
  ['before Holocene', granite],
] as const)
  describe(`batches ${name}`, () => {
    const first = (world: World) => blockAt(world, 1)
    const bad: readonly (readonly [string, (world: World) => Batch])[] = [
      ['with another parent', (w) => singular(first(w), { parentHash: testHash(9, 9) })],
      ['with another L1 origin', (w) => singular(first(w), { epochHash: testHash(9, 9) })],
      [
        'with an L1 origin two ahead',
        (w) =>
          singular(first(w), { epochNumber: 12n, epochHash: (w.l1[2] as { hash: Hash }).hash }),
      ],
      ['with the L1 origin before', (w) => singular(first(w), { epochNumber: 9n })],
      [
        'with an L1 origin that is younger',
        (w) =>
          singular(first(w), { epochNumber: 11n, epochHash: (w.l1[1] as { hash: Hash }).hash }),
      ],
      [
        'with a deposit',
        (w) => singular(first(w), { transactions: [first(w).transactions[0] as Uint8Array] }),
      ],
      [
        'with an empty transaction',
        (w) => singular(first(w), { transactions: [new Uint8Array(0)] }),
      ],
      ['before the safe head', (w) => singular(first(w), { timestamp: 999_998n })],
      ['between two blocks', (w) => singular(first(w), { timestamp: 1_000_001n })],
    ]
    for (const [what, batch] of bad)
      it(`${what} are dropped`, async () => {
        const world = worldOf(3, 9, { forks })
        await isIgnored(world, await channel(world, [batch(world)]))
      })

    it('count with bytes behind them', async () => {
      const world = worldOf(3, 9, { forks })
      const [block, ...rest] = world.l2.slice(1).map((each) => encodeBatch(singular(each)))
      const padded = concatBytes(block as Uint8Array, Uint8Array.of(0xc0, 7))
      const stream = deflateSync(concatBytes(...[padded, ...rest].map((each) => encodeRlp(each))))
      const id = new Uint8Array(16).fill(8)
      world.mine([await world.post(encodeFrames(splitFrames(id, stream, 100_000)))])
      world.mine()
      assertDerives(world, follow(world))
    })

    it('that came too late are dropped, and the window is filled with empty blocks', async () => {
      const world = worldOf(2, 8, { forks, seqWindowSize: 6 })
      for (let i = 0; i < 10; i++) world.mine()
      world.mine([
        await channel(
          world,
          world.l2.slice(1).map((block) => singular(block)),
        ),
      ])
      world.mine()
      const { chain, steps } = follow(world)
      assert.ok(steps.length > 20)
      assert.ok(steps.every(({ depositsOnly, concludes }) => depositsOnly && concludes))
      for (const [i, block] of chain.entries()) {
        if (i === 0) continue
        assert.equal(block.header.timestamp, blockAt(world, 0).header.timestamp + BigInt(2 * i))
        assert.ok(block.header.timestamp >= block.origin.header.timestamp)
        // The next origin is taken as soon as its time allows.
        const next = world.l1.find(
          ({ header }) => header.number === block.origin.header.number + 1n,
        )
        if (next && block.sequenceNumber > 0n)
          assert.ok(block.header.timestamp < next.header.timestamp)
      }
      // Every block whose window has passed is there, and none other.
      const last = chain.at(-1) as L2Block
      const tip = world.l1.at(-1)?.header.number as bigint
      assert.ok(last.origin.header.number >= tip - 6n - 1n)
      assert.ok(last.origin.header.number <= tip - 6n)
    })

    it('past the drift hold no transactions', async () => {
      // Before Fjord the drift is the config's.
      const old = { ...granite, fjord: never, granite: never }
      const world = createWorld({
        forks: name === 'since Holocene' ? {} : old,
        seqWindowSize: 40,
        maxSequencerDrift: 10,
      })
      const drift = name === 'since Holocene' ? 1800 : 10
      // The next L1 block comes late: until then blocks stay with the old origin.
      world.mine([], { time: 1_000_000 + drift + 100 })
      const count = drift / 2
      for (let i = 0; i < count; i++) world.build(false, i === 3 ? [l2Transaction(i)] : [])
      const over = world.build(false, [l2Transaction(7)], blockAt(world, count))
      for (let i = 0; i < 5; i++) world.build(false)
      const good = world.l2.slice(1).map((block) => singular(block))
      world.mine([await channel(world, [...good.slice(0, count), singular(over)])])
      world.mine([await channel(world, good.slice(count))])
      world.mine()
      assertDerives(world, follow(world))
    })

    it('that stay past the drift though the next L1 block is old enough are dropped', async () => {
      const old = { ...granite, fjord: never, granite: never }
      const drift = name === 'since Holocene' ? 1800 : 10
      const world = createWorld({
        forks: name === 'since Holocene' ? {} : old,
        seqWindowSize: 40,
        maxSequencerDrift: 10,
      })
      world.mine([], { time: 1_000_000 + drift })
      for (let i = 0; i < drift / 2; i++) world.build(false)
      const stays = world.build(false, [], blockAt(world, drift / 2))
      world.build(true, [l2Transaction(1)])
      const good = world.l2.slice(1).map((block) => singular(block))
      world.mine([await channel(world, [...good.slice(0, -1), singular(stays)])])
      world.mine([await channel(world, good.slice(-1))])
      world.mine()
      assertDerives(world, follow(world))
    })
  })

describe('span batches', () => {
  for (const [name, forks] of [
    ['since Holocene', {}],
    ['before Holocene', granite],
  ] as const) {
    it(`may begin before the safe head (${name})`, async () => {
      const world = worldOf(4, 24, { forks })
      const { config, l2 } = world
      world.mine([await channel(world, [span(config, l2.slice(1, 11))])])
      // Overlaps by five, with everything the same.
      world.mine([await channel(world, [span(config, l2.slice(6, 17))])])
      world.mine()
      assertDerives(world, follow(world), 16)
      world.mine([await channel(world, [span(config, l2.slice(2))])])
      world.mine()
      assertDerives(world, follow(world))
    })

    const holocene = name === 'since Holocene'
    const agreement = holocene
      ? 'need not agree with the safe chain: what overlaps is passed over'
      : 'must agree with the safe chain, or none of it counts'
    it(`${agreement} (${name})`, async () => {
      const changes: readonly ((blocks: readonly L2Block[]) => readonly L2Block[])[] = [
        ([first, ...rest]) => [{ ...(first as L2Block), sequenced: [l2Transaction(99)] }, ...rest],
        (blocks) => blocks.map((block, i) => (i === 3 ? { ...block, sequenced: [] } : block)),
        // The L1 origin changes one block later.
        (blocks) => {
          const at = blocks.findIndex(({ sequenceNumber }, i) => i > 0 && sequenceNumber === 0n)
          assert.ok(at > 0 && at < 5, `${at}`)
          return blocks.map((block, i) =>
            i === at || i === at + 1 ? { ...block, sequenceNumber: i === at ? 1n : 0n } : block,
          )
        },
      ]
      for (const change of changes) {
        const world = worldOf(4, 24, { forks })
        const { config, l2 } = world
        world.mine([await channel(world, [span(config, l2.slice(1, 17))])])
        world.mine([await channel(world, [span(config, change(l2.slice(10, 21)))])])
        world.mine()
        const count = holocene ? 20 : 16
        assert.equal(follow(world).steps.length, count)
        assertDerives(world, follow(world), count)
      }
    })

    it(`that begin at the genesis do not count, nor hinder what follows (${name})`, async () => {
      const world = worldOf(3, 9, { forks })
      const good = span(world.config, world.l2.slice(1)) as Extract<Batch, { type: 'span' }>
      const bad: Batch = { type: 'span', batch: { ...good.batch, relativeTime: 0n } }
      world.mine([await channel(world, [bad, good])])
      world.mine()
      assertDerives(world, follow(world))
    })

    it(`with a wrong beginning or end are dropped (${name})`, async () => {
      for (const change of [
        { parentCheck: new Uint8Array(20) },
        { originCheck: new Uint8Array(20) },
        { relativeTime: 3n },
        { relativeTime: 2_000n },
        { originNumber: 11n },
        { originNumber: 0n },
        { relativeTime: 2n ** 64n - 1n },
      ]) {
        const world = worldOf(3, 12, { forks })
        const good = span(world.config, world.l2.slice(1)) as Extract<Batch, { type: 'span' }>
        const bad: Batch = { type: 'span', batch: { ...good.batch, ...change } }
        await isIgnored(world, await channel(world, [bad]))
      }
    })
  }

  it('are valid up to their first bad block since Holocene, and not at all before', async () => {
    for (const [forks, valid] of [
      [{}, 5],
      [granite, 0],
    ] as const) {
      const world = worldOf(2, 8, { forks })
      const blocks = world.l2.slice(1, 6)
      const deposit = { ...blockAt(world, 6), sequenced: [l2Transaction(1, 'legacy')] }
      const bad = span(world.config, [...blocks, deposit, ...world.l2.slice(7)]) as Extract<
        Batch,
        { type: 'span' }
      >
      // The block after the fifth takes an L1 origin that is younger than it.
      const shifted: Batch = {
        type: 'span',
        batch: {
          ...bad.batch,
          blocks: bad.batch.blocks.map((block, i) => ({ ...block, originChanged: i === 5 })),
        },
      }
      const last = world.l2.at(-1) as L2Block
      const moved = last.origin.header.number === 11n
      assert.ok(moved)
      world.mine([await channel(world, [shifted])])
      world.mine()
      const early = blockAt(world, 6).header.timestamp < 1_000_012n ? valid : 8
      const { steps } = follow(world)
      assert.equal(steps.length, early === 8 ? 8 : early)
    }
  })

  it("that go on with an L1 origin before the safe head's are dropped with their channel", async () => {
    for (const forks of [{}, granite]) {
      const world = worldOf(4, 24, { forks })
      const { config, l2 } = world
      const at = l2.findIndex(({ sequenceNumber }, i) => i > 2 && sequenceNumber === 0n)
      world.mine([await channel(world, [span(config, l2.slice(1, at + 1))])])
      // On the block two before the safe head, with the older origin up to the block after it.
      const late = l2.slice(at - 1, at + 6).map((block, i) => ({
        ...block,
        sequenceNumber: i === 3 ? 0n : 1n,
      }))
      assert.equal(l2[at + 5]?.origin.hash, l2[at]?.origin.hash)
      world.mine([await channel(world, [span(config, late), singular(blockAt(world, at + 1))])])
      world.mine()
      // Before Holocene the batch behind it counts.
      assert.equal(follow(world).steps.length, forks === granite ? at + 1 : at)
      world.mine([await channel(world, [span(config, l2.slice(at + 1))])])
      world.mine()
      assertDerives(world, follow(world))
    }
  })

  it('wait for Delta', async () => {
    const world = worldOf(3, 9, {
      forks: { ...granite, delta: never, ecotone: never, fjord: never, granite: never },
    })
    await isIgnored(world, await channel(world, [span(world.config, world.l2.slice(1))]))
  })

  it('with set-code transactions wait for Isthmus', async () => {
    const world = createWorld({ forks: { isthmus: never }, seqWindowSize: 400 })
    world.mine()
    world.build(false, [l2Transaction(1, 'eip7702')])
    world.build(false)
    for (const make of [
      span,
      (_: unknown, [block]: readonly L2Block[]) => singular(block as L2Block),
    ]) {
      world.mine([await channel(world, [make(world.config, world.l2.slice(1))])])
      world.mine()
      assert.equal(follow(world).steps.length, 0)
    }
  })
})

describe('batcher transactions', () => {
  const all = (world: World) => world.l2.slice(1).map((block) => singular(block))
  const other = (world: World) =>
    singular(world.build(false, [l2Transaction(50)], blockAt(world, 0)))

  it('of another sender, to another address or of another chain do not count', async () => {
    for (const options of [{ account: strangerAccount }, { to: portal }, { chainId: 5 }] as const) {
      const world = worldOf(2, 6)
      const data = encodeFrames(framesOf([other(world)]))
      await isIgnored(world, await world.post(data, options))
    }
  })

  it('with a damaged signature do not count', async () => {
    const world = worldOf(2, 6)
    const { raw } = await channel(world, [other(world)])
    const damaged = Uint8Array.from(raw)
    damaged[damaged.length - 40] = (damaged[damaged.length - 40] as number) ^ 1
    await isIgnored(world, { raw: damaged })
  })

  it('of the old batcher do not count once it was replaced', async () => {
    const world = worldOf(2, 6)
    const stranger = BigInt(strangerAccount.address)
    const { CONFIG_UPDATE_TOPIC, bigintToHex } = await import('@altlayer/protocol')
    const log = {
      address: world.config.l1SystemConfigAddress,
      topics: [CONFIG_UPDATE_TOPIC, bigintToHex(0n), bigintToHex(0n)],
      data: `0x${[32n, 32n, stranger].map((word) => bigintToHex(word).slice(2)).join('')}`,
    } as const
    const fake = await channel(world, [other(world)])
    // In the very block of the change the new batcher counts already.
    world.mine([{ raw: l2Transaction(1), logs: [log] }, fake])
    const data = encodeFrames(framesOf(all(world)))
    world.mine([await world.post(data, { account: strangerAccount })])
    world.mine()
    assertDerives(world, follow(world))
  })

  it('may hold garbage, and channels may be cut short', async () => {
    const world = worldOf(3, 10)
    const frames = framesOf(all(world), 200)
    const garbage = [
      new Uint8Array(0),
      Uint8Array.of(0),
      Uint8Array.of(1, 2, 3),
      new Uint8Array(500).fill(0xab),
      encodeFrames(frames).subarray(0, 300),
      encodeFrames(frames.slice(0, -1)),
      encodeFrames(frames.slice(1)),
    ]
    for (const data of garbage) world.mine([await world.post(data)])
    world.mine([await world.postBlobs([encodeBlob(encodeFrames(frames))])])
    world.mine()
    assertDerives(world, follow(world))
  })

  it('may hold anything: nothing traps, and every block that follows is well-formed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 6 }),
        fc.boolean(),
        async (garbage, flips, modern) => {
          const world = worldOf(2, 6, { forks: modern ? {} : granite })
          const stream = encodeChannel([span(world.config, world.l2.slice(1))], 'zlib')
          const damaged = Uint8Array.from(stream)
          for (const [at, bits] of flips) {
            const i = at % damaged.length
            damaged[i] = (damaged[i] as number) ^ bits
          }
          const id = new Uint8Array(16).fill(3)
          world.mine([
            ...(await Promise.all(garbage.map((data) => world.post(data)))),
            await world.post(encodeFrames(splitFrames(id, damaged, 60))),
          ])
          world.mine([await channel(world, all(world))])
          world.mine()
          // What a damaged stream still gives of a batch counts, so that other blocks may come of it.
          const followed = follow(world)
          assert.ok(followed.chain.length <= 7)
          if (flips.length === 0) assertDerives(world, followed)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('frames of one transaction that cannot follow each other hide those behind them', async () => {
    // Holocene's frame queue: a frame of another channel that is no first one is dropped, even if the
    // channel at hand could go on with it, when what stands before it belongs to neither.
    const world = worldOf(2, 6)
    const frames = framesOf(all(world), 150)
    const stray = framesOf(all(world), 150)
    assert.ok(frames.length > 3)
    world.mine([await world.post(encodeFrames(frames.slice(0, 2)))])
    world.mine([await world.post(encodeFrames([stray[4] as never, ...frames.slice(2)]))])
    world.mine()
    assert.equal(follow(world).steps.length, 0)
    world.mine([await world.post(encodeFrames(frames.slice(2)))])
    world.mine()
    assertDerives(world, follow(world))
  })

  it('first frames follow the 65536th of their channel', async () => {
    const world = worldOf(2, 6)
    const [only] = framesOf(all(world))
    assert.ok(only?.isLast)
    const before = (number: number) => ({ ...only, number, isLast: false, data: new Uint8Array(1) })
    world.mine([await world.post(encodeFrames([before(0xfffe), only]))])
    world.mine()
    assert.equal(follow(world).steps.length, 0)
    world.mine([await world.post(encodeFrames([before(0xffff), only]))])
    world.mine()
    assertDerives(world, follow(world))
  })

  it('of a channel that takes too long are lost', async () => {
    for (const [forks, timeout] of [
      [{}, 50],
      [granite, 50],
      [{ ...granite, granite: never }, 20],
    ] as const) {
      for (const late of [0, 1]) {
        const world = worldOf(2, 6, { forks })
        const frames = framesOf(all(world), 200)
        world.mine([await world.post(encodeFrames(frames.slice(0, 1)))])
        for (let i = 0; i < timeout - 1 + late; i++) world.mine()
        world.mine([await world.post(encodeFrames(frames.slice(1)))])
        world.mine()
        assert.equal(follow(world).steps.length, late === 1 ? 0 : 6)
      }
    }
  })
})

describe('blocks that turn out to be invalid', () => {
  it('are replaced by their deposits since Holocene, and the channel is dropped', async () => {
    const world = worldOf(3, 12)
    const later = world.l2.slice(1)
    world.mine([await channel(world, [span(world.config, later)])])
    world.mine()
    const { chain, steps } = follow(world, {
      invalid: ({ attributes }) => attributes.timestamp === blockAt(world, 4).header.timestamp,
    })
    assert.equal(steps.length, 4)
    const replaced = chain[4] as L2Block
    assert.deepEqual(replaced.sequenced, [])
    assert.deepEqual(replaced.transactions, blockAt(world, 4).transactions.slice(0, 1))
    for (const i of [0, 1, 2, 3]) assert.equal(chain[i]?.hash, blockAt(world, i).hash)
  })

  it('void their span before Holocene', async () => {
    const world = worldOf(3, 12, { forks: granite })
    const { config, l2 } = world
    world.mine([await channel(world, [span(config, l2.slice(1, 4))])])
    world.mine([await channel(world, [span(config, l2.slice(4, 8))])])
    // The same blocks again, up to the one before.
    world.mine([await channel(world, [span(config, l2.slice(4, 6))])])
    world.mine()
    let invalid = 0
    const { chain, steps } = follow(world, {
      invalid: ({ attributes }) =>
        attributes.timestamp === blockAt(world, 6).header.timestamp && invalid++ === 0,
    })
    // 1-3, 4-5 and the bad one, 4-5 again.
    assert.deepEqual(
      steps.map(({ parent }) => Number(parent.number) + 1),
      [1, 2, 3, 4, 5, 6, 4, 5],
    )
    assert.equal(chain.at(-1)?.hash, blockAt(world, 5).hash)
  })

  it('cannot be blocks of deposits, and must have been given', async () => {
    const world = createWorld({ seqWindowSize: 400 })
    world.mine()
    world.build(false)
    world.mine([await channel(world, [singular(blockAt(world, 1))])])
    const derivation = derivationOf(world)
    assert.throws(() => derivation.invalid(), { code: 'NOT_DERIVING' })
    derivation.reset(blockAt(world, 0).hash)
    assert.throws(() => derivation.invalid(), { code: 'NO_ATTRIBUTES' })
    assert.equal(derivation.next(blockAt(world, 0).hash).kind, 'needs-l1')
    derivation.advance((world.l1[1] as { hash: Hash }).hash)
    assert.equal(derivation.next(blockAt(world, 0).hash).kind, 'needs-l1')
    derivation.advance((world.l1[2] as { hash: Hash }).hash)
    assert.equal(derivation.next(blockAt(world, 0).hash).kind, 'attributes')
    assert.throws(() => derivation.invalid(), { code: 'DEPOSITS_INVALID' })
  })
})

describe('the host', () => {
  const busy = async (forks = {}): Promise<World> => {
    const world = createWorld({ forks, seqWindowSize: 400 })
    const from = portal
    for (let i = 0; i < 3; i++)
      world.mine([
        {
          raw: l2Transaction(i),
          logs: [depositToLog({ from, mint: 1n, value: 2n, gas: 3n, data: '0x' }, portal)],
        },
        ...Array.from({ length: 20 }, (_, j) => ({ raw: l2Transaction(j) })),
      ])
    for (let i = 0; i < 20; i++) {
      const head = world.l2.at(-1) as L2Block
      world.build(head.sequenceNumber === 6n, [l2Transaction(i)])
    }
    const { config, l2 } = world
    world.mine([await channel(world, [span(config, l2.slice(1, 8))])])
    const overlapping = encodeFrames(framesOf([span(config, l2.slice(3))], 300))
    world.mine([await world.postBlobs([encodeBlob(overlapping)])])
    world.mine()
    return world
  }

  for (const [name, forks] of [
    ['since Holocene', {}],
    ['before Holocene', granite],
  ] as const)
    it(`may lack any preimage at first (${name})`, async () => {
      const world = await busy(forks)
      const seen = new Set<string>()
      let missed = 0
      world.hidden = (key) => {
        const id = Buffer.from(key).toString('hex')
        if (seen.has(id)) return false
        seen.add(id)
        return true
      }
      const repeat = <T>(step: () => T): T => {
        for (;;) {
          try {
            return step()
          } catch (error) {
            if (!(error instanceof ProgramError) || error.code !== 'MISSING_PREIMAGE') throw error
            assert.ok(error.context.key !== undefined)
            missed++
          }
        }
      }
      assertDerives(world, follow(world, { repeat }))
      assert.ok(missed > 60, `${missed} preimages were missing once`)
    })

  it('is not believed', async () => {
    const world = await busy()
    const derivation = derivationOf(world)
    const header = (world.l1[0] as { hash: Hash }).hash
    world.hidden = () => true
    assert.throws(() => derivation.reset(blockAt(world, 0).hash), {
      code: 'MISSING_PREIMAGE',
      context: { key: blockAt(world, 0).hash },
    })
    world.hidden = () => false
    const { createDerivation } = await import('@altlayer/engine')
    const lying = createDerivation(
      {
        preimage: (key) => {
          const bytes = world.preimages.get(key)
          const target = Buffer.from(hexToBytes(header)).subarray(1)
          if (bytes === undefined || !Buffer.from(key).subarray(1).equals(target)) return bytes
          const changed = Uint8Array.from(bytes)
          changed[40] = (changed[40] as number) ^ 1
          return changed
        },
      },
      { config: world.config },
    )
    assert.throws(() => lying.reset(blockAt(world, 0).hash), { code: 'BAD_PREIMAGE' })
  })

  it('hears of a reorganised L1', async () => {
    const world = worldOf(3, 6)
    const derivation = derivationOf(world)
    const genesis = blockAt(world, 0).hash
    derivation.reset(genesis)
    assert.throws(() => derivation.advance((world.l1[1] as { hash: Hash }).hash), {
      code: 'DERIVE_ORDER',
    })
    assert.equal(derivation.next(genesis).kind, 'needs-l1')
    const other = world.mine([], { parent: { ...(world.l1[0] as L1Epoch), hash: testHash(8, 8) } })
    assert.throws(() => derivation.advance(other.hash), { code: 'L1_REORG' })
    const skipped = (world.l1[2] as { hash: Hash }).hash
    assert.throws(() => derivation.advance(skipped), { code: 'L1_REORG' })
    // Nothing was lost.
    derivation.advance((world.l1[1] as { hash: Hash }).hash)
  })

  it('may start over from any safe head', async () => {
    const world = await busy()
    const { chain } = follow(world)
    for (const at of [1, 7, 8, 15]) {
      const derivation = derivationOf(world)
      let origin = derivation.reset((chain[at] as L2Block).hash).number
      let head = chain[at] as L2Block
      for (;;) {
        const step = derivation.next(head.hash)
        if (step.kind === 'attributes') {
          head = blockOf(world, head, step.derived)
          assert.equal(head.hash, chain[Number(head.header.number)]?.hash)
          continue
        }
        const next = world.l1.find(({ header }) => header.number === origin + 1n)
        if (next === undefined) break
        origin = derivation.advance(next.hash).number
      }
      assert.equal(head.hash, chain.at(-1)?.hash)
    }
  })

  it('is told of a deposit that is none', async () => {
    const world = createWorld({ seqWindowSize: 4 })
    const log = depositToLog({ from: portal, mint: 0n, value: 0n, gas: 1n, data: '0x' }, portal)
    world.mine([{ raw: l2Transaction(1), logs: [{ ...log, data: '0x1234' }] }])
    for (let i = 0; i < 8; i++) world.mine()
    assert.throws(() => follow(world), { code: 'BAD_DEPOSIT', context: { have: 11n, want: 0n } })
  })
})
