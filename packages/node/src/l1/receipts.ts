import {
  type Address,
  type Hash,
  type Hex,
  MalformedInputError,
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
  /** Index in its block. */
  readonly logIndex: number
}

/** What a rollup node reads of an L1 receipt. */
export interface L1Receipt {
  readonly success: boolean
  readonly logs: readonly L1Log[]
}

/**
 * Reads a receipt as JSON-RPC answers it.
 * @throws MalformedInputError, also when it belongs to another block.
 */
export function receiptFromRpc(value: unknown, blockHash: Hash, path: string): L1Receipt {
  const json = parseObject(value, path)
  const found = parseHash(json.blockHash, `${path}.blockHash`)
  if (found !== blockHash) throw new MalformedInputError(`${path}.blockHash`, blockHash, found)
  return {
    success: parseQuantity(json.status, `${path}.status`) === 1n,
    logs: parseArray(json.logs, `${path}.logs`).map((log, index) =>
      logFromRpc(log, `${path}.logs[${index}]`),
    ),
  }
}

function logFromRpc(value: unknown, path: string): L1Log {
  const json = parseObject(value, path)
  return {
    address: parseAddress(json.address, `${path}.address`),
    topics: parseArray(json.topics, `${path}.topics`).map((topic, index) =>
      parseHash(topic, `${path}.topics[${index}]`),
    ),
    data: parseData(json.data, `${path}.data`),
    logIndex: Number(parseQuantity(json.logIndex, `${path}.logIndex`, 0xffffffffn)),
  }
}
