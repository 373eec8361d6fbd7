import { decodeTransaction, type Hash, hexToBytes, keccak256Hex, TX_BLOB } from '@altlayer/protocol'
import type { L1Data, L1FullBlock } from '../l1/data.ts'
import { createPreimages, type Preimages } from './preimages.ts'

/** Fetches a blob that has this versioned hash, verified against it. */
export type FetchBlob = (versionedHash: Hash, block: L1FullBlock) => Promise<Uint8Array>

/** What derivation reads of an L2 block. */
export type L2Block = Pick<L1FullBlock, 'header' | 'transactions'>

/** Where the program's preimages come from: L1, blobs, and the L2 blocks that it is given. */
export interface PreimageSource {
  /** Answers from memory. */
  get(key: Uint8Array): Uint8Array | undefined
  /**
   * Fetches what belongs to a known L1 block: its receipts, its blobs. False when the key is of nothing
   * known. Rejects with L1Error.
   */
  fetch(key: Hash): Promise<boolean>
  /** Fetches the L1 block with this hash. Rejects with PreimageUnknownError, or L1Error. */
  fetchL1(hash: Hash): Promise<void>
  /** Takes an L1 block that was fetched already. */
  addL1(block: L1FullBlock): void
  addL2(block: L2Block): void
  /** Forgets what was fetched; where to find things is kept for the last blocks. */
  trim(): void
}

/** Nothing that this node can reach has the preimage: the chain asked for does not exist (any more). */
export class PreimageUnknownError extends Error {
  override readonly name = 'PreimageUnknownError'
}

/** L1 blocks whose receipts can be found by their root: more than a sequencing window. */
const KEPT_L1_BLOCKS = 65_536

export function createPreimageSource(options: {
  readonly l1: L1Data
  readonly fetchBlob: FetchBlob
}): PreimageSource {
  const { l1 } = options
  let preimages: Preimages = createPreimages()
  const receiptRoots = new Map<Hash, Pick<L1FullBlock, 'hash' | 'header'>>()
  const blobs = new Map<string, { readonly versionedHash: Hash; readonly block: L1FullBlock }>()

  function addL1(block: L1FullBlock): void {
    preimages.addHeader(block.header)
    preimages.addList(block.leaves ?? block.transactions)
    receiptRoots.set(block.header.receiptsRoot, { hash: block.hash, header: block.header })
    for (const oldest of receiptRoots.keys()) {
      if (receiptRoots.size <= KEPT_L1_BLOCKS) break
      receiptRoots.delete(oldest)
    }
    for (const raw of block.transactions) {
      if (raw[0] !== TX_BLOB) continue
      const transaction = decodeTransaction(raw)
      if (transaction.type !== TX_BLOB) continue
      for (const versionedHash of transaction.blobVersionedHashes)
        blobs.set(blobKey(versionedHash), { versionedHash, block })
    }
  }

  return {
    get: (key) => preimages.get(key),
    addL1,
    addL2(block) {
      preimages.addHeader(block.header)
      preimages.addList(block.transactions)
    },
    trim() {
      preimages = createPreimages()
      blobs.clear()
    },
    async fetch(key) {
      const receiptsOf = receiptRoots.get(key)
      const blob = blobs.get(key)
      if (receiptsOf !== undefined) preimages.addList(await l1.receipts(receiptsOf))
      else if (blob !== undefined) {
        const { versionedHash, block } = blob
        preimages.addBlob(versionedHash, await options.fetchBlob(versionedHash, block))
      }
      return receiptsOf !== undefined || blob !== undefined
    },
    async fetchL1(hash) {
      const block = await l1.block(hash)
      if (block === undefined)
        throw new PreimageUnknownError(
          `no known block has the hash ${hash}, and L1 does not either`,
        )
      addL1(block)
    },
  }
}

/** The key by which the program asks for a blob. */
function blobKey(versionedHash: Hash): Hash {
  return `0x05${keccak256Hex(hexToBytes(versionedHash)).slice(4)}`
}
