// Writes the test vectors of the hash to G1 and of a signature, computed from the definition at the
// head of libraries/BN254.sol with noble's curve and keccak: nothing here is shared with the
// contracts. `node scripts/bn254-vectors.ts` rewrites test/restaking/Bn254Vectors.sol, as `forge fmt` would
// have it; `npm test` compares the two.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bn254 } from '@noble/curves/bn254.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

const Fp = bn254.fields.Fp
const G1 = bn254.G1.Point
const G2 = bn254.G2.Point
type G1Affine = { readonly x: bigint; readonly y: bigint }

function word(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function domainOf(purpose: string, chainId: bigint, contract: bigint): Uint8Array {
  const suite = keccak_256(utf8('AltLayer BN254 G1 keccak256 rejection-sampling v1'))
  return keccak_256(concat(suite, keccak_256(utf8(purpose)), word(chainId), word(contract)))
}

/** The hash to G1, and how many digests it took. */
function hashToG1(domain: Uint8Array, message: Uint8Array): G1Affine & { digests: number } {
  for (let i = 0; i < 256; i++) {
    const digest = integer(keccak_256(concat(domain, message, Uint8Array.of(i))))
    if (digest >= 4n * Fp.ORDER) continue
    const x = digest % Fp.ORDER
    const square = Fp.add(Fp.mul(Fp.mul(x, x), x), 3n)
    // Euler's criterion decides, and the root is the power that the definition names.
    if (Fp.pow(square, (Fp.ORDER - 1n) / 2n) !== 1n) continue
    const y = Fp.pow(square, (Fp.ORDER + 1n) / 4n)
    const point = { x, y: (digest / Fp.ORDER) % 2n === 1n ? Fp.neg(y) : y }
    G1.fromAffine(point).assertValidity()
    return { ...point, digests: i + 1 }
  }
  throw new Error('expected a point within 256 digests, found none')
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}

const CHAIN_ID = 31337n
const CONTRACT = 0x00000000000000000000000000000000a17a17a1n
const SECRET = 0x1f2e3d4c5b6a79881726354453627180123456789abcdef00fedcba987654321n

const domain = domainOf('test vectors', CHAIN_ID, CONTRACT)
const messages = Array.from({ length: 16 }, (_, i) => keccak_256(utf8(`message ${i}`)))
const points = messages.map((message) => hashToG1(domain, message))
const first = points[0]
if (first === undefined) throw new Error('expected 16 points, found none')
const keyG1 = G1.BASE.multiply(SECRET).toAffine()
const keyG2 = G2.BASE.multiply(SECRET).toAffine()
const signature = G1.fromAffine(first).multiply(SECRET).toAffine()

const lines = [
  '// SPDX-License-Identifier: MIT',
  '// Written by scripts/bn254-vectors.ts.',
  'pragma solidity ^0.8.24;',
  '',
  'import { G1Point, G2Point } from "../../src/restaking/libraries/BN254.sol";',
  '',
  '/// @notice Vectors computed with another implementation of curve and hash.',
  'library Bn254Vectors {',
  '    string internal constant PURPOSE = "test vectors";',
  `    uint256 internal constant CHAIN_ID = ${CHAIN_ID};`,
  '    address internal constant CONTRACT =',
  `        address(uint160(${hex(CONTRACT)}));`,
  `    bytes32 internal constant DOMAIN =`,
  `        ${hex(integer(domain))};`,
  `    uint256 internal constant SECRET =`,
  `        ${hex(SECRET)};`,
  '',
  '    /// @dev Hash of "message i"; digests tried: ' +
    `${points.map(({ digests }) => digests).join(', ')}.`,
  '    function hashes() internal pure returns (G1Point[] memory points) {',
  `        points = new G1Point[](${points.length});`,
  ...points.flatMap(({ x, y }, i) => [
    `        points[${i}] = G1Point(`,
    `            ${hex(x)},`,
    `            ${hex(y)}`,
    '        );',
  ]),
  '    }',
  '',
  '    function keyG1() internal pure returns (G1Point memory) {',
  '        return G1Point(',
  `            ${hex(keyG1.x)},`,
  `            ${hex(keyG1.y)}`,
  '        );',
  '    }',
  '',
  '    function keyG2() internal pure returns (G2Point memory) {',
  '        return G2Point(',
  ...[keyG2.x.c1, keyG2.x.c0, keyG2.y.c1, keyG2.y.c0].map(
    (value, i) => `            ${hex(value)}${i < 3 ? ',' : ''}`,
  ),
  '        );',
  '    }',
  '',
  '    /// @dev Signature of the first hash.',
  '    function signature() internal pure returns (G1Point memory) {',
  '        return G1Point(',
  `            ${hex(signature.x)},`,
  `            ${hex(signature.y)}`,
  '        );',
  '    }',
  '}',
  '',
]
/** The Solidity file of the vectors: where it is, and what belongs there. */
export const BN254_VECTORS = {
  path: fileURLToPath(new URL('../test/restaking/Bn254Vectors.sol', import.meta.url)),
  text: lines.join('\n'),
} as const

if (import.meta.main) {
  writeFileSync(BN254_VECTORS.path, BN254_VECTORS.text)
  console.log(`wrote ${points.length} points to ${BN254_VECTORS.path}`)
}
