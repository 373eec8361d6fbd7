import { createHash } from 'node:crypto'
import { bytesToHex } from './hex.ts'
import type { Hash } from './types.ts'

/** What transactions name a blob by: its commitment's SHA-256 under version 1 (EIP-4844, `kzg_to_versioned_hash`). */
export function versionedHash(commitment: Uint8Array): Hash {
  const digest = createHash('sha256').update(commitment).digest()
  digest[0] = 1
  return bytesToHex(digest)
}
