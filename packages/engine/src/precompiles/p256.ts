import { bigintToBytes } from '@altlayer/protocol'
import { isBelow, isZero, one } from './input.ts'
import { CURVE_NIST_P256, type Curve, FR, G1, loadCurve, readFr, readG1, writeG1 } from './mcl.ts'

// RIP-7212 (EIP-7951): ECDSA over secp256r1 at 0x100, on OP Stack chains since Fjord.

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const ORDER = bigintToBytes(N, 32)
const EMPTY = new Uint8Array(0)

export function loadP256(): Promise<Curve> {
  return loadCurve(CURVE_NIST_P256, P, 32, 0)
}

/**
 * Input: hash, r, s, x, y, 32 bytes each. One in 32 bytes when the signature is the key's, else nothing.
 * Never fails. High `s` is accepted, as the specification says.
 */
export function p256Verify(curve: Curve, input: Uint8Array): Uint8Array {
  if (input.length !== 160) return EMPTY
  if (isZero(input, 32, 64) || isZero(input, 64, 96)) return EMPTY
  if (!isBelow(input, 32, ORDER) || !isBelow(input, 64, ORDER)) return EMPTY
  // The encoding of infinity is no key.
  if (isZero(input, 96, 160)) return EMPTY
  const { mcl, g1, fr, resultG1 } = curve
  if (mcl._mclBnG1_getBasePoint(g1) !== 0) return EMPTY
  if (!readG1(curve, g1 + G1, input, 96)) return EMPTY
  const r = bigint(input, 32)
  const inverse = invert(bigint(input, 64))
  readFr(curve, fr, bigintToBytes((bigint(input, 0) * inverse) % N, 32), 0)
  readFr(curve, fr + FR, bigintToBytes((r * inverse) % N, 32), 0)
  mcl._mclBnG1_mulVec(resultG1, g1, fr, 2)
  if (mcl._mclBnG1_isZero(resultG1) === 1) return EMPTY
  const x = bigint(writeG1(curve, resultG1), 0)
  return x % N === r ? one() : EMPTY
}

function bigint(bytes: Uint8Array, at: number): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset + at, 32).toString('hex')}`)
}

// Extended Euclid; `value` is from 1 to N-1 and N is prime.
function invert(value: bigint): bigint {
  let [a, b, x, y] = [value, N, 1n, 0n]
  while (a !== 1n) {
    const quotient = b / a
    ;[a, b] = [b - quotient * a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return x < 0n ? x + N : x
}
