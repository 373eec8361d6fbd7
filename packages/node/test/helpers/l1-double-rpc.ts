import type { ServerResponse } from 'node:http'
import {
  type Address,
  effectiveGasPrice,
  headerToRpc,
  hexToBytes,
  logsBloom,
  quantity,
  TX_BLOB,
  transactionToRpc,
} from '@altlayer/protocol'
import { type DoubleBlock, GAS_PER_BLOB, type L1Double } from './l1-double.ts'
import { type L1Pool, PoolError, type PooledTransaction } from './l1-double-pool.ts'

// JSON-RPC of the L1 double: what a rollup node and its batcher ask.

interface RpcOf {
  readonly double: L1Double
  readonly pool: L1Pool
  /** Wei per gas of the next block. */
  readonly baseFee: () => bigint
}

interface Call {
  readonly id: unknown
  readonly method: string
  readonly params?: readonly unknown[]
}

export async function answerRpc(of: RpcOf, body: string, response: ServerResponse): Promise<void> {
  const calls = JSON.parse(body) as Call | Call[]
  const answers = Array.isArray(calls)
    ? await Promise.all(calls.map((call) => answer(of, call)))
    : await answer(of, calls)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answers))
}

async function answer(of: RpcOf, { id, method, params = [] }: Call) {
  try {
    const replaced = of.double.intercept?.(method, params)
    const result = replaced === undefined ? await resultOf(of, method, params) : replaced
    return { jsonrpc: '2.0', id, result: result ?? null }
  } catch (error) {
    const code = error instanceof PoolError ? -32000 : -32603
    return { jsonrpc: '2.0', id, error: { code, message: (error as Error).message } }
  }
}

const TIP = 1_000_000n

function resultOf(of: RpcOf, method: string, params: readonly unknown[]): unknown {
  const { double, pool } = of
  const [first, second] = params
  const address = () => (first as string).toLowerCase() as Address
  switch (method) {
    case 'eth_chainId':
      return quantity(double.chainId)
    case 'net_version':
      return String(double.chainId)
    case 'eth_blockNumber':
      return quantity(double.head().header.number)
    case 'eth_getBlockByNumber':
    case 'eth_getBlockByHash': {
      const block = blockBy(double, first as string)
      return block && blockToRpc(block, second === true)
    }
    case 'eth_getBlockReceipts': {
      const block = blockBy(double, first as string)
      return block?.transactions.map((_, i) => receiptToRpc(block, i))
    }
    case 'eth_getTransactionReceipt': {
      const place = find(double.chain, first as string)
      return place && receiptToRpc(place.block, place.index)
    }
    case 'eth_getTransactionByHash': {
      const place = find(double.chain, first as string)
      if (place) return inBlock(place.block, place.index)
      const waiting = pool.waiting().find(({ hash }) => hash === first)
      return waiting && transactionToRpc(waiting.fields, waiting)
    }
    case 'eth_getTransactionCount':
      return quantity(
        second === 'pending' ? pool.pendingNonce(address()) : pool.confirmedNonce(address()),
      )
    case 'eth_getBalance':
      return quantity(10n ** 24n)
    case 'eth_getCode':
      return '0x'
    case 'eth_gasPrice':
      return quantity(of.baseFee() + TIP)
    case 'eth_maxPriorityFeePerGas':
      return quantity(TIP)
    case 'eth_blobBaseFee':
      return quantity(double.blobBaseFee())
    case 'eth_feeHistory':
      return feeHistory(of, Number(first))
    case 'eth_sendRawTransaction':
      return pool.send(hexToBytes(first as string))
    default:
      throw new Error(`the method ${method} does not exist`)
  }
}

function blockBy(double: L1Double, ref: string): DoubleBlock | undefined {
  if (ref === 'latest' || ref === 'pending') return double.head()
  if (ref === 'safe' || ref === 'finalized') return double.tagged(ref)
  if (ref === 'earliest') return double.chain[0]
  if (ref.length === 66) return double.chain.find(({ hash }) => hash === ref)
  return double.chain[Number(ref)]
}

function find(chain: readonly DoubleBlock[], hash: string) {
  for (const block of chain) {
    const index = block.transactions.findIndex((transaction) => transaction.hash === hash)
    if (index >= 0) return { block, index }
  }
  return undefined
}

function inBlock({ header, hash, transactions }: DoubleBlock, index: number) {
  const { fields, hash: own, from } = transactions[index] as PooledTransaction
  return transactionToRpc(fields, {
    hash: own,
    from,
    block: { hash, number: header.number, index },
    ...(header.baseFeePerGas !== undefined && { baseFeePerGas: header.baseFeePerGas }),
  })
}

function blockToRpc(block: DoubleBlock, full: boolean) {
  return {
    ...headerToRpc(block.header),
    hash: block.hash,
    size: '0x400',
    uncles: [],
    withdrawals: [],
    transactions: block.transactions.map(({ hash }, i) => (full ? inBlock(block, i) : hash)),
  }
}

function receiptToRpc(block: DoubleBlock, index: number) {
  const { header, hash, transactions, logs } = block
  const { fields, from, gasUsed, hash: own, blobs } = transactions[index] as PooledTransaction
  const place = { blockHash: hash, blockNumber: quantity(header.number) }
  const before = logs.slice(0, index).flat().length
  const mine = logs[index] ?? []
  return {
    ...place,
    type: quantity(fields.type),
    status: '0x1',
    transactionHash: own,
    transactionIndex: quantity(index),
    from,
    to: fields.to ?? null,
    contractAddress: null,
    gasUsed: quantity(gasUsed),
    cumulativeGasUsed: quantity(
      transactions.slice(0, index + 1).reduce((sum, transaction) => sum + transaction.gasUsed, 0n),
    ),
    effectiveGasPrice: quantity(effectiveGasPrice(fields, header.baseFeePerGas ?? 0n)),
    ...(fields.type === TX_BLOB && {
      blobGasUsed: quantity(BigInt(blobs.length) * GAS_PER_BLOB),
      blobGasPrice: quantity(block.blobBaseFee),
    }),
    logsBloom: logsBloom(mine),
    logs: mine.map((log, i) => ({
      ...log,
      ...place,
      transactionHash: own,
      transactionIndex: quantity(index),
      logIndex: quantity(before + i),
      removed: false,
    })),
  }
}

/** Of the last blocks, without rewards other than the suggested tip. */
function feeHistory({ double, baseFee }: RpcOf, count: number) {
  const blocks = double.chain.slice(-count)
  return {
    oldestBlock: quantity(blocks[0]?.header.number ?? 0n),
    baseFeePerGas: [...blocks.map(({ header }) => header.baseFeePerGas ?? 0n), baseFee()].map(
      quantity,
    ),
    gasUsedRatio: blocks.map(({ header }) => Number(header.gasUsed) / Number(header.gasLimit)),
    baseFeePerBlobGas: [...blocks.map((block) => block.blobBaseFee), double.blobBaseFee()].map(
      quantity,
    ),
    blobGasUsedRatio: blocks.map(() => 0),
    reward: blocks.map(() => [quantity(TIP)]),
  }
}
