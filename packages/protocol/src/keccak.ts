import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex } from './hex.ts'
import type { Hash } from './types.ts'

/** keccak256 of `bytes`, 32 bytes. In JavaScript: hot paths use the program's own. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes)
}

/** keccak256 of `bytes` as hex. */
export function keccak256Hex(bytes: Uint8Array): Hash {
  return bytesToHex(keccak_256(bytes))
}
