import type { PoolTransaction, Receipt } from '@altlayer/engine'
import { type Address, decodeTransaction, type Hash, transactionToRpc } from '@altlayer/protocol'
import type { Json } from '../rollup.ts'

/** Where a transaction stands. */
export interface TransactionPlace {
  readonly hash: Hash
  readonly from: Address
  /** Absent: in the pool, or in the open block. */
  readonly block?: { readonly hash: Hash; readonly number: bigint; readonly index: number }
  readonly baseFeePerGas?: bigint
  /** For what a deposit's receipt adds to it. */
  readonly receipt?: Receipt | undefined
}

/** A transaction as execution-apis and op-geth show it. */
export function formatTransaction(raw: Uint8Array, place: TransactionPlace): Json {
  const { hash, from, block, baseFeePerGas, receipt } = place
  return transactionToRpc(decodeTransaction(raw), {
    hash,
    from,
    ...(block === undefined ? {} : { block }),
    ...(baseFeePerGas === undefined ? {} : { baseFeePerGas }),
    ...(receipt?.depositNonce === undefined ? {} : { depositNonce: receipt.depositNonce }),
    ...(receipt?.depositReceiptVersion === undefined
      ? {}
      : { depositReceiptVersion: receipt.depositReceiptVersion }),
  })
}

export function formatPoolTransaction({ raw, hash, from }: PoolTransaction): Json {
  return formatTransaction(raw, { hash, from })
}
