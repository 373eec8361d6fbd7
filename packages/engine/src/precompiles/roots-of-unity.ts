import { bigintToBytes } from '@altlayer/protocol'

// The points at which a blob's polynomial is evaluated (EIP-4844, "Parameters"; consensus-specs, Deneb, "Polynomial
// Commitments"): the 4096th roots of unity in the scalar field of BLS12-381, by bit-reversed numbers.

const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const GENERATOR = 7n
const BITS = 12
const ELEMENTS = 1 << BITS

let points: readonly Uint8Array[] | undefined

/** The point of each of a blob's 4096 field elements, 32 big-endian bytes. */
export function rootsOfUnity(): readonly Uint8Array[] {
  if (points !== undefined) return points
  const root = power(GENERATOR, (ORDER - 1n) / BigInt(ELEMENTS))
  const powers: Uint8Array[] = []
  for (let i = 0, value = 1n; i < ELEMENTS; i++, value = (value * root) % ORDER)
    powers.push(bigintToBytes(value, 32))
  points = powers.map((_, i) => powers[reversed(i)] as Uint8Array)
  return points
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (
    let square = base, left = exponent;
    left > 0n;
    left >>= 1n, square = (square * square) % ORDER
  )
    if ((left & 1n) === 1n) result = (result * square) % ORDER
  return result
}

function reversed(index: number): number {
  let result = 0
  for (let bit = 0; bit < BITS; bit++) result |= ((index >> bit) & 1) << (BITS - 1 - bit)
  return result
}
