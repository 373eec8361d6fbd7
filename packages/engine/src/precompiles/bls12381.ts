import { one } from './input.ts'
import {
  CHUNK,
  CURVE_BLS12_381,
  type Curve,
  FP,
  FR,
  G1,
  G2,
  loadCurve,
  pairingCheck,
  readFp,
  readFr,
  readG1,
  readG2,
  writeG1,
  writeG2,
} from './mcl.ts'

// EIP-2537. Every function is undefined (failure) for an input of the wrong length, an element not below
// the field's modulus, a point not on its curve, or, but for the additions, not in the subgroup.

const P =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const FIELD_BYTES = 64
const G1_BYTES = 128
const G2_BYTES = 256

export function loadBls12381(): Promise<Curve> {
  return loadCurve(CURVE_BLS12_381, P, FIELD_BYTES, 16)
}

/** Precompile 0x0b. */
export function blsG1Add(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  if (input.length !== 2 * G1_BYTES) return undefined
  const { mcl, g1, sumG1, resultG1 } = curve
  if (!readG1(curve, g1, input, 0) || !readG1(curve, sumG1, input, G1_BYTES)) return undefined
  mcl._mclBnG1_add(resultG1, g1, sumG1)
  return writeG1(curve, resultG1)
}

/** Precompile 0x0c. */
export function blsG1Msm(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  const size = G1_BYTES + 32
  if (input.length === 0 || input.length % size !== 0) return undefined
  const { mcl, g1, fr, resultG1, sumG1 } = curve
  mcl._mclBnG1_clear(sumG1)
  let filled = 0
  for (let at = 0; at < input.length; at += size) {
    const point = g1 + G1 * filled
    if (!readSubgroupG1(curve, point, input, at)) return undefined
    if (mcl._mclBnG1_isZero(point) === 0) {
      readFr(curve, fr + FR * filled, input, at + G1_BYTES)
      filled++
    }
    if (filled === CHUNK || (filled > 0 && at + size === input.length)) {
      mcl._mclBnG1_mulVec(resultG1, g1, fr, filled)
      mcl._mclBnG1_add(sumG1, sumG1, resultG1)
      filled = 0
    }
  }
  return writeG1(curve, sumG1)
}

/** Precompile 0x0d. */
export function blsG2Add(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  if (input.length !== 2 * G2_BYTES) return undefined
  const { mcl, g2, sumG2, resultG2 } = curve
  if (!readG2(curve, g2, input, 0, false) || !readG2(curve, sumG2, input, G2_BYTES, false))
    return undefined
  mcl._mclBnG2_add(resultG2, g2, sumG2)
  return writeG2(curve, resultG2)
}

/** Precompile 0x0e. */
export function blsG2Msm(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  const size = G2_BYTES + 32
  if (input.length === 0 || input.length % size !== 0) return undefined
  const { mcl, g2, fr, resultG2, sumG2 } = curve
  mcl._mclBnG2_clear(sumG2)
  let filled = 0
  for (let at = 0; at < input.length; at += size) {
    const point = g2 + G2 * filled
    if (!readSubgroupG2(curve, point, input, at)) return undefined
    if (mcl._mclBnG2_isZero(point) === 0) {
      readFr(curve, fr + FR * filled, input, at + G2_BYTES)
      filled++
    }
    if (filled === CHUNK || (filled > 0 && at + size === input.length)) {
      mcl._mclBnG2_mulVec(resultG2, g2, fr, filled)
      mcl._mclBnG2_add(sumG2, sumG2, resultG2)
      filled = 0
    }
  }
  return writeG2(curve, sumG2)
}

/** Precompile 0x0f. */
export function blsPairing(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  const size = G1_BYTES + G2_BYTES
  if (input.length === 0 || input.length % size !== 0) return undefined
  const product = pairingCheck(
    curve,
    input.length / size,
    (index, g1, g2) =>
      readSubgroupG1(curve, g1, input, size * index) &&
      readSubgroupG2(curve, g2, input, size * index + G1_BYTES),
  )
  if (product === undefined) return undefined
  return product ? one() : new Uint8Array(32)
}

/** Precompile 0x10. */
export function blsMapFpToG1(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  if (input.length !== FIELD_BYTES) return undefined
  const { mcl, g1, resultG1 } = curve
  if (!readFp(curve, g1, input, 0)) return undefined
  if (mcl._mclBnFp_mapToG1(resultG1, g1) !== 0) return undefined
  return writeG1(curve, resultG1)
}

/** Precompile 0x11. */
export function blsMapFp2ToG2(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  if (input.length !== 2 * FIELD_BYTES) return undefined
  const { mcl, g2, resultG2 } = curve
  if (!readFp(curve, g2, input, 0) || !readFp(curve, g2 + FP, input, FIELD_BYTES)) return undefined
  if (mcl._mclBnFp2_mapToG2(resultG2, g2) !== 0) return undefined
  return writeG2(curve, resultG2)
}

function readSubgroupG1(curve: Curve, to: number, input: Uint8Array, at: number): boolean {
  const { mcl } = curve
  if (!readG1(curve, to, input, at)) return false
  return mcl._mclBnG1_isZero(to) === 1 || mcl._mclBnG1_isValidOrder(to) === 1
}

function readSubgroupG2(curve: Curve, to: number, input: Uint8Array, at: number): boolean {
  const { mcl } = curve
  if (!readG2(curve, to, input, at, false)) return false
  return mcl._mclBnG2_isZero(to) === 1 || mcl._mclBnG2_isValidOrder(to) === 1
}
