import { bytesToHex, hexToBytes } from '@altlayer/protocol'
import type { Withdrawal } from '../program/types.ts'
import { createByteReader, createByteWriter } from './bytes.ts'

/** What a block has besides its header. */
export interface BlockBody {
  /** EIP-2718 encodings. */
  readonly transactions: readonly Uint8Array[]
  /** undefined before Shanghai. */
  readonly withdrawals?: readonly Withdrawal[]
}

/** Record: count, transactions; 0 or 1, then count and withdrawals. */
export function encodeBody(body: BlockBody): Uint8Array {
  let size = 16
  for (const transaction of body.transactions) size += transaction.length + 4
  const writer = createByteWriter(size)
  writer.integer(body.transactions.length)
  for (const transaction of body.transactions) writer.bytes(transaction)
  writer.byte(body.withdrawals === undefined ? 0 : 1)
  if (body.withdrawals !== undefined) {
    writer.integer(body.withdrawals.length)
    for (const withdrawal of body.withdrawals) {
      writer.bigint(withdrawal.index)
      writer.bigint(withdrawal.validatorIndex)
      writer.fixed(hexToBytes(withdrawal.address, 'withdrawal.address', 20))
      writer.bigint(withdrawal.amount)
    }
  }
  return writer.finish()
}

/** Transactions are views of `record`. */
export function decodeBody(record: Uint8Array): BlockBody {
  const reader = createByteReader(record)
  const transactions = Array.from({ length: reader.integer() }, () => reader.bytes())
  if (reader.byte() === 0) return { transactions }
  const withdrawals = Array.from({ length: reader.integer() }, () => ({
    index: reader.bigint(),
    validatorIndex: reader.bigint(),
    address: bytesToHex(reader.fixed(20)),
    amount: reader.bigint(),
  }))
  return { transactions, withdrawals }
}
