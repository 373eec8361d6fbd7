import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { concatBytes } from '@altlayer/protocol'
import fc from 'fast-check'
import { MAX_GOSSIP_SIZE } from '../src/gossip/message.ts'
import { blockNumberAt, type Chain } from '../src/opstack/chain.ts'
import { type BlockPayload, PAYLOAD_VERSIONS } from '../src/payload/payload.ts'
import { encodePayload } from '../src/payload/ssz.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeFailure,
  encodeRequest,
  encodeResponse,
  MAX_RESPONSE_SIZE,
  payloadByNumberProtocol,
  RequestRefusedError,
  WrongPayloadError,
} from '../src/request/codec.ts'
import {
  createPayloadServer,
  GLOBAL_LIMIT,
  MAX_THROTTLE,
  PEER_LIMIT,
} from '../src/request/server.ts'
import { snappyFrame } from '../src/snappy/frame.ts'
import { blockOf, blocksOf, chainOf } from './support/blocks.ts'

describe('a response to payload_by_number', () => {
  for (const version of PAYLOAD_VERSIONS) {
    const chain = chainOf(version)
    const payload = blockOf(chain, 7n)

    it(`gives the block back, version ${version}`, () => {
      const bytes = encodeResponse(payload, version)
      assert.deepEqual(decodeResponse(bytes, 7n, version), payload)
      assert.deepEqual([...bytes.subarray(0, 5)], [0, Math.max(0, version - 2), 0, 0, 0])
    })

    it(`is refused for another block or another content, version ${version}`, () => {
      const bytes = encodeResponse(payload, version)
      assert.throws(() => decodeResponse(bytes, 8n, version), WrongPayloadError)
      const header = { ...payload.header, gasUsed: 1n }
      const wrong = encodeResponse({ ...payload, header }, version)
      assert.throws(() => decodeResponse(wrong, 7n, version), /does not hash/)
    })
  }

  const chain = chainOf(4)
  const payload = blockOf(chain, 7n)

  it('of an Isthmus block may name the version that op-node names', () => {
    const bytes = encodeResponse(payload, 4)
    bytes[1] = 1
    assert.deepEqual(decodeResponse(bytes, 7n, 4), payload)
    for (const version of [0, 3, 255]) {
      bytes[1] = version
      assert.throws(() => decodeResponse(bytes, 7n, 4), WrongPayloadError)
    }
  })

  it('with another result than success is told by its code', () => {
    for (const code of [1, 2, 3] as const)
      assert.throws(
        () => decodeResponse(encodeFailure(code), 7n, 4),
        (error) => error instanceof RequestRefusedError && error.code === code,
      )
    assert.throws(() => decodeResponse(Uint8Array.of(200), 7n, 4), RequestRefusedError)
    assert.throws(() => decodeResponse(new Uint8Array(0), 7n, 4), WrongPayloadError)
  })

  it('that is a bomb is refused before it is unpacked', () => {
    const content = concatBytes(encodePayload(payload, 4), new Uint8Array(MAX_GOSSIP_SIZE))
    const bomb = concatBytes(Uint8Array.of(0, 2, 0, 0, 0), snappyFrame(content))
    assert.ok(bomb.length < 1_000_000)
    assert.throws(() => decodeResponse(bomb, 7n, 4), /at most/)
  })

  it('of the largest payload fits', () => {
    const large = randomBytes(MAX_GOSSIP_SIZE - 2_000)
    const bytes = encodeResponse(blockOf(chain, 7n, undefined, [large]), 4)
    assert.ok(bytes.length <= MAX_RESPONSE_SIZE)
    assert.equal(decodeResponse(bytes, 7n, 4).transactions[0]?.length, large.length)
  })

  it('is a block or one of two errors, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        fc.nat(40),
        (changes, cut) => {
          const good = encodeResponse(payload, 4)
          for (const [at, value] of changes) good[at % good.length] = value
          const bytes = good.subarray(0, good.length - cut)
          try {
            assert.equal(decodeResponse(bytes, 7n, 4).blockHash, payload.blockHash)
          } catch (error) {
            const foreseen =
              error instanceof WrongPayloadError || error instanceof RequestRefusedError
            assert.ok(foreseen, String(error))
          }
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('a request', () => {
  it('is a number in 8 bytes, little-endian', () => {
    assert.deepEqual([...encodeRequest(0x0102n)], [2, 1, 0, 0, 0, 0, 0, 0])
    assert.equal(decodeRequest(encodeRequest(2n ** 64n - 1n)), 2n ** 64n - 1n)
    assert.throws(() => decodeRequest(new Uint8Array(7)))
    assert.equal(payloadByNumberProtocol(10n), '/opstack/req/payload_by_number/10/0')
  })
})

/** A server at a simulated clock, and what it answered. */
function serverOf(chain: Chain, blocks: readonly BlockPayload[], start: number) {
  const clock = { now: start }
  const sleepers: { readonly at: number; readonly wake: () => void }[] = []
  const answers: { readonly from: string; readonly at: number; readonly bytes: Uint8Array }[] = []
  let reads = 0
  const server = createPayloadServer({
    chain,
    payloadByNumber: (number) => blocks.find(({ header }) => header.number === number),
    now: () => clock.now,
    sleep: (ms) =>
      ms <= 0
        ? Promise.resolve()
        : new Promise((wake) => sleepers.push({ at: clock.now + ms, wake: () => wake() })),
    logger: { debug() {}, info() {}, warn() {}, error: (_, message) => assert.fail(message) },
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    answers,
    reads: () => reads,
    async ask(from: string, number: bigint, taking: Promise<void> = Promise.resolve()) {
      const done = server.handle({
        from,
        async read() {
          reads += 1
          return encodeRequest(number)
        },
        async respond(bytes) {
          answers.push({ from, at: clock.now, bytes })
          await taking
        },
      })
      await settle()
      return { done }
    },
    async advance(ms: number) {
      const end = clock.now + ms
      for (;;) {
        const next = sleepers.sort((a, b) => a.at - b.at)[0]
        if (next === undefined || next.at > end) break
        sleepers.shift()
        clock.now = Math.max(clock.now, next.at)
        next.wake()
        await settle()
      }
      clock.now = end
      await settle()
    },
  }
}

describe('the server of payloads', () => {
  const NOW = 1_700_000_000_000
  const chain = { ...chainOf(4, 100n, NOW), genesisNumber: 5n }
  const highest = blockNumberAt(chain, NOW)
  const blocks = blocksOf(chain, 50n, 20)
  const codes = (answers: readonly { readonly bytes: Uint8Array }[]) =>
    answers.map(({ bytes }) => bytes[0])

  it('answers with blocks that it has, and says why not', async () => {
    const server = serverOf(chain, blocks, NOW)
    for (const number of [50n, 4n, highest + 1n, highest, 2n ** 64n - 1n, 69n])
      await server.ask('peer', number)
    assert.deepEqual(codes(server.answers), [0, 2, 2, 1, 2, 0])
    const [first] = server.answers
    assert.deepEqual(decodeResponse(first?.bytes ?? assert.fail(), 50n, 4), blocks[0])
  })

  it('serves one peer a burst, then four a second, and refuses what would wait too long', async () => {
    const server = serverOf(chain, blocks, NOW)
    for (let i = 0; i < 200; i++) await server.ask('flood', 50n)
    const refused = codes(server.answers).filter((code) => code === 3).length
    assert.equal(codes(server.answers).filter((code) => code === 0).length, PEER_LIMIT.burst)
    assert.equal(refused, 200 - PEER_LIMIT.burst - (PEER_LIMIT.rate * MAX_THROTTLE) / 1_000)
    // What is refused is not even read.
    assert.equal(server.reads(), PEER_LIMIT.burst)
    await server.ask('other', 50n)
    assert.equal(server.answers.at(-1)?.from, 'other')
    assert.equal(server.answers.at(-1)?.bytes[0], 0)
    await server.advance(1_000)
    assert.equal(codes(server.answers).filter((code) => code === 0).length, PEER_LIMIT.burst + 5)
  })

  it('serves all peers together twenty a second after the burst', async () => {
    const server = serverOf(chain, blocks, NOW)
    for (let peer = 0; peer < 30; peer++)
      for (let i = 0; i < 5; i++) await server.ask(`${peer}`, 50n)
    const served = () => codes(server.answers).filter((code) => code === 0).length
    assert.equal(served(), GLOBAL_LIMIT.burst)
    await server.advance(2_000)
    assert.equal(served(), GLOBAL_LIMIT.burst + 2 * GLOBAL_LIMIT.rate)
  })

  it('has so many answers on their way: peers that take them slowly do not fill the memory', async () => {
    const server = serverOf(chain, blocks, NOW)
    let release = () => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    const asked = []
    for (let peer = 0; peer < 40; peer++) asked.push(await server.ask(`${peer}`, 50n, slow))
    assert.equal(codes(server.answers).filter((code) => code === 0).length, 16)
    assert.equal(codes(server.answers).filter((code) => code === 3).length, 24)
    release()
    await Promise.all(asked.map(({ done }) => done))
    await server.advance(5_000)
    await server.ask('late', 50n)
    assert.equal(server.answers.at(-1)?.bytes[0], 0)
  })

  it('has a few of them on their way to one peer, so that others get theirs', async () => {
    const server = serverOf(chain, blocks, NOW)
    let release = () => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    const asked = []
    for (let i = 0; i < 10; i++) asked.push(await server.ask('slow', 50n, slow))
    assert.deepEqual(codes(server.answers), [0, 0, 0, 0])
    for (const peer of ['good', 'better']) await server.ask(peer, 50n)
    assert.deepEqual(codes(server.answers), [0, 0, 0, 0, 0, 0])
    release()
    await Promise.all(asked.map(({ done }) => done))
    assert.deepEqual(codes(server.answers), Array(12).fill(0))
  })

  it('forgets a peer that did not take its answers', async () => {
    const server = serverOf(chain, blocks, NOW)
    for (let round = 0; round < 3; round++) {
      const { promise: taking, reject: reset } = Promise.withResolvers<void>()
      const asked = []
      for (let i = 0; i < 4; i++) asked.push(await server.ask('gone', 50n, taking))
      const outcomes = Promise.allSettled(asked.map(({ done }) => done))
      reset(new Error('reset'))
      assert.ok((await outcomes).every(({ status }) => status === 'rejected'))
    }
    assert.deepEqual(codes(server.answers), Array(12).fill(0))
  })
})
