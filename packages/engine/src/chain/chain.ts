import {
  type Address,
  encodeHeader,
  type Genesis,
  type Hash,
  type Header,
} from '@altlayer/protocol'
import type { Block, BlockRef, BlockTag, Receipt } from '../api.ts'
import { EngineError } from '../errors.ts'
import {
  type Manifest,
  type Pointer,
  readBody,
  readCanonicalHash,
  readHeader,
  readManifest,
  readPlace,
  readPointer,
  readReceipts,
} from '../store/chain-store.ts'
import type { Store } from '../store/store.ts'
import { blockSize } from './block-size.ts'
import { createLru } from './lru.ts'
import { completeReceipts } from './receipts.ts'

export interface SealedHeader {
  readonly header: Header
  readonly hash: Hash
}

/** A reference other than `pending`, which only the engine can follow. */
export type CommittedRef =
  | Exclude<BlockRef, { tag: BlockTag }>
  | { readonly tag: Exclude<BlockTag, 'pending'> }

/** Reads of the committed chain, on the caller's thread. */
export interface Chain {
  readonly genesis: SealedHeader
  /**
   * The three named blocks as of the last `refresh`: what the thread that moves them has acted on. Safe and
   * finalized are undefined until they are first set.
   */
  pointer(name: Pointer): SealedHeader | undefined
  readonly head: SealedHeader
  /** Reads the pointers and everything else anew from the database. */
  refresh(): void
  /**
   * Tags and numbers are both the database's, so that one never names a block that the other does not.
   * Undefined when unknown. Throws EngineError `invalid` for a hash that must be canonical and is not.
   */
  hash(ref: CommittedRef): Hash | undefined
  header(hash: Hash): Header | undefined
  block(hash: Hash): Block | undefined
  receipts(hash: Hash): readonly Receipt[] | undefined
  manifest(hash: Hash): Manifest | undefined
  isCanonical(hash: Hash): boolean
  canonicalHash(number: bigint): Hash | undefined
  location(transactionHash: Hash):
    | {
        readonly blockHash: Hash
        readonly blockNumber: bigint
        readonly index: number
        readonly raw: Uint8Array
        readonly from: Address
      }
    | undefined
}

const POINTERS = { latest: 'head', safe: 'safe', finalized: 'finalized' } as const
const CACHED_HEADERS = 1024
const CACHED_BLOCKS = 64
const CACHED_RECEIPTS = 16

export function createChain(store: Store, genesis: Genesis, first: SealedHeader): Chain {
  const headers = createLru<Hash, Header>(CACHED_HEADERS)
  const blocks = createLru<Hash, Block>(CACHED_BLOCKS)
  const manifests = createLru<Hash, Manifest>(CACHED_BLOCKS)
  const receipts = createLru<Hash, readonly Receipt[]>(CACHED_RECEIPTS)
  let pointers: Readonly<Partial<Record<Pointer, SealedHeader>>> = {}

  const header = (hash: Hash): Header | undefined =>
    headers.get(hash, () => readHeader(store, hash))

  const readPointers = (): void => {
    const read = (name: Pointer): SealedHeader | undefined => {
      const hash = readPointer(store, name)
      if (hash === undefined) return undefined
      const found = header(hash)
      if (found === undefined)
        throw new EngineError(
          'store',
          `the database lacks its ${name} block ${hash}: it is damaged`,
        )
      return { header: found, hash }
    }
    const head = read('head')
    const safe = read('safe')
    const finalized = read('finalized')
    pointers = {
      ...(head && { head }),
      ...(safe && { safe }),
      ...(finalized && { finalized }),
    }
  }

  const head = (): SealedHeader => {
    if (pointers.head === undefined)
      throw new EngineError('store', 'the database has no head: it is damaged')
    return pointers.head
  }

  const block = (hash: Hash): Block | undefined =>
    blocks.get(hash, () => {
      const found = header(hash)
      const body = found && readBody(store, hash)
      if (found === undefined || body === undefined) return undefined
      return {
        header: found,
        hash,
        transactions: body.transactions,
        ...(body.withdrawals !== undefined && { withdrawals: body.withdrawals }),
        size: blockSize(encodeHeader(found).length, body.transactions, body.withdrawals),
      }
    })

  const manifest = (hash: Hash): Manifest | undefined =>
    manifests.get(hash, () => readManifest(store, hash))

  const isCanonical = (hash: Hash): boolean => {
    const found = header(hash)
    return found !== undefined && readCanonicalHash(store, found.number) === hash
  }

  readPointers()
  head()
  return {
    genesis: first,
    pointer: (name) => pointers[name],
    get head() {
      return head()
    },
    refresh() {
      store.refresh()
      readPointers()
    },
    hash(ref) {
      if ('number' in ref) return readCanonicalHash(store, ref.number)
      if ('tag' in ref) {
        if (ref.tag === 'earliest') return first.hash
        return readPointer(store, POINTERS[ref.tag])
      }
      if (header(ref.hash) === undefined) return undefined
      if (ref.requireCanonical === true && !isCanonical(ref.hash))
        throw new EngineError('invalid', `hash ${ref.hash} is not currently canonical`)
      return ref.hash
    },
    header,
    block,
    receipts: (hash) =>
      receipts.get(hash, () => {
        const found = block(hash)
        const stored = found && readReceipts(store, hash)
        return stored && completeReceipts(genesis.config, found, stored)
      }),
    manifest,
    isCanonical,
    canonicalHash: (number) => readCanonicalHash(store, number),
    location(transactionHash) {
      const place = readPlace(store, transactionHash)
      const found = place && block(place.blockHash)
      if (place === undefined || found === undefined) return undefined
      const raw = found.transactions[place.index]
      const from = manifest(place.blockHash)?.senders[place.index]
      if (raw === undefined || from === undefined)
        throw new EngineError('store', `block ${place.blockHash} lacks transaction ${place.index}`)
      return {
        blockHash: place.blockHash,
        blockNumber: found.header.number,
        index: place.index,
        raw,
        from,
      }
    },
  }
}
