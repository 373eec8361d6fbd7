import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { brotliDecompressSync, inflateSync } from 'node:zlib'
import { bytesToHex, encodeTransaction, itemAt, TX_LEGACY } from '@altlayer/protocol'
import { batchesOf } from '../../src/batcher/batches.ts'
import { type BatcherContext, closeChannel, closing } from '../../src/batcher/channel-builder.ts'
import { type BatcherSettings, resolveSettings } from '../../src/batcher/settings.ts'
import type { BatcherBlock, Content, Posting } from '../../src/batcher/state.ts'
import { piecesOf } from '../../src/batcher/transactions.ts'
import { testConfig, testHash } from '../helpers/config.ts'

// The encodings themselves are tested against the program's decoder in channel.test.ts and span-batch.test.ts.

const prices = { baseFee: 10n, blobBaseFee: 1n, tip: 10n, calldataFloor: true }
const l1 = { number: 10n, hash: testHash(1, 10), timestamp: 5_000n, prices }

/** A transaction with data that do not compress. */
function transaction(seed: number, bytes: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(bytes / 32) }, (_, i) =>
    hash('sha256', `${seed} ${i}`),
  )
  return encodeTransaction({
    type: TX_LEGACY,
    nonce: BigInt(seed),
    gasPrice: 1n,
    gas: 21_000n,
    to: `0x${'07'.repeat(20)}`,
    value: 1n,
    data: `0x${parts.join('').slice(0, 2 * bytes)}`,
    v: 27n,
    r: 9n,
    s: 8n,
  })
}

function chain(count: number, bytes = 0): readonly BatcherBlock[] {
  return Array.from({ length: count }, (_, i) => ({
    number: BigInt(i + 1),
    hash: testHash(2, i + 1),
    parentHash: testHash(2, i),
    timestamp: 1_001n + BigInt(i),
    origin: { number: 10n, hash: testHash(1, 10) },
    originChanged: i === 0,
    daBytes: bytes,
    transactions: bytes === 0 ? [] : [transaction(i, bytes)],
  }))
}

function contextOf(
  settings: Partial<BatcherSettings> = {},
  forks: Record<string, number | undefined> = {},
): BatcherContext {
  return {
    config: testConfig({ forks }),
    settings: resolveSettings(settings),
    newChannelId: () => bytesToHex(new Uint8Array(16).fill(5)),
  }
}

function postingOf(queue: readonly BatcherBlock[]): Posting {
  return {
    phase: 'posting',
    safe: { number: 0n, hash: testHash(2, 0) },
    queue,
    openedAt: 10n,
    channels: [],
    transactions: [],
    nextNonce: 0,
    ratio: 1,
    foreignNonce: undefined,
  }
}

/** The channel's content, out of its transactions. */
function contentOf(contents: readonly Content[]): Uint8Array {
  const stream = Buffer.concat(
    contents.flatMap(piecesOf).map((piece) => piece.subarray(1 + 22, piece.length - 1)),
  )
  return stream[0] === 1 ? brotliDecompressSync(stream.subarray(1)) : inflateSync(stream)
}

function batchTypes(content: Uint8Array): readonly number[] {
  const types: number[] = []
  for (let at = 0; at < content.length; ) {
    const item = itemAt(new Uint8Array(content), at)
    types.push(item.payload[0] as number)
    at += item.encoding.length
  }
  return types
}

describe('a closed channel', () => {
  const close = (context: BatcherContext, queue: readonly BatcherBlock[]) =>
    closeChannel(context, postingOf(queue), queue.length, l1)

  it('has a span batch of all blocks, or a batch for each', () => {
    const blocks = chain(3)
    const span = close(contextOf(), blocks)
    assert.deepEqual(batchTypes(contentOf(span.channel.unsent)), [1])
    const singular = close(contextOf({ batchType: 'singular' }), blocks)
    assert.deepEqual(batchTypes(contentOf(singular.channel.unsent)), [0, 0, 0])
    assert.deepEqual(
      span.channel.blocks.map(({ number }) => number),
      [1n, 2n, 3n],
    )
    assert.throws(() => batchesOf(testConfig(), resolveSettings({}), []), RangeError)
  })

  it('has nothing that its forks do not know: span batches, brotli, blobs', () => {
    const before = {
      delta: 5_001,
      ecotone: 5_001,
      fjord: 5_001,
      granite: 5_001,
      holocene: 5_001,
      isthmus: 5_001,
    }
    const { channel, carrier } = close(
      contextOf({ dataAvailabilityType: 'blobs' }, before),
      chain(2),
    )
    assert.equal(carrier, 'calldata')
    const [first] = channel.unsent.flatMap(piecesOf)
    assert.notEqual(first?.[23], 1, 'zlib')
    assert.deepEqual(batchTypes(contentOf(channel.unsent)), [0, 0])
    const after = close(contextOf({ dataAvailabilityType: 'blobs' }), chain(2))
    assert.equal(after.carrier, 'blobs')
    assert.equal(after.channel.unsent.flatMap(piecesOf)[0]?.[23], 1, 'brotli')
  })

  it('takes as many blobs into a transaction as it may, and a transaction for each frame of calldata', () => {
    const blocks = chain(9, 110_000)
    for (const [most, expected] of [
      [6, [6, 2]],
      [9, [8]],
      [1, [1, 1, 1, 1, 1, 1, 1, 1]],
    ] as const) {
      const context = contextOf({ dataAvailabilityType: 'blobs', maxBlobsPerTransaction: most })
      const { channel, frames } = close(context, blocks)
      assert.equal(frames, 8)
      assert.deepEqual(
        channel.unsent.map((content) => piecesOf(content).length),
        expected,
      )
      assert.equal(batchTypes(contentOf(channel.unsent)).length, 1)
    }
    const { channel } = close(contextOf({ dataAvailabilityType: 'calldata' }), blocks)
    assert.equal(channel.unsent.length, 9)
    for (const content of channel.unsent)
      for (const piece of piecesOf(content)) assert.ok(piece.length <= 120_000)
  })

  it('goes to whatever is cheaper at the moment', () => {
    const at = (blobBaseFee: bigint) =>
      closeChannel(contextOf(), postingOf(chain(2, 50_000)), 2, {
        ...l1,
        prices: { ...prices, blobBaseFee },
      }).carrier
    assert.equal(at(1n), 'blobs')
    assert.equal(at(10n ** 12n), 'calldata')
  })
})

describe('a channel is closed', () => {
  it('with the blocks that fit, by what the last channels took', () => {
    const context = contextOf({ targetNumFrames: 1, dataAvailabilityType: 'blobs' })
    const state = postingOf(chain(40, 10_000))
    const full = closing(context, state, 10n)
    assert.deepEqual(full, { count: 12, reason: 'full' })
    assert.equal(closing(context, { ...state, ratio: 0.5 }, 10n)?.count, 24)
    assert.equal(closing(context, postingOf(chain(2, 500_000)), 10n)?.count, 1)
    const { frames, ratio } = closeChannel(context, state, 12, l1)
    assert.equal(frames, 1)
    assert.ok(ratio > 0.9 && ratio < 1.1)
  })

  it('after its duration, and before its sequencing window ends', () => {
    const state = postingOf(chain(3))
    const context = contextOf({ maxChannelDuration: 4 })
    assert.equal(closing(context, state, 13n), undefined)
    assert.deepEqual(closing(context, state, 14n), { count: 3, reason: 'duration' })
    const patient = contextOf({ maxChannelDuration: 0 })
    assert.equal(closing(patient, state, 10n + 3_589n), undefined)
    assert.equal(closing(patient, state, 10n + 3_590n)?.reason, 'sequencing-window')
    assert.equal(closing(context, postingOf([]), 9_999n), undefined)
  })

  it('before its content is more than a channel may hold', () => {
    const context = contextOf({ targetNumFrames: 1_000 })
    const blocks = chain(100, 100_000)
    const tiny = blocks.map((block) => ({ ...block, daBytes: 1 }))
    assert.deepEqual(closing(context, postingOf(tiny), 10n), { count: 79, reason: 'full' })
  })
})
