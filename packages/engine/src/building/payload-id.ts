import { createHash } from 'node:crypto'
import { bytesToHex, type Hash, type Hex } from '@altlayer/protocol'
import type { PayloadAttributes } from '../api.ts'

/** Eight bytes that name a payload: the same for the same head and attributes. */
export function payloadId(head: Hash, attributes: PayloadAttributes): Hex {
  const hash = createHash('sha256').update(head)
  const { transactions = [], ...rest } = attributes
  hash.update(
    JSON.stringify(rest, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  )
  for (const transaction of transactions) hash.update(`${transaction.length}:`).update(transaction)
  return bytesToHex(hash.digest().subarray(0, 8))
}
