import { one, padded } from './input.ts'
import {
  CURVE_BN_SNARK1,
  type Curve,
  loadCurve,
  pairingCheck,
  readFr,
  readG1,
  readG2,
  writeG1,
} from './mcl.ts'

// EIP-196 and EIP-197: the curve alt_bn128.

const P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n
const PAIR_BYTES = 192

export function loadBn254(): Promise<Curve> {
  return loadCurve(CURVE_BN_SNARK1, P, 32, 0)
}

/** Precompile 6. Undefined when a point is not on the curve. */
export function bn254Add(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  const bytes = padded(input, 128)
  const { mcl, g1, resultG1, sumG1 } = curve
  if (!readG1(curve, g1, bytes, 0) || !readG1(curve, sumG1, bytes, 64)) return undefined
  mcl._mclBnG1_add(resultG1, g1, sumG1)
  return writeG1(curve, resultG1)
}

/** Precompile 7. Undefined when the point is not on the curve. */
export function bn254Mul(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  const bytes = padded(input, 96)
  const { mcl, g1, fr, resultG1 } = curve
  if (!readG1(curve, g1, bytes, 0)) return undefined
  readFr(curve, fr, bytes, 64)
  mcl._mclBnG1_mul(resultG1, g1, fr)
  return writeG1(curve, resultG1)
}

/**
 * Precompile 8. Undefined when the length is no multiple of 192, a point is not on its curve, or one of
 * G2 not in the subgroup.
 */
export function bn254Pairing(curve: Curve, input: Uint8Array): Uint8Array | undefined {
  if (input.length % PAIR_BYTES !== 0) return undefined
  const { mcl } = curve
  const product = pairingCheck(curve, input.length / PAIR_BYTES, (index, g1, g2) => {
    const at = PAIR_BYTES * index
    return (
      readG1(curve, g1, input, at) &&
      readG2(curve, g2, input, at + 64, true) &&
      // Infinity is in the subgroup, but mcl's check is made for affine points.
      (mcl._mclBnG2_isZero(g2) === 1 || mcl._mclBnG2_isValidOrder(g2) === 1)
    )
  })
  if (product === undefined) return undefined
  return product ? one() : new Uint8Array(32)
}
