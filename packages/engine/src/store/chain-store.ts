import { KEY_KECCAK256 } from '@altlayer/program/shared/abi.ts'
import type { Address, Hash, Header } from '@altlayer/protocol'
import { bytesToHex, concatBytes, decodeHeader, keccak256 } from '@altlayer/protocol'
import { type BlockBody, decodeBody, encodeBody } from './body.ts'
import { createByteWriter } from './bytes.ts'
import { hashKey, META, numberKey, preimageKey } from './keys.ts'
import { decodeReceipts, type StoredReceipt } from './receipts.ts'
import type { Store, StoreBatch } from './store.ts'

/** Bytes before the bloom in a header's RLP: list prefix, five 32-byte fields, miner, string prefix. */
const BLOOM_OFFSET = 3 + 3 * 33 + 21 + 2 * 33 + 3

/** The three named blocks. */
export type Pointer = 'head' | 'safe' | 'finalized'

/** Where a canonical transaction is. */
export interface TransactionPlace {
  readonly blockHash: Hash
  readonly index: number
}

/** Who sent each transaction of a block, and its hash: what is asked most, without decoding the block. */
export interface Manifest {
  readonly senders: readonly Address[]
  readonly hashes: readonly Hash[]
}

/** A block as it is committed. */
export interface BlockRecord {
  readonly hash: Hash
  readonly headerRlp: Uint8Array
  readonly body: BlockBody
  /** Records of `writeReceipt`, one after the other. */
  readonly receipts: Uint8Array
  readonly manifest: Manifest
}

/** What a keccak256 preimage is. */
export type PreimageKind = 'node' | 'code' | 'header'

export interface Preimage {
  readonly kind: PreimageKind
  readonly data: Uint8Array
}

/** The trie node, code or header (BLOCKHASH asks for those) behind a typed key, or undefined. */
export function readPreimage(store: Store, key: Uint8Array): Preimage | undefined {
  if (key[0] !== KEY_KECCAK256) return undefined
  const node = store.get('nodes', key)
  if (node !== undefined) return { kind: 'node', data: node }
  const code = store.get('codes', key)
  if (code !== undefined) return { kind: 'code', data: code }
  const header = store.get('headers', key)
  return header && { kind: 'header', data: header.subarray(1) }
}

/** The trie node or code with this keccak256. */
export function readNodeOrCode(
  store: Store,
  kind: 'node' | 'code',
  hash: Hash,
): Uint8Array | undefined {
  const key = hashKey(hash)
  const data = store.get(kind === 'node' ? 'nodes' : 'codes', preimageKey(key))
  // The key lacks the hash's first byte.
  return data !== undefined && keccak256(data)[0] === key[0] ? data : undefined
}

// Headers stand under their preimage key, so that the program finds ancestors; the hash's first byte,
// which that key lacks, stands before the RLP.
function readHeaderRlp(store: Store, hash: Uint8Array): Uint8Array | undefined {
  const record = store.get('headers', preimageKey(hash))
  return record && record[0] === hash[0] ? record.subarray(1) : undefined
}

export function readHeader(store: Store, hash: Hash): Header | undefined {
  const rlp = readHeaderRlp(store, hashKey(hash))
  return rlp && decodeHeader(rlp)
}

export function readBody(store: Store, hash: Hash): BlockBody | undefined {
  const record = store.get('bodies', hashKey(hash))
  return record && decodeBody(record)
}

export function readReceipts(store: Store, hash: Hash): readonly StoredReceipt[] | undefined {
  const record = store.get('receipts', hashKey(hash))
  return record && decodeReceipts(record)
}

const MANIFEST_ENTRY = 52

export function readManifest(store: Store, hash: Hash): Manifest | undefined {
  const record = store.get('manifests', hashKey(hash))
  if (record === undefined) return undefined
  const senders: Address[] = []
  const hashes: Hash[] = []
  for (let at = 0; at < record.length; at += MANIFEST_ENTRY) {
    senders.push(bytesToHex(record.subarray(at, at + 20)))
    hashes.push(bytesToHex(record.subarray(at + 20, at + MANIFEST_ENTRY)))
  }
  return { senders, hashes }
}

/** Hashes of a block's transactions; none when the block is unknown. */
export function readTransactionHashes(store: Store, hash: Hash): readonly Uint8Array[] {
  const record = store.get('manifests', hashKey(hash)) ?? new Uint8Array(0)
  return Array.from({ length: record.length / MANIFEST_ENTRY }, (_, index) => {
    const end = (index + 1) * MANIFEST_ENTRY
    return record.subarray(end - 32, end)
  })
}

function encodeManifest({ senders, hashes }: Manifest): Uint8Array {
  const writer = createByteWriter(MANIFEST_ENTRY * senders.length)
  senders.forEach((sender, index) => {
    writer.hex(sender, 20)
    writer.hex(hashes[index] as Hash, 32)
  })
  return writer.finish()
}

export function readCanonicalHash(store: Store, number: bigint): Hash | undefined {
  if (number < 0n || number >= 1n << 64n) return undefined
  const hash = store.get('canonical', numberKey(number))
  return hash && bytesToHex(hash)
}

/** The logs bloom of a canonical block, without decoding its header. */
export function readBloom(store: Store, number: bigint): Uint8Array | undefined {
  const hash = store.get('canonical', numberKey(number))
  const header = hash && readHeaderRlp(store, hash)
  return header?.subarray(BLOOM_OFFSET, BLOOM_OFFSET + 256)
}

export function readPlace(store: Store, transactionHash: Hash): TransactionPlace | undefined {
  const record = store.get('transactions', hashKey(transactionHash))
  if (record === undefined) return undefined
  return {
    blockHash: bytesToHex(record.subarray(0, 32)),
    index: new DataView(record.buffer, record.byteOffset).getUint32(32),
  }
}

export function readPointer(store: Store, pointer: Pointer): Hash | undefined {
  const hash = store.get('meta', META[pointer])
  return hash && bytesToHex(hash)
}

export function writePointer(batch: StoreBatch, pointer: Pointer, hash: Hash | undefined): void {
  if (hash === undefined) batch.delete('meta', META[pointer])
  else batch.put('meta', META[pointer], hashKey(hash))
}

/** A new trie node or contract code. */
export function writePreimage(
  batch: StoreBatch,
  kind: 'node' | 'code',
  hash: Uint8Array,
  data: Uint8Array,
): void {
  batch.put(kind === 'node' ? 'nodes' : 'codes', preimageKey(hash), data)
}

/** Stores a block by hash; it is not canonical by that. */
export function writeBlock(batch: StoreBatch, block: BlockRecord): void {
  const key = hashKey(block.hash)
  batch.put('headers', preimageKey(key), concatBytes(key.subarray(0, 1), block.headerRlp))
  batch.put('bodies', key, encodeBody(block.body))
  batch.put('receipts', key, block.receipts)
  batch.put('manifests', key, encodeManifest(block.manifest))
}

/** Makes a block the canonical one of its number, and its transactions found by their hashes. */
export function writeCanonical(
  batch: StoreBatch,
  number: bigint,
  hash: Hash,
  transactions: readonly Uint8Array[],
): void {
  const block = hashKey(hash)
  batch.put('canonical', numberKey(number), block)
  transactions.forEach((transaction, index) => {
    const place = new Uint8Array(36)
    place.set(block)
    new DataView(place.buffer).setUint32(32, index)
    batch.put('transactions', transaction, place)
  })
}

/** Undoes `writeCanonical`. */
export function deleteCanonical(
  batch: StoreBatch,
  number: bigint,
  transactions: readonly Uint8Array[],
): void {
  batch.delete('canonical', numberKey(number))
  for (const transaction of transactions) batch.delete('transactions', transaction)
}
