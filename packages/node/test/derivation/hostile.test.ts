import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflateSync } from 'node:zlib'
import { createDerivation, ProgramError } from '@altlayer/engine'
import { depositToLog, type Hash } from '@altlayer/protocol'
import fc from 'fast-check'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { type Batch, encodeChannel } from '../../src/batcher/channel.ts'
import { encodeFrames, type Frame, splitFrames } from '../../src/batcher/frame.ts'
import { portal } from '../helpers/config.ts'
import { assertDerives, follow } from './follow.ts'
import {
  createWorld,
  type L2Block,
  singular,
  span,
  type World,
  type WorldOptions,
} from './model.ts'
import { l2Transaction } from './transactions.ts'

// What a batcher, or L1, may do to a node: nothing but waste its own data. The program's memory has a fixed size;
// these tests look at how much of each region hostile data reach.

type Layout = Readonly<Record<string, number>>
// Plain arithmetic once its types are stripped; tsc does not know `usize`.
const layout: Layout = await import(
  new URL('../../../../program/src/layout.ts', import.meta.url).href
)
const region = (name: string) => ({
  start: layout[name] as number,
  size: layout[`${name}_SIZE`] as number,
})

const ZEROS = Buffer.alloc(1 << 20)

/** Bytes of a region up to the last one that is not zero. */
function highWater(memory: Uint8Array, name: string): number {
  const { start, size } = region(name)
  const bytes = Buffer.from(memory.buffer, start, size)
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - ZEROS.length)
    const chunk = bytes.subarray(from, end)
    if (chunk.compare(ZEROS, 0, chunk.length) !== 0) {
      let at = end
      while (bytes[at - 1] === 0) at--
      return at
    }
    end = from
  }
  return 0
}

/** Derives the world with an instance whose memory can be looked at. */
function followed(world: World) {
  let memory: Uint8Array = new Uint8Array(0)
  const derivation = createDerivation(
    {
      preimage(key) {
        // A view into the program's memory, all of it behind.
        memory = new Uint8Array(key.buffer)
        return world.preimages.get(key)
      },
    },
    { config: world.config },
  )
  const result = follow(world, { derivation })
  assert.equal(memory.length, layout.MEMORY_END, 'the memory has its size from the start')
  return { result, water: (name: string) => highWater(memory, name) }
}

const never = undefined
const granite = { holocene: never, isthmus: never }
const ecotone = { ...granite, fjord: never, granite: never }
const eras = [
  ['since Holocene', {}, 100_000_000],
  ['before Holocene', granite, 100_000_000],
  ['before Fjord', ecotone, 10_000_000],
] as const

function worldOf(count: number, options: WorldOptions = {}): World {
  const world = createWorld({ seqWindowSize: 400, ...options })
  const from = portal
  const log = depositToLog({ from, to: from, mint: 1n, value: 2n, gas: 3n, data: '0x55' }, portal)
  world.mine([{ raw: l2Transaction(0), logs: [log] }])
  world.mine()
  for (let i = 0; i < count; i++) {
    const head = world.l2.at(-1) as L2Block
    const next = world.l1.find(({ header }) => header.number === head.origin.header.number + 1n)
    const timestamp = head.header.timestamp + 2n
    world.build(next !== undefined && next.header.timestamp <= timestamp, [l2Transaction(i)])
  }
  return world
}

let channels = 0
function idOf(n = ++channels): Uint8Array {
  const id = new Uint8Array(16)
  new DataView(id.buffer).setUint32(12, n)
  return id
}

async function postGood(world: World): Promise<void> {
  const good: readonly Batch[] = world.l2.slice(1).map((block) => singular(block))
  const frames = splitFrames(idOf(), encodeChannel(good, 'zlib'), 100_000)
  world.mine([await world.post(encodeFrames(frames))])
  world.mine()
}

/** A long RLP string of a batch of this type, that claims `size` bytes and is filled with `fill`. */
function hugeBatch(type: number, size: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(size + 5).fill(fill)
  bytes.set([0xbb, size >>> 24, size >>> 16, size >>> 8, size])
  bytes[5] = type
  return bytes
}

describe('hostile data', () => {
  for (const [name, forks, limit] of eras) {
    it(`bombs stop at the channel's limit, and the next channel is read (${name})`, async () => {
      const world = worldOf(4, { forks })
      // Just within the limit, and beyond it.
      const bombs = [hugeBatch(1, limit - 5, 0x01), hugeBatch(0, limit + 900_000, 0xc0)]
      for (const bomb of bombs) {
        const stream = deflateSync(bomb)
        assert.ok(stream.length < 200_000)
        world.mine([await world.post(encodeFrames(splitFrames(idOf(), stream, 100_000)))])
      }
      await postGood(world)
      const { result, water } = followed(world)
      assertDerives(world, result)
      assert.ok(water('CHANNEL_OUTPUT') <= limit, `${water('CHANNEL_OUTPUT')} bytes were written`)
      assert.ok(water('CHANNEL_INPUT') < 1_000_000)
      assert.ok(water('SPAN_MEMORY') <= region('SPAN_MEMORY').size)
      // Of a block's memory derivation has scratch only, to hash a transaction.
      assert.ok(water('BLOCK_ARENA') < 200_000)
    })

    it(`ever so many frames, of ever so many channels, are held within the bank (${name})`, async () => {
      const world = worldOf(4, { forks })
      const frame = (n: number, number: number, isLast: boolean): Frame => ({
        channelId: idOf(n),
        number,
        data: Uint8Array.of(n),
        isLast,
      })
      const many = Array.from({ length: 12_000 }, (_, i) => frame(1_000_000 + i, i & 1, false))
      const twice = Array.from({ length: 12_000 }, (_, i) => frame(2_000_000, i % 3000, i > 9_000))
      world.mine([await world.post(encodeFrames(many)), await world.post(encodeFrames(twice))])
      await postGood(world)
      const { result, water } = followed(world)
      assertDerives(world, result)
      assert.ok(water('CHANNEL_INPUT') < 1_000_000)
    })
  }
})

/** Where a byte is changed. */
type Target = 'stream' | 'frames' | 'transaction' | 'blob' | 'log' | 'deposit'
const targets: readonly Target[] = ['stream', 'frames', 'transaction', 'blob', 'log', 'deposit']

function flip(bytes: Uint8Array, at: number, bits: number): Uint8Array {
  const changed = Uint8Array.from(bytes)
  const i = at % changed.length
  changed[i] = (changed[i] as number) ^ bits
  return changed
}

describe('any byte of L1 may be another', () => {
  for (const [name, forks] of eras)
    it(`nothing traps, and what comes of it is a chain (${name})`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...targets),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          fc.boolean(),
          async (target, at, bits, spans) => {
            const world = createWorld({ forks, seqWindowSize: 12 })
            const change = (which: Target, bytes: Uint8Array) =>
              which === target ? flip(bytes, at, bits) : bytes
            const log = depositToLog(
              { from: portal, to: portal, mint: 1n, value: 2n, gas: 3n, data: '0x1234' },
              portal,
            )
            const data = `0x${Buffer.from(
              change('log', Buffer.from(log.data.slice(2), 'hex')),
            ).toString('hex')}` as const
            const topics = log.topics.map((topic, i) =>
              i === at % log.topics.length
                ? (`0x${Buffer.from(change('deposit', Buffer.from(topic.slice(2), 'hex'))).toString('hex')}` as Hash)
                : topic,
            )
            const damaged = target === 'log' || target === 'deposit'
            if (!damaged) world.mine([{ raw: l2Transaction(0), logs: [log] }])
            world.mine()
            for (let i = 0; i < 5; i++) {
              const head = world.l2.at(-1) as L2Block
              const next = world.l1.find(
                ({ header }) => header.number === head.origin.header.number + 1n,
              )
              const timestamp = head.header.timestamp + 2n
              const advance = next !== undefined && next.header.timestamp <= timestamp
              world.build(advance, [l2Transaction(i)])
            }
            const batches: readonly Batch[] = spans
              ? [span(world.config, world.l2.slice(1))]
              : world.l2.slice(1).map((block) => singular(block))
            const stream = change('stream', encodeChannel(batches, 'zlib'))
            const payload = change('frames', encodeFrames(splitFrames(idOf(), stream, 150)))
            const { raw } = await world.post(payload)
            const blob = await world.postBlobs([change('blob', encodeBlob(payload))])
            world.mine([{ raw: change('transaction', raw) }, blob])
            if (damaged) world.mine([{ raw: l2Transaction(1), logs: [{ ...log, topics, data }] }])
            // Until the sequencing window of the last of them has passed.
            for (let i = 0; i < 16; i++) world.mine()
            try {
              const { chain } = followed(world).result
              // Before Holocene a span whose last L1 origin is older than the safe head's stays undecided, and with
              // it all that is behind, in op-node too.
              if (name === 'since Holocene' || !spans) assert.ok(chain.length > 5)
              for (const [i, block] of chain.entries())
                if (i > 0) assert.equal(block.header.parentHash, chain[i - 1]?.hash)
            } catch (error) {
              // The portal emits no other logs: such an L1 is not the chain's.
              if (!(error instanceof ProgramError)) throw error
              assert.ok(damaged && error.code === 'BAD_DEPOSIT', `${target}: ${error.code}`)
            }
          },
        ),
        { numRuns: 30 },
      )
    })
})
