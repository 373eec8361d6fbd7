import {
  bytesToHex,
  encodeTransaction,
  type Transaction,
  TX_BLOB,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  TX_SET_CODE,
} from '@altlayer/protocol'
import type { CallMessage } from '../program/types.ts'

/**
 * A message as a transaction whose signature is zero: what a simulated block shows. The type follows
 * from the fields as in geth, where a gas price makes it a legacy transaction whatever else is given.
 */
export function unsignedTransaction(
  chainId: bigint,
  message: CallMessage,
): { readonly type: number; readonly raw: Uint8Array } {
  const transaction = transactionOf(chainId, message)
  return { type: transaction.type, raw: encodeTransaction(transaction) }
}

function transactionOf(chainId: bigint, message: CallMessage): Transaction {
  const { to, accessList = [], authorizationList, blobVersionedHashes } = message
  const common = {
    nonce: message.nonce ?? 0n,
    gas: message.gas,
    value: message.value ?? 0n,
    data: bytesToHex(message.data ?? new Uint8Array(0)),
    r: 0n,
    s: 0n,
    ...(to !== undefined && { to }),
  }
  const typed = { ...common, chainId, accessList, yParity: 0 }
  const fees = {
    maxFeePerGas: message.maxFeePerGas ?? 0n,
    maxPriorityFeePerGas: message.maxPriorityFeePerGas ?? 0n,
  }
  if (message.gasPrice !== undefined)
    return { type: TX_LEGACY, ...common, gasPrice: message.gasPrice, v: 0n }
  if (authorizationList !== undefined && to !== undefined)
    return { type: TX_SET_CODE, ...typed, ...fees, to, authorizationList }
  if (blobVersionedHashes !== undefined && to !== undefined)
    return {
      type: TX_BLOB,
      ...typed,
      ...fees,
      to,
      blobVersionedHashes,
      maxFeePerBlobGas: message.maxFeePerBlobGas ?? 0n,
    }
  return { type: TX_DYNAMIC_FEE, ...typed, ...fees }
}
