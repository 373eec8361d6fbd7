import {
  concatBytes,
  decodeRlp,
  encodeRlp,
  encodeRlpList,
  type Hash,
  TX_BLOB,
} from '@altlayer/protocol'
import { type BlobCommitment, commitToBlob, proveBlob, proveCells } from '../l1/kzg.ts'
import { encodeBlob } from './blob.ts'
import type { Content } from './state.ts'

// What travels with a blob transaction to L1's pools, and is in no block.

/**
 * How blobs are proven: `blob`, one proof a blob (EIP-4844), is what L1's pools take before Osaka; `cells`, one for each
 * of the 128 cells of the extended blob (EIP-7594), from Osaka on.
 */
export type ProofForm = 'blob' | 'cells'

export interface Sidecar {
  readonly form: ProofForm
  /** 131072 bytes each. */
  readonly blobs: readonly Uint8Array[]
  /** One a blob, 48 bytes. */
  readonly commitments: readonly Uint8Array[]
  /** 48 bytes each: one a blob, or 128 a blob in the order of its cells. */
  readonly proofs: readonly Uint8Array[]
}

/** EIP-7594's `wrapper_version`; EIP-4844's form has none. */
const CELLS_VERSION = Uint8Array.of(1)

/**
 * A signed blob transaction in the form in which it is sent (EIP-4844, "Networking"; EIP-7594, "Networking"). Its hash
 * and its signature are those without the sidecar.
 */
export function wrapBlobTransaction(signed: Uint8Array, sidecar: Sidecar): Uint8Array {
  const { form, blobs, commitments, proofs } = sidecar
  const body = decodeRlp(signed.subarray(1), 'blob transaction').encoding
  const version = form === 'cells' ? [encodeRlp(CELLS_VERSION)] : []
  const lists = [blobs, commitments, proofs].map((list) => encodeRlp(list))
  return concatBytes(Uint8Array.of(TX_BLOB), encodeRlpList([body, ...version, ...lists]))
}

/** Makes the sidecars of contents, once each: a transaction may be signed and sent many times. */
export interface Sidecars {
  /** Rejects when the KZG thread fails, as the other does; asking again tries again. */
  versionedHashes(content: Content): Promise<readonly Hash[]>
  prove(content: Content, form: ProofForm): Promise<Sidecar>
}

interface Committed {
  readonly blobs: readonly Uint8Array[]
  readonly commitments: readonly BlobCommitment[]
}

export function createSidecars(): Sidecars {
  const committed = rememberSuccess<Committed>(async (content) => {
    const blobs = blobsOf(content)
    return { blobs, commitments: await inTurn(blobs, commitToBlob) }
  })
  const sidecars = {
    blob: rememberSuccess((content) => sidecarOf(content, 'blob')),
    cells: rememberSuccess((content) => sidecarOf(content, 'cells')),
  }

  async function sidecarOf(content: Content, form: ProofForm): Promise<Sidecar> {
    const { blobs, commitments: named } = await committed(content)
    const commitments = named.map(({ commitment }) => commitment)
    const proofs =
      form === 'cells'
        ? (await inTurn(blobs, proveCells)).flat()
        : await inTurn(blobs, (blob, i) => proveBlob(blob, commitments[i] as Uint8Array))
    return { form, blobs, commitments, proofs }
  }

  return {
    versionedHashes: async (content) =>
      (await committed(content)).commitments.map(({ versionedHash }) => versionedHash),
    prove: (content, form) => sidecars[form](content),
  }
}

/** The blobs of a content; one without data where there must be one. */
function blobsOf(content: Content): readonly Uint8Array[] {
  const pieces = content.carrier === 'blobs' ? content.data : [new Uint8Array(0)]
  return pieces.map(encodeBlob)
}

async function inTurn<T>(
  blobs: readonly Uint8Array[],
  ask: (blob: Uint8Array, index: number) => Promise<T>,
): Promise<readonly T[]> {
  const answers: T[] = []
  for (const [i, blob] of blobs.entries()) answers.push(await ask(blob, i))
  return answers
}

/** What was made for a content, as long as that is in use; what failed is made anew. */
function rememberSuccess<T>(make: (content: Content) => Promise<T>) {
  const known = new WeakMap<Content, T>()
  return async (content: Content): Promise<T> => {
    const made = known.get(content) ?? (await make(content))
    known.set(content, made)
    return made
  }
}
