import {
  blobBaseFee,
  type ChainConfig,
  decodeTransaction,
  type Hash,
  type Header,
  hexToBytes,
  type L1Attributes,
  MalformedInputError,
  parseL1Attributes,
  TX_BLOB,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import type { L1FeeFields, Receipt } from '../api.ts'
import type { StoredReceipt } from '../store/receipts.ts'

/** What of a block its receipts show. */
export interface ReceiptBlock {
  readonly hash: Hash
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
}

/** Completes stored receipts, in the order of the block. */
export function completeReceipts(
  config: ChainConfig,
  block: ReceiptBlock,
  stored: readonly StoredReceipt[],
): readonly Receipt[] {
  const { header, hash } = block
  const attributes = config.mode === 'op' ? blockAttributes(block.transactions[0]) : undefined
  const blobGasPrice =
    header.excessBlobGas === undefined
      ? undefined
      : blobBaseFee(config, header.excessBlobGas, header.timestamp)
  let firstLogIndex = 0
  return stored.map((receipt, transactionIndex) => {
    const { operatorFee: _, l1Fee, l1GasUsed, ...fields } = receipt
    const complete: Receipt = {
      ...fields,
      transactionIndex,
      blockHash: hash,
      blockNumber: header.number,
      firstLogIndex,
      ...(receipt.type === TX_BLOB && blobGasPrice !== undefined && { blobGasPrice }),
      ...(l1Fee !== undefined &&
        attributes !== undefined && { l1: l1Fields(attributes, l1Fee, l1GasUsed ?? 0n) }),
    }
    firstLogIndex += receipt.logs.length
    return complete
  })
}

/** The L1 attributes that the block's first transaction sets; undefined for a block without. */
export function blockAttributes(first: Uint8Array | undefined): L1Attributes | undefined {
  if (first === undefined || first[0] !== TX_DEPOSIT) return undefined
  try {
    return parseL1Attributes(hexToBytes(decodeTransaction(first).data))
  } catch (error) {
    // Any deposit may come first where no rollup node drives the engine.
    if (error instanceof MalformedInputError) return undefined
    throw error
  }
}

function l1Fields(attributes: L1Attributes, l1Fee: bigint, l1GasUsed: bigint): L1FeeFields {
  const common = { l1Fee, l1GasUsed, l1GasPrice: attributes.baseFee }
  if (attributes.version === 'bedrock')
    return { ...common, l1FeeScalar: decimalMillionths(attributes.scalar) }
  const ecotone = {
    ...common,
    l1BaseFeeScalar: attributes.baseFeeScalar,
    l1BlobBaseFee: attributes.blobBaseFee,
    l1BlobBaseFeeScalar: attributes.blobBaseFeeScalar,
  }
  if (attributes.version === 'ecotone') return ecotone
  const { operatorFeeScalar, operatorFeeConstant } = attributes
  // As op-geth: shown only where there is an operator fee.
  if (operatorFeeScalar === 0n && operatorFeeConstant === 0n) return ecotone
  return { ...ecotone, operatorFeeScalar, operatorFeeConstant }
}

/** `value` / 10^6 in decimal, without trailing zeros. */
function decimalMillionths(value: bigint): string {
  const fraction = (value % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '')
  const whole = (value / 1_000_000n).toString()
  return fraction === '' ? whole : `${whole}.${fraction}`
}
