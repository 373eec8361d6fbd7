import { parentPort } from 'node:worker_threads'
import { type PackedBytes, packBytes, serve, unpackBytes } from '@altlayer/engine'
import { loadBlobKzg, type ProvenBlob } from '@altlayer/engine/kzg'

// The thread that computes KZG commitments and proofs: a third of a second of a processor each, the cells of a blob 1.3 s.

const loading = loadBlobKzg()

const handlers = {
  commit: async (blob: Uint8Array): Promise<Uint8Array> => (await loading).commit(blob),

  prove: async ({ blob, commitment }: Omit<ProvenBlob, 'proof'>): Promise<Uint8Array> =>
    (await loading).prove(blob, commitment),

  proveCells: async (blob: Uint8Array): Promise<PackedBytes> =>
    packBytes(await (await loading).proveCells(blob)),

  /** Blobs, each with its commitment and its proof behind it. */
  verify: async (packed: PackedBytes): Promise<boolean> => {
    const parts = unpackBytes(packed)
    const proven = Array.from({ length: parts.length / 3 }, (_, i) => {
      const [blob, commitment, proof] = parts.slice(3 * i) as [Uint8Array, Uint8Array, Uint8Array]
      return { blob, commitment, proof }
    })
    return (await loading).verify(proven)
  },

  close: () => {},
}

export type KzgHandlers = typeof handlers

if (parentPort !== null) serve(parentPort, handlers)
