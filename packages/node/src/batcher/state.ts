import type { Hash, Hex } from '@altlayer/protocol'
import type { L1Prices } from './costs.ts'
import type { Fees } from './fees.ts'
import type { Carrier } from './settings.ts'

// What the batcher knows, and what it is told. Nothing of it outlives the process: all of it follows from L1.

/** An L2 block, as far as batches go. */
export interface BatcherBlock {
  readonly number: bigint
  readonly hash: Hash
  readonly parentHash: Hash
  /** Seconds. */
  readonly timestamp: bigint
  readonly origin: BlockId
  /** Whether its L1 origin is another than its parent's. */
  readonly originChanged: boolean
  /** EIP-2718 encodings, without the deposits. */
  readonly transactions: readonly Uint8Array[]
  /** Estimate of its bytes on L1. */
  readonly daBytes: number
}

export interface BlockId {
  readonly number: bigint
  readonly hash: Hash
}

/** A closed channel. */
export interface Channel {
  readonly id: Hex
  /** In order, without their transactions. */
  readonly blocks: readonly BlockId[]
  /** What its transactions carry, those not sent yet. */
  readonly unsent: readonly Content[]
}

/** What a transaction carries. */
export type Content =
  | { readonly carrier: 'calldata'; readonly data: Uint8Array }
  /** One piece of data for each blob. */
  | { readonly carrier: 'blobs'; readonly data: readonly Uint8Array[] }
  /** Nothing: it takes the place of one that was sent before the batcher started. */
  | { readonly carrier: 'cancel'; readonly pool: Carrier }

/** Where a transaction is on L1, and what it paid. */
export interface Inclusion extends BlockId {
  readonly transaction: Hash
  readonly gasUsed: bigint
  /** Wei per gas. */
  readonly gasPrice: bigint
  readonly blobGasUsed: bigint
  /** Wei per blob gas. */
  readonly blobGasPrice: bigint
}

/** A transaction of the batcher's, from the moment it is decided on. */
export interface BatcherTransaction {
  readonly nonce: number
  /** undefined: it cancels one. */
  readonly channel: Hex | undefined
  readonly content: Content
  readonly fees: Fees
  /** Of every version that was sent. */
  readonly hashes: readonly Hash[]
  /** Milliseconds of the clock; of the last version. */
  readonly sentAt: number
  /** Must be signed and sent. */
  readonly due: boolean
  readonly included: Inclusion | undefined
  /** How many times in a row its nonce was used and no version of it was found in a block. */
  readonly misses: number
  /** Milliseconds of the clock since when L1 refuses its data because of what waits in its other pool. */
  readonly blockedSince: number | undefined
}

/**
 * Before the first block and after everything that makes the state wrong, the batcher settles: it waits until no
 * transaction of its account is under way and derivation has read all that L1 holds. Only then is it known what
 * is missing on L1.
 */
export interface Settling {
  readonly phase: 'settling'
  /** L1 block with which no transaction was under way; derivation must have read it. */
  readonly readUntil: bigint | undefined
  /** Milliseconds of the clock since when the same transaction is under way. */
  readonly waiting: { readonly nonce: number; readonly since: number } | undefined
  /** Those that take the place of what does not get into a block. */
  readonly transactions: readonly BatcherTransaction[]
}

export interface Posting {
  readonly phase: 'posting'
  /** The newest block that follows from L1, as known last. */
  readonly safe: BlockId
  /** Waiting for a channel; the first of them are the open channel's. */
  readonly queue: readonly BatcherBlock[]
  /** L1 block at which the open channel's first block was loaded. */
  readonly openedAt: bigint | undefined
  /** Oldest first, until their blocks are safe. */
  readonly channels: readonly Channel[]
  /** By nonce. */
  readonly transactions: readonly BatcherTransaction[]
  readonly nextNonce: number
  /** Of the last channels: bytes after compression by estimated bytes. */
  readonly ratio: number
  /** A nonce that someone else used with this account's key. */
  readonly foreignNonce: number | undefined
}

export type BatcherState = Settling | Posting

/** What is seen at one moment. */
export interface Observation {
  /** Milliseconds. */
  readonly now: number
  readonly l1: BlockId & { readonly timestamp: bigint; readonly prices: L1Prices }
  /** Of the batcher's account: transactions in blocks, and those with what L1's pool holds. */
  readonly nonce: { readonly latest: number; readonly pending: number }
  /** By the hashes of transactions that the state has; read after the nonces. */
  readonly inclusions: ReadonlyMap<Hash, Inclusion>
  /** Undefined while derivation starts. */
  readonly node:
    | {
        /** The last L1 block all of whose data derivation has read. */
        readonly readTo: bigint
        /** The last block it derived. */
        readonly safe: BlockId
        readonly unsafe: BlockId
      }
    | undefined
  /** The blocks from the one that `nextBlock` names on. */
  readonly blocks: readonly BatcherBlock[]
}

/** What operators and metrics hear. */
export type BatcherEvent =
  | { readonly kind: 'settled'; readonly from: bigint }
  | { readonly kind: 'reset'; readonly reason: string }
  | { readonly kind: 'blocks-loaded'; readonly last: bigint; readonly bytes: number }
  | { readonly kind: 'channel-opened' }
  | {
      readonly kind: 'channel-closed'
      readonly id: Hex
      readonly from: bigint
      readonly to: bigint
      readonly reason: 'full' | 'duration' | 'sequencing-window'
      readonly carrier: Carrier
      readonly frames: number
      readonly inputBytes: number
      readonly outputBytes: number
    }
  | { readonly kind: 'channel-submitted'; readonly id: Hex; readonly to: bigint }
  | { readonly kind: 'channel-lost'; readonly id: Hex; readonly to: bigint }
  | {
      readonly kind: 'transaction-sent'
      readonly nonce: number
      readonly hash: Hash
      readonly attempt: number
      readonly carrier: Content['carrier']
      /** Of each piece: one with calldata, one a blob. */
      readonly bytes: readonly number[]
      readonly fees: Fees
    }
  | {
      readonly kind: 'transaction-included'
      readonly nonce: number
      readonly carrier: Content['carrier']
      readonly bytes: number
      readonly inclusion: Inclusion
    }
  | { readonly kind: 'transaction-dropped'; readonly nonce: number }
  | { readonly kind: 'transaction-refused'; readonly nonce: number; readonly reason: string }

export interface Advanced<T extends BatcherState = BatcherState> {
  readonly state: T
  readonly events: readonly BatcherEvent[]
}

export const INITIAL_STATE: Settling = {
  phase: 'settling',
  readUntil: undefined,
  waiting: undefined,
  transactions: [],
}

/** Number of the next block that the batcher wants; undefined: none for now. */
export function nextBlock(state: BatcherState): bigint | undefined {
  if (state.phase === 'settling' || rawBytes(state) > MAX_QUEUE_BYTES) return undefined
  return tail(state).number + 1n
}

/** Bytes of transactions that wait in memory at most, besides one delivery. */
const MAX_QUEUE_BYTES = 32 * 1024 * 1024

function rawBytes({ queue }: Posting): number {
  return queue.reduce((sum, block) => sum + bytesOf(block), 0)
}

/** Bytes of a block's transactions. */
export function bytesOf({ transactions }: BatcherBlock): number {
  return transactions.reduce((sum, raw) => sum + raw.length, 0)
}

/** The last loaded block. */
export function tail({ queue, channels, safe }: Posting): BlockId {
  return queue.at(-1) ?? channels.at(-1)?.blocks.at(-1) ?? safe
}

/** Figures of a state. */
export interface BatcherFigures {
  /** That wait for a channel. */
  readonly pendingBlocks: number
  /** Bytes of their transactions, and an estimate of them on L1. */
  readonly pendingBytes: number
  readonly pendingDaBytes: number
  readonly channels: number
  readonly pendingTransactions: number
  /** Next nonce; undefined while it settles. */
  readonly nonce: number | undefined
  /** The last block that is in L1 blocks with all before it; undefined while it settles. */
  readonly submitted: bigint | undefined
}

export function figuresOf(state: BatcherState): BatcherFigures {
  const pendingTransactions = state.transactions.filter(({ included }) => !included).length
  if (state.phase === 'settling')
    return {
      pendingBlocks: 0,
      pendingBytes: 0,
      pendingDaBytes: 0,
      channels: 0,
      pendingTransactions,
      nonce: undefined,
      submitted: undefined,
    }
  const { queue, channels, nextNonce, safe } = state
  const waiting = channels.findIndex((channel) => !isSubmitted(state, channel))
  const submitted = waiting < 0 ? channels : channels.slice(0, waiting)
  return {
    pendingBlocks: queue.length,
    pendingBytes: rawBytes(state),
    pendingDaBytes: queue.reduce((sum, { daBytes }) => sum + daBytes, 0),
    channels: channels.length + (queue.length > 0 ? 1 : 0),
    pendingTransactions,
    nonce: nextNonce,
    submitted: submitted.at(-1)?.blocks.at(-1)?.number ?? safe.number,
  }
}

/** Whether all of a channel is in L1 blocks. */
export function isSubmitted({ transactions }: Posting, { id, unsent }: Channel): boolean {
  return (
    unsent.length === 0 &&
    transactions.every(({ channel, included }) => channel !== id || included !== undefined)
  )
}
