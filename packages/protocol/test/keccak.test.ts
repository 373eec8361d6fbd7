import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { bytesToHex, EMPTY_HASH, keccak256, keccak256Hex } from '../src/index.ts'

const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff)

test('keccak256 agrees with noble at every length around the block boundaries', () => {
  assert.equal(keccak256Hex(new Uint8Array(0)), EMPTY_HASH)
  for (let length = 0; length < 420; length++)
    assert.equal(
      keccak256Hex(pattern(length)),
      bytesToHex(keccak_256(pattern(length))),
      `${length}`,
    )
})

test('keccak256 of inputs longer than its memory', () => {
  for (const length of [64_600, 65_008, 65_024, 65_025, 65_160, 200_000, 1_000_003])
    assert.equal(
      keccak256Hex(pattern(length)),
      bytesToHex(keccak_256(pattern(length))),
      `${length}`,
    )
})

test('a digest belongs to its caller, and the input is not touched', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
      const copy = a.slice()
      const first = keccak256(a)
      keccak256(b)
      assert.equal(bytesToHex(first), bytesToHex(keccak_256(a)))
      assert.deepEqual(a, copy)
      // A view into a larger buffer hashes as what it shows.
      assert.equal(
        keccak256Hex(Buffer.concat([b, a, b]).subarray(b.length, b.length + a.length)),
        bytesToHex(first),
      )
    }),
  )
})
