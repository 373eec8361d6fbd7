import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, MalformedInputError } from '@altlayer/protocol'
import fc from 'fast-check'
import snappyjs from 'snappyjs'
import {
  maxCompressedLength,
  snappyCompress,
  snappyDecompress,
  snappyLength,
} from '../src/snappy/block.ts'
import { crc32c } from '../src/snappy/crc32c.ts'
import { maxFramedLength, snappyFrame, snappyUnframe } from '../src/snappy/frame.ts'

const MAX = 2 ** 20

/** Data with and without repetition, across the format's boundaries of 64 KiB. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 3_000 }))
    .map(([piece, times]) => new Uint8Array(Buffer.concat(Array(times).fill(piece)))),
  fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 60 })), {
      maxLength: 300,
    })
    .map((runs) =>
      Uint8Array.from(runs.flatMap(([piece, zeros]) => [...piece, ...Array(zeros).fill(0)])),
    ),
)

/** What `read` makes of any bytes is a result or MalformedInputError. */
function refusesOrReads(read: () => Uint8Array, max: number): void {
  try {
    assert.ok(read().length <= max)
  } catch (error) {
    assert.ok(error instanceof MalformedInputError, String(error))
  }
}

describe('snappy blocks', () => {
  it('come back as they were, and fit the bound', () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const compressed = snappyCompress(bytes)
        assert.ok(compressed.length <= maxCompressedLength(bytes.length))
        assert.equal(snappyLength(compressed, MAX), bytes.length)
        assert.ok(equalBytes(snappyDecompress(compressed, MAX), bytes))
      }),
      { numRuns: 300 },
    )
  })

  it('are read by snappyjs, and read what snappyjs writes', () => {
    fc.assert(
      fc.property(data, (bytes) => {
        assert.ok(equalBytes(snappyjs.uncompress(snappyCompress(bytes)), bytes))
        assert.ok(equalBytes(snappyDecompress(snappyjs.compress(bytes), MAX), bytes))
      }),
      { numRuns: 200 },
    )
  })

  it('compress what repeats', () => {
    assert.ok(snappyCompress(new Uint8Array(1_000_000)).length < 60_000)
  })

  it('are refused where they claim more than allowed, before memory is taken', () => {
    const claim = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0x00)
    assert.throws(() => snappyDecompress(claim, 10 * MAX), MalformedInputError)
    assert.throws(() => snappyLength(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f), 2 ** 32), {
      got: '34359738367',
    })
    assert.throws(() => snappyLength(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0), MAX))
    assert.throws(() => snappyLength(new Uint8Array(0), MAX), MalformedInputError)
  })

  it('are refused where a short message claims a length that it cannot hold', () => {
    // 10 MiB claimed by three bytes of data.
    const bomb = Uint8Array.of(0x80, 0x80, 0x80, 0x05, 0x00, 0x01, 0x02)
    assert.throws(() => snappyDecompress(bomb, 10 * MAX), {
      expected: 'as much as the data can hold',
    })
  })

  it('are refused for offsets before the beginning, and for wrong lengths', () => {
    assert.throws(() => snappyDecompress(Uint8Array.of(4, 0x01, 0x00), MAX), /offset/)
    assert.throws(() => snappyDecompress(Uint8Array.of(8, 0, 7, 0x01, 2), MAX), /offset/)
    assert.throws(() => snappyDecompress(Uint8Array.of(3, 0, 7), MAX), /bytes as claimed/)
    assert.throws(() => snappyDecompress(Uint8Array.of(1, 4, 7, 7), MAX), /bytes as claimed/)
    assert.throws(() => snappyDecompress(Uint8Array.of(9, 0xf4, 0xff), MAX), /more bytes/)
  })

  it('never fail otherwise, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 0, max: 5_000 }),
        (bytes, max) => refusesOrReads(() => snappyDecompress(bytes, max), max),
      ),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(255), (bytes, at, value) => {
        const compressed = snappyCompress(bytes)
        compressed[at % compressed.length] = value
        refusesOrReads(() => snappyDecompress(compressed, MAX), MAX)
      }),
      { numRuns: 500 },
    )
  })
})

describe('snappy frames', () => {
  it('know CRC-32C', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  })

  it('come back as they were, and fit the bound', () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const framed = snappyFrame(bytes)
        assert.ok(framed.length <= maxFramedLength(bytes.length))
        assert.ok(equalBytes(snappyUnframe(framed, MAX), bytes))
      }),
      { numRuns: 200 },
    )
  })

  it('begin with the identifier of the format', () => {
    const identifier = 'ff060000734e61507059'
    assert.equal(Buffer.from(snappyFrame(new Uint8Array(0))).toString('hex'), identifier)
  })

  it('are read with padding and skippable chunks', () => {
    const framed = snappyFrame(Uint8Array.of(1, 2, 3))
    const padding = Uint8Array.of(0xfe, 2, 0, 0, 9, 9, 0x99, 1, 0, 0, 9)
    const stream = new Uint8Array([...framed, ...padding])
    assert.deepEqual(snappyUnframe(stream, MAX), Uint8Array.of(1, 2, 3))
  })

  it('stop at the limit, however many chunks there are', () => {
    const framed = snappyFrame(new Uint8Array(500_000))
    assert.ok(framed.length < 30_000)
    assert.throws(() => snappyUnframe(framed, 499_999), MalformedInputError)
    assert.equal(snappyUnframe(framed, 500_000).length, 500_000)
  })

  it('are refused with a wrong checksum, an unknown chunk, no identifier', () => {
    const framed = snappyFrame(Uint8Array.of(1, 2, 3))
    const wrong = framed.slice()
    wrong[14] = (wrong[14] as number) ^ 1
    assert.throws(() => snappyUnframe(wrong, MAX), /checksum/)
    assert.throws(() => snappyUnframe(framed.subarray(10), MAX), /identifier/)
    const unknown = new Uint8Array([...framed, 0x02, 0, 0, 0])
    assert.throws(() => snappyUnframe(unknown, MAX), /known type/)
  })

  it('never fail otherwise, whatever the bytes', () => {
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(255), (bytes, at, value) => {
        const framed = snappyFrame(bytes)
        framed[at % framed.length] = value
        refusesOrReads(() => snappyUnframe(framed, MAX), MAX)
      }),
      { numRuns: 500 },
    )
  })
})
