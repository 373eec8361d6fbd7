import type { L1FeeFields, Receipt } from '@altlayer/engine'
import { type Hash, type Hex, quantity } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import type { Json } from '../rollup.ts'
import { formatLog, receiptLogs } from './log.ts'

/** A receipt as execution-apis and, in OP mode, op-geth show it. */
export function formatReceipt(
  receipt: Receipt,
  blockTimestamp: bigint,
  withTimestamp: boolean,
): Json {
  return {
    type: quantity(receipt.type),
    status: receipt.status ? '0x1' : '0x0',
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    logsBloom: receipt.logsBloom,
    logs: receiptLogs(receipt, blockTimestamp).map((log) => formatLog(log, withTimestamp)),
    transactionHash: receipt.transactionHash,
    transactionIndex: quantity(receipt.transactionIndex),
    blockHash: receipt.blockHash,
    blockNumber: quantity(receipt.blockNumber),
    from: receipt.from,
    to: receipt.to ?? null,
    contractAddress: receipt.contractAddress ?? null,
    gasUsed: quantity(receipt.gasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    ...quantities({
      blobGasUsed: receipt.blobGasUsed,
      blobGasPrice: receipt.blobGasPrice,
      depositNonce: receipt.depositNonce,
      depositReceiptVersion: receipt.depositReceiptVersion,
    }),
    ...(receipt.l1 === undefined ? {} : formatL1Fee(receipt.l1)),
  }
}

/** The receipt of a transaction in the chain, or undefined. */
export function receiptByHash({ engine, logTimestamps }: Api, hash: Hash): Json | undefined {
  const place = engine.transactionLocation(hash)
  if (place === undefined) return undefined
  const receipt = engine.receipts(place.blockHash)?.[place.index]
  const header = engine.header({ hash: place.blockHash })?.header
  if (receipt === undefined || header === undefined) return undefined
  return formatReceipt(receipt, header.timestamp, logTimestamps)
}

function formatL1Fee({ l1FeeScalar, ...fields }: L1FeeFields): Record<string, Json> {
  return {
    ...quantities(fields),
    // A decimal fraction, before Ecotone.
    ...(l1FeeScalar === undefined ? {} : { l1FeeScalar }),
  }
}

function quantities(fields: Readonly<Record<string, bigint | undefined>>): Record<string, Hex> {
  const given: Record<string, Hex> = {}
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) given[name] = quantity(value)
  return given
}
