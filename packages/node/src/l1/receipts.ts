import {
  type Address,
  type ConsensusReceipt,
  encodeReceipt,
  type Hash,
  type Hex,
  MAX_UINT64,
  MalformedInputError,
  optional,
  orderedTrieRoot,
  parseAddress,
  parseArray,
  parseData,
  parseHash,
  parseObject,
  parseQuantity,
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
    consensusReceipt(receipt, `${path}[${index}]`),
  )
  const root = orderedTrieRoot(receipts.map(encodeReceipt))
  if (root !== receiptsRoot)
    throw new MalformedInputError(`${path} (their root)`, receiptsRoot, root)
  let logIndex = 0
  return receipts.map(({ logs }) => ({
    logs: logs.map((log) => ({ ...log, logIndex: logIndex++ })),
  }))
}

/** The consensus receipt in a JSON-RPC receipt. Throws MalformedInputError. */
export function consensusReceipt(value: unknown, path: string): ConsensusReceipt {
  const json = parseObject(value, path)
  const uint64 = (field: unknown, at: string) => parseQuantity(field, at, MAX_UINT64)
  const depositNonce = optional(json.depositNonce, `${path}.depositNonce`, uint64)
  const version = optional(json.depositReceiptVersion, `${path}.depositReceiptVersion`, uint64)
  return {
    type: Number(parseQuantity(json.type, `${path}.type`, 0xffn)),
    status: parseQuantity(json.status, `${path}.status`, 1n) === 1n,
    cumulativeGasUsed: uint64(json.cumulativeGasUsed, `${path}.cumulativeGasUsed`),
    logsBloom: parseData(json.logsBloom, `${path}.logsBloom`, 256),
    logs: parseArray(json.logs, `${path}.logs`).map((log, index) =>
      logFromRpc(log, `${path}.logs[${index}]`),
    ),
    ...(depositNonce !== undefined && { depositNonce }),
    ...(version !== undefined && { depositReceiptVersion: version }),
  }
}

function logFromRpc(value: unknown, path: string) {
  const json = parseObject(value, path)
  return {
    address: parseAddress(json.address, `${path}.address`),
    topics: parseArray(json.topics, `${path}.topics`).map((topic, index) =>
      parseHash(topic, `${path}.topics[${index}]`),
    ),
    data: parseData(json.data, `${path}.data`),
  }
}
