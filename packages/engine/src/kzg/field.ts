import { hash } from 'node:crypto'
import { bigintToBytes } from '@altlayer/protocol'
import { isBelow } from '../precompiles/input.ts'
import { type Curve, FR, type MclModule } from '../precompiles/mcl.ts'
import { rootsOfUnity } from '../precompiles/roots-of-unity.ts'

/** mcl's scalar arithmetic, as far as blobs need it; see MclModule. */
interface ScalarModule extends MclModule {
  _mclBnFr_setInt32(to: number, value: number): void
  _mclBnFr_isZero(at: number): number
  _mclBnFr_add(to: number, a: number, b: number): void
  _mclBnFr_sub(to: number, a: number, b: number): void
  _mclBnFr_mul(to: number, a: number, b: number): void
  _mclBnFr_inv(to: number, from: number): void
}

/** Field elements of a blob: evaluations of its polynomial at the roots of unity (EIP-4844). */
export const FIELD_ELEMENTS = 4096

const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const MODULUS = bigintToBytes(R, 32)

/** Scalars in mcl's memory; an address is that of one scalar, a vector is FIELD_ELEMENTS of them. */
export interface ScalarField {
  readonly mcl: ScalarModule
  /** Roots of unity in bit-reversed order, the order of a blob's elements. */
  readonly roots: number
  /** The elements of the blob that was read last. */
  readonly elements: number
  /** Two vectors to work with. */
  readonly quotient: number
  readonly running: number
  /** Single scalars: free for the caller, and for this module only. */
  readonly scratch: number
  readonly own: number
  readonly io: number
}

export function createScalarField(curve: Curve): ScalarField {
  const mcl = curve.mcl as ScalarModule
  const vector = () => mcl._malloc(FIELD_ELEMENTS * FR)
  const field: ScalarField = {
    mcl,
    roots: vector(),
    elements: vector(),
    quotient: vector(),
    running: vector(),
    scratch: mcl._malloc(8 * FR),
    own: mcl._malloc(4 * FR),
    io: curve.io,
  }
  for (const [i, root] of rootsOfUnity().entries()) writeScalar(field, field.roots + i * FR, root)
  return field
}

/** The place of an index below `count`, a power of two, when the order of its bits is reversed. */
export function bitReversed(index: number, count: number): number {
  let reversed = 0
  for (let bit = 1; bit < count; bit <<= 1)
    reversed = (reversed << 1) | ((index & bit) === 0 ? 0 : 1)
  return reversed
}

/** Reads a blob into `elements`; false when one of them is not below the modulus. */
export function readBlob(field: ScalarField, blob: Uint8Array): boolean {
  for (let i = 0; i < FIELD_ELEMENTS; i++) {
    const at = i * 32
    if (!isBelow(blob, at, MODULUS)) return false
    writeScalar(field, field.elements + i * FR, blob.subarray(at, at + 32))
  }
  return true
}

/** Writes 32 big-endian bytes, reduced by the modulus, as a scalar. */
export function writeScalar({ mcl, io }: ScalarField, to: number, bytes: Uint8Array): void {
  new Uint8Array(mcl.wasmMemory.buffer).set(bytes, io)
  mcl._mclBnFr_setBigEndianMod(to, io, 32)
}

/** A hash as a scalar (`hash_to_bls_field`). */
export function hashToScalar(field: ScalarField, to: number, parts: readonly Uint8Array[]): void {
  writeScalar(field, to, hash('sha256', Buffer.concat(parts), 'buffer'))
}

/**
 * The polynomial of the blob read last, evaluated at `z` by the barycentric formula:
 * y = (z^4096 - 1) / 4096 * sum of f_i w_i / (z - w_i). False when `z` is a root of unity, which no
 * hash is but by a chance of 2^-243.
 */
export function evaluate(field: ScalarField, y: number, z: number): boolean {
  const { mcl, roots, elements, quotient, own } = field
  if (!invertDifferences(field, z)) return false
  const term = own
  mcl._mclBnFr_setInt32(y, 0)
  for (let at = 0; at < FIELD_ELEMENTS * FR; at += FR) {
    mcl._mclBnFr_mul(term, elements + at, roots + at)
    mcl._mclBnFr_mul(term, term, quotient + at)
    mcl._mclBnFr_add(y, y, term)
  }
  const factor = own
  const one = own + FR
  mcl._mclBnFr_mul(factor, z, z)
  for (let exponent = 2; exponent < FIELD_ELEMENTS; exponent *= 2)
    mcl._mclBnFr_mul(factor, factor, factor)
  mcl._mclBnFr_setInt32(one, 1)
  mcl._mclBnFr_sub(factor, factor, one)
  mcl._mclBnFr_mul(y, y, factor)
  mcl._mclBnFr_setInt32(factor, FIELD_ELEMENTS)
  mcl._mclBnFr_inv(factor, factor)
  mcl._mclBnFr_mul(y, y, factor)
  return true
}

/**
 * Makes `quotient` the evaluations of (f(X) - y) / (X - z), after `evaluate` of the same `z`, whose inverses
 * are there.
 */
export function divide({ mcl, elements, quotient, own }: ScalarField, y: number): void {
  for (let at = 0; at < FIELD_ELEMENTS * FR; at += FR) {
    // (y - f_i) / (z - w_i), both signs turned.
    mcl._mclBnFr_sub(own, y, elements + at)
    mcl._mclBnFr_mul(quotient + at, own, quotient + at)
  }
}

/**
 * The same for the blob read last, where z is its root of unity `index` and y its element there
 * (`compute_quotient_eval_within_domain`).
 */
export function divideAtRoot(
  { mcl, roots, elements, quotient, own }: ScalarField,
  index: number,
): void {
  const [z, y, sum] = [roots + index * FR, elements + index * FR, quotient + index * FR]
  const difference = own
  const term = own + FR
  mcl._mclBnFr_setInt32(sum, 0)
  for (let at = 0; at < FIELD_ELEMENTS * FR; at += FR) {
    if (at === index * FR) continue
    // (y - f_i) / (z - w_i), both signs turned.
    mcl._mclBnFr_sub(difference, z, roots + at)
    mcl._mclBnFr_inv(difference, difference)
    mcl._mclBnFr_sub(term, y, elements + at)
    mcl._mclBnFr_mul(quotient + at, term, difference)
    mcl._mclBnFr_mul(term, quotient + at, roots + at)
    mcl._mclBnFr_sub(sum, sum, term)
  }
  mcl._mclBnFr_inv(term, z)
  mcl._mclBnFr_mul(sum, sum, term)
}

/** Makes `quotient` 1 / (z - w_i), with one inversion for all. False when one of them is zero. */
function invertDifferences(
  { mcl, roots, quotient, running, own }: ScalarField,
  z: number,
): boolean {
  const product = own
  const difference = own + FR
  const end = FIELD_ELEMENTS * FR
  mcl._mclBnFr_sub(running, z, roots)
  for (let at = FR; at < end; at += FR) {
    mcl._mclBnFr_sub(difference, z, roots + at)
    mcl._mclBnFr_mul(running + at, running + at - FR, difference)
  }
  if (mcl._mclBnFr_isZero(running + end - FR) === 1) return false
  mcl._mclBnFr_inv(product, running + end - FR)
  for (let at = end - FR; at > 0; at -= FR) {
    mcl._mclBnFr_mul(quotient + at, product, running + at - FR)
    mcl._mclBnFr_sub(difference, z, roots + at)
    mcl._mclBnFr_mul(product, product, difference)
  }
  new Uint8Array(mcl.wasmMemory.buffer).copyWithin(quotient, product, product + FR)
  return true
}
