import { KEY_BLOB, KEY_KECCAK256 } from '@altlayer/program/shared/abi.ts'
import {
  encodeHeader,
  type Hash,
  type Header,
  hexToBytes,
  keccak256,
  keccak256Hex,
  orderedTrieNodes,
} from '@altlayer/protocol'

/** What the program may ask for while it derives, by its typed preimage keys. */
export interface Preimages {
  /** The answer to a key of 32 bytes, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined
  /** Adds a header; returns the block's hash. */
  addHeader(header: Header): Hash
  /** Adds the trie of a list (EIP-2718 transactions or receipts, in order); returns its root. */
  addList(items: readonly Uint8Array[]): Hash
  /** Adds a blob, which the caller has verified against its versioned hash. */
  addBlob(versionedHash: Hash, blob: Uint8Array): void
}

/** Preimages in memory. */
export function createPreimages(): Preimages {
  const known = new Map<string, Uint8Array>()
  const put = (type: number, hash: Uint8Array, bytes: Uint8Array) =>
    known.set(preimageId(type, hash), bytes)
  return {
    get: (key) => known.get(keyText(key)),
    addHeader(header) {
      const bytes = encodeHeader(header)
      put(KEY_KECCAK256, keccak256(bytes), bytes)
      return keccak256Hex(bytes)
    },
    addList(items) {
      const { root, nodes } = orderedTrieNodes(items)
      for (const { hash, encoding } of nodes) put(KEY_KECCAK256, hash, encoding)
      return root
    },
    addBlob: (versionedHash, blob) => {
      put(KEY_BLOB, keccak256(hexToBytes(versionedHash, 'versionedHash', 32)), blob)
    },
  }
}

function preimageId(type: number, hash: Uint8Array): string {
  const key = Uint8Array.from(hash)
  key[0] = type
  return keyText(key)
}

function keyText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
