import {
  type Address,
  encodeReceipt,
  type Hash,
  type Hex,
  MalformedInputError,
  orderedTrieRoot,
  parseArray,
  receiptFromRpc,
} from '@altlayer/protocol'

/** A log of an L1 transaction. */
export interface L1Log {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
  /** Index among all logs of its block. */
  readonly logIndex: number
}

/** What a rollup node reads of an L1 receipt. A failed transaction has no logs. */
export interface L1Receipt {
  readonly logs: readonly L1Log[]
}

/**
 * Reads the receipts of a block as JSON-RPC answers them and checks them against the header's
 * receipts root. Log indices are counted here, not taken over.
 * @throws MalformedInputError, also for receipts that are not those of the root.
 */
export function receiptsFromRpc(
  value: unknown,
  receiptsRoot: Hash,
  path = 'receipts',
): readonly L1Receipt[] {
  const receipts = parseArray(value, path).map((receipt, index) =>
    receiptFromRpc(receipt, `${path}[${index}]`),
  )
  const root = orderedTrieRoot(receipts.map(encodeReceipt))
  if (root !== receiptsRoot)
    throw new MalformedInputError(`${path} (their root)`, receiptsRoot, root)
  let logIndex = 0
  return receipts.map(({ logs }) => ({
    logs: logs.map((log) => ({ ...log, logIndex: logIndex++ })),
  }))
}
