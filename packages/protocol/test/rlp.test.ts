import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromRlp, toRlp } from 'viem'
import {
  bytesToHex,
  decodeRlp,
  encodeRlp,
  hexToBytes,
  listItems,
  MalformedInputError,
  type RlpItem,
  type RlpValue,
  rlpUint,
  uintBytes,
} from '../src/index.ts'

const { value: rlpValue } = fc.letrec<{ value: RlpValue; list: RlpValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, fc.uint8Array({ maxLength: 80 }), tie('list')),
  list: fc.array(tie('value'), { maxLength: 8 }),
}))

function toNested(item: RlpItem): RlpValue {
  return item.list ? listItems(item).map(toNested) : item.payload
}

function toHexNested(value: RlpValue): unknown {
  return value instanceof Uint8Array ? bytesToHex(value) : value.map(toHexNested)
}

test('encoding agrees with viem and decodes to what was encoded', () => {
  fc.assert(
    fc.property(rlpValue, (value) => {
      const encoded = encodeRlp(value)
      assert.equal(bytesToHex(encoded), toRlp(toHexNested(value) as never))
      assert.deepEqual(toHexNested(toNested(decodeRlp(encoded))), toHexNested(value))
      assert.deepEqual(fromRlp(encoded), toHexNested(value))
    }),
  )
})

test('only canonical encodings decode', () => {
  const malformed = {
    'nothing at all': '0x',
    'a prefixed byte below 0x80': '0x8100',
    'a long form for a short string': '0xb801ff',
    'a long form for a short list': '0xf800',
    'a length with a leading zero': `0xb90038${'11'.repeat(56)}`,
    'a payload cut short': '0x83aabb',
    'a length cut short': '0xb9',
    'a length past 2^53': '0xbfffffffffffffffff',
    'bytes after the item': '0x0102',
  }
  for (const [what, hex] of Object.entries(malformed))
    assert.throws(() => decodeRlp(hexToBytes(hex)), MalformedInputError, what)
  assert.throws(() => listItems(decodeRlp(hexToBytes('0xc28100'))), {
    path: 'rlp[0]',
    expected: 'a byte below 0x80 as itself',
  })
  assert.throws(() => rlpUint(decodeRlp(hexToBytes('0x00')), 'n'), MalformedInputError)
})

test('whatever decodes is what encoding gives back', () => {
  const fuzzed = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(rlpValue, fc.nat(), fc.nat(255))
      .map(([value, at, byte]) =>
        encodeRlp(value).map((b, i, all) => (i === at % all.length ? byte : b)),
      ),
  )
  fc.assert(
    fc.property(fuzzed, (bytes) => {
      let nested: RlpValue
      try {
        nested = toNested(decodeRlp(bytes))
      } catch (error) {
        assert.ok(error instanceof MalformedInputError)
        return
      }
      assert.equal(bytesToHex(encodeRlp(nested)), bytesToHex(bytes))
    }),
    { numRuns: 2000 },
  )
})

test('integers have no leading zeros and round-trip', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, (1n << 256n) - 1n), (value) => {
      assert.equal(rlpUint(decodeRlp(encodeRlp(uintBytes(value))), 'n'), value)
    }),
  )
  assert.throws(() => uintBytes(-1n), MalformedInputError)
})
