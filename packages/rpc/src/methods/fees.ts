import { setImmediate } from 'node:timers/promises'
import type { BlockRef, Engine, Receipt } from '@altlayer/engine'
import {
  activeBlobSchedule,
  blobBaseFee,
  GAS_PER_BLOB,
  type Header,
  type Hex,
  nextExcessBlobGas,
  quantity,
} from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { INVALID_PARAMS, RpcError, SERVER_ERROR } from '../errors.ts'
import { isPending, LATEST, requireBlock, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { array, blockNumber, flexibleUint64, number, optional } from '../params.ts'
import { type Reward, rewards, suggestedTip, upcomingBaseFee } from '../prices.ts'
import type { Json } from '../rollup.ts'
import { feeHistorySchema, quantitySchema } from '../schemas.ts'

const MAX_PERCENTILES = 100

/** Prices of gas. */
export function feeMethods({ engine, limits }: Api): readonly Method[] {
  const { config } = engine

  return [
    method({
      name: 'eth_gasPrice',
      summary: 'A gas price for a legacy transaction: the base fee to come and a tip.',
      result: ['Gas price', quantitySchema],
      handler: () => {
        const block = requireBlock(engine, LATEST)
        return quantity(upcomingBaseFee(engine, block.header) + suggestedTip(engine, block))
      },
    }),
    method({
      name: 'eth_maxPriorityFeePerGas',
      summary: 'A priority fee that gets a transaction into the next blocks.',
      result: ['Priority fee', quantitySchema],
      handler: () => quantity(suggestedTip(engine, requireBlock(engine, LATEST))),
    }),
    method({
      name: 'eth_baseFee',
      summary: 'Base fee of the block after the latest.',
      result: ['Base fee', quantitySchema],
      handler: () => quantity(upcomingBaseFee(engine, requireHeader(engine, LATEST).header)),
    }),
    method({
      name: 'eth_blobBaseFee',
      summary: 'Price of blob gas.',
      result: ['Blob base fee', quantitySchema],
      handler: () => {
        const { header } = requireHeader(engine, LATEST)
        return quantity(blobBaseFee(config, header.excessBlobGas ?? 0n, header.timestamp))
      },
    }),
    method({
      name: 'eth_feeHistory',
      summary: 'Base fees, use of gas and tips of a range of blocks.',
      params: [
        param('Block count', flexibleUint64),
        param('Newest block', blockNumber),
        param('Reward percentiles', optional(array(number(0, 100), MAX_PERCENTILES))),
      ],
      result: ['Fee history', feeHistorySchema],
      handler: ([count, newest, percentiles = []]) =>
        feeHistory(engine, count, newest, percentiles, limits.feeHistoryBlocks),
    }),
  ]
}

async function feeHistory(
  engine: Engine,
  count: bigint,
  newest: BlockRef,
  percentiles: readonly number[],
  maxBlocks: number,
): Promise<Json> {
  percentiles.forEach((percentile, index) => {
    const previous = percentiles[index - 1]
    if (previous !== undefined && percentile <= previous)
      throw new RpcError(
        INVALID_PARAMS,
        `invalid reward percentile: #${index - 1}:${previous} >= #${index}:${percentile}`,
      )
  })
  const last = newestHeader(engine, newest)
  if (count === 0n) return { oldestBlock: quantity(last.number), gasUsedRatio: [] }
  const wanted = Number(count > BigInt(maxBlocks) ? BigInt(maxBlocks) : count)
  const oldest = last.number + 1n > BigInt(wanted) ? last.number + 1n - BigInt(wanted) : 0n

  const headers: Header[] = []
  const reward: Hex[][] = []
  for (let height = oldest; height <= last.number; height++) {
    const ref: BlockRef = height === last.number ? newest : { number: height }
    const { header, hash } = requireHeader(engine, ref)
    headers.push(header)
    if (percentiles.length === 0) continue
    // Receipts of a long range take a while to read: let others in between.
    await setImmediate()
    const receipts = engine.receipts(hash) ?? (isPending(ref) ? engine.pendingReceipts() : [])
    reward.push(rewardsAt(receipts, header, percentiles))
  }
  return {
    oldestBlock: quantity(oldest),
    baseFeePerGas: [
      ...headers.map(({ baseFeePerGas = 0n }) => baseFeePerGas),
      upcomingBaseFee(engine, headers.at(-1) as Header),
    ].map(quantity),
    gasUsedRatio: headers.map(({ gasUsed, gasLimit }) => ratio(gasUsed, gasLimit)),
    ...blobHistory(engine, headers),
    ...(percentiles.length === 0 ? {} : { reward }),
  }
}

/** The newest block of a range: one past the head is an error, as in geth. */
function newestHeader(engine: Engine, newest: BlockRef): Header {
  const found = engine.header(newest)
  if (found !== undefined) return found.header
  const head = requireHeader(engine, LATEST).header.number
  const requested = 'number' in newest ? `requested ${newest.number}, ` : ''
  throw new RpcError(SERVER_ERROR, `request beyond head block: ${requested}head ${head}`)
}

/** The tip at each percentile of the block's gas. */
function rewardsAt(
  receipts: readonly Receipt[],
  { baseFeePerGas = 0n, gasUsed }: Header,
  percentiles: readonly number[],
): Hex[] {
  const sorted = rewards(receipts, baseFeePerGas)
  const first = sorted[0]
  if (first === undefined) return percentiles.map(() => '0x0')
  let index = 0
  let sum = first.gasUsed
  return percentiles.map((percentile) => {
    const threshold = BigInt(Math.floor((Number(gasUsed) * percentile) / 100))
    while (sum < threshold && index < sorted.length - 1) {
      index++
      sum += (sorted[index] as Reward).gasUsed
    }
    return quantity((sorted[index] as Reward).tip)
  })
}

/** Blob prices, for ranges in which blobs were paid for: a rollup has none. */
function blobHistory(engine: Engine, headers: readonly Header[]): Record<string, Json> {
  const { config } = engine
  const used = headers.some(
    ({ blobGasUsed = 0n, excessBlobGas = 0n }) => blobGasUsed > 0n || excessBlobGas > 0n,
  )
  const last = headers.at(-1)
  if (!used || config.mode === 'op' || last === undefined) return {}
  const price = (excess: bigint, { timestamp }: Header) =>
    quantity(blobBaseFee(config, excess, timestamp))
  const max = activeBlobSchedule(config, last.timestamp)?.max ?? 0
  return {
    baseFeePerBlobGas: [
      ...headers.map((header) => price(header.excessBlobGas ?? 0n, header)),
      price(nextExcessBlobGas(config, last, last.timestamp), last),
    ],
    blobGasUsedRatio: headers.map(({ blobGasUsed = 0n }) =>
      ratio(blobGasUsed, BigInt(max) * GAS_PER_BLOB),
    ),
  }
}

function ratio(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(part) / Number(whole)
}
