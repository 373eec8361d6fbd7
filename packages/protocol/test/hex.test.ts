import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addressToWord,
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  hexToBytes,
  isHex,
  MalformedInputError,
  parseData,
  parseInteger,
  parseQuantity,
  quantity,
  wordToAddress,
} from '../src/index.ts'

test('bytes and hex round-trip, short and long, in any case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const hex = bytesToHex(bytes)
      assert.equal(hex, `0x${Buffer.from(bytes).toString('hex')}`)
      assert.deepEqual(hexToBytes(hex), bytes)
      assert.deepEqual(hexToBytes(`0x${hex.slice(2).toUpperCase()}`), bytes)
      assert.equal(hexToBytes(hex).buffer.byteLength, bytes.length)
    }),
  )
})

test('one wrong character anywhere is found', () => {
  const text = fc.tuple(
    fc.integer({ min: 1, max: 200 }),
    fc.nat(),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, ([length, at, character]) => {
      const hex = `0x${'a5'.repeat(length)}`
      const place = 2 + (at % (2 * length))
      const changed = hex.slice(0, place) + character + hex.slice(place + 1)
      const valid = /^0x(?:[0-9a-fA-F]{2})*$/.test(changed)
      assert.equal(isHex(changed), valid)
      if (valid) assert.equal(bytesToHex(hexToBytes(changed)), changed.toLowerCase())
      else assert.throws(() => hexToBytes(changed), MalformedInputError)
    }),
    { numRuns: 500 },
  )
})

test('what is not hex data is refused with what it was', () => {
  for (const bad of [
    '',
    '0',
    '0x0',
    '00',
    'x00',
    '0X00',
    '0x0g',
    ' 0x00',
    '0x00 ',
    7,
    null,
    undefined,
    {},
  ])
    for (const read of [hexToBytes, parseData])
      assert.throws(
        () => (read as (value: unknown, path: string) => unknown)(bad, 'a.b'),
        (error) => error instanceof MalformedInputError && error.path === 'a.b',
      )
  assert.throws(() => hexToBytes('0x0102', 'a', 3), {
    message: 'a: expected 0x-prefixed hex of 3 bytes, got 2 bytes',
  })
})

test('integers: bytes, quantities and what configuration files write', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, (1n << 256n) - 1n),
      fc.integer({ min: 0, max: 255 }),
      (wide, shift) => {
        const value = wide >> BigInt(shift)
        assert.equal(bytesToBigint(bigintToBytes(value, 32)), value)
        assert.equal(parseQuantity(quantity(value), 'q'), value)
        assert.equal(parseInteger(quantity(value), 'i'), value)
        assert.equal(parseInteger(value.toString(), 'i'), value)
      },
    ),
  )
  assert.equal(bytesToBigint(new Uint8Array(0)), 0n)
  for (const bad of ['0x', '0x00', '0x01', '10', '-0x1', 5, `0x1${'0'.repeat(64)}`])
    assert.throws(() => parseQuantity(bad, 'q'), MalformedInputError, String(bad))
  for (const bad of ['', '01', '1e3', '0x', -1, 1.5, 2 ** 60, '-1', true, null])
    assert.throws(() => parseInteger(bad, 'i'), MalformedInputError, String(bad))
  assert.throws(() => parseInteger(256, 'i', 255n), /from 0 to 255/)
  assert.throws(() => bigintToBytes(256n, 1), MalformedInputError)
})

test('an address in a word: what is before it is zero', () => {
  const address = `0x${'a1'.repeat(20)}` as const
  const word = addressToWord(address)
  assert.equal(word, `0x${'00'.repeat(12)}${'a1'.repeat(20)}`)
  assert.equal(wordToAddress(word, 'topics[1]'), address)
  for (let at = 0; at < 12; at++) {
    const damaged = `0x${word.slice(2, 2 + 2 * at)}01${word.slice(4 + 2 * at)}` as const
    assert.throws(() => wordToAddress(damaged, 'topics[1]'), /topics\[1\]: expected an address/)
  }
})
