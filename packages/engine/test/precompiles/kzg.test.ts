import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { initPrecompiles, precompile } from '../../src/precompiles/index.ts'

// Polynomials whose proofs are known without the ceremony's secret: a constant c has the commitment c G1
// and the quotient 0; for the opening of X at z = 0 with [tau]G1 see the public vectors.

await initPrecompiles()

const word = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const R = bls12_381.fields.Fr.ORDER
const INFINITY = Buffer.from(`c0${'00'.repeat(47)}`, 'hex')

function g1(scalar: bigint): Buffer {
  if (scalar % R === 0n) return INFINITY
  return Buffer.from(bls12_381.G1.Point.BASE.multiply(scalar % R).toBytes(true))
}

function input(z: bigint, y: bigint, commitment: Buffer, proof: Buffer): Buffer {
  const versioned = createHash('sha256').update(commitment).digest()
  versioned[0] = 1
  return Buffer.concat([versioned, word(z), word(y), commitment, proof])
}

const RESULT = `${word(4096n).toString('hex')}${word(R).toString('hex')}`

test('a constant polynomial has its value at every point', () => {
  for (const value of [0n, 1n, 5n, R - 1n])
    for (const z of [0n, 7n, R - 1n]) {
      const output = precompile(0x0a, input(z, value, g1(value), INFINITY))
      assert.equal(Buffer.from(output ?? []).toString('hex'), RESULT)
      assert.equal(precompile(0x0a, input(z, (value + 1n) % R, g1(value), INFINITY)), undefined)
      assert.equal(precompile(0x0a, input(z, value, g1(value), g1(3n))), undefined)
    }
})

test('what is not canonical is refused', () => {
  const good = input(1n, 5n, g1(5n), INFINITY)
  assert.notEqual(precompile(0x0a, good), undefined)
  const refused: readonly Buffer[] = [
    good.subarray(1),
    Buffer.concat([good, Buffer.alloc(1)]),
    Buffer.from(good.with(0, 2)),
    Buffer.from(good.with(5, (good[5] as number) ^ 1)),
    input(R, 5n, g1(5n), INFINITY),
    input(1n, R + 5n, g1(5n), INFINITY),
    // Not compressed; infinity with a sign; infinity with content; x not below p; x of no point.
    input(1n, 5n, Buffer.from(g1(5n).with(0, (g1(5n)[0] as number) & 0x7f)), INFINITY),
    input(1n, 0n, Buffer.from(INFINITY.with(0, 0xe0)), INFINITY),
    input(1n, 0n, Buffer.from(INFINITY.with(47, 1)), INFINITY),
    input(1n, 5n, Buffer.from(`9a${'ff'.repeat(47)}`, 'hex'), INFINITY),
    input(1n, 5n, Buffer.from(`80${'00'.repeat(46)}01`, 'hex'), INFINITY),
  ]
  for (const bad of refused) assert.equal(precompile(0x0a, bad), undefined)
  // The other root of a point is another point.
  const flipped = Buffer.from(g1(5n).with(0, (g1(5n)[0] as number) ^ 0x20))
  assert.equal(precompile(0x0a, input(1n, 5n, flipped, INFINITY)), undefined)
  assert.notEqual(precompile(0x0a, input(1n, R - 5n, flipped, INFINITY)), undefined)
})

test('a point of the curve outside the subgroup is refused', () => {
  const { Fp } = bls12_381.fields
  // The first x of a point, found by Euler's criterion, that the group's order does not send to infinity.
  const isSquare = (value: bigint) => Fp.eql(Fp.pow(value, (Fp.ORDER - 1n) / 2n), Fp.ONE)
  const onCurve = (x: bigint) => Fp.add(Fp.pow(x, 3n), 4n)
  let x = 1n
  while (!isSquare(onCurve(x))) x++
  const point = bls12_381.G1.Point.fromAffine({ x, y: Fp.sqrt(onCurve(x)) })
  assert.ok(!point.isTorsionFree())
  const compressed = Buffer.from(x.toString(16).padStart(96, '0'), 'hex')
  compressed[0] = (compressed[0] as number) | 0x80
  assert.equal(precompile(0x0a, input(1n, 5n, compressed, INFINITY)), undefined)
})
