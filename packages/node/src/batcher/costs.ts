import { GAS_PER_BLOB } from '@altlayer/protocol'
import type { Carrier } from './settings.ts'

/** Prices in an L1 block, wei. */
export interface L1Prices {
  readonly baseFee: bigint
  readonly blobBaseFee: bigint
  /** Of the next block's sequencing, per gas. */
  readonly tip: bigint
  /** Whether EIP-7623's floor of calldata holds (Prague). */
  readonly calldataFloor: boolean
}

const GAS_PER_TRANSACTION = 21_000n
/** EIP-2028; EIP-7623 for a transaction that executes nothing. A zero byte is one token, others are four. */
const GAS_PER_TOKEN = 4n
const FLOOR_GAS_PER_TOKEN = 10n

/** Gas of a transaction that carries this data and executes nothing. */
export function calldataGas(data: Uint8Array, { calldataFloor }: L1Prices): bigint {
  let tokens = 0
  for (const byte of data) tokens += byte === 0 ? 1 : 4
  return (
    GAS_PER_TRANSACTION + BigInt(tokens) * (calldataFloor ? FLOOR_GAS_PER_TOKEN : GAS_PER_TOKEN)
  )
}

/** Gas of a transaction that carries blobs; blob gas comes on top. */
export const BLOB_TRANSACTION_GAS = GAS_PER_TRANSACTION

/** Wei that transactions cost which carry these pieces of data: one in each with calldata, or in blobs. */
export function costOf(
  carrier: Carrier,
  pieces: readonly Uint8Array[],
  blobsPerTransaction: number,
  prices: L1Prices,
): bigint {
  const perGas = prices.baseFee + prices.tip
  if (carrier === 'calldata')
    return pieces.reduce((sum, data) => sum + calldataGas(data, prices) * perGas, 0n)
  const transactions = BigInt(Math.ceil(pieces.length / blobsPerTransaction))
  const blobGas = BigInt(pieces.length) * GAS_PER_BLOB
  return transactions * BLOB_TRANSACTION_GAS * perGas + blobGas * prices.blobBaseFee
}
