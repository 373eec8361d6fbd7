import { encodeRlp, TX_LEGACY, transactionType, uintBytes } from '@altlayer/protocol'
import type { Withdrawal } from '../program/types.ts'

/** Bytes of a block's RLP, given those of its header's. */
export function blockSize(
  headerSize: number,
  transactions: readonly Uint8Array[],
  withdrawals: readonly Withdrawal[] | undefined,
): bigint {
  let transactionBytes = 0
  for (const raw of transactions)
    transactionBytes += transactionType(raw) === TX_LEGACY ? raw.length : stringSize(raw.length)
  let payload = headerSize + listSize(transactionBytes) + listSize(0)
  if (withdrawals !== undefined) {
    let withdrawalBytes = 0
    for (const { index, validatorIndex, amount } of withdrawals)
      withdrawalBytes += listSize(
        integerSize(index) + integerSize(validatorIndex) + 21 + integerSize(amount),
      )
    payload += listSize(withdrawalBytes)
  }
  return BigInt(listSize(payload))
}

const integerSize = (value: bigint): number => encodeRlp(uintBytes(value)).length

// A typed transaction is more than one byte: it never stands for itself.
const stringSize = listSize

function listSize(payload: number): number {
  if (payload < 56) return 1 + payload
  return 1 + Math.ceil((32 - Math.clz32(payload)) / 8) + payload
}
