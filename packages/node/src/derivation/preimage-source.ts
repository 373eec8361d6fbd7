import type { Engine } from '@altlayer/engine'
import { decodeTransaction, type Hash, hexToBytes, keccak256Hex, TX_BLOB } from '@altlayer/protocol'
import type { L1Data, L1FullBlock } from '../l1/data.ts'
import { createPreimages, type Preimages } from './preimages.ts'

/** Fetches a blob that has this versioned hash, verified against it. */
export type FetchBlob = (versionedHash: Hash, block: L1FullBlock) => Promise<Uint8Array>

/** Where the program's preimages come from: L1, blobs, and the node's own L2 blocks. */
export interface PreimageSource {
  /** Answers from memory. */
  get(key: Uint8Array): Uint8Array | undefined
  /** Fetches what is behind a key that was missing. Rejects with PreimageUnknownError or L1Error. */
  fetch(key: Hash): Promise<void>
  /** Takes an L1 block that was fetched already. */
  addL1(block: L1FullBlock): void
  /** Forgets what was fetched; where to find things is kept for the last blocks. */
  trim(): void
}

/** Nothing that this node can reach has the preimage: the chain asked for does not exist (any more). */
export class PreimageUnknownError extends Error {
  override readonly name = 'PreimageUnknownError'
}

/** L2 blocks that are given along with one that was asked for: derivation walks back through its ancestors. */
const ANCESTORS = 64
/** And until they have this many transactions: a busy block's trie costs 20 µs a transaction to make. */
const ENOUGH_TRANSACTIONS = 256
/** L1 blocks whose receipts can be found by their root: more than a sequencing window. */
const KEPT_L1_BLOCKS = 65_536

export function createPreimageSource(options: {
  readonly engine: Pick<Engine, 'block'>
  readonly l1: L1Data
  readonly fetchBlob: FetchBlob
}): PreimageSource {
  const { engine, l1 } = options
  let preimages: Preimages = createPreimages()
  const receiptRoots = new Map<Hash, Pick<L1FullBlock, 'hash' | 'header'>>()
  const blobs = new Map<string, { readonly versionedHash: Hash; readonly block: L1FullBlock }>()

  function addL1(block: L1FullBlock): void {
    preimages.addHeader(block.header)
    preimages.addList(block.transactions)
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

  /** The L2 block with this hash and some of its ancestors. */
  function addL2(hash: Hash): boolean {
    let block = engine.block({ hash })
    if (block === undefined) return false
    let transactions = 0
    for (let i = 0; i < ANCESTORS && block !== undefined; i++) {
      preimages.addHeader(block.header)
      preimages.addList(block.transactions)
      transactions += block.transactions.length
      if (transactions >= ENOUGH_TRANSACTIONS) break
      block = engine.block({ hash: block.header.parentHash })
    }
    return true
  }

  return {
    get: (key) => preimages.get(key),
    addL1,
    trim() {
      preimages = createPreimages()
      blobs.clear()
    },
    async fetch(key) {
      if (addL2(key)) return
      const receiptsOf = receiptRoots.get(key)
      if (receiptsOf !== undefined) {
        preimages.addList(await l1.receipts(receiptsOf))
        return
      }
      const blob = blobs.get(key)
      if (blob !== undefined) {
        const { versionedHash, block } = blob
        preimages.addBlob(versionedHash, await options.fetchBlob(versionedHash, block))
        return
      }
      const block = await l1.block(key)
      if (block === undefined) throw new PreimageUnknownError(`nothing known has the hash ${key}`)
      addL1(block)
    },
  }
}

/** The key by which the program asks for a blob. */
function blobKey(versionedHash: Hash): Hash {
  return `0x05${keccak256Hex(hexToBytes(versionedHash)).slice(4)}`
}
