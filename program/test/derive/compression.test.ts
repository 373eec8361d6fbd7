import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, constants, crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { testModule } from '../support/module.ts'

const OK = 0
const CORRUPT = 1
const LIMIT = 2

interface Exports {
  inputAt(): number
  outputAt(): number
  zlib(length: number, cap: number): number
  zlibLength(): number
  brotli(length: number, cap: number): number
  brotliOutput(): number
  dictionaryAt(): number
}

const { exports: wasm, memory: heap } = await testModule<Exports>('compression')

type Decoder = (input: Uint8Array, cap?: number) => { status: number; bytes: Uint8Array }

function decoder(run: 'zlib' | 'brotli', length: 'zlibLength' | 'brotliOutput'): Decoder {
  return (input, cap = 1 << 24) => {
    heap.set(input, wasm.inputAt())
    const status = wasm[run](input.length, cap)
    const at = wasm.outputAt()
    return { status, bytes: heap.slice(at, at + wasm[length]()) }
  }
}

const zlib = decoder('zlib', 'zlibLength')
const brotli = decoder('brotli', 'brotliOutput')

/** Bytes with repeats, runs and text: what compressors find something in. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.record({ byte: fc.nat(255), length: fc.nat(2000) }).map(({ byte, length }) => {
        return new Uint8Array(length).fill(byte)
      }),
      fc
        .array(
          fc.constantFrom(
            'the ',
            'Transfer',
            ' and ',
            'http://',
            'ethereum',
            ' of the ',
            'émigré ',
          ),
          { maxLength: 200 },
        )
        .map((words) => new TextEncoder().encode(words.join(''))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part)))))

test('zlib streams of every level and strategy decode to what was compressed', () => {
  fc.assert(
    fc.property(compressible, fc.nat(9), fc.nat(4), (bytes, level, strategy) => {
      const decoded = zlib(deflateSync(bytes, { level, strategy }))
      assert.equal(decoded.status, OK)
      assert.deepEqual(decoded.bytes, bytes)
    }),
    { numRuns: 300 },
  )
})

test('brotli streams of every quality, window and mode decode to what was compressed', () => {
  fc.assert(
    fc.property(
      compressible,
      fc.nat(11),
      fc.integer({ min: 10, max: 24 }),
      fc.nat(2),
      (bytes, quality, window, mode) => {
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: quality,
          [constants.BROTLI_PARAM_LGWIN]: window,
          [constants.BROTLI_PARAM_MODE]: mode,
        }
        const decoded = brotli(brotliCompressSync(bytes, { params }))
        assert.equal(decoded.status, OK)
        assert.deepEqual(decoded.bytes, bytes)
      },
    ),
    { numRuns: 300 },
  )
})

test('long source text decodes through several blocks and dictionary transforms', async () => {
  const files = ['../../src/derive/brotli-data.ts', '../../src/derive/brotli.ts', '../../README.md']
  for (const file of files) {
    const bytes = new Uint8Array(await readFile(new URL(file, import.meta.url)))
    for (const quality of [4, 9, 11]) {
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality }
      const decoded = brotli(brotliCompressSync(bytes, { params }))
      assert.equal(decoded.status, OK)
      assert.ok(Buffer.from(decoded.bytes).equals(bytes))
    }
    assert.ok(Buffer.from(zlib(deflateSync(bytes)).bytes).equals(bytes))
  }
})

test('the static dictionary is the one of RFC 7932', () => {
  const at = wasm.dictionaryAt()
  assert.equal(crc32(heap.slice(at, at + 122_784)), 0x5136cb04)
})

test('output stops at the limit, with what fits', () => {
  fc.assert(
    fc.property(compressible, fc.nat(1000), (bytes, cap) => {
      for (const decoded of [
        zlib(deflateSync(bytes), cap),
        brotli(brotliCompressSync(bytes), cap),
      ]) {
        assert.equal(decoded.status, bytes.length > cap ? LIMIT : OK)
        assert.deepEqual(decoded.bytes, bytes.slice(0, cap))
      }
    }),
  )
})

test('a decompression bomb is cut at the limit', () => {
  const bomb = new Uint8Array(50_000_000)
  assert.equal(zlib(deflateSync(bomb), 100_000).status, LIMIT)
  assert.equal(brotli(brotliCompressSync(bomb), 100_000).status, LIMIT)
})

test('a truncated stream keeps what came before the cut', () => {
  fc.assert(
    fc.property(compressible, fc.double({ min: 0, max: 0.99, noNaN: true }), (bytes, share) => {
      for (const [decode, compressed] of [
        [zlib, deflateSync(bytes)],
        [brotli, brotliCompressSync(bytes)],
      ] as const) {
        const decoded = decode(compressed.subarray(0, Math.floor(compressed.length * share)))
        assert.equal(decoded.status, CORRUPT)
        assert.deepEqual(decoded.bytes, bytes.slice(0, decoded.bytes.length))
      }
    }),
  )
})

test('mutated and random input never traps and agrees with the reference on what is valid', () => {
  fc.assert(
    fc.property(compressible, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, flip) => {
      const stream = new Uint8Array(brotliCompressSync(bytes))
      const place = at % stream.length
      stream[place] = (stream[place] ?? 0) ^ flip
      const decoded = brotli(stream)
      const expected = reference(() => brotliDecompressSync(stream, { maxOutputLength: 1 << 24 }))
      assert.equal(decoded.status === OK, expected !== undefined)
      if (expected !== undefined) assert.deepEqual(decoded.bytes, new Uint8Array(expected))
    }),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      zlib(bytes, 1 << 20)
      brotli(bytes, 1 << 20)
    }),
    { numRuns: 1000 },
  )
})

function reference(run: () => Uint8Array): Uint8Array | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
