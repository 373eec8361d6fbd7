import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { globalValue, hex, testModule } from '../support/module.ts'

interface KeccakExports {
  readonly INPUT: WebAssembly.Global
  readonly RESULT: WebAssembly.Global
  keccak256(ptr: number, length: number, out: number): void
  keccak256Of64(ptr: number, word: number): void
}

const { exports: keccak, memory } = await testModule<KeccakExports>('keccak')
const input = globalValue(keccak.INPUT)
const result = globalValue(keccak.RESULT)

function hashAt(offset: number, data: Uint8Array): string {
  memory.set(data, input + offset)
  keccak.keccak256(input + offset, data.length, result)
  return hex(memory.slice(result, result + 32))
}

test('keccak256 of every length around the block boundaries', () => {
  for (let length = 0; length <= 4 * 136 + 2; length++) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 0xff)
    assert.equal(hashAt(length % 9, data), hex(keccak_256(data)), `${length} bytes`)
  }
})

test('keccak256 of any bytes, in place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (data) => {
      memory.set(data, input)
      keccak.keccak256(input, data.length, input)
      assert.equal(hex(memory.slice(input, input + 32)), hex(keccak_256(data)))
    }),
    { numRuns: 300 },
  )
})

test('a remembered hash of 64 bytes is the hash, however often it is asked for', () => {
  // Few values, so that entries are found, replaced and found again.
  const half = fc.constantFrom(0, 1, 2, 0xff).map((byte) => new Uint8Array(32).fill(byte))
  const small = fc.integer({ min: 0, max: 5000 }).map((n) => {
    const word = new Uint8Array(32)
    new DataView(word.buffer).setUint32(28, n)
    return word
  })
  fc.assert(
    fc.property(fc.oneof(half, small), fc.oneof(half, small), (key, position) => {
      const data = Uint8Array.from([...key, ...position])
      const expected = hex(keccak_256(data))
      for (let i = 0; i < 2; i++) {
        memory.set(data, input)
        keccak.keccak256Of64(input, result)
        assert.equal(hex(memory.slice(result, result + 32).reverse()), expected)
      }
    }),
    { numRuns: 5000 },
  )
})
