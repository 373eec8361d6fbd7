import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { testData } from '../../../scripts/testdata.ts'
import { bytes, globalValue, hex, testModule } from '../support/module.ts'
import { encode } from '../support/naive-trie.ts'

interface RlpExports {
  readonly INPUT: WebAssembly.Global
  readonly RESULT: WebAssembly.Global
  readonly itemStart: WebAssembly.Global
  readonly itemLen: WebAssembly.Global
  readonly itemNext: WebAssembly.Global
  readonly itemIsList: WebAssembly.Global
  readonly itemU64: { readonly value: bigint }
  rlpItem(ptr: number, end: number): number
  rlpValid(ptr: number, end: number): number
  rlpCount(ptr: number, end: number): number
  rlpU64(ptr: number, end: number): number
  rlpU256(ptr: number, end: number, into: number): number
  rlpBytesLength(ptr: number, length: number): number
  rlpListLength(payload: number): number
  rlpU64Length(value: bigint): number
  rlpU256Length(word: number): number
  rlpWriteBytes(out: number, ptr: number, length: number): number
  rlpWriteList(out: number, payload: number): number
  rlpWriteU64(out: number, value: bigint): number
  rlpWriteU256(out: number, word: number): number
}

type Rlp = Uint8Array | readonly Rlp[]

const { exports: rlp, memory } = await testModule<RlpExports>('rlp')
const input = globalValue(rlp.INPUT)
const result = globalValue(rlp.RESULT)
const vectors = await testData('ethereum-tests.tar.xz', (path) => path.startsWith('RLPTests/'))

/** Decodes with the program's cursor; undefined where it refuses. */
function decode(encoded: Uint8Array): Rlp | undefined {
  memory.set(encoded, input)
  const end = input + encoded.length
  if (!rlp.rlpValid(input, end)) return undefined
  return item(input, end)
}

function item(ptr: number, end: number): Rlp {
  assert.ok(rlp.rlpItem(ptr, end))
  const start = globalValue(rlp.itemStart)
  const stop = start + globalValue(rlp.itemLen)
  if (rlp.itemIsList.value === 0) return memory.slice(start, stop)
  const items: Rlp[] = []
  const count = rlp.rlpCount(start, stop)
  for (let at = start; at < stop; ) {
    items.push(item(at, stop))
    rlp.rlpItem(at, stop)
    at = globalValue(rlp.itemNext)
  }
  assert.equal(count, items.length)
  return items
}

/** Encodes with the program's writers. */
function write(value: Rlp, out: number): number {
  if (value instanceof Uint8Array) {
    memory.set(value, input)
    const end = rlp.rlpWriteBytes(out, input, value.length) >>> 0
    assert.equal(end - out, rlp.rlpBytesLength(input, value.length))
    return end
  }
  const payload = value.reduce((sum: number, part) => sum + encode(part).length, 0)
  const end = value.reduce(
    (at: number, part) => write(part, at),
    rlp.rlpWriteList(out, payload) >>> 0,
  )
  assert.equal(end - out, rlp.rlpListLength(payload))
  return end
}

/** The vectors' notation: text, numbers, `#` decimal numbers, lists. */
function fromVector(value: unknown): Rlp {
  if (Array.isArray(value)) return value.map(fromVector)
  if (typeof value === 'number') return scalar(BigInt(value))
  if (typeof value !== 'string') throw new TypeError(`unexpected ${typeof value} in a vector`)
  if (value.startsWith('#')) return scalar(BigInt(value.slice(1)))
  return new Uint8Array(Buffer.from(value, 'latin1'))
}

function scalar(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array()
  const digits = value.toString(16)
  return bytes(digits.length % 2 ? `0${digits}` : digits)
}

test('the public RLP vectors', { skip: vectors.absent }, async (t) => {
  let cases = 0
  for (const [path, file] of vectors.files) {
    const vector: Record<string, { in: unknown; out: string }> = JSON.parse(
      Buffer.from(file).toString(),
    )
    await t.test(path, () => {
      for (const [name, { in: value, out }] of Object.entries(vector)) {
        cases++
        const decoded = decode(bytes(out))
        if (value === 'INVALID') {
          assert.equal(decoded, undefined, name)
        } else if (value === 'VALID') {
          assert.ok(decoded !== undefined, name)
        } else {
          const expected = fromVector(value)
          assert.deepEqual(decoded, expected, name)
          const end = write(expected, result)
          assert.equal(`0x${hex(memory.slice(result, end))}`, out.toLowerCase(), name)
        }
      }
    })
  }
  assert.ok(cases > 50, `${cases} cases`)
})

const trees = fc.letrec<{ tree: Rlp }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('tree'), { maxLength: 6 }),
  ),
})).tree

test('what is encoded decodes to itself', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const end = write(tree, result)
      const encoded = memory.slice(result, end)
      assert.deepEqual(encoded, new Uint8Array(encode(tree)))
      assert.deepEqual(decode(encoded), tree)
    }),
    { numRuns: 300 },
  )
})

test('whatever decodes is in its only encoding, and nothing else is accepted', () => {
  const mutated = fc
    .tuple(trees, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 3 }))
    .map(([tree, at, value, cut]) => {
      const encoded = Uint8Array.from(encode(tree))
      encoded[at % encoded.length] = value
      return encoded.subarray(0, Math.max(0, encoded.length - cut))
    })
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (encoded) => {
      const decoded = decode(encoded)
      if (decoded !== undefined) {
        assert.deepEqual(new Uint8Array(encode(decoded)), new Uint8Array(encoded))
      }
    }),
    { numRuns: 2000 },
  )
})

test('an item never reaches behind its end', () => {
  for (const digits of ['81', 'b800', 'b838', 'bf', 'bfffffffffffffffff', 'fbffffffff', 'c1']) {
    assert.equal(decode(bytes(digits)), undefined, digits)
  }
  assert.equal(rlp.rlpItem(input, input), 0)
})

test('nesting deeper than 1024 lists is refused, not followed', () => {
  const nested = (depth: number) => {
    let list: Rlp = []
    for (let i = 1; i < depth; i++) list = [list]
    return encode(list)
  }
  const valid = (encoded: Uint8Array) => {
    memory.set(encoded, input)
    return rlp.rlpValid(input, input + encoded.length)
  }
  assert.equal(valid(nested(1024)), 1)
  assert.equal(valid(nested(1025)), 0)
})

test('scalars of 64 and 256 bits keep their value and refuse leading zeros', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: (1n << 256n) - 1n })),
      (value) => {
        const expected = encode(scalar(value))
        const word = Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
        memory.set(word, input)
        const end = rlp.rlpWriteU256(result, input) >>> 0
        assert.equal(hex(memory.slice(result, end)), hex(expected))
        assert.equal(rlp.rlpU256Length(input), expected.length)
        memory.fill(0xaa, input, input + 32)
        assert.ok(rlp.rlpU256(result, end, input))
        assert.equal(hex(memory.slice(input, input + 32)), hex(word))
        const small = value < 1n << 64n
        assert.equal(rlp.rlpU64(result, end), small ? 1 : 0)
        if (!small) return
        assert.equal(BigInt.asUintN(64, rlp.itemU64.value), value)
        assert.equal(hex(memory.slice(result, rlp.rlpWriteU64(result, value) >>> 0)), hex(expected))
        assert.equal(rlp.rlpU64Length(value), expected.length)
      },
    ),
  )
  for (const digits of ['00', '820001', 'a000'.padEnd(66, '1'), 'c0', 'c101']) {
    const encoded = bytes(digits)
    memory.set(encoded, input)
    assert.equal(rlp.rlpU64(input, input + encoded.length), 0, digits)
    assert.equal(rlp.rlpU256(input, input + encoded.length, result), 0, digits)
  }
})
