import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { globalValue, testModule } from '../support/module.ts'

interface NumExports {
  readonly INPUT: WebAssembly.Global
  add(): bigint
  sub(): bigint
  negate(): void
  less(): number
  lessSigned(): number
  equal(): number
  isZero(): number
  bytes(): number
  fromBytes(): void
  throughAddress(): void
  mul(): void
  mulFull(): void
  power(): void
  div(): void
  mod(): void
  sdiv(): void
  smod(): void
  addMod(): void
  mulMod(): void
  shl(count: bigint): void
  shr(count: bigint): void
  sar(count: bigint): void
  byte(): void
  signExtend(): void
}

const { exports: num, memory } = await testModule<NumExports>('num')
const view = new DataView(memory.buffer)
const a = globalValue(num.INPUT)
const b = a + 32
const c = a + 64

const MODULUS = 1n << 256n
const signed = (value: bigint) => BigInt.asIntN(256, value)
const unsigned = (value: bigint) => BigInt.asUintN(256, value)

function put(at: number, value: bigint): void {
  for (let i = 0; i < 4; i++) view.setBigUint64(at + 8 * i, (value >> BigInt(64 * i)) & U64, true)
}

function get(at: number, limbs = 4): bigint {
  let value = 0n
  for (let i = limbs - 1; i >= 0; i--) value = (value << 64n) | view.getBigUint64(at + 8 * i, true)
  return value
}

const U64 = (1n << 64n) - 1n
/** Limbs at which carries, borrows and quotient digits go wrong when they do. */
const edgeLimb = fc.constantFrom(
  0n,
  1n,
  2n,
  U64,
  U64 - 1n,
  1n << 63n,
  (1n << 63n) - 1n,
  (1n << 32n) - 1n,
  1n << 32n,
)
const limb = fc.oneof(edgeLimb, fc.bigInt({ min: 0n, max: U64 }))
const limbs = fc
  .tuple(limb, limb, limb, limb)
  .map(([l0, l1, l2, l3]) => l0 | (l1 << 64n) | (l2 << 128n) | (l3 << 192n))
const word = fc.oneof(
  limbs,
  fc.bigInt({ min: 0n, max: U64 }),
  fc.bigInt({ min: 0n, max: MODULUS - 1n }),
  edgeLimb,
)

function checkBinary(operation: () => void, expected: (x: bigint, y: bigint) => bigint): void {
  fc.assert(
    fc.property(word, word, (x, y) => {
      put(a, x)
      put(b, y)
      operation()
      assert.equal(get(a), expected(x, y), `${x.toString(16)}, ${y.toString(16)}`)
    }),
    { numRuns: 3000 },
  )
}

test('sum, difference and product are modulo 2^256', () => {
  checkBinary(num.add, (x, y) => unsigned(x + y))
  checkBinary(num.sub, (x, y) => unsigned(x - y))
  checkBinary(num.mul, (x, y) => unsigned(x * y))
})

test('sum and difference return carry and borrow', () => {
  fc.assert(
    fc.property(word, word, (x, y) => {
      put(a, x)
      put(b, y)
      assert.equal(num.add(), x + y >= MODULUS ? 1n : 0n)
      put(a, x)
      assert.equal(num.sub(), x < y ? 1n : 0n)
    }),
  )
})

test('the full product has 512 bits', () => {
  fc.assert(
    fc.property(word, word, (x, y) => {
      put(a, x)
      put(b, y)
      num.mulFull()
      assert.equal(get(c, 8), x * y)
    }),
    { numRuns: 2000 },
  )
})

test('division and remainder, unsigned and signed, are zero for a zero divisor', () => {
  checkBinary(num.div, (x, y) => (y === 0n ? 0n : x / y))
  checkBinary(num.mod, (x, y) => (y === 0n ? 0n : x % y))
  checkBinary(num.sdiv, (x, y) => (y === 0n ? 0n : unsigned(signed(x) / signed(y))))
  checkBinary(num.smod, (x, y) => (y === 0n ? 0n : unsigned(signed(x) % signed(y))))
})

test('quotients around whole multiples are exact', () => {
  fc.assert(
    fc.property(word, word, fc.bigInt({ min: -2n, max: 2n }), (y, q, delta) => {
      if (y === 0n) return
      const x = unsigned(y * (q % (MODULUS / y)) + delta)
      put(a, x)
      put(b, y)
      num.div()
      assert.equal(get(a), x / y)
      put(a, x)
      num.mod()
      assert.equal(get(a), x % y)
    }),
    { numRuns: 5000 },
  )
})

test('ADDMOD and MULMOD do not overflow', () => {
  fc.assert(
    fc.property(word, word, word, (x, y, m) => {
      put(a, x)
      put(b, y)
      put(c, m)
      num.addMod()
      assert.equal(get(c), m === 0n ? 0n : (x + y) % m)
      put(c, m)
      num.mulMod()
      assert.equal(get(c), m === 0n ? 0n : (x * y) % m)
    }),
    { numRuns: 5000 },
  )
})

test('ADDMOD and MULMOD of reduced operands', () => {
  fc.assert(
    fc.property(word, word, word, (x, y, m) => {
      if (m === 0n) return
      put(a, x % m)
      put(b, y % m)
      put(c, m)
      num.addMod()
      assert.equal(get(c), ((x % m) + (y % m)) % m)
      put(c, m)
      num.mulMod()
      assert.equal(get(c), ((x % m) * (y % m)) % m)
    }),
    { numRuns: 3000 },
  )
})

test('MULMOD of a modulus that was used before', () => {
  const primes = [
    0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
    0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
    1n << 192n,
    1n << 255n,
    MODULUS - 1n,
    (1n << 192n) + 1n,
    MODULUS - (1n << 63n),
    MODULUS - (1n << 64n),
    MODULUS - (1n << 64n) + 1n,
  ]
  const modulus = fc.oneof(fc.constantFrom(...primes), word)
  const near = fc.bigInt({ min: -3n, max: 3n })
  fc.assert(
    fc.property(modulus, word, word, near, (m, x, y, delta) => {
      for (const [f, g] of [
        [x, y] as const,
        [unsigned(m + delta), y] as const,
        [x, unsigned(m + delta)] as const,
      ]) {
        put(a, f)
        put(b, g)
        put(c, m)
        num.mulMod()
        assert.equal(get(c), m === 0n ? 0n : (f * g) % m, `${f} * ${g} mod ${m}`)
      }
    }),
    { numRuns: 5000 },
  )
})

test('powers are modulo 2^256', () => {
  const power = (base: bigint, exponent: bigint) => {
    let result = 1n
    for (let e = exponent, p = base; e > 0n; e >>= 1n, p = unsigned(p * p)) {
      if (e & 1n) result = unsigned(result * p)
    }
    return result
  }
  checkBinary(num.power, power)
})

test('comparisons order words as numbers', () => {
  fc.assert(
    fc.property(word, word, (x, y) => {
      put(a, x)
      put(b, y)
      assert.equal(num.less() !== 0, x < y)
      assert.equal(num.lessSigned() !== 0, signed(x) < signed(y))
      assert.equal(num.equal() !== 0, x === y)
      assert.equal(num.isZero() !== 0, x === 0n)
      put(b, x)
      assert.equal(num.equal() !== 0, true)
    }),
  )
})

test('shifts move by any count below 256', () => {
  fc.assert(
    fc.property(word, fc.bigInt({ min: 0n, max: 255n }), (x, count) => {
      put(a, x)
      num.shl(count)
      assert.equal(get(a), unsigned(x << count))
      put(a, x)
      num.shr(count)
      assert.equal(get(a), x >> count)
      put(a, x)
      num.sar(count)
      assert.equal(get(a), unsigned(signed(x) >> count))
    }),
    { numRuns: 3000 },
  )
})

test('BYTE, SIGNEXTEND, negation and length agree with their definitions', () => {
  const index = fc.oneof(fc.bigInt({ min: 0n, max: 40n }), word)
  fc.assert(
    fc.property(word, index, (x, i) => {
      put(a, x)
      put(b, i)
      num.byte()
      assert.equal(get(a), i < 32n ? (x >> (8n * (31n - i))) & 0xffn : 0n)
      put(a, x)
      num.signExtend()
      assert.equal(get(a), i < 31n ? unsigned(BigInt.asIntN(Number(8n * (i + 1n)), x)) : x)
      put(a, x)
      num.negate()
      assert.equal(get(a), unsigned(-x))
      put(a, x)
      assert.equal(num.bytes(), x === 0n ? 0 : Math.ceil(x.toString(2).length / 8))
    }),
    { numRuns: 3000 },
  )
})

test('big-endian bytes and addresses convert both ways', () => {
  fc.assert(
    fc.property(word, (x) => {
      put(a, x)
      num.fromBytes()
      assert.equal(BigInt(`0x${Buffer.from(memory.subarray(a, a + 32)).toString('hex')}`), x)
      num.fromBytes()
      assert.equal(get(a), x)
      num.throughAddress()
      assert.equal(get(a), BigInt.asUintN(160, x))
    }),
  )
})
