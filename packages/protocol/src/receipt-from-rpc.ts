import { BLOOM_BYTES } from './bloom.ts'
import { MAX_UINT64, parseAddress, parseData, parseHash, parseQuantity } from './hex.ts'
import { optional, parseArray, parseObject } from './json.ts'
import type { ConsensusReceipt } from './receipt.ts'
import type { Log } from './types.ts'

/**
 * What consensus holds of a JSON-RPC receipt (execution-apis; deposits as op-geth writes them). Nothing is
 * verified: compare `encodeReceipt` of the block's with its receipts root. Throws MalformedInputError.
 */
export function receiptFromRpc(value: unknown, path = 'receipt'): ConsensusReceipt {
  const json = parseObject(value, path)
  const uint64 = (field: unknown, at: string) => parseQuantity(field, at, MAX_UINT64)
  const depositNonce = optional(json.depositNonce, `${path}.depositNonce`, uint64)
  const version = optional(json.depositReceiptVersion, `${path}.depositReceiptVersion`, uint64)
  return {
    type: Number(parseQuantity(json.type, `${path}.type`, 0xffn)),
    status: parseQuantity(json.status, `${path}.status`, 1n) === 1n,
    cumulativeGasUsed: uint64(json.cumulativeGasUsed, `${path}.cumulativeGasUsed`),
    logsBloom: parseData(json.logsBloom, `${path}.logsBloom`, BLOOM_BYTES),
    logs: parseArray(json.logs, `${path}.logs`).map((log, index) =>
      logFromRpc(log, `${path}.logs[${index}]`),
    ),
    ...(depositNonce !== undefined && { depositNonce }),
    ...(version !== undefined && { depositReceiptVersion: version }),
  }
}

function logFromRpc(value: unknown, path: string): Log {
  const json = parseObject(value, path)
  return {
    address: parseAddress(json.address, `${path}.address`),
    topics: parseArray(json.topics, `${path}.topics`).map((topic, index) =>
      parseHash(topic, `${path}.topics[${index}]`),
    ),
    data: parseData(json.data, `${path}.data`),
  }
}
