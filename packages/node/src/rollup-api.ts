import type { Block, Engine } from '@altlayer/engine'
import {
  type BlockId,
  type Hash,
  isForkActive,
  outputRoot,
  PREDEPLOYS,
  type RollupConfig,
  rollupConfigToJson,
  ZERO_HASH,
} from '@altlayer/protocol'
import type {
  Json,
  L1BlockRef,
  L2BlockRef,
  OutputAtBlock,
  RollupApi,
  SafeHeadAtL1Block,
  SyncProgress,
  SyncStatus,
} from '@altlayer/rpc'
import { parentOf } from './chain/parent.ts'
import type { Clock } from './clock.ts'
import type { SafeAt } from './derivation/safe-heads.ts'
import type { DerivedHeads } from './derivation/verifier.ts'
import type { L1Block } from './l1/client.ts'
import type { L1Follower } from './l1/follower.ts'

export interface RollupApiOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly follower: L1Follower
  readonly l1Genesis: L1Block
  readonly clock: Clock
  /** What is derived from L1, once it has begun. */
  readonly derived?: () => DerivedHeads | undefined
  /** The safe head once an L1 block had been read. */
  readonly safeHeadAt?: (l1Number: bigint) => SafeAt | undefined
  /** As in `altlayer/0.1.0`. */
  readonly version: string
  /** Connected peers; left out: there is no network. */
  readonly peerCount?: () => number
}

/** Seconds behind the clock from which the chain counts as catching up. */
const SYNCING_FROM = 60n
const nothing: L1BlockRef = { hash: ZERO_HASH, number: 0, parentHash: ZERO_HASH, timestamp: 0 }

/**
 * The `optimism_` methods. Until derivation has begun, `safe` and `finalized` are the engine's, and
 * `current_l1` is empty: L1 was not asked whether they stand.
 */
export function createRollupApi(options: RollupApiOptions): RollupApi {
  const { config, engine, l1Genesis } = options

  function l2Ref(block: Block): L2BlockRef {
    const { number, timestamp, origin, sequenceNumber } = parentOf(config, block, l1Genesis)
    return {
      hash: block.hash,
      number: Number(number),
      parentHash: block.header.parentHash,
      timestamp: Number(timestamp),
      l1origin: { hash: origin.hash, number: Number(origin.number) },
      sequenceNumber: Number(sequenceNumber),
    }
  }

  function syncStatus(): SyncStatus {
    const heads = options.follower.heads()
    const derived = options.derived?.()
    // The engine's tags: what this says is what `eth_getBlockByNumber` says.
    const tagged = (tag: 'latest' | 'safe' | 'finalized') => engine.block({ tag }) ?? engine.genesis
    const safe = l2Ref(tagged('safe'))
    const current = l1Ref(derived?.currentL1)
    const head = tagged('latest')
    return {
      current_l1: current,
      current_l1_finalized: l1Ref(heads.finalized),
      head_l1: l1Ref(heads.latest),
      safe_l1: l1Ref(heads.safe),
      finalized_l1: l1Ref(heads.finalized),
      unsafe_l2: l2Ref(head),
      safe_l2: safe,
      finalized_l2: l2Ref(tagged('finalized')),
      pending_safe_l2: derived ? l2Ref(derived.pendingSafe) : safe,
      cross_unsafe_l2: l2Ref(head),
      local_safe_l2: safe,
    }
  }

  /** In the header since Isthmus, else the root of the contract's storage. */
  async function withdrawalStorageRoot({ header, hash }: Block): Promise<Hash> {
    if (isForkActive(config.forks, 'isthmus', header.timestamp) && header.withdrawalsRoot) {
      return header.withdrawalsRoot
    }
    const { account } = await engine.proof({ hash }, PREDEPLOYS.L2ToL1MessagePasser, [])
    if (!account) throw new Error(`block ${header.number} has no L2ToL1MessagePasser`)
    return account.storageRoot
  }

  async function outputAtBlock(number: bigint): Promise<OutputAtBlock> {
    const block = engine.block({ number })
    // The OP Stack's monitors tell a block that is not there from a failure by the words "not found".
    if (!block) throw new Error(`block ${number} not found`)
    const { stateRoot } = block.header
    const messagePasserStorageRoot = await withdrawalStorageRoot(block)
    return {
      version: ZERO_HASH,
      outputRoot: outputRoot({ stateRoot, messagePasserStorageRoot, blockHash: block.hash }),
      blockRef: l2Ref(block),
      withdrawalStorageRoot: messagePasserStorageRoot,
      stateRoot,
      syncStatus: syncStatus(),
    }
  }

  const startingBlock = (engine.block({ tag: 'latest' }) ?? engine.genesis).header.number

  /** After a pause the chain has the blocks of that time still to make. */
  function syncing(): SyncProgress | undefined {
    const { header } = engine.block({ tag: 'latest' }) ?? engine.genesis
    const behind = BigInt(Math.floor(options.clock.now() / 1_000)) - header.timestamp
    if (behind < SYNCING_FROM) return undefined
    const highestBlock = header.number + behind / config.blockTime
    return { startingBlock, currentBlock: header.number, highestBlock }
  }

  function safeHeadAtL1Block(number: bigint): SafeHeadAtL1Block {
    const found = options.safeHeadAt?.(number)
    if (!found)
      throw new Error(
        `safe head not found: what followed from L1 block ${number} was not read, or long ago`,
      )
    const { l1, l2 } = found
    return { l1Block: idJson(l1), safeHead: idJson(l2) }
  }

  return {
    outputAtBlock,
    safeHeadAtL1Block,
    syncStatus,
    syncing,
    coinbase: PREDEPLOYS.SequencerFeeVault,
    rollupConfig: () => rollupConfigToJson(config) as { readonly [key: string]: Json },
    version: () => options.version,
    ...(options.peerCount && { peerCount: options.peerCount }),
  }
}

function idJson({ hash, number }: BlockId): SafeHeadAtL1Block['safeHead'] {
  return { hash, number: Number(number) }
}

function l1Ref(block: L1Block | undefined): L1BlockRef {
  if (!block) return nothing
  const { header, hash } = block
  return {
    hash,
    number: Number(header.number),
    parentHash: header.parentHash,
    timestamp: Number(header.timestamp),
  }
}
