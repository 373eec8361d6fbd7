import {
  type Block,
  type BlockRef,
  type CallRequest,
  type Engine,
  type EngineEvents,
  type ExecutionResult,
  JsonText,
  type LogEntry,
  type LogFilter,
  type PoolTransaction,
  type Receipt,
  type TracerConfig,
} from '@altlayer/engine'
import {
  type Address,
  type ChainConfig,
  EMPTY_BLOOM,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeBlock,
  type Hash,
  type Header,
  headerHash,
  hexToBytes,
  keccak256Hex,
} from '@altlayer/protocol'

// An engine without execution, for tests of the server: a chain of blocks made up here, a pool that
// takes anything, calls answered by a function the test gives.

export const SENDER: Address = '0x00000000000000000000000000000000000000aa'
export const CONTRACT: Address = '0x00000000000000000000000000000000000000cc'

const CONFIG: ChainConfig = {
  mode: 'ethereum',
  chainId: 901n,
  forks: { shanghai: 0n, cancun: 0n },
}

export const SUCCESS: ExecutionResult = {
  status: 'success',
  gasUsed: 21_000n,
  gasRefunded: 0n,
  maxGasUsed: 21_000n,
  returnData: new Uint8Array(),
  logs: [],
}

export interface FakeEngine extends Engine {
  /** Adds a block on the head, with one receipt that has these logs' topics. */
  mine(topics?: readonly (readonly Hash[])[]): Block
  /** Takes the newest block away and puts another in its place. */
  reorg(): Block
  /** Answers calls from now on. */
  onCall(answer: (request: CallRequest) => Promise<ExecutionResult>): void
  readonly traces: TracerConfig[]
  readonly rawTransactions: Uint8Array[]
}

/** What tracing a block by its number gives: more than 1,000 characters, not all ASCII. */
export const LONG_TRACE = JSON.stringify([{ error: 'ünüsual '.repeat(200) }])
const jsonText = (text: string) => new JsonText(new TextEncoder().encode(text))

export function createFakeEngine(config: Partial<ChainConfig> = {}): FakeEngine {
  const genesis = makeBlock(0n, `0x${'0'.repeat(64)}`)
  const chain: Block[] = [genesis]
  const receipts = new Map<Hash, readonly Receipt[]>()
  const pool = new Map<Hash, PoolTransaction>()
  const listeners = new Map<keyof EngineEvents, Set<(...args: never[]) => void>>()
  const rawTransactions: Uint8Array[] = []
  const traces: TracerConfig[] = []
  let answer = (_request: CallRequest) => Promise.resolve(SUCCESS)
  let salt = 0

  function emit<K extends keyof EngineEvents>(event: K, ...args: EngineEvents[K]): void {
    for (const listener of listeners.get(event) ?? []) listener(...(args as never[]))
  }

  function find(ref: BlockRef): Block | undefined {
    if ('hash' in ref) return chain.find(({ hash }) => hash === ref.hash)
    if ('number' in ref) return chain[Number(ref.number)]
    return ref.tag === 'earliest' ? genesis : chain.at(-1)
  }

  function append(topics: readonly (readonly Hash[])[]): Block {
    const parent = chain.at(-1) as Block
    const block = makeBlock(parent.header.number + 1n, parent.hash, ++salt)
    chain.push(block)
    receipts.set(block.hash, [makeReceipt(block, topics)])
    return block
  }

  return {
    config: { ...CONFIG, ...config },
    genesis,
    rawTransactions,
    traces,
    pool: {
      add(raw) {
        rawTransactions.push(raw)
        const transaction = { hash: keccak256Hex(raw), raw, from: SENDER, nonce: BigInt(pool.size) }
        pool.set(transaction.hash, transaction)
        emit('pendingTransaction', transaction)
        return Promise.resolve(transaction.hash)
      },
      get: (hash) => pool.get(hash),
      content: () => ({ pending: new Map([[SENDER, [...pool.values()]]]), queued: new Map() }),
      contentFrom: () => ({ pending: [...pool.values()], queued: [] }),
      status: () => ({ pending: pool.size, queued: 0 }),
      nonce: (sender) => (sender === SENDER && pool.size > 0 ? BigInt(pool.size) : undefined),
    },
    mine(topics = []) {
      const block = append(topics)
      emit('head', { reverted: [], applied: [block] })
      return block
    },
    reorg() {
      const reverted = chain.pop() as Block
      const block = append([])
      emit('head', { reverted: [reverted], applied: [block] })
      return block
    },
    onCall(next) {
      answer = next
    },
    block: find,
    header: (ref) => find(ref),
    receipts: (hash) => receipts.get(hash),
    pendingReceipts: () => [],
    transactionLocation: () => undefined,
    senders: () => [],
    logs: (from, to, filter) => Promise.resolve(logsOf(chain, receipts, from, to, filter)),
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set)
      set.add(listener as (...args: never[]) => void)
      return () => set.delete(listener as (...args: never[]) => void)
    },
    account: () =>
      Promise.resolve({
        nonce: 7n,
        balance: 10n ** 18n,
        codeHash: EMPTY_ROOT,
        storageRoot: EMPTY_ROOT,
      }),
    storage: (_ref, _address, slot) => Promise.resolve(slot),
    code: () => Promise.resolve(new Uint8Array([0x60, 0x00])),
    preimage: () => undefined,
    proof: () => Promise.resolve({ account: undefined, accountProof: [], storageProof: [] }),
    call: (request) => answer(request),
    estimateGas: async (request) => {
      const result = await answer(request)
      return result.status === 'success' ? { gas: result.gasUsed } : { result }
    },
    simulate: () => Promise.resolve([]),
    traceTransaction: () => Promise.resolve(jsonText('{}')),
    traceBlock: (block) => Promise.resolve(jsonText('number' in block ? LONG_TRACE : '[]')),
    traceCall: (_request, tracer) => {
      traces.push(tracer)
      return Promise.resolve(jsonText('{}'))
    },
    witness: () => Promise.resolve({ headers: [], state: [], codes: [], keys: [] }),
    pendingDiff: () => Promise.resolve([]),
    forkchoiceUpdated: () => Promise.resolve({ payloadStatus: { status: 'VALID' } }),
    getPayload: () => Promise.reject(new Error('the fake engine builds nothing')),
    newPayload: () => Promise.resolve({ status: 'VALID' }),
    setDaLimits: () => {},
    close: () => Promise.resolve(),
  }
}

function makeBlock(number: bigint, parentHash: Hash, salt = 0): Block {
  const header: Header = {
    parentHash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: `0x${'0'.repeat(40)}`,
    stateRoot: EMPTY_ROOT,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: EMPTY_BLOOM,
    difficulty: 0n,
    number,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: 1_000n + number,
    extraData: `0x${salt.toString(16).padStart(8, '0')}`,
    mixHash: EMPTY_ROOT,
    nonce: '0x0000000000000000',
    baseFeePerGas: 1_000_000_000n,
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: EMPTY_ROOT,
  }
  const block = { header, transactions: [], withdrawals: [] }
  return { ...block, hash: headerHash(header), size: BigInt(encodeBlock(block).length) }
}

function makeReceipt({ hash, header }: Block, topics: readonly (readonly Hash[])[]): Receipt {
  return {
    transactionHash: keccak256Hex(hexToBytes(hash)),
    transactionIndex: 0,
    blockHash: hash,
    blockNumber: header.number,
    type: 2,
    from: SENDER,
    to: CONTRACT,
    status: true,
    gasUsed: 21_000n,
    cumulativeGasUsed: 21_000n,
    effectiveGasPrice: 1_000_000_001n,
    logsBloom: EMPTY_BLOOM,
    logs: topics.map((list) => ({ address: CONTRACT, topics: list, data: '0x' })),
    firstLogIndex: 0,
  }
}

function logsOf(
  chain: readonly Block[],
  receipts: ReadonlyMap<Hash, readonly Receipt[]>,
  from: bigint,
  to: bigint,
  { addresses }: LogFilter,
): LogEntry[] {
  const entries: LogEntry[] = []
  for (const { header, hash } of chain.slice(Number(from), Number(to) + 1))
    for (const receipt of receipts.get(hash) ?? [])
      receipt.logs.forEach((log, index) => {
        if (addresses !== undefined && !addresses.includes(log.address)) return
        entries.push({
          ...log,
          blockHash: hash,
          blockNumber: header.number,
          blockTimestamp: header.timestamp,
          transactionHash: receipt.transactionHash,
          transactionIndex: receipt.transactionIndex,
          logIndex: receipt.firstLogIndex + index,
          removed: false,
        })
      })
  return entries
}
