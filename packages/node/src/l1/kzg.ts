import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { bytesToHex, type Hash, type Hex, hexToBytes } from '@altlayer/protocol'
import type { KzgAnswer, KzgRequest } from './kzg-worker.ts'

// KZG commitments of blobs (EIP-4844), with the public ceremony's setup, on a thread of their own.

/** A blob's commitment and what L1 names it by. */
export interface BlobCommitment {
  readonly commitment: Hex
  readonly versionedHash: Hash
}

export interface BlobProof extends BlobCommitment {
  /** Goes with a blob transaction. */
  readonly proof: Hex
}

/** The thread refused a blob, or ended. */
export class KzgError extends Error {
  override readonly name = 'KzgError'
}

interface Waiting {
  readonly resolve: (answer: Extract<KzgAnswer, { commitment: string }>) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | undefined
let serial = 0
const waiting = new Map<number, Waiting>()

/** The thread, started when a blob is first seen; it does not keep the process alive. */
function thread(): Worker {
  if (worker !== undefined) return worker
  const started = new Worker(new URL('./kzg-worker.ts', import.meta.url))
  const failAll = (error: Error) => {
    if (worker === started) worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  started.on('message', (answer: KzgAnswer) => {
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) call?.reject(new KzgError(answer.error))
    else call?.resolve(answer)
    if (waiting.size === 0) started.unref()
  })
  started.on('error', (error) => failAll(new KzgError(error.message, { cause: error })))
  started.on('exit', (code) => failAll(new KzgError(`the KZG thread ended with code ${code}`)))
  worker = started
  return started
}

function ask(blob: Uint8Array, prove: boolean) {
  return new Promise<Extract<KzgAnswer, { commitment: string }>>((resolve, reject) => {
    const id = serial++
    waiting.set(id, { resolve, reject })
    const request: KzgRequest = { id, blob: bytesToHex(blob), prove }
    const of = thread()
    of.ref()
    of.postMessage(request)
  })
}

function named(commitment: string): BlobCommitment {
  const bytes = hexToBytes(commitment, 'commitment', 48)
  const digest = createHash('sha256').update(bytes).digest()
  digest[0] = 1
  return { commitment: bytesToHex(bytes), versionedHash: bytesToHex(digest) }
}

/** Commits to a blob of 131072 bytes. Rejects with KzgError when a field element is out of range. */
export async function commitToBlob(blob: Uint8Array): Promise<BlobCommitment> {
  return named((await ask(blob, false)).commitment)
}

/** As `commitToBlob`, with the proof that L1 asks for. */
export async function proveBlob(blob: Uint8Array): Promise<BlobProof> {
  const { commitment, proof } = await ask(blob, true)
  if (proof === undefined) throw new KzgError('the KZG thread gave no proof')
  return { ...named(commitment), proof: bytesToHex(hexToBytes(proof, 'proof', 48)) }
}
