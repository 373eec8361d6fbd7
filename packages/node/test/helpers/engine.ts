import type { Block, BlockRef, Engine, ExecutionPayload, PayloadAttributes } from '@altlayer/engine'
import {
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeHoloceneExtraData,
  type Hash,
  type Header,
  headerHash,
  parseEip1559ParamsHex,
} from '@altlayer/protocol'
import type { Clock } from '../../src/clock.ts'
import { fullBloom } from './l1.ts'

/** The block that an engine makes of attributes, without executing anything. */
export function unexecutedBlock(
  parent: { readonly hash: Hash; readonly number: bigint },
  attributes: PayloadAttributes,
): Block {
  const params = attributes.eip1559Params && parseEip1559ParamsHex(attributes.eip1559Params)
  const canyon = { denominator: 250, elasticity: 6 }
  const header: Header = {
    parentHash: parent.hash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: attributes.feeRecipient,
    stateRoot: EMPTY_ROOT,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: fullBloom,
    difficulty: 0n,
    number: parent.number + 1n,
    gasLimit: attributes.gasLimit,
    gasUsed: 0n,
    timestamp: attributes.timestamp,
    extraData: params ? encodeHoloceneExtraData(params.denominator === 0 ? canyon : params) : '0x',
    mixHash: attributes.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: 1n,
    ...(attributes.parentBeaconBlockRoot && {
      withdrawalsRoot: EMPTY_ROOT,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    }),
  }
  return {
    header,
    hash: headerHash(header),
    transactions: attributes.transactions ?? [],
    size: 0n,
  }
}

/** The part of an engine that a sequencer uses, in memory, without execution. */
export interface FakeEngine extends Engine {
  /** Every block made: its timestamp in seconds, and the clock when it was sealed. */
  readonly sealed: readonly { readonly block: Block; readonly at: number }[]
  readonly attributes: readonly PayloadAttributes[]
  /** The next this many calls of getPayload fail. */
  failures: number
  /** All of them are in each block. */
  pendingTransactions: number
  /** Milliseconds that sealing takes. */
  sealingTime: number
}

export function fakeEngine(genesis: Block, clock: Clock): FakeEngine {
  const blocks = new Map<Hash, Block>([[genesis.hash, genesis]])
  const open = new Map<string, Block>()
  const sealed: { block: Block; at: number }[] = []
  const attributesSeen: PayloadAttributes[] = []
  let head = genesis
  const valid = { status: 'VALID' } as const
  const engine: Partial<FakeEngine> = {
    genesis,
    sealed,
    attributes: attributesSeen,
    failures: 0,
    pendingTransactions: 0,
    sealingTime: 0,
    pool: {
      status: () => ({ pending: engine.pendingTransactions ?? 0, queued: 0 }),
    } as Engine['pool'],
    block(ref: BlockRef) {
      if ('hash' in ref) return blocks.get(ref.hash)
      if ('number' in ref) return [...blocks.values()].find((b) => b.header.number === ref.number)
      return ref.tag === 'latest' ? head : genesis
    },
    header: (ref) => {
      const block = engine.block?.(ref)
      return block && { header: block.header, hash: block.hash }
    },
    async forkchoiceUpdated(state, attributes) {
      const block = blocks.get(state.headBlockHash)
      if (!block) return { payloadStatus: { status: 'SYNCING' } }
      head = block
      if (!attributes) return { payloadStatus: valid }
      attributesSeen.push(attributes)
      const payloadId = `0x${attributesSeen.length.toString(16)}` as const
      open.set(
        payloadId,
        unexecutedBlock({ hash: head.hash, number: head.header.number }, attributes),
      )
      return { payloadStatus: valid, payloadId }
    },
    async getPayload(id): Promise<ExecutionPayload> {
      const block = open.get(id)
      if ((engine.failures ?? 0) > 0 || !block) {
        engine.failures = (engine.failures ?? 1) - 1
        throw new Error('no such payload')
      }
      await clock.sleep(engine.sealingTime ?? 0)
      sealed.push({ block, at: clock.now() })
      const pooled = Array.from(
        { length: engine.pendingTransactions ?? 0 },
        () => new Uint8Array(1),
      )
      const transactions = [...block.transactions, ...pooled]
      return { header: block.header, blockHash: block.hash, transactions }
    },
    async newPayload({ header, blockHash, transactions }) {
      blocks.set(blockHash, { header, hash: blockHash, transactions, size: 0n })
      return valid
    },
  }
  return engine as FakeEngine
}
