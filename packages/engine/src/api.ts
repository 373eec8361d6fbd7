import type { Address, ChainConfig, Hash, Header, Hex } from '@altlayer/protocol'
import type { JsonText } from './json-text.ts'
import type {
  AccountDiff,
  AccountOverride,
  AccountProof,
  AccountState,
  BlockAttributes,
  BlockOverrides,
  CallMessage,
  ExecutionResult,
  Log,
  MessageOptions,
  Withdrawal,
} from './program/types.ts'
import type { TracerName } from './trace/tracer.ts'

// What the rest of the house sees of the engine. RPC, node and CLI use only this.

export type BlockTag = 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest'
export type BlockRef =
  | { readonly tag: BlockTag }
  | { readonly number: bigint }
  | { readonly hash: Hash; readonly requireCanonical?: boolean }

export interface Block {
  readonly header: Header
  readonly hash: Hash
  /** EIP-2718 encodings, in order. */
  readonly transactions: readonly Uint8Array[]
  readonly withdrawals?: readonly Withdrawal[]
  /** Bytes of the block's RLP. */
  readonly size: bigint
}

/** A receipt with what its block and transaction add to it. */
export interface Receipt {
  readonly transactionHash: Hash
  readonly transactionIndex: number
  readonly blockHash: Hash
  readonly blockNumber: bigint
  readonly type: number
  readonly from: Address
  readonly to?: Address
  readonly contractAddress?: Address
  readonly status: boolean
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  readonly effectiveGasPrice: bigint
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
  /** Index in the block of the first log. */
  readonly firstLogIndex: number
  readonly blobGasUsed?: bigint
  readonly blobGasPrice?: bigint
  readonly depositNonce?: bigint
  readonly depositReceiptVersion?: bigint
  /** OP mode: L1 fee and the L1 attributes it was computed from. */
  readonly l1?: L1FeeFields
}

export interface L1FeeFields {
  readonly l1Fee: bigint
  readonly l1GasPrice: bigint
  readonly l1GasUsed: bigint
  readonly l1FeeScalar?: string
  readonly l1BaseFeeScalar?: bigint
  readonly l1BlobBaseFee?: bigint
  readonly l1BlobBaseFeeScalar?: bigint
  readonly operatorFeeScalar?: bigint
  readonly operatorFeeConstant?: bigint
}

/** As eth_getLogs takes it. An empty topic position matches anything. */
export interface LogFilter {
  readonly addresses?: readonly Address[]
  readonly topics?: readonly (readonly Hash[] | null)[]
}

export interface LogEntry extends Log {
  readonly blockHash: Hash
  readonly blockNumber: bigint
  readonly blockTimestamp: bigint
  readonly transactionHash: Hash
  readonly transactionIndex: number
  readonly logIndex: number
  readonly removed: boolean
}

/** A block that need not be in the database. */
export type ForeignBlock = Pick<Block, 'header' | 'transactions' | 'withdrawals'>

/** Engine API ForkchoiceStateV1. */
export interface ForkchoiceState {
  readonly headBlockHash: Hash
  readonly safeBlockHash: Hash
  readonly finalizedBlockHash: Hash
}

/** OP Stack payload attributes: Engine API PayloadAttributesV3 and its extension. */
export interface PayloadAttributes extends BlockAttributes {
  /** Forced first, in order: deposits, and in derivation all transactions of the batch. */
  readonly transactions?: readonly Uint8Array[]
  /** Nothing from the pool. */
  readonly noTxPool?: boolean
}

/** Engine API ExecutionPayloadV3/V4 with decoded numbers. */
export interface ExecutionPayload {
  readonly header: Header
  readonly blockHash: Hash
  readonly transactions: readonly Uint8Array[]
  readonly withdrawals?: readonly Withdrawal[]
}

export interface PayloadStatus {
  readonly status: 'VALID' | 'INVALID' | 'SYNCING'
  readonly latestValidHash?: Hash
  readonly validationError?: string
}

export interface ForkchoiceResult {
  readonly payloadStatus: PayloadStatus
  readonly payloadId?: Hex
}

/** Limits on what blocks take on L1, as estimated by `estimatedDaSize` (op-geth's `miner_setMaxDASize`). */
export interface DaLimits {
  /** Bytes of one transaction from the pool; 0: no limit. */
  readonly transaction: number
  /** Bytes of a block's transactions from the pool together; 0: no limit. */
  readonly block: number
}

export interface CallRequest {
  readonly block: BlockRef
  readonly message: CallMessage
  readonly overrides?: readonly AccountOverride[]
  readonly blockOverrides?: BlockOverrides
  readonly options?: MessageOptions
  /** Milliseconds; the call ends with EngineError `timeout`. Default: the engine's call timeout. */
  readonly timeout?: number
}

/** Blocks of calls built on one another, eth_simulateV1. */
export interface SimulateRequest {
  readonly block: BlockRef
  readonly blocks: readonly {
    readonly overrides?: readonly AccountOverride[]
    readonly blockOverrides?: BlockOverrides
    readonly withdrawals?: readonly Withdrawal[]
    /** A call whose gas is 2^64 - 1 gets what its block has left. */
    readonly calls: readonly CallMessage[]
  }[]
  readonly validation: boolean
  /** Add ERC-20-like logs for ETH transfers. */
  readonly traceTransfers: boolean
}

export interface SimulatedBlock {
  readonly block: Block
  readonly results: readonly ExecutionResult[]
}

/** geth's names: '' or undefined is the struct logger. */
export interface TracerConfig {
  readonly tracer?: TracerName
  readonly tracerConfig?: Readonly<Record<string, unknown>>
  readonly enableMemory?: boolean
  readonly disableStack?: boolean
  readonly disableStorage?: boolean
  readonly enableReturnData?: boolean
  readonly limit?: number
  readonly timeout?: number
}

export interface ExecutionWitness {
  readonly headers: readonly Hex[]
  readonly state: readonly Hex[]
  readonly codes: readonly Hex[]
  readonly keys: readonly Hex[]
}

export interface PoolTransaction {
  readonly hash: Hash
  readonly raw: Uint8Array
  readonly from: Address
  readonly nonce: bigint
}

export interface PoolStatus {
  readonly pending: number
  readonly queued: number
}

export interface Pool {
  /** Checks, recovers the sender on a worker, stores. Resolves to the hash; rejects with PoolError. */
  add(raw: Uint8Array): Promise<Hash>
  get(hash: Hash): PoolTransaction | undefined
  /** Executable (gapless) and queued, by sender, in nonce order. */
  content(): { pending: Map<Address, PoolTransaction[]>; queued: Map<Address, PoolTransaction[]> }
  contentFrom(sender: Address): { pending: PoolTransaction[]; queued: PoolTransaction[] }
  status(): PoolStatus
  /** Next nonce of a sender counting its executable pool transactions, or undefined if it has none. */
  nonce(sender: Address): bigint | undefined
}

export interface EngineEvents {
  /** A new canonical head. `reverted`: blocks no longer canonical, newest first; `applied`: oldest first. */
  head: [{ readonly reverted: readonly Block[]; readonly applied: readonly Block[] }]
  /** A transaction became executable in the pool. */
  pendingTransaction: [PoolTransaction]
  /** The open block changed (a slot was executed). */
  pending: []
}

/**
 * Synchronous methods read the database on the caller's thread; asynchronous ones execute on workers.
 * An unknown block, transaction or account is `undefined`; a bad reference throws EngineError.
 */
export interface Engine {
  readonly config: ChainConfig
  readonly genesis: Block
  readonly pool: Pool

  // chain
  block(ref: BlockRef): Block | undefined
  header(ref: BlockRef): { header: Header; hash: Hash } | undefined
  receipts(blockHash: Hash): readonly Receipt[] | undefined
  /** Receipts of the block being built. */
  pendingReceipts(): readonly Receipt[]
  transactionLocation(
    hash: Hash,
  ):
    | { blockHash: Hash; blockNumber: bigint; index: number; raw: Uint8Array; from: Address }
    | undefined
  /** Sender of each transaction of a block. */
  senders(blockHash: Hash): readonly Address[] | undefined
  /** Canonical logs in [from, to], in order; stops with EngineError `limit` past `maxResults`. */
  logs(
    from: bigint,
    to: bigint,
    filter: LogFilter,
    maxResults: number,
  ): Promise<readonly LogEntry[]>
  on<K extends keyof EngineEvents>(
    event: K,
    listener: (...args: EngineEvents[K]) => void,
  ): () => void

  // state; `pending` includes the open block
  account(ref: BlockRef, address: Address): Promise<AccountState | undefined>
  storage(ref: BlockRef, address: Address, slot: Hash): Promise<Hash>
  code(ref: BlockRef, address: Address): Promise<Uint8Array>
  proof(ref: BlockRef, address: Address, slots: readonly Hash[]): Promise<AccountProof>
  /** The stored trie node or contract code with this keccak256, of whatever block. */
  preimage(kind: 'node' | 'code', hash: Hash): Uint8Array | undefined

  // execution
  call(request: CallRequest): Promise<ExecutionResult>
  /** Gas with which the message succeeds (bisection, 63/64 rule), within 1.5 % of the least; a revert is in `result`. */
  estimateGas(
    request: CallRequest & { readonly gasCap: bigint },
  ): Promise<{ readonly gas: bigint } | { readonly result: ExecutionResult }>
  simulate(request: SimulateRequest): Promise<readonly SimulatedBlock[]>
  /** Traces are JSON as geth's tracers write it; of a block, a list of `{ txHash, result }`. */
  traceTransaction(hash: Hash, config: TracerConfig): Promise<JsonText>
  /** A block of this node, or one whose parent is. */
  traceBlock(block: BlockRef | ForeignBlock, config: TracerConfig): Promise<JsonText>
  traceCall(request: CallRequest, config: TracerConfig): Promise<JsonText>
  witness(ref: BlockRef): Promise<ExecutionWitness>
  /** Net changes of the open block; what RPC needs for `pending` state. */
  pendingDiff(): Promise<readonly AccountDiff[]>

  // building and importing, by the Engine API's words
  forkchoiceUpdated(
    state: ForkchoiceState,
    attributes?: PayloadAttributes,
  ): Promise<ForkchoiceResult>
  /** Stops adding transactions, seals and returns the block. */
  getPayload(id: Hex): Promise<ExecutionPayload>
  /** Executes (or recognises the block just built), commits atomically and durably. */
  newPayload(payload: ExecutionPayload): Promise<PayloadStatus>
  /**
   * Holds back what is taken from the pool from now on, in the open block too. Throws EngineError `invalid` for a
   * limit that is no integer from 0 to 2^53 - 1.
   */
  setDaLimits(limits: DaLimits): void

  close(): Promise<void>
}
