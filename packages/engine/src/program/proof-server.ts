import {
  HINT_PRECOMPILE,
  KEY_BLOB,
  KEY_KECCAK256,
  KEY_LOCAL,
  KEY_PRECOMPILE,
  KEY_SHA256,
  OUTPUT_CODE,
  OUTPUT_HEADER,
  OUTPUT_NODE,
  OUTPUT_TRANSACTIONS,
} from '@altlayer/program/shared/abi.ts'
import * as boot from '@altlayer/program/shared/proof.ts'
import {
  bigintToBytes,
  chainConfigOf,
  concatBytes,
  encodeHeader,
  type Hash,
  type Header,
  hexToBytes,
  keccak256,
  keccak256Hex,
  orderedTrieNodes,
} from '@altlayer/protocol'
import { rootsOfUnity } from '../precompiles/roots-of-unity.ts'
import { type DerivationOptions, encodeDeriveConfig } from './derivation.ts'
import { encodeConfig } from './encode.ts'
import { answerPrecompile } from './host.ts'

/** What a fault proof is about: the boot information of the OP Stack's dispute games. */
export interface ProofClaim {
  /** The L1 block up to which L1 data count. */
  readonly l1Head: Hash
  /** The output root that both sides agree on, */
  readonly agreedOutput: Hash
  /** and the one that is disputed, */
  readonly claimedOutput: Hash
  /** which is of the L2 block with this number. */
  readonly claimedNumber: bigint
}

/** Preimages by their typed keys, gathered while a proof runs. */
export interface ProofPreimages {
  /** The bytes behind a key of 32 bytes, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined
  /** Adds the preimage of its own keccak256; returns that hash. */
  addKeccak(bytes: Uint8Array): Hash
  /** Adds a header; returns the block's hash. */
  addHeader(header: Header): Hash
  /** Adds the trie of a list (EIP-2718 transactions or receipts, in order); returns its root. */
  addList(items: readonly Uint8Array[]): Hash
  /** Adds a blob of 131072 bytes: its commitment of 48 bytes, and its field elements. The caller has verified it. */
  addBlob(versionedHash: Hash, commitment: Uint8Array, blob: Uint8Array): void
}

/** What a preimage is, so that a contract can check it. */
export type PreimageOrigin =
  | { readonly kind: 'keccak256' | 'sha256'; readonly bytes: Uint8Array }
  /** Field element `index` of a blob. */
  | {
      readonly kind: 'blob'
      readonly blob: Uint8Array
      readonly commitment: Uint8Array
      readonly index: number
    }
  /** Address (20 bytes), required gas (8 bytes, big-endian) and input of a call. */
  | { readonly kind: 'precompile'; readonly request: Uint8Array }

/** Answers the program or its machine: preimages, hints, output. */
export interface ProofServer extends ProofPreimages {
  /** What is behind a key; undefined for local data, and for what it does not have. */
  origin(key: Uint8Array): PreimageOrigin | undefined
  /** A hint: text, or a precompile request, which is answered at once. */
  hint(bytes: Uint8Array): void
  /** A record of the program's output: what it made is a preimage from now on. */
  output(kind: number, record: Uint8Array): void
  /** The last hint in text form (specs, "Pre-image hinting routes"); empty before the first. */
  lastHint(): string
}

/** The configuration that a proof is made with; local key BOOT_CONFIG is its keccak256. */
export function proofConfig(options: DerivationOptions): Uint8Array {
  return concatBytes(encodeConfig(chainConfigOf(options.config)), encodeDeriveConfig(options))
}

/** keccak256 of `proofConfig`: what a dispute game gives as local data BOOT_CONFIG. */
export function proofConfigHash(options: DerivationOptions): Hash {
  return keccak256Hex(proofConfig(options))
}

const ELEMENT = 32

/** A server that knows the claim and the configuration. */
export function createProofServer(claim: ProofClaim, options: DerivationOptions): ProofServer {
  const known = new Map<string, Uint8Array>()
  /** Of blobs' field elements and precompiles, whose keys do not follow from the preimage. */
  const origins = new Map<string, PreimageOrigin>()
  let hinted = ''

  const put = (type: number, hash: Uint8Array, bytes: Uint8Array): string => {
    const key = Uint8Array.from(hash)
    key[0] = type
    known.set(keyText(key), bytes)
    return keyText(key)
  }
  const putLocal = (index: number, bytes: Uint8Array): string =>
    put(KEY_LOCAL, bigintToBytes(BigInt(index), 32), bytes)
  const addKeccak = (bytes: Uint8Array): Hash => {
    put(KEY_KECCAK256, keccak256(bytes), bytes)
    return keccak256Hex(bytes)
  }
  const addList = (items: readonly Uint8Array[]): Hash => {
    const { root, nodes } = orderedTrieNodes(items)
    for (const { hash, encoding } of nodes) put(KEY_KECCAK256, hash, encoding)
    return root
  }

  putLocal(boot.BOOT_L1_HEAD, hexToBytes(claim.l1Head, 'l1Head', 32))
  putLocal(boot.BOOT_AGREED_OUTPUT, hexToBytes(claim.agreedOutput, 'agreedOutput', 32))
  putLocal(boot.BOOT_CLAIMED_OUTPUT, hexToBytes(claim.claimedOutput, 'claimedOutput', 32))
  putLocal(boot.BOOT_CLAIMED_NUMBER, bigintToBytes(claim.claimedNumber, 8, 'claimedNumber'))
  putLocal(boot.BOOT_CHAIN_ID, bigintToBytes(options.config.l2ChainId, 8, 'l2ChainId'))
  putLocal(boot.BOOT_CONFIG, hexToBytes(addKeccak(proofConfig(options))))

  return {
    get: (key) => known.get(keyText(key)),
    origin(key) {
      const text = keyText(key)
      const bytes = known.get(text)
      if (bytes === undefined) return undefined
      if (key[0] === KEY_KECCAK256) return { kind: 'keccak256', bytes }
      if (key[0] === KEY_SHA256) return { kind: 'sha256', bytes }
      return origins.get(text)
    },
    addKeccak,
    addHeader: (header) => addKeccak(encodeHeader(header)),
    addList,
    addBlob(versionedHash, commitment, blob) {
      put(KEY_SHA256, hexToBytes(versionedHash, 'versionedHash', 32), commitment)
      rootsOfUnity().forEach((root, i) => {
        const element = blob.subarray(i * ELEMENT, (i + 1) * ELEMENT)
        const key = put(KEY_BLOB, keccak256(concatBytes(commitment, root)), element)
        origins.set(key, { kind: 'blob', blob, commitment, index: i })
      })
    },
    hint(bytes) {
      if (bytes[0] !== HINT_PRECOMPILE) {
        hinted = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
        return
      }
      const request = bytes.subarray(1)
      const key = put(KEY_PRECOMPILE, keccak256(request), answerPrecompile(bytes))
      origins.set(key, { kind: 'precompile', request: request.slice() })
    },
    output(kind, record) {
      if (kind === OUTPUT_TRANSACTIONS) addList(readList(record))
      else if (kind === OUTPUT_NODE || kind === OUTPUT_CODE || kind === OUTPUT_HEADER)
        put(KEY_KECCAK256, record.subarray(0, 32), record.slice(32))
    },
    lastHint: () => hinted,
  }
}

/** Items of a little-endian u32 length and as many bytes each. */
function readList(record: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const items: Uint8Array[] = []
  for (let at = 0; at < record.length; ) {
    const end = at + 4 + view.getUint32(at, true)
    items.push(record.slice(at + 4, end))
    at = end
  }
  return items
}

function keyText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
