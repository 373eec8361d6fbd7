import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeReceipt,
  encodeTransaction,
  fakeExponential,
  type Hash,
  type Header,
  headerHash,
  type Log,
  logsBloom,
  nextBaseFee,
  orderedTrieRoot,
  TX_LEGACY,
  transactionHash,
} from '@altlayer/protocol'
import { testHash } from './config.ts'
import { answerBeacon, type BeaconManners } from './l1-double-beacon.ts'
import { createL1Pool, type PooledTransaction, type PoolRules } from './l1-double-pool.ts'
import { answerRpc } from './l1-double-rpc.ts'

// An L1 whose blocks a test makes one by one: JSON-RPC and beacon APIs over HTTP, every root and hash as
// Ethereum has them under Prague's rules, blob transactions included (Anvil's transactions root is another
// where a block has one). Nothing is executed: transactions succeed, contracts do not exist, a test names the
// logs that a block has.

export interface DoubleBlock {
  readonly header: Header
  readonly hash: Hash
  readonly transactions: readonly PooledTransaction[]
  /** By transaction. */
  readonly logs: readonly (readonly Log[])[]
  /** Wei per blob gas. */
  readonly blobBaseFee: bigint
}

export interface MineOptions {
  /** Seconds. Default: a slot after the parent. */
  readonly timestamp?: number
  /** Which of the waiting transactions it may take. Default: all that pay. */
  readonly include?: (transaction: PooledTransaction) => boolean
  /** Logs of one more transaction, the block's last. */
  readonly logs?: readonly Log[]
  /** Makes another block of the same content. */
  readonly salt?: number
}

export interface L1DoubleOptions {
  /** Default 900. */
  readonly chainId?: number
  /** Seconds, of block 0 and of beacon slot 0. Default 1 700 000 000. */
  readonly genesisTime?: number
  /** Blocks that `safe` and `finalized` are behind the latest. Default 32 and 64. */
  readonly safeDepth?: number
  readonly finalizedDepth?: number
  /** Blobs in a block, target and most. Default 6 and 9, as since Prague. */
  readonly blobs?: { readonly target: number; readonly max: number }
  /** Wei. Default 1 000 000 000 and 0. */
  readonly baseFee?: bigint
  readonly excessBlobGas?: bigint
}

/** Seconds. */
export const SLOT_TIME = 12
export const GAS_PER_BLOB = 131_072n
const BLOB_FRACTION = 5_007_716n
const GAS_LIMIT = 60_000_000n

export interface L1Double {
  /** JSON-RPC over HTTP. */
  readonly url: string
  /** Oldest first, all from block 0. */
  readonly chain: readonly DoubleBlock[]
  readonly chainId: number
  /** What its pool takes; Osaka's rules until a test changes them. */
  readonly rules: PoolRules
  /** Waiting transactions, and those of blocks that a reorganisation dropped with `keep`. */
  readonly pool: readonly PooledTransaction[]
  head(): DoubleBlock
  /** `safe` and `finalized` never move back, whatever a test does to the chain. */
  tagged(tag: 'safe' | 'finalized'): DoubleBlock
  mine(options?: MineOptions): DoubleBlock
  /** Drops the newest `depth` blocks; `keep`: their transactions wait again. */
  drop(depth: number, keep?: boolean): void
  /** Takes transactions out of the pool, as a node does that restarts. */
  forgetPool(): void
  /** Wei per blob gas of the next block. */
  blobBaseFee(): bigint
  /** A beacon API over HTTP with this chain's blobs; its manners can be changed at any time. */
  beacon(
    manners?: Partial<BeaconManners>,
  ): Promise<{ readonly url: string; manners: BeaconManners }>
  /** Replaces what a JSON-RPC method answers; undefined lets it answer by itself. */
  intercept: ((method: string, params: readonly unknown[]) => unknown) | undefined
  close(): Promise<void>
}

export async function startL1Double(options: L1DoubleOptions = {}): Promise<L1Double> {
  const genesisTime = options.genesisTime ?? 1_700_000_000
  const blobsPerBlock = options.blobs ?? { target: 6, max: 9 }
  const depths = { safe: options.safeDepth ?? 32, finalized: options.finalizedDepth ?? 64 }
  const chain: DoubleBlock[] = []
  const rules: PoolRules = { proofs: 'cells' }
  const pool = createL1Pool((sender) => confirmedNonce(chain, sender), rules)
  const servers: { close(): Promise<void> }[] = []
  const tags = { safe: 0, finalized: 0 }
  let serial = 0

  const excessAfter = ({ excessBlobGas = 0n, blobGasUsed = 0n }: Header) => {
    const excess = excessBlobGas + blobGasUsed - BigInt(blobsPerBlock.target) * GAS_PER_BLOB
    return excess > 0n ? excess : 0n
  }

  function prices(parent: Header | undefined) {
    const excessBlobGas = parent ? excessAfter(parent) : (options.excessBlobGas ?? 0n)
    return {
      baseFee: parent
        ? nextBaseFee({ mode: 'ethereum', chainId: 1n, forks: {} }, parent, 0n)
        : (options.baseFee ?? 1_000_000_000n),
      excessBlobGas,
      blobBaseFee: fakeExponential(1n, excessBlobGas, BLOB_FRACTION),
    }
  }

  function mine({ timestamp, include = () => true, logs, salt }: MineOptions = {}): DoubleBlock {
    const parent = chain.at(-1)
    const { baseFee, excessBlobGas, blobBaseFee } = prices(parent?.header)
    const taken = pool.take(include, {
      baseFee,
      blobBaseFee,
      gas: GAS_LIMIT,
      blobs: blobsPerBlock.max,
    })
    const transactions = [...taken, ...(logs ? [carrierOf(serial++)] : [])]
    const logsOf = transactions.map((_, i) => (logs && i === taken.length ? logs : []))
    let cumulativeGasUsed = 0n
    const receipts = transactions.map(({ fields, gasUsed }, i) => {
      cumulativeGasUsed += gasUsed
      const own = logsOf[i] ?? []
      const bloom = logsBloom(own)
      return encodeReceipt({
        type: fields.type,
        status: true,
        cumulativeGasUsed,
        logsBloom: bloom,
        logs: own,
      })
    })
    const number = BigInt(chain.length)
    const header: Header = {
      parentHash: parent?.hash ?? testHash(0, 0),
      sha3Uncles: EMPTY_UNCLES_HASH,
      miner: '0x0000000000000000000000000000000000000000',
      stateRoot: testHash(3, salt ?? 0),
      transactionsRoot: orderedTrieRoot(transactions.map(({ raw }) => raw)),
      receiptsRoot: orderedTrieRoot(receipts),
      logsBloom: logsBloom(logsOf.flat()),
      difficulty: 0n,
      number,
      gasLimit: GAS_LIMIT,
      gasUsed: cumulativeGasUsed,
      timestamp: parent
        ? BigInt(timestamp ?? Number(parent.header.timestamp) + SLOT_TIME)
        : BigInt(genesisTime),
      extraData: '0x',
      mixHash: testHash(4, number),
      nonce: '0x0000000000000000',
      baseFeePerGas: baseFee,
      withdrawalsRoot: EMPTY_ROOT,
      blobGasUsed: BigInt(taken.reduce((sum, { blobs }) => sum + blobs.length, 0)) * GAS_PER_BLOB,
      excessBlobGas,
      parentBeaconBlockRoot: testHash(5, number),
      requestsHash: EMPTY_REQUESTS_HASH,
    }
    const block = { header, hash: headerHash(header), transactions, logs: logsOf, blobBaseFee }
    chain.push(block)
    pool.included(transactions)
    for (const tag of ['safe', 'finalized'] as const)
      tags[tag] = Math.max(tags[tag], chain.length - 1 - depths[tag])
    return block
  }

  async function serve(
    answer: (request: IncomingMessage, body: string, response: ServerResponse) => unknown,
  ): Promise<string> {
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      request.on('end', () => void answer(request, body, response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push({
      close: () =>
        new Promise((resolve) => {
          server.closeAllConnections()
          server.close(() => resolve())
        }),
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  mine()
  const double: L1Double = {
    url: '',
    chain,
    chainId: options.chainId ?? 900,
    get pool() {
      return pool.waiting()
    },
    rules,
    head: () => chain.at(-1) as DoubleBlock,
    tagged: (tag) => chain[Math.min(tags[tag], chain.length - 1)] as DoubleBlock,
    mine,
    drop(depth, keep = false) {
      if (depth >= chain.length) throw new RangeError(`${depth} blocks of ${chain.length}`)
      for (const { transactions } of chain.splice(chain.length - depth))
        if (keep) pool.restore(transactions)
    },
    forgetPool: () => pool.clear(),
    blobBaseFee: () => prices(chain.at(-1)?.header).blobBaseFee,
    async beacon(initial = {}) {
      const beacon = {
        url: '',
        manners: { has: () => true, change: (blob: Uint8Array) => blob, status: 200, ...initial },
      }
      beacon.url = await serve((request, _, response) =>
        answerBeacon({ chain, genesisTime }, beacon.manners, request.url ?? '/', response),
      )
      return beacon
    },
    intercept: undefined,
    async close() {
      for (const server of servers) await server.close()
    },
  }
  const url = await serve((_, body, response) =>
    answerRpc(
      {
        double,
        pool,
        baseFee: () => prices(chain.at(-1)?.header).baseFee,
      },
      body,
      response,
    ),
  )
  return Object.assign(double, { url })
}

function confirmedNonce(chain: readonly DoubleBlock[], sender: string): number {
  return chain.reduce(
    (count, { transactions }) => count + transactions.filter(({ from }) => from === sender).length,
    0,
  )
}

/** A transaction that nobody signed: all that it is there for are its logs. */
function carrierOf(serial: number): PooledTransaction {
  const fields = {
    type: TX_LEGACY,
    nonce: BigInt(serial),
    gasPrice: 1n,
    gas: 1_000_000n,
    to: '0x00000000000000000000000000000000000000ca',
    value: 0n,
    data: '0x',
    v: 27n,
    r: 1n,
    s: 1n,
  } as const
  const raw = encodeTransaction(fields)
  const from = '0x00000000000000000000000000000000000000fe'
  return { raw, hash: transactionHash(raw), from, fields, gasUsed: 100_000n, blobs: [] }
}
