import {
  type Address,
  bytesToHex,
  createAddress,
  decodeRlp,
  EMPTY_BLOOM,
  type Hash,
  type Hex,
  listItems,
  listOf,
  rlpAddress,
  rlpBytes,
  rlpHash,
  rlpHex,
} from '@altlayer/protocol'
import type { Log, TransactionResult } from '../program/types.ts'
import { type ByteReader, type ByteWriter, createByteReader } from './bytes.ts'

// A receipt's record holds what the consensus encoding and the transaction do not give back cheaply:
// the logs as RLP, the bloom as the positions of its bits (an ERC-20 transfer sets at most 12 of 2048).

const STATUS = 1
const TO = 2
const CONTRACT = 4
const DEPOSIT_NONCE = 8
const DEPOSIT_VERSION = 16
const L1_FEE = 32
const OPERATOR_FEE = 64
const BLOB_GAS = 128
const L1_GAS = 256
/** Bytes of an empty list's RLP. */
const EMPTY_LIST = 1

/** What is stored of a transaction's execution. */
export interface StoredReceipt {
  readonly transactionHash: Hash
  readonly type: number
  readonly status: boolean
  readonly from: Address
  readonly to?: Address
  readonly contractAddress?: Address
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  readonly effectiveGasPrice: bigint
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
  readonly depositNonce?: bigint
  readonly depositReceiptVersion?: bigint
  readonly l1Fee?: bigint
  readonly l1GasUsed?: bigint
  readonly operatorFee?: bigint
  readonly blobGasUsed?: bigint
}

/** Appends the record of one executed transaction. */
export function writeReceipt(writer: ByteWriter, result: TransactionResult): void {
  const { bloom, logs } = consensusParts(result.receipt)
  writer.integer(flagsOf(result))
  writer.byte(result.type)
  writer.hex(result.hash, 32)
  writer.hex(result.from, 20)
  if (result.to !== undefined) writer.hex(result.to, 20)
  const contract = contractOf(result)
  if (contract !== undefined) writer.hex(contract, 20)
  writer.bigint(result.gasUsed)
  writer.bigint(result.cumulativeGasUsed)
  writer.bigint(result.effectiveGasPrice)
  for (const value of optionalValues(result)) if (value !== undefined) writer.bigint(value)
  const bits = logs.length === EMPTY_LIST ? [] : bloomBits(bloom)
  writer.integer(bits.length)
  for (const bit of bits) {
    writer.byte(bit >> 8)
    writer.byte(bit & 0xff)
  }
  writer.bytes(logs)
}

/** Receipts one after the other, as a block's record holds them. */
export function decodeReceipts(record: Uint8Array): readonly StoredReceipt[] {
  const reader = createByteReader(record)
  const receipts: StoredReceipt[] = []
  while (!reader.done) receipts.push(decodeReceipt(reader))
  return receipts
}

function decodeReceipt(reader: ByteReader): StoredReceipt {
  const flags = reader.integer()
  const type = reader.byte()
  const transactionHash = bytesToHex(reader.fixed(32))
  const from = bytesToHex(reader.fixed(20))
  const address = (flag: number) =>
    (flags & flag) === 0 ? undefined : bytesToHex(reader.fixed(20))
  const value = (flag: number) => ((flags & flag) === 0 ? undefined : reader.bigint())
  const to = address(TO)
  const contractAddress = address(CONTRACT)
  const gasUsed = reader.bigint()
  const cumulativeGasUsed = reader.bigint()
  const effectiveGasPrice = reader.bigint()
  const depositNonce = value(DEPOSIT_NONCE)
  const depositReceiptVersion = value(DEPOSIT_VERSION)
  const l1Fee = value(L1_FEE)
  const l1GasUsed = value(L1_GAS)
  const operatorFee = value(OPERATOR_FEE)
  const blobGasUsed = value(BLOB_GAS)
  const bits = Array.from({ length: reader.integer() }, () => reader.byte() * 256 + reader.byte())
  return {
    transactionHash,
    type,
    status: (flags & STATUS) !== 0,
    from,
    ...(to && { to }),
    ...(contractAddress && { contractAddress }),
    gasUsed,
    cumulativeGasUsed,
    effectiveGasPrice,
    logsBloom: bloomOf(bits),
    logs: decodeLogs(reader.bytes()),
    ...(depositNonce !== undefined && { depositNonce }),
    ...(depositReceiptVersion !== undefined && { depositReceiptVersion }),
    ...(l1Fee !== undefined && { l1Fee }),
    ...(l1GasUsed !== undefined && { l1GasUsed }),
    ...(operatorFee !== undefined && { operatorFee }),
    ...(blobGasUsed !== undefined && { blobGasUsed }),
  }
}

/** Where a creation's contract is, or would be: as in geth, a failed one's receipt names it too. */
function contractOf({ to, contractAddress, from, nonce }: TransactionResult): Address | undefined {
  return to === undefined ? (contractAddress ?? createAddress(from, nonce)) : undefined
}

function flagsOf(result: TransactionResult): number {
  const [nonce, version, l1Fee, l1Gas, operatorFee, blobGas] = optionalValues(result)
  return (
    (result.status === 'success' ? STATUS : 0) |
    (result.to === undefined ? 0 : TO) |
    (result.to === undefined ? CONTRACT : 0) |
    (nonce === undefined ? 0 : DEPOSIT_NONCE) |
    (version === undefined ? 0 : DEPOSIT_VERSION) |
    (l1Fee === undefined ? 0 : L1_FEE) |
    (l1Gas === undefined ? 0 : L1_GAS) |
    (operatorFee === undefined ? 0 : OPERATOR_FEE) |
    (blobGas === undefined ? 0 : BLOB_GAS)
  )
}

function optionalValues(result: TransactionResult): readonly (bigint | undefined)[] {
  return [
    result.depositNonce,
    result.depositReceiptVersion,
    result.l1Fee,
    result.l1GasUsed,
    result.operatorFee,
    result.blobGasUsed,
  ]
}

/** Bloom and RLP of the logs in an EIP-2718 receipt: [status, cumulative gas, bloom, logs, ...]. */
function consensusParts(receipt: Uint8Array): { bloom: Uint8Array; logs: Uint8Array } {
  const payload = (receipt[0] as number) < 0xc0 ? receipt.subarray(1) : receipt
  const items = listOf(decodeRlp(payload, 'receipt'), 4, 6, 'receipt')
  const logs = items[3]
  if (logs === undefined) throw new RangeError('receipt without logs')
  return { bloom: rlpBytes(items[2], 'receipt.logsBloom', 256), logs: logs.encoding }
}

function decodeLogs(encoding: Uint8Array): readonly Log[] {
  if (encoding.length === EMPTY_LIST) return []
  return listItems(decodeRlp(encoding, 'logs'), 'logs').map((item) => {
    const [address, topics, data] = listOf(item, 3, 3, 'log')
    if (topics === undefined) throw new RangeError('log without topics')
    return {
      address: rlpAddress(address, 'log.address'),
      topics: listItems(topics, 'log.topics').map((topic) => rlpHash(topic, 'log.topic')),
      data: rlpHex(data, 'log.data'),
    }
  })
}

/** Positions of the bits that are set, counted from the first byte's highest bit. */
function bloomBits(bloom: Uint8Array): readonly number[] {
  const bits: number[] = []
  for (let index = 0; index < bloom.length; index++) {
    const byte = bloom[index] as number
    if (byte === 0) continue
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) bits.push(index * 8 + bit)
  }
  return bits
}

function bloomOf(bits: readonly number[]): Hex {
  if (bits.length === 0) return EMPTY_BLOOM
  const bloom = new Uint8Array(256)
  for (const bit of bits) bloom[bit >> 3] = (bloom[bit >> 3] as number) | (0x80 >> (bit & 7))
  return bytesToHex(bloom)
}
