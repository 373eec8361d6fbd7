import { BLOOM_BYTES } from './bloom.ts'
import { MalformedInputError } from './errors.ts'
import { bytesToHex, concatBytes, equalBytes, hexToBytes } from './hex.ts'
import {
  decodeRlp,
  encodeRlp,
  listItems,
  listOf,
  type RlpItem,
  type RlpValue,
  rlpAddress,
  rlpBytes,
  rlpHash,
  rlpHex,
  rlpUint64,
  uint64Bytes,
} from './rlp.ts'
import { TX_DEPOSIT, TX_LEGACY, TX_SET_CODE, transactionType } from './transaction.ts'
import type { Hex, Log } from './types.ts'

/** What consensus holds of a receipt (EIP-658, EIP-2718; deposits: OP Stack specs, "Deposit Receipt"). */
export interface ConsensusReceipt {
  readonly type: number
  /** Whether execution succeeded. */
  readonly status: boolean
  readonly cumulativeGasUsed: bigint
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
  /** Deposits since Canyon. */
  readonly depositNonce?: bigint
  /** Deposits since Canyon: 1. */
  readonly depositReceiptVersion?: bigint
}

const STATUS = [new Uint8Array(0), Uint8Array.of(1)] as const

/** The consensus encoding of a receipt. Throws MalformedInputError. */
export function encodeReceipt(receipt: ConsensusReceipt): Uint8Array {
  const fields: RlpValue[] = [
    STATUS[receipt.status ? 1 : 0],
    uint64Bytes(receipt.cumulativeGasUsed, 'receipt.cumulativeGasUsed'),
    hexToBytes(receipt.logsBloom, 'receipt.logsBloom', BLOOM_BYTES),
    receipt.logs.map(encodeLog),
  ]
  const { depositNonce, depositReceiptVersion } = receipt
  if (depositNonce !== undefined) {
    fields.push(uint64Bytes(depositNonce, 'receipt.depositNonce'))
    if (depositReceiptVersion !== undefined)
      fields.push(uint64Bytes(depositReceiptVersion, 'receipt.depositReceiptVersion'))
  }
  const rlp = encodeRlp(fields)
  return receipt.type === TX_LEGACY ? rlp : concatBytes(Uint8Array.of(receipt.type), rlp)
}

/** The inverse of `encodeReceipt`. Throws MalformedInputError. */
export function decodeReceipt(bytes: Uint8Array, path = 'receipt'): ConsensusReceipt {
  const type = transactionType(bytes, path)
  if (type > TX_SET_CODE && type !== TX_DEPOSIT)
    throw new MalformedInputError(`${path}.type`, 'a known transaction type', `${type}`)
  const item = decodeRlp(type === TX_LEGACY ? bytes : bytes.subarray(1), path)
  const [status, gas, bloom, logs, nonce, version] = listOf(
    item,
    4,
    type === TX_DEPOSIT ? 6 : 4,
    path,
  )
  return {
    type,
    status: decodeStatus(status, `${path}.status`),
    cumulativeGasUsed: rlpUint64(gas, `${path}.cumulativeGasUsed`),
    logsBloom: rlpHex(bloom, `${path}.logsBloom`, BLOOM_BYTES),
    logs: listItems(logs as RlpItem, `${path}.logs`).map((log, i) =>
      decodeLog(log, `${path}.logs[${i}]`),
    ),
    ...(nonce && { depositNonce: rlpUint64(nonce, `${path}.depositNonce`) }),
    ...(version && { depositReceiptVersion: rlpUint64(version, `${path}.depositReceiptVersion`) }),
  }
}

function decodeStatus(item: RlpItem | undefined, path: string): boolean {
  const bytes = rlpBytes(item, path)
  if (equalBytes(bytes, STATUS[1])) return true
  if (bytes.length === 0) return false
  throw new MalformedInputError(path, 'a status of 0 or 1', bytesToHex(bytes.subarray(0, 33)))
}

function encodeLog(log: Log): RlpValue {
  return [
    hexToBytes(log.address, 'log.address', 20),
    log.topics.map((topic) => hexToBytes(topic, 'log.topics', 32)),
    hexToBytes(log.data, 'log.data'),
  ]
}

function decodeLog(item: RlpItem, path: string): Log {
  const [address, topics, data] = listOf(item, 3, 3, path)
  const topicItems = listItems(topics as RlpItem, `${path}.topics`)
  if (topicItems.length > 4)
    throw new MalformedInputError(`${path}.topics`, 'at most 4 topics', `${topicItems.length}`)
  return {
    address: rlpAddress(address, `${path}.address`),
    topics: topicItems.map((topic, i) => rlpHash(topic, `${path}.topics[${i}]`)),
    data: rlpHex(data, `${path}.data`),
  }
}
