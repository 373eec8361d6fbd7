import { parentPort } from 'node:worker_threads'
import { loadKZG } from 'kzg-wasm'

// The thread that computes KZG commitments: making the library ready takes about half a minute of a
// processor, a commitment most of a second.

export interface KzgRequest {
  readonly id: number
  readonly blob: string
  /** Also a proof, for sending the blob. */
  readonly prove: boolean
}

export type KzgAnswer =
  | { readonly id: number; readonly commitment: string; readonly proof?: string }
  | { readonly id: number; readonly error: string }

const library = loadKZG(0)

parentPort?.on('message', async ({ id, blob, prove }: KzgRequest) => {
  const answer = (of: KzgAnswer) => parentPort?.postMessage(of)
  try {
    const kzg = await library
    const commitment = kzg.blobToKZGCommitment(blob)
    answer({
      id,
      commitment,
      ...(prove && { proof: kzg.computeBlobKZGProof(blob, commitment) }),
    })
  } catch (error) {
    answer({ id, error: String(error) })
  }
})
