import { Worker } from 'node:worker_threads'
import { type Connection, connect, packBytes, packedBuffers, unpackBytes } from '@altlayer/engine'
import { KzgError, type ProvenBlob } from '@altlayer/engine/kzg'
import { type Hash, versionedHash } from '@altlayer/protocol'
import type { KzgHandlers } from './kzg-worker.ts'

// KZG commitments and proofs of blobs (EIP-4844, EIP-7594) on a thread of their own.

/** A blob's commitment, 48 bytes, and what L1 names it by. */
export interface BlobCommitment {
  readonly commitment: Uint8Array
  readonly versionedHash: Hash
}

let thread: { readonly worker: Worker; readonly connection: Connection<KzgHandlers> } | undefined

/** Asks the thread, which is started by the first question and does not keep the process alive. */
async function ask<T>(question: (remote: Connection<KzgHandlers>['remote']) => Promise<T>) {
  thread ??= start()
  const { worker, connection } = thread
  worker.ref()
  try {
    return await question(connection.remote)
  } finally {
    if (connection.waiting === 0) worker.unref()
  }
}

function start() {
  const worker = new Worker(new URL('./kzg-worker.ts', import.meta.url))
  const started = { worker, connection: connect<KzgHandlers>(worker, [KzgError]) }
  worker.once('exit', () => {
    if (thread === started) thread = undefined
  })
  return started
}

/** Commits to a blob of 131072 bytes. Rejects with KzgError when a field element is out of range. */
export async function commitToBlob(blob: Uint8Array): Promise<BlobCommitment> {
  const commitment = await ask((kzg) => kzg.commit(blob))
  return { commitment, versionedHash: versionedHash(commitment) }
}

/** The proof of a blob that L1 asks for before Osaka (EIP-4844), 48 bytes. Rejects with KzgError. */
export function proveBlob(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array> {
  return ask((kzg) => kzg.prove({ blob, commitment }))
}

/** The proofs of a blob's 128 cells, which L1 asks for since Osaka (EIP-7594). Rejects with KzgError. */
export async function proveCells(blob: Uint8Array): Promise<readonly Uint8Array[]> {
  return unpackBytes(await ask((kzg) => kzg.proveCells(blob)))
}

/**
 * Whether every commitment is that of its blob, all at once and without computing them anew; false also for
 * what is malformed.
 */
export async function verifyBlobs(proven: readonly ProvenBlob[]): Promise<boolean> {
  const packed = packBytes(
    proven.flatMap(({ blob, commitment, proof }) => [blob, commitment, proof]),
  )
  return ask((kzg) => kzg.verify(packed, packedBuffers(packed)))
}
