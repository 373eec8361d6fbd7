import type { Address, Hash } from '@altlayer/protocol'

// The rollup node's side of RPC, the `optimism_` namespace. A package that follows L1 provides it;
// without it these methods do not exist. The types are the JSON forms that op-node answers, field
// by field: clients and operators' tools read them as they are (numbers are JSON numbers there).

export interface BlockId {
  readonly hash: Hash
  readonly number: number
}

export interface L1BlockRef extends BlockId {
  readonly parentHash: Hash
  /** Seconds. */
  readonly timestamp: number
}

export interface L2BlockRef extends L1BlockRef {
  readonly l1origin: BlockId
  /** Distance from the first block of the same L1 origin. */
  readonly sequenceNumber: number
}

/** How far the node is with each view of both chains. Zero hashes where nothing is known yet. */
export interface SyncStatus {
  /** Last L1 block the derivation has read. */
  readonly current_l1: L1BlockRef
  readonly current_l1_finalized: L1BlockRef
  readonly head_l1: L1BlockRef
  readonly safe_l1: L1BlockRef
  readonly finalized_l1: L1BlockRef
  readonly unsafe_l2: L2BlockRef
  readonly safe_l2: L2BlockRef
  readonly finalized_l2: L2BlockRef
  readonly pending_safe_l2: L2BlockRef
  readonly cross_unsafe_l2: L2BlockRef
  readonly local_safe_l2: L2BlockRef
}

/** OP Stack specs, "L2 output root proposals": the output at a block and what it commits to. */
export interface OutputAtBlock {
  /** 32 bytes, zero for the only version there is. */
  readonly version: Hash
  readonly outputRoot: Hash
  readonly blockRef: L2BlockRef
  readonly withdrawalStorageRoot: Hash
  readonly stateRoot: Hash
  readonly syncStatus: SyncStatus
}

/** How far a node that is behind its chain has come, in block numbers. */
export interface SyncProgress {
  readonly startingBlock: bigint
  readonly currentBlock: bigint
  readonly highestBlock: bigint
}

/** A JSON value: what may be answered as it is. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** `optimism_safeHeadAtL1Block`, as op-node answers it. */
export interface SafeHeadAtL1Block {
  readonly l1Block: { readonly hash: Hash; readonly number: number }
  readonly safeHead: { readonly hash: Hash; readonly number: number }
}

/** What the node gives RPC. A rejection's message becomes the answer's error message (-32000). */
export interface RollupApi {
  /** Output of a canonical L2 block; rejects when the block is unknown. */
  outputAtBlock(number: bigint): Promise<OutputAtBlock>
  /** The safe head once an L1 block had been read; throws when that is not known. */
  safeHeadAtL1Block(number: bigint): SafeHeadAtL1Block
  syncStatus(): SyncStatus | Promise<SyncStatus>
  /** The chain's `rollup.json`. */
  rollupConfig(): { readonly [key: string]: Json } | Promise<{ readonly [key: string]: Json }>
  /** Name and version of the node, as in `altlayer/0.1.0`. */
  version(): string
  /** Account that receives fees as a sequencer, for eth_coinbase. */
  readonly coinbase?: Address
  /** Progress while the node is far behind what it knows of the chain; undefined once it has caught up. */
  syncing?(): SyncProgress | undefined
  /** Number of connected peers. */
  peerCount?(): number
}
