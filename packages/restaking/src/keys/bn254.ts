import { randomBytes } from 'node:crypto'
import {
  type Address,
  bigintToBytes,
  bytesToBigint,
  concatBytes,
  keccak256,
} from '@altlayer/protocol'
import { bn254 } from '@noble/curves/bn254.js'

// BLS on BN254 as contracts/src/restaking/libraries/BN254.sol defines it: signatures in G1, keys in G2
// and, for adding up on chain, in G1 too.

/** Affine point of G1. */
export interface G1Point {
  readonly x: bigint
  readonly y: bigint
}

/** Affine point of G2 in the order of EIP-197. */
export interface G2Point {
  readonly xImaginary: bigint
  readonly xReal: bigint
  readonly yImaginary: bigint
  readonly yReal: bigint
}

/** A secret's two public keys. */
export interface Bn254PublicKey {
  readonly g1: G1Point
  readonly g2: G2Point
}

/** A BN254 secret is zero or not below the order of the curve's groups. */
export class InvalidSecretError extends Error {
  override readonly name = 'InvalidSecretError'
  constructor() {
    super('a BN254 secret is 32 bytes, at least 1 and below the order of the group')
  }
}

const Fp = bn254.fields.Fp
const ORDER = bn254.fields.Fr.ORDER
const SUITE = keccak256(Buffer.from('AltLayer BN254 G1 keccak256 rejection-sampling v1'))
const WORD = 32

/** A new secret, uniform to within 2^-128. */
export function newSecret(): Uint8Array {
  return bigintToBytes((bytesToBigint(randomBytes(48)) % (ORDER - 1n)) + 1n, WORD)
}

/** Throws InvalidSecretError. */
export function publicKeyOf(secret: Uint8Array): Bn254PublicKey {
  const scalar = scalarOf(secret)
  const g2 = bn254.G2.Point.BASE.multiply(scalar).toAffine()
  return {
    g1: affine(bn254.G1.Point.BASE.multiply(scalar)),
    g2: { xImaginary: g2.x.c1, xReal: g2.x.c0, yImaginary: g2.y.c1, yReal: g2.y.c0 },
  }
}

/** The domain of signatures for one purpose and one contract on one chain. */
export function signatureDomain(purpose: string, chainId: bigint, contract: Address): Uint8Array {
  return keccak256(
    concatBytes(
      SUITE,
      keccak256(Buffer.from(purpose)),
      bigintToBytes(chainId, WORD),
      bigintToBytes(BigInt(contract), WORD),
    ),
  )
}

/** The hash to G1, by rejection sampling. `domain` and `message` are 32 bytes. */
export function hashToG1(domain: Uint8Array, message: Uint8Array): G1Point {
  for (let attempt = 0; attempt < 256; attempt++) {
    const digest = bytesToBigint(keccak256(concatBytes(domain, message, Uint8Array.of(attempt))))
    if (digest >= 4n * Fp.ORDER) continue
    const x = digest % Fp.ORDER
    const square = Fp.add(Fp.mul(Fp.sqr(x), x), 3n)
    const y = Fp.pow(square, (Fp.ORDER + 1n) / 4n)
    if (Fp.sqr(y) !== square) continue
    return { x, y: (digest / Fp.ORDER) % 2n === 1n ? Fp.neg(y) : y }
  }
  throw new Error('no point of G1 within 256 digests')
}

/** Signs a hash to G1. Throws InvalidSecretError. */
export function signHash(secret: Uint8Array, hash: G1Point): G1Point {
  return affine(bn254.G1.Point.fromAffine(hash).multiply(scalarOf(secret)))
}

/** What OperatorRegistry asks for to believe that an operator holds a key. Throws InvalidSecretError. */
export function proofOfPossession(
  secret: Uint8Array,
  operator: Address,
  chainId: bigint,
  registry: Address,
): G1Point {
  const { g1 } = publicKeyOf(secret)
  const message = keccak256(concatBytes(bigintToBytes(BigInt(operator), WORD), encodeG1(g1)))
  return signHash(
    secret,
    hashToG1(signatureDomain('proof of possession', chainId, registry), message),
  )
}

/** x and y, 32 bytes each. */
export function encodeG1({ x, y }: G1Point): Uint8Array {
  return concatBytes(bigintToBytes(x, WORD), bigintToBytes(y, WORD))
}

function affine(point: { toAffine(): { x: bigint; y: bigint } }): G1Point {
  const { x, y } = point.toAffine()
  return { x, y }
}

function scalarOf(secret: Uint8Array): bigint {
  const scalar = secret.length === WORD ? bytesToBigint(secret) : 0n
  if (scalar < 1n || scalar >= ORDER) throw new InvalidSecretError()
  return scalar
}
