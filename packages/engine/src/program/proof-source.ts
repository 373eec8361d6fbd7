import {
  encodeOutputRoot,
  type Hash,
  type Header,
  hexToBytes,
  type OutputRootFields,
} from '@altlayer/protocol'
import type { ProofSource } from './proof.ts'
import type { ProofPreimages } from './proof-server.ts'

/** What a proof reads of two chains. Every answer is undefined where the block, or what else, is not known. */
export interface ProofReads {
  l1Header(hash: Hash): Promise<Header | undefined>
  /** EIP-2718 encodings, as they stand behind the transactions root. */
  l1Transactions(hash: Hash): Promise<readonly Uint8Array[] | undefined>
  /** Consensus encodings of a block's receipts. */
  l1Receipts(hash: Hash): Promise<readonly Uint8Array[] | undefined>
  /** A blob of the L1 block with this timestamp (seconds), verified, with its KZG commitment of 48 bytes. */
  blob(
    versionedHash: Hash,
    place: { readonly index: bigint; readonly timestamp: bigint },
  ): Promise<{ readonly blob: Uint8Array; readonly commitment: Uint8Array } | undefined>
  l2Header(hash: Hash): Promise<Header | undefined>
  l2Transactions(hash: Hash): Promise<readonly Uint8Array[] | undefined>
  /** A node of a state trie, or a contract's code. */
  l2State(kind: 'node' | 'code', hash: Hash): Promise<Uint8Array | undefined>
  /** What an output root commits to. */
  l2Output(root: Hash): Promise<OutputRootFields | undefined>
}

/** What a hint names cannot be had: the proof cannot go on. */
export class ProofDataError extends Error {
  override readonly name = 'ProofDataError'
}

type Route = (data: Hash, preimages: ProofPreimages, reads: ProofReads) => Promise<boolean>

/** The hints of the OP Stack's fault proofs (specs, "Pre-image hinting routes"). */
const ROUTES: Readonly<Record<string, Route>> = {
  'l1-block-header': async (hash, to, reads) => header(to, await reads.l1Header(hash)),
  'l1-transactions': async (hash, to, reads) => list(to, await reads.l1Transactions(hash)),
  'l1-receipts': async (hash, to, reads) => list(to, await reads.l1Receipts(hash)),
  'l1-blob': async (data, to, reads) => {
    // Versioned hash, then the index and the timestamp: 8 bytes each.
    const bytes = hexToBytes(data, 'l1-blob', 48)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const versionedHash: Hash = `0x${data.slice(2, 66)}`
    const place = { index: view.getBigUint64(32), timestamp: view.getBigUint64(40) }
    const found = await reads.blob(versionedHash, place)
    if (found !== undefined) to.addBlob(versionedHash, found.commitment, found.blob)
    return found !== undefined
  },
  'l2-block-header': async (hash, to, reads) => header(to, await reads.l2Header(hash)),
  'l2-transactions': async (hash, to, reads) => list(to, await reads.l2Transactions(hash)),
  'l2-state-node': async (hash, to, reads) => raw(to, await reads.l2State('node', hash)),
  'l2-code': async (hash, to, reads) => raw(to, await reads.l2State('code', hash)),
  'l2-output': async (root, to, reads) => {
    const fields = await reads.l2Output(root)
    return raw(to, fields && encodeOutputRoot(fields))
  },
}

/**
 * Serves a proof from what can be read of L1 and L2. The program checks all of it but blobs against hashes.
 * `fetch` rejects with ProofDataError, and whatever a read rejects with.
 */
export function createProofSource(reads: ProofReads): ProofSource {
  return {
    async fetch(hint, key, preimages) {
      const [name = '', data = ''] = hint.split(' ')
      // Without a hint it is boot information, or the configuration: whoever made the claim has them.
      if (!(await ROUTES[name]?.(data as Hash, preimages, reads)))
        throw new ProofDataError(`nothing is known of "${hint}", which is to give ${key}`)
    },
  }
}

function header(to: ProofPreimages, found: Header | undefined): boolean {
  if (found !== undefined) to.addHeader(found)
  return found !== undefined
}

function list(to: ProofPreimages, found: readonly Uint8Array[] | undefined): boolean {
  if (found !== undefined) to.addList(found)
  return found !== undefined
}

function raw(to: ProofPreimages, found: Uint8Array | undefined): boolean {
  if (found !== undefined) to.addKeccak(found)
  return found !== undefined
}
