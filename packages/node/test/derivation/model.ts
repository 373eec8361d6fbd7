import type { Block, PayloadAttributes } from '@altlayer/engine'
import {
  type Address,
  bytesToHex,
  type ChainConfig,
  chainConfigOf,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeHoloceneExtraData,
  encodeReceipt,
  type Hash,
  type Header,
  hexToBytes,
  type Log,
  logsBloom,
  parseEip1559ParamsHex,
  type RollupConfig,
} from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import type { Batch } from '../../src/batcher/channel.ts'
import { originInfo, parentOf } from '../../src/chain/parent.ts'
import { createPreimages, type Preimages } from '../../src/derivation/preimages.ts'
import type { L1Epoch } from '../../src/l1/follower.ts'
import { attributesInEpoch, attributesOfEpochStart } from '../../src/sequencer/attributes.ts'
import { testConfig, testHash } from '../helpers/config.ts'

// A world for derivation: an L1 with transactions, receipts and blobs, and an L2 whose blocks are made by
// the sequencer's own attributes. Nothing is executed: an L2 block is its header and its transactions.

export const L1_TIME = 1_000_000
export const L2_BLOCK_TIME = 2
export const L1_BLOCK_TIME = 12

const keyOf = (seed: number) => `0x${seed.toString(16).padStart(64, '0')}` as const
export const batcherAccount = privateKeyToAccount(keyOf(0xba7c))
export const strangerAccount = privateKeyToAccount(keyOf(0x5712a))
export type Account = typeof batcherAccount

export interface L1Item {
  readonly raw: Uint8Array
  readonly logs?: readonly Log[]
}

/** Executes L2 blocks. Without it a block is its header and transactions, and all states are empty. */
export interface Execution {
  /** Of the genesis. */
  readonly stateRoot: Hash
  seal(parent: Header, attributes: PayloadAttributes): Header
}

export interface WorldOptions {
  readonly execution?: (config: ChainConfig) => Execution
  readonly forks?: Readonly<Record<string, number | undefined>>
  readonly seqWindowSize?: number
  readonly maxSequencerDrift?: number
  readonly channelTimeout?: number
  readonly pectraBlobScheduleTime?: number
}

export interface L2Block extends Block {
  /** What derivation must give for it; undefined: genesis. */
  readonly attributes?: PayloadAttributes
  readonly origin: L1Epoch
  readonly sequenceNumber: bigint
  /** Without the deposits. */
  readonly sequenced: readonly Uint8Array[]
}

export interface WorldL1Block extends L1Epoch {
  readonly transactions: readonly Uint8Array[]
  /** Consensus encodings. */
  readonly receipts: readonly Uint8Array[]
}

export interface World {
  readonly config: RollupConfig
  readonly l1: readonly WorldL1Block[]
  readonly l2: readonly L2Block[]
  readonly preimages: Preimages
  readonly blobs: ReadonlyMap<Hash, Uint8Array>
  /** Keys that the program asks for in vain, although they are known. */
  hidden: (key: Uint8Array) => boolean
  /** Adds an L1 block. */
  mine(items?: readonly L1Item[], options?: { time?: number; parent?: L1Epoch }): L1Epoch
  /** Makes the next L2 block; `advance`: with the next L1 block as its origin. */
  build(advance: boolean, transactions?: readonly Uint8Array[], parent?: L2Block): L2Block
  /** A batcher transaction with calldata. */
  post(
    data: Uint8Array,
    options?: { account?: Account; to?: Address; chainId?: number },
  ): Promise<L1Item>
  /** A blob transaction; the blobs become known. */
  postBlobs(blobs: readonly Uint8Array[], calldata?: Uint8Array): Promise<L1Item>
}

const emptyHeader = {
  sha3Uncles: EMPTY_UNCLES_HASH,
  miner: '0x0000000000000000000000000000000000000000',
  stateRoot: EMPTY_ROOT,
  difficulty: 0n,
  gasUsed: 0n,
  nonce: '0x0000000000000000',
} as const

export function createWorld(options: WorldOptions = {}): World {
  const preimages = createPreimages()
  const makeL1 = (
    parent: L1Epoch | undefined,
    items: readonly L1Item[],
    time: number,
  ): WorldL1Block => {
    const logs = items.flatMap((item) => item.logs ?? [])
    const receipts = items.map((item, i) =>
      encodeReceipt({
        type: (item.raw[0] ?? 0) < 0x80 ? (item.raw[0] as number) : 0,
        status: true,
        cumulativeGasUsed: BigInt(21_000 * (i + 1)),
        logsBloom: logsBloom(item.logs ?? []),
        logs: item.logs ?? [],
      }),
    )
    const number = (parent?.header.number ?? 9n) + 1n
    const header: Header = {
      ...emptyHeader,
      parentHash: parent?.hash ?? testHash(1, 9),
      transactionsRoot: preimages.addList(items.map((item) => item.raw)),
      receiptsRoot: preimages.addList(receipts),
      logsBloom: logsBloom(logs),
      number,
      gasLimit: 30_000_000n,
      timestamp: BigInt(time),
      extraData: '0x',
      mixHash: testHash(4, number),
      baseFeePerGas: 1_000_000_000n + number,
      withdrawalsRoot: EMPTY_ROOT,
      blobGasUsed: 0n,
      excessBlobGas: number * 5_000_000n,
      parentBeaconBlockRoot: testHash(5, number),
      requestsHash: testHash(6, 0),
    }
    const hash = preimages.addHeader(header)
    const transactions = items.map(({ raw }) => raw)
    return {
      hash,
      header,
      transactions,
      receipts,
      logs: logs.map((log, logIndex) => ({ ...log, logIndex })),
    }
  }

  const l1: WorldL1Block[] = [makeL1(undefined, [], L1_TIME)]
  const l1Genesis = l1[0] as WorldL1Block
  const chain = {
    l1Genesis: { number: 10, hash: l1Genesis.hash },
    l2Time: L1_TIME,
    blockTime: L2_BLOCK_TIME,
    ...(options.maxSequencerDrift && { maxSequencerDrift: options.maxSequencerDrift }),
    ...(options.forks && { forks: options.forks }),
  }
  const execution = options.execution?.(chainConfigOf(testConfig(chain)))
  const knownBlobs = new Map<Hash, Uint8Array>()
  const l2Genesis: Header = {
    ...emptyHeader,
    ...(execution && { stateRoot: execution.stateRoot }),
    parentHash: testHash(0, 0),
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: logsBloom([]),
    number: 0n,
    gasLimit: 60_000_000n,
    timestamp: BigInt(L1_TIME),
    extraData: encodeHoloceneExtraData({ denominator: 250, elasticity: 6 }),
    mixHash: testHash(0, 0),
    baseFeePerGas: 1n,
  }
  const l2GenesisHash = preimages.addHeader(l2Genesis)
  const base = testConfig({ ...chain, l2GenesisHash })
  const config: RollupConfig = {
    ...base,
    seqWindowSize: BigInt(options.seqWindowSize ?? 30),
    channelTimeout: BigInt(options.channelTimeout ?? 20),
    ...(options.pectraBlobScheduleTime !== undefined && {
      pectraBlobScheduleTime: BigInt(options.pectraBlobScheduleTime),
    }),
    genesis: {
      ...base.genesis,
      systemConfig: {
        ...base.genesis.systemConfig,
        batcherAddress: batcherAccount.address.toLowerCase() as Address,
      },
    },
  }
  const l2: L2Block[] = [
    {
      header: l2Genesis,
      hash: l2GenesisHash,
      transactions: [],
      size: 0n,
      origin: l1Genesis,
      sequenceNumber: 0n,
      sequenced: [],
    },
  ]
  let nonce = 0

  return {
    config,
    l1,
    l2,
    preimages,
    blobs: knownBlobs,
    hidden: () => false,
    mine(items = [], { time, parent } = {}) {
      const before = parent ?? (l1.at(-1) as L1Epoch)
      const block = makeL1(before, items, time ?? Number(before.header.timestamp) + L1_BLOCK_TIME)
      if (parent === undefined) l1.push(block)
      return block
    },
    build(advance, transactions = [], parent) {
      const before = parent ?? (l2.at(-1) as L2Block)
      const next = l1.find(({ header }) => header.number === before.origin.header.number + 1n)
      if (advance && next === undefined) throw new Error('the next L1 block is not there yet')
      const origin = advance ? (next as L1Epoch) : before.origin
      // The origin itself: what a block before Ecotone says of it is not all that the next may need.
      const { attributesVersion: _, ...known } = parentOf(config, before, l1Genesis)
      const of = { ...known, origin: originInfo(before.origin, config) }
      const sequenceNumber = advance ? 0n : before.sequenceNumber + 1n
      const deposits = advance
        ? attributesOfEpochStart(config, of, origin, { depositsOnly: true })
        : attributesInEpoch(config, of, { sequenceNumber, depositsOnly: true })
      const attributes: PayloadAttributes = {
        ...deposits,
        transactions: [...(deposits.transactions ?? []), ...transactions],
      }
      const place = { origin, sequenceNumber, transactions }
      const block = sealL2(preimages, before, attributes, place, execution)
      if (parent === undefined) l2.push(block)
      return block
    },
    async post(data, { account = batcherAccount, to, chainId } = {}) {
      const raw = await account.signTransaction({
        type: 'eip1559',
        chainId: chainId ?? Number(config.l1ChainId),
        nonce: nonce++,
        to: to ?? config.batchInboxAddress,
        gas: 1_000_000n,
        maxFeePerGas: 10n,
        maxPriorityFeePerGas: 1n,
        data: bytesToHex(data),
      })
      return { raw: hexToBytes(raw) }
    },
    async postBlobs(blobs, calldata = new Uint8Array(0)) {
      const hashes = blobs.map((blob) => {
        const hash = testHash(1, BigInt(nonce * 1000) + BigInt(blobSerial++))
        preimages.addBlob(hash, blob)
        knownBlobs.set(hash, blob)
        return hash
      })
      const raw = await batcherAccount.signTransaction({
        type: 'eip4844',
        chainId: Number(config.l1ChainId),
        nonce: nonce++,
        to: config.batchInboxAddress,
        gas: 21_000n,
        maxFeePerGas: 10n,
        maxPriorityFeePerGas: 1n,
        maxFeePerBlobGas: 1n,
        data: bytesToHex(calldata),
        blobVersionedHashes: hashes,
      })
      return { raw: hexToBytes(raw) }
    },
  }
}

let blobSerial = 0

/** The L2 block that these attributes make. */
export function sealL2(
  preimages: Preimages,
  parent: L2Block,
  attributes: PayloadAttributes,
  place: {
    readonly origin: L1Epoch
    readonly sequenceNumber: bigint
    readonly transactions: readonly Uint8Array[]
  },
  execution?: Execution,
): L2Block {
  const transactions = attributes.transactions ?? []
  const transactionsRoot = preimages.addList(transactions)
  const header =
    execution?.seal(parent.header, attributes) ??
    unexecutedHeader(parent, attributes, transactionsRoot)
  return {
    header,
    hash: preimages.addHeader(header),
    transactions,
    size: 0n,
    attributes,
    origin: place.origin,
    sequenceNumber: place.sequenceNumber,
    sequenced: place.transactions,
  }
}

function unexecutedHeader(
  parent: L2Block,
  attributes: PayloadAttributes,
  transactionsRoot: Hash,
): Header {
  const params = attributes.eip1559Params && parseEip1559ParamsHex(attributes.eip1559Params)
  const canyon = { denominator: 250, elasticity: 6 }
  return {
    ...emptyHeader,
    parentHash: parent.hash,
    miner: attributes.feeRecipient,
    transactionsRoot,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: logsBloom([]),
    number: parent.header.number + 1n,
    gasLimit: attributes.gasLimit,
    timestamp: attributes.timestamp,
    extraData: params ? encodeHoloceneExtraData(params.denominator === 0 ? canyon : params) : '0x',
    mixHash: attributes.prevRandao,
    baseFeePerGas: 1n,
    ...(attributes.parentBeaconBlockRoot && {
      withdrawalsRoot: EMPTY_ROOT,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    }),
  }
}

export function singular(block: L2Block, change: Partial<SingularParts> = {}): Batch {
  return {
    type: 'singular',
    batch: {
      parentHash: hexToBytes(change.parentHash ?? block.header.parentHash),
      epochNumber: change.epochNumber ?? block.origin.header.number,
      epochHash: hexToBytes(change.epochHash ?? block.origin.hash),
      timestamp: change.timestamp ?? block.header.timestamp,
      transactions: change.transactions ?? block.sequenced,
    },
  }
}

interface SingularParts {
  readonly parentHash: Hash
  readonly epochNumber: bigint
  readonly epochHash: Hash
  readonly timestamp: bigint
  readonly transactions: readonly Uint8Array[]
}

/** A span of consecutive blocks. */
export function span(config: RollupConfig, blocks: readonly L2Block[]): Batch {
  const [first] = blocks as [L2Block]
  const last = blocks.at(-1) as L2Block
  return {
    type: 'span',
    batch: {
      relativeTime: first.header.timestamp - config.genesis.l2Time,
      originNumber: last.origin.header.number,
      parentCheck: hexToBytes(first.header.parentHash).slice(0, 20),
      originCheck: hexToBytes(last.origin.hash).slice(0, 20),
      blocks: blocks.map(({ sequenceNumber, sequenced }) => ({
        originChanged: sequenceNumber === 0n,
        transactions: sequenced,
      })),
    },
  }
}

/** Attributes without the order of their members, for comparison. */
export function plain(attributes: PayloadAttributes): Record<string, unknown> {
  const { transactions = [], ...rest } = attributes
  return { ...rest, noTxPool: true, transactions: transactions.map((raw) => bytesToHex(raw)) }
}
