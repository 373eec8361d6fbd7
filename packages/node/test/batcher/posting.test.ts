import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, inflateSync } from 'node:zlib'
import { decodeRlp, itemAt, listItems, MalformedInputError, rlpUint64 } from '@altlayer/protocol'
import fc from 'fast-check'
import { globalValue, testModule } from '../../../../program/test/support/module.ts'
import { BLOB_DATA_MAX, BLOB_SIZE, encodeBlob } from '../../src/batcher/blob.ts'
import { type Batch, encodeBatch, encodeChannel } from '../../src/batcher/channel.ts'
import { encodeFrames, FRAME_OVERHEAD, splitFrames } from '../../src/batcher/frame.ts'

interface Exports {
  inputAt(): number
  blobAt(): number
  decodeBlob(): number
  framesCount(data: number, length: number): number
  frameNext(at: number, end: number): number
  readonly frameChannel: WebAssembly.Global
  readonly frameNumber: WebAssembly.Global
  readonly frameData: WebAssembly.Global
  readonly frameLength: WebAssembly.Global
  readonly frameIsLast: WebAssembly.Global
}

const { exports: wasm, memory: heap } = await testModule<Exports>('batches')

function decodeBlob(blob: Uint8Array): Uint8Array | undefined {
  heap.set(blob, wasm.inputAt())
  const length = wasm.decodeBlob()
  return length < 0 ? undefined : heap.slice(wasm.blobAt(), wasm.blobAt() + length)
}

/** Frames as the program reads them; undefined when it ignores the transaction. */
function decodeFrames(data: Uint8Array) {
  heap.set(data, wasm.inputAt())
  const count = wasm.framesCount(wasm.inputAt(), data.length)
  if (count < 0) return undefined
  let at = wasm.inputAt() + 1
  return Array.from({ length: count }, () => {
    at = wasm.frameNext(at, wasm.inputAt() + data.length)
    const [channel, start] = [globalValue(wasm.frameChannel), globalValue(wasm.frameData)]
    return {
      channelId: heap.slice(channel, channel + 16),
      number: wasm.frameNumber.value,
      data: heap.slice(start, start + globalValue(wasm.frameLength)),
      isLast: wasm.frameIsLast.value !== 0,
    }
  })
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('blobs give their data back', () => {
  const sizes = fc.oneof(fc.nat(600), fc.integer({ min: BLOB_DATA_MAX - 600, max: BLOB_DATA_MAX }))
  fc.assert(
    fc.property(
      sizes,
      fc.nat(255),
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      (size, fill, salt) => {
        const data = new Uint8Array(size).fill(fill)
        data.set(salt.subarray(0, size))
        data.set(salt.subarray(0, Math.max(0, size - 300)), Math.max(0, size - 300))
        const blob = encodeBlob(data)
        assert.equal(blob.length, BLOB_SIZE)
        for (let at = 0; at < blob.length; at += 32) assert.equal((blob[at] as number) & 0xc0, 0)
        assert.ok(Buffer.from(decodeBlob(blob) ?? []).equals(data))
      },
    ),
  )
  assert.throws(() => encodeBlob(new Uint8Array(BLOB_DATA_MAX + 1)), MalformedInputError)
})

test('blobs of another version, length or with stray bits are malformed', () => {
  const blob = encodeBlob(Uint8Array.of(1, 2, 3))
  const changed = (at: number, value: number) => Uint8Array.from(blob).fill(value, at, at + 1)
  assert.deepEqual(decodeBlob(blob), Uint8Array.of(1, 2, 3))
  assert.equal(decodeBlob(changed(1, 1)), undefined, 'version')
  assert.equal(decodeBlob(changed(2, 2)), undefined, 'length beyond a blob')
  assert.equal(decodeBlob(changed(4, 2)), undefined, 'data behind the length')
  assert.equal(decodeBlob(changed(32, 0x40)), undefined, 'a top bit of a field element')
  assert.equal(decodeBlob(changed(BLOB_SIZE - 1, 1)), undefined, 'the last byte')
})

test('frames of any size carry the stream', () => {
  fc.assert(
    fc.property(
      bytes(16),
      fc.uint8Array({ maxLength: 2000 }),
      fc.integer({ min: 1, max: 700 }),
      (id, stream, room) => {
        const frames = splitFrames(id, stream, room + FRAME_OVERHEAD)
        const decoded = decodeFrames(encodeFrames(frames))
        assert.deepEqual(
          decoded,
          frames.map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) })),
        )
        assert.ok(Buffer.concat(frames.map(({ data }) => data)).equals(stream))
        assert.deepEqual(frames.map(({ isLast }) => isLast).lastIndexOf(true), frames.length - 1)
      },
    ),
  )
})

test('one malformed frame voids its transaction', () => {
  fc.assert(
    fc.property(
      bytes(16),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      (id, stream, cut) => {
        const data = encodeFrames(splitFrames(id, stream, 60))
        const length = 1 + (cut % (data.length - 1))
        const whole = Array.from(
          { length: Math.ceil(stream.length / 37) },
          (_, i) => 1 + (i + 1) * 60,
        )
        if (!whole.includes(length)) assert.equal(decodeFrames(data.subarray(0, length)), undefined)
      },
    ),
  )
  const good = encodeFrames(splitFrames(new Uint8Array(16), Uint8Array.of(7), 100))
  assert.equal(decodeFrames(Uint8Array.of(1, ...good.subarray(1))), undefined, 'version')
  assert.equal(decodeFrames(Uint8Array.of(0)), undefined, 'no frame')
  assert.equal(decodeFrames(Uint8Array.of(...good.subarray(0, -1), 2)), undefined, 'end marker')
  const long = Uint8Array.from(good)
  new DataView(long.buffer).setUint32(1 + 18, 1_000_001)
  assert.equal(decodeFrames(long), undefined, 'longer than a frame may be')
})

test('a channel is the RLP of its batches, compressed', () => {
  const singular: Batch = {
    type: 'singular',
    batch: {
      parentHash: new Uint8Array(32).fill(1),
      epochNumber: 5n,
      epochHash: new Uint8Array(32).fill(2),
      timestamp: 1_800_000_000n,
      transactions: [Uint8Array.of(2, 0xc0)],
    },
  }
  const span: Batch = {
    type: 'span',
    batch: {
      relativeTime: 9n,
      originNumber: 5n,
      parentCheck: new Uint8Array(20),
      originCheck: new Uint8Array(20),
      blocks: [{ originChanged: true, transactions: [] }],
    },
  }
  for (const compression of ['zlib', 'brotli'] as const) {
    const channel = encodeChannel([singular, span], compression)
    assert.equal(compression === 'brotli', channel[0] === 1)
    const content =
      compression === 'brotli' ? brotliDecompressSync(channel.subarray(1)) : inflateSync(channel)
    const first = itemAt(content, 0)
    const second = itemAt(content, first.encoding.length)
    assert.ok(Buffer.from(first.payload).equals(encodeBatch(singular)))
    assert.ok(Buffer.from(second.payload).equals(encodeBatch(span)))
    assert.equal(first.encoding.length + second.encoding.length, content.length)
    assert.equal(first.payload[0], 0)
    const fields = listItems(decodeRlp(first.payload.subarray(1)))
    assert.equal(rlpUint64(fields[1], 'epoch'), 5n)
  }
})
