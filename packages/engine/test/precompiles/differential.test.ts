import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { initPrecompiles, precompile, recoverSender } from '../../src/precompiles/index.ts'

test('nothing is answered before the curves are loaded', () => {
  assert.throws(() => precompile(1, new Uint8Array(0)), { name: 'PrecompilesNotReadyError' })
})

await initPrecompiles()

const hex = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const concat = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))
const word = (value: bigint, size = 32) => bytes(value.toString(16).padStart(2 * size, '0'))
const sample = <T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void, numRuns = 50) =>
  fc.assert(fc.property(arbitrary, check), { numRuns })
const scalar = fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, (1n << 256n) - 1n))

test('hashes agree with noble', () => {
  sample(fc.uint8Array({ maxLength: 300 }), (input) => {
    assert.equal(hex(precompile(2, input)), hex(sha256(input)))
    assert.equal(hex(precompile(3, input)), `${'00'.repeat(12)}${hex(ripemd160(input))}`)
  })
})

const N = secp256k1.Point.Fn.ORDER
const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((k) => secp256k1.utils.isValidSecretKey(k))
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })

function addressOf(secret: Uint8Array): string | undefined {
  return hex(keccak_256(secp256k1.getPublicKey(secret, false).subarray(1)).subarray(12))
}

test('ecrecover gives the signer of low and high signatures, and nothing for what is no signature', () => {
  sample(fc.tuple(key, hash, fc.boolean()), ([secret, digest, high]) => {
    const signature = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' })
    const parity = (signature[0] as number) ^ (high ? 1 : 0)
    const r = signature.subarray(1, 33)
    const low = signature.subarray(33)
    const s = high ? word(N - BigInt(`0x${hex(low)}`)) : low
    assert.equal(hex(recoverSender(digest, parity, r, s)), addressOf(secret))
    const input = concat(digest, word(BigInt(27 + parity)), r, s)
    assert.equal(hex(precompile(1, input)), `${'00'.repeat(12)}${addressOf(secret)}`)
    const refused = [
      concat(digest, word(BigInt(parity)), r, s),
      concat(digest, word(29n), r, s),
      concat(digest, word((1n << 255n) + 27n), r, s),
      concat(digest, word(27n), word(0n), s),
      concat(digest, word(27n), r, word(0n)),
      concat(digest, word(27n), word(N), s),
      concat(digest, word(27n), r, word(N)),
      input.subarray(0, 95),
    ]
    for (const bad of refused) assert.equal(hex(precompile(1, bad)), '')
  })
  assert.equal(
    recoverSender(new Uint8Array(31), 0, new Uint8Array(32), new Uint8Array(32)),
    undefined,
  )
  assert.equal(recoverSender(new Uint8Array(32), 2, word(1n), word(1n)), undefined)
  // No point of the curve has this x.
  assert.equal(recoverSender(word(1n), 0, word(5n), word(1n)), undefined)
})

function naivePower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n % modulus, base % modulus]
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

test('modexp agrees with square and multiply, for any lengths and cut inputs', () => {
  const operand = fc.uint8Array({ maxLength: 40 })
  sample(
    fc.tuple(operand, operand, operand, fc.nat(40)),
    ([base, exponent, modulus, cut]) => {
      const lengths = [base, exponent, modulus].map((b) => word(BigInt(b.length)))
      const whole = concat(...lengths, base, exponent, modulus)
      const input = whole.subarray(0, Math.max(96, whole.length - cut))
      const full = concat(input, new Uint8Array(whole.length - input.length))
      const value = (from: number, size: number) =>
        size === 0 ? 0n : BigInt(`0x${hex(full.subarray(from, from + size))}`)
      const b = value(96, base.length)
      const e = value(96 + base.length, exponent.length)
      const m = value(96 + base.length + exponent.length, modulus.length)
      const expected = m === 0n ? 0n : naivePower(b, e, m)
      const text =
        modulus.length === 0 ? '' : expected.toString(16).padStart(2 * modulus.length, '0')
      assert.equal(hex(precompile(5, input)), text)
    },
    300,
  )
})

test('modexp agrees with square and multiply for moduli of every kind up to 40 bytes', () => {
  const modulus = fc
    .tuple(fc.integer({ min: 1, max: 320 }), fc.bigInt(0n, (1n << 320n) - 1n), fc.nat(320))
    // Of so many bits, and divisible by so high a power of two.
    .map(([bits, random, twos]) => {
      const value = (1n << BigInt(bits - 1)) | (random & ((1n << BigInt(bits)) - 1n))
      return (value >> BigInt(twos % bits)) << BigInt(twos % bits)
    })
  const edge = fc.constantFrom(
    ...[31n, 32n, 63n, 64n, 127n, 128n, 255n, 256n].flatMap((bits) =>
      [-1n, 0n, 1n].map((d) => (1n << bits) + d),
    ),
  )
  const exponent = fc.oneof(fc.bigInt(0n, 1n << 40n), fc.bigInt(0n, (1n << 400n) - 1n))
  const base = fc.oneof(fc.bigInt(0n, 8n), fc.bigInt(0n, (1n << 320n) - 1n))
  sample(
    fc.tuple(base, exponent, fc.oneof(modulus, edge)),
    ([b, e, m]) => {
      const lengths = concat(word(40n), word(50n), word(40n))
      const output = precompile(5, concat(lengths, word(b, 40), word(e, 50), word(m, 40)))
      assert.equal(BigInt(`0x${hex(output)}`), naivePower(b, e, m))
      // The base one below the modulus: the largest operands.
      const top = precompile(5, concat(lengths, word(m - 1n, 40), word(e, 50), word(m, 40)))
      assert.equal(BigInt(`0x${hex(top)}`), naivePower(m - 1n, e, m))
    },
    3000,
  )
})

test('modexp does not read what it only is told of', () => {
  const huge = word((1n << 256n) - 1n)
  assert.equal(hex(precompile(5, new Uint8Array(0))), '')
  assert.equal(hex(precompile(5, concat(huge, huge, word(0n)))), '')
  assert.equal(hex(precompile(5, concat(huge, huge, word(3n)))), '000000')
  assert.equal(hex(precompile(5, concat(word(0n), huge, word(2n), bytes('ffff')))), '0000')
  assert.equal(precompile(5, concat(word(0n), word(0n), huge)), undefined)
  // 0^0 is 1, and anything modulo 1 is 0.
  assert.equal(hex(precompile(5, concat(word(0n), word(0n), word(1n), bytes('02')))), '01')
  assert.equal(hex(precompile(5, concat(word(0n), word(0n), word(1n), bytes('01')))), '00')
})

type Affine = { readonly x: bigint; readonly y: bigint }
const bnPoint = (k: bigint): Uint8Array => {
  const reduced = k % bn254.G1.Point.Fn.ORDER
  if (reduced === 0n) return new Uint8Array(64)
  const { x, y }: Affine = bn254.G1.Point.BASE.multiply(reduced).toAffine()
  return concat(word(x), word(y))
}
const bnG2 = (k: bigint): Uint8Array => {
  const reduced = k % bn254.G1.Point.Fn.ORDER
  if (reduced === 0n) return new Uint8Array(128)
  const { x, y } = bn254.G2.Point.BASE.multiply(reduced).toAffine()
  return concat(word(x.c1), word(x.c0), word(y.c1), word(y.c0))
}

test('BN254 addition and multiplication agree with noble', () => {
  sample(
    fc.tuple(scalar, scalar),
    ([a, b]) => {
      assert.equal(hex(precompile(6, concat(bnPoint(a), bnPoint(b)))), hex(bnPoint(a + b)))
      assert.equal(hex(precompile(7, concat(bnPoint(a), word(b)))), hex(bnPoint(a * b)))
    },
    20,
  )
  const order = bn254.G1.Point.Fn.ORDER
  assert.equal(hex(precompile(6, concat(bnPoint(7n), bnPoint(order - 7n)))), '00'.repeat(64))
  assert.equal(hex(precompile(6, concat(bnPoint(7n), bnPoint(7n)))), hex(bnPoint(14n)))
})

test('BN254 pairings are bilinear, in more pairs than one chunk', () => {
  const order = bn254.G1.Point.Fn.ORDER
  for (const count of [0, 1, 63, 64, 65]) {
    // e(P, Q) ^ count cancelled by e(-count P, Q).
    const pair = concat(bnPoint(3n), bnG2(5n))
    const cancel = concat(bnPoint((order - 3n) * BigInt(count)), bnG2(5n))
    const input = concat(...new Array<Uint8Array>(count).fill(pair), cancel)
    assert.equal(hex(precompile(8, input)), '00'.repeat(31).concat('01'), `${count} pairs`)
    const wrong = concat(input, pair)
    assert.equal(hex(precompile(8, wrong)), '00'.repeat(32), `${count} pairs and one`)
  }
  // Infinity on either side contributes nothing.
  const infinite = concat(new Uint8Array(64), bnG2(9n), bnPoint(4n), new Uint8Array(128))
  assert.equal(hex(precompile(8, infinite)), '00'.repeat(31).concat('01'))
})

const bnP = bn254.G1.Point.Fp.ORDER

test('BN254 refuses coordinates not below the modulus, points off the curve and outside the subgroup', () => {
  const point = bnPoint(1n)
  const shifted = concat(word(1n + bnP), word(2n))
  for (const bad of [shifted, concat(word(1n), word(3n)), concat(word(bnP), word(0n))]) {
    assert.equal(precompile(6, concat(point, bad)), undefined)
    assert.equal(precompile(7, concat(bad, word(0n))), undefined)
    assert.equal(precompile(8, concat(bad, bnG2(1n))), undefined)
  }
  assert.equal(precompile(8, concat(point, bnG2(1n), point)), undefined)
  const outside = bnOutsideSubgroup()
  assert.equal(precompile(8, concat(point, outside)), undefined)
  assert.equal(precompile(8, concat(new Uint8Array(64), outside)), undefined)
})

// A point of the twist that is not in G2: almost every point is such.
function bnOutsideSubgroup(): Uint8Array {
  const { Fp2 } = bn254.fields
  const b = Fp2.div(Fp2.create({ c0: 3n, c1: 0n }), Fp2.create({ c0: 9n, c1: 1n }))
  for (let i = 1n; ; i++) {
    const x = Fp2.create({ c0: i, c1: 1n })
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b))
      return concat(word(x.c1), word(x.c0), word(y.c1), word(y.c0))
    } catch {
      // Not a square: the next x.
    }
  }
}

const blsOrder = bls12_381.fields.Fr.ORDER
const blsG1 = (k: bigint): Uint8Array => {
  const reduced = k % blsOrder
  if (reduced === 0n) return new Uint8Array(128)
  const { x, y } = bls12_381.G1.Point.BASE.multiply(reduced).toAffine()
  return concat(word(x, 64), word(y, 64))
}
const blsG2 = (k: bigint): Uint8Array => {
  const reduced = k % blsOrder
  if (reduced === 0n) return new Uint8Array(256)
  const { x, y } = bls12_381.G2.Point.BASE.multiply(reduced).toAffine()
  return concat(word(x.c0, 64), word(x.c1, 64), word(y.c0, 64), word(y.c1, 64))
}

test('BLS12-381 additions and multi-scalar multiplications agree with noble', () => {
  sample(
    fc.array(fc.tuple(scalar, scalar), { minLength: 1, maxLength: 4 }),
    (terms) => {
      const sum = terms.reduce((total, [point, factor]) => total + point * factor, 0n)
      const g1 = terms.map(([point, factor]) => concat(blsG1(point), word(factor)))
      const g2 = terms.map(([point, factor]) => concat(blsG2(point), word(factor)))
      assert.equal(hex(precompile(0x0c, concat(...g1))), hex(blsG1(sum)))
      assert.equal(hex(precompile(0x0e, concat(...g2))), hex(blsG2(sum)))
      const [a, b] = [terms[0]?.[0] ?? 0n, terms[0]?.[1] ?? 0n]
      assert.equal(hex(precompile(0x0b, concat(blsG1(a), blsG1(b)))), hex(blsG1(a + b)))
      assert.equal(hex(precompile(0x0d, concat(blsG2(a), blsG2(b)))), hex(blsG2(a + b)))
    },
    8,
  )
})

test('BLS12-381 multi-scalar multiplications over more terms than one chunk', () => {
  const term = concat(blsG1(3n), word(5n))
  const infinite = concat(new Uint8Array(128), word(7n))
  for (const count of [63, 64, 65, 128, 129]) {
    const input = concat(infinite, ...new Array<Uint8Array>(count).fill(term), infinite)
    assert.equal(hex(precompile(0x0c, input)), hex(blsG1(15n * BigInt(count))), `${count}`)
  }
  assert.equal(hex(precompile(0x0c, infinite)), '00'.repeat(128))
})

test('P-256 accepts what noble signs and nothing else', () => {
  const order = p256.Point.Fn.ORDER
  const secretKey = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .filter((k) => p256.utils.isValidSecretKey(k))
  sample(
    fc.tuple(secretKey, hash),
    ([secret, digest]) => {
      const signature = p256.sign(digest, secret, { prehash: false })
      const r = signature.subarray(0, 32)
      const s = signature.subarray(32)
      const publicKey = p256.getPublicKey(secret, false).subarray(1)
      const valid = '00'.repeat(31).concat('01')
      const high = word(order - BigInt(`0x${hex(s)}`))
      assert.equal(hex(precompile(0x100, concat(digest, r, s, publicKey))), valid)
      assert.equal(hex(precompile(0x100, concat(digest, r, high, publicKey))), valid)
      const refused = [
        concat(digest.with(0, (digest[0] as number) ^ 1), r, s, publicKey),
        concat(digest, s, r, publicKey),
        concat(digest, word(0n), s, publicKey),
        concat(digest, r, word(0n), publicKey),
        concat(digest, r, word(order), publicKey),
        concat(digest, r, s, new Uint8Array(64)),
        concat(digest, r, s, publicKey.with(63, (publicKey[63] as number) ^ 1)),
        concat(digest, r, s, publicKey, new Uint8Array(1)),
        concat(digest, r, s, publicKey.subarray(1)),
      ]
      for (const bad of refused) assert.equal(hex(precompile(0x100, bad)), '')
    },
    10,
  )
})

test('no input makes a precompile throw', () => {
  const address = fc.oneof(fc.integer({ min: 0, max: 0x12 }), fc.constant(0x100))
  const length = fc.constantFrom(0, 1, 64, 96, 128, 160, 192, 213, 256, 288, 384, 512)
  const input = length.chain((size) =>
    fc.oneof(
      fc.uint8Array({ minLength: size, maxLength: size }),
      fc.constant(new Uint8Array(size)),
      fc.constant(new Uint8Array(size).fill(0xff)),
    ),
  )
  sample(
    fc.tuple(address, input).filter(([at, data]) => at !== 9 || (data[0] ?? 0) === 0),
    ([at, data]) => {
      const output = precompile(at, data)
      assert.ok(output === undefined || output instanceof Uint8Array)
      assert.deepEqual(precompile(at, data), output)
    },
    500,
  )
})
