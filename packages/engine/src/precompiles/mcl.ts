import { bigintToBytes } from '@altlayer/protocol'
import createModule from 'mcl-wasm/dist/mcl_c.js'
import { isBelow, isZero } from './input.ts'

// Two instances of mcl's wasm, one a curve: its JavaScript front knows only one curve in a process and
// copies every operand, so its C interface is used as it is. All buffers are allocated once; what a call
// needs beyond them is bounded by working in chunks.

/** The part of mcl's C interface (mcl/bn.h) in use; pointers are offsets into the memory. */
export interface MclModule {
  readonly wasmMemory: WebAssembly.Memory
  _malloc(size: number): number
  _mclBn_init(curve: number, compiledTimeVar: number): number
  _mclBn_setMapToMode(mode: number): number
  _mclBn_verifyOrderG1(verify: number): void
  _mclBn_verifyOrderG2(verify: number): void
  _mclBnFr_setBigEndianMod(to: number, buffer: number, size: number): number
  _mclBnFr_getLittleEndian(buffer: number, size: number, from: number): number
  _mclBnFp_setBigEndianMod(to: number, buffer: number, size: number): number
  _mclBnFp_getLittleEndian(buffer: number, size: number, from: number): number
  _mclBnFp_setInt32(to: number, value: number): void
  _mclBnFp_clear(at: number): void
  _mclBnFp_neg(to: number, from: number): void
  _mclBnFp_sqr(to: number, from: number): void
  _mclBnFp_mul(to: number, a: number, b: number): void
  _mclBnFp_add(to: number, a: number, b: number): void
  _mclBnFp_squareRoot(to: number, from: number): number
  _mclBnFp_mapToG1(to: number, from: number): number
  _mclBnFp2_mapToG2(to: number, from: number): number
  _mclBnG1_clear(at: number): void
  _mclBnG2_clear(at: number): void
  _mclBnG1_isZero(at: number): number
  _mclBnG2_isZero(at: number): number
  _mclBnG1_isValid(at: number): number
  _mclBnG2_isValid(at: number): number
  _mclBnG1_isValidOrder(at: number): number
  _mclBnG2_isValidOrder(at: number): number
  _mclBnG1_normalize(to: number, from: number): void
  _mclBnG2_normalize(to: number, from: number): void
  _mclBnG1_add(to: number, a: number, b: number): void
  _mclBnG1_sub(to: number, a: number, b: number): void
  _mclBnG2_add(to: number, a: number, b: number): void
  _mclBnG1_neg(to: number, from: number): void
  _mclBnG1_getBasePoint(to: number): number
  _mclBnG1_mul(to: number, point: number, scalar: number): void
  _mclBnG2_mul(to: number, point: number, scalar: number): void
  _mclBnG1_mulVec(to: number, points: number, scalars: number, count: number): void
  _mclBnG2_mulVec(to: number, points: number, scalars: number, count: number): void
  _mclBnGT_setInt32(to: number, value: number): void
  _mclBnGT_mul(to: number, a: number, b: number): void
  _mclBnGT_isOne(at: number): number
  _mclBn_millerLoopVec(to: number, g1: number, g2: number, count: number): void
  _mclBn_finalExp(to: number, from: number): void
  _mclBn_getUint64NumToPrecompute(): number
  _mclBn_precomputeG2(to: number, g2: number): void
  _mclBn_precomputedMillerLoop2(to: number, p1: number, q1: number, p2: number, q2: number): void
}

// Sizes of mcl's structures as compiled into this build (48-byte base field, 32-byte scalars).
export const FP = 48
export const FP2 = 2 * FP
export const FR = 32
export const G1 = 3 * FP
export const G2 = 3 * FP2
const GT = 12 * FP
const COMPILED_TIME_VAR = 46

/** Operands of one chunk of a multi-scalar multiplication or a pairing check. */
export const CHUNK = 64

export const CURVE_BN_SNARK1 = 4
export const CURVE_BLS12_381 = 5
export const CURVE_NIST_P256 = 107
// MCL_MAP_TO_MODE_HASH_TO_CURVE_07: RFC 9380's maps, which EIP-2537 takes over.
const MAP_RFC9380 = 5

/** One curve of mcl with its buffers. */
export interface Curve {
  readonly mcl: MclModule
  /** Bytes of a base field element in the precompile's encoding, and where its value begins in them. */
  readonly encoded: number
  readonly skip: number
  /** The base field's modulus, big-endian, `encoded - skip` bytes. */
  readonly modulus: Uint8Array
  /** Bytes in and out of mcl. */
  readonly io: number
  readonly g1: number
  readonly g2: number
  readonly fr: number
  readonly resultG1: number
  readonly resultG2: number
  readonly sumG1: number
  readonly sumG2: number
  readonly gt: number
  readonly product: number
}

/** Loads a curve. `encoded` and `skip` as in `Curve`. */
export async function loadCurve(
  id: number,
  modulus: bigint,
  encoded: number,
  skip: number,
): Promise<Curve> {
  const mcl = (await createModule({ cryptoGetRandomValues: noRandomness })) as MclModule
  const code = mcl._mclBn_init(id, COMPILED_TIME_VAR)
  if (code !== 0) throw new Error(`mcl does not initialise curve ${id}: code ${code}`)
  mcl._mclBn_setMapToMode(MAP_RFC9380)
  // Subgroups are checked where a precompile demands it, and only there.
  mcl._mclBn_verifyOrderG1(0)
  mcl._mclBn_verifyOrderG2(0)
  const size = encoded - skip
  return {
    mcl,
    encoded,
    skip,
    modulus: bigintToBytes(modulus, size),
    io: mcl._malloc(64),
    g1: mcl._malloc(G1 * CHUNK),
    g2: mcl._malloc(G2 * CHUNK),
    fr: mcl._malloc(FR * CHUNK),
    resultG1: mcl._malloc(G1),
    resultG2: mcl._malloc(G2),
    sumG1: mcl._malloc(G1),
    sumG2: mcl._malloc(G2),
    gt: mcl._malloc(GT),
    product: mcl._malloc(GT),
  }
}

// Nothing that is computed here is random.
function noRandomness(): never {
  throw new Error('mcl asked for randomness')
}

function heap(curve: Curve): Uint8Array {
  return new Uint8Array(curve.mcl.wasmMemory.buffer)
}

/** Reads a base field element. False when it is not below the modulus or its leading bytes are not zero. */
export function readFp(curve: Curve, to: number, input: Uint8Array, at: number): boolean {
  const { mcl, encoded, skip, modulus, io } = curve
  if (!isZero(input, at, at + skip) || !isBelow(input, at + skip, modulus)) return false
  heap(curve).set(input.subarray(at + skip, at + encoded), io)
  return mcl._mclBnFp_setBigEndianMod(to, io, encoded - skip) === 0
}

/** Writes a base field element in the precompile's encoding. */
export function writeFp(curve: Curve, from: number, output: Uint8Array, at: number): void {
  const { mcl, encoded, io } = curve
  const size = mcl._mclBnFp_getLittleEndian(io, 64, from)
  const bytes = heap(curve)
  for (let i = 0; i < size; i++) output[at + encoded - 1 - i] = bytes[io + i] as number
}

/** Reads a scalar of 32 bytes, reduced modulo the group order. */
export function readFr(curve: Curve, to: number, input: Uint8Array, at: number): void {
  heap(curve).set(input.subarray(at, at + 32), curve.io)
  curve.mcl._mclBnFr_setBigEndianMod(to, curve.io, 32)
}

/** Reads an affine point of G1, all zeros being infinity. False when it is not on the curve. */
export function readG1(curve: Curve, to: number, input: Uint8Array, at: number): boolean {
  const { mcl, encoded } = curve
  if (isZero(input, at, at + 2 * encoded)) {
    mcl._mclBnG1_clear(to)
    return true
  }
  if (!readFp(curve, to, input, at) || !readFp(curve, to + FP, input, at + encoded)) return false
  mcl._mclBnFp_setInt32(to + 2 * FP, 1)
  return mcl._mclBnG1_isValid(to) === 1
}

/**
 * Reads an affine point of G2, all zeros being infinity. `imaginaryFirst`: an element of the extension
 * field is written c1, c0 (BN254), not c0, c1 (BLS12-381). False when it is not on the curve.
 */
export function readG2(
  curve: Curve,
  to: number,
  input: Uint8Array,
  at: number,
  imaginaryFirst: boolean,
): boolean {
  const { mcl, encoded } = curve
  if (isZero(input, at, at + 4 * encoded)) {
    mcl._mclBnG2_clear(to)
    return true
  }
  for (let i = 0; i < 4; i++) {
    const place = imaginaryFirst ? i ^ 1 : i
    if (!readFp(curve, to + FP * place, input, at + encoded * i)) return false
  }
  mcl._mclBnFp_setInt32(to + 2 * FP2, 1)
  mcl._mclBnFp_clear(to + 2 * FP2 + FP)
  return mcl._mclBnG2_isValid(to) === 1
}

/** An affine point of G1 in the precompile's encoding. */
export function writeG1(curve: Curve, from: number): Uint8Array {
  const { mcl, encoded } = curve
  const output = new Uint8Array(2 * encoded)
  if (mcl._mclBnG1_isZero(from) === 1) return output
  mcl._mclBnG1_normalize(from, from)
  writeFp(curve, from, output, 0)
  writeFp(curve, from + FP, output, encoded)
  return output
}

/** An affine point of G2 in BLS12-381's encoding (c0 before c1). */
export function writeG2(curve: Curve, from: number): Uint8Array {
  const { mcl, encoded } = curve
  const output = new Uint8Array(4 * encoded)
  if (mcl._mclBnG2_isZero(from) === 1) return output
  mcl._mclBnG2_normalize(from, from)
  for (let i = 0; i < 4; i++) writeFp(curve, from + FP * i, output, encoded * i)
  return output
}

/**
 * Whether the product of the pairings of all pairs is one. `read` loads pair `index` and says whether it
 * was valid; undefined as soon as one is not. Pairs with a point at infinity contribute one.
 */
export function pairingCheck(
  curve: Curve,
  pairs: number,
  read: (index: number, g1: number, g2: number) => boolean,
): boolean | undefined {
  const { mcl, g1, g2, gt, product } = curve
  mcl._mclBnGT_setInt32(product, 1)
  let filled = 0
  const flush = () => {
    if (filled === 0) return
    mcl._mclBn_millerLoopVec(gt, g1, g2, filled)
    mcl._mclBnGT_mul(product, product, gt)
    filled = 0
  }
  for (let index = 0; index < pairs; index++) {
    const [p, q] = [g1 + G1 * filled, g2 + G2 * filled]
    if (!read(index, p, q)) return undefined
    if (mcl._mclBnG1_isZero(p) === 1 || mcl._mclBnG2_isZero(q) === 1) continue
    if (++filled === CHUNK) flush()
  }
  flush()
  mcl._mclBn_finalExp(gt, product)
  return mcl._mclBnGT_isOne(gt) === 1
}
