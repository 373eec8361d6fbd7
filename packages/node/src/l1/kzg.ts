import { createHash } from 'node:crypto'
import { bytesToHex, type Hash, type Hex } from '@altlayer/protocol'
import { loadKZG } from 'kzg-wasm'

// KZG commitments of blobs (EIP-4844), with the public ceremony's setup.

/** A blob's commitment, what L1 names it by, and the proof that goes with a blob transaction (EIP-4844). */
export interface BlobCommitment {
  readonly commitment: Hex
  readonly versionedHash: Hash
}

type Kzg = Awaited<ReturnType<typeof loadKZG>>
let loading: Promise<Kzg> | undefined

/** The library, loaded once. Its tables for cell proofs, which take half a minute, are not made. */
export function kzg(): Promise<Kzg> {
  loading ??= loadKZG(0)
  return loading
}

/** Commits to a blob of 131072 bytes. Rejects when a field element is out of range. */
export async function commitToBlob(blob: Uint8Array): Promise<BlobCommitment> {
  const commitment = (await kzg()).blobToKZGCommitment(bytesToHex(blob)) as Hex
  const digest = createHash('sha256')
    .update(Buffer.from(commitment.slice(2), 'hex'))
    .digest()
  digest[0] = 1
  return { commitment, versionedHash: bytesToHex(digest) }
}
