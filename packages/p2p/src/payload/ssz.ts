import {
  BLOOM_BYTES,
  type BlockWithdrawal,
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  type Hash,
  type Header,
  type Hex,
  hexToBytes,
  MalformedInputError,
} from '@altlayer/protocol'
import type { BlockPayload, ClaimedPayload, PayloadVersion } from './payload.ts'

// SSZ of ExecutionPayload and its envelope (consensus-specs, bellatrix to deneb; OP Stack specs, "Block
// encoding" and Isthmus' "Update to ExecutableData").

/** Bytes of the fixed part by version: each adds to the one before. */
const FIXED_PART: Readonly<Record<PayloadVersion, number>> = { 1: 508, 2: 512, 3: 528, 4: 560 }
const MAX_EXTRA_DATA = 32
/** MAX_TRANSACTIONS_PER_PAYLOAD and MAX_WITHDRAWALS_PER_PAYLOAD of the consensus specs. */
const MAX_TRANSACTIONS = 1 << 20
const MAX_WITHDRAWALS = 16
const WITHDRAWAL_SIZE = 44
const OFFSET_SIZE = 4
const ROOT_SIZE = 32

/**
 * What is signed, gossiped and sent of a block: the SSZ of its payload, since Ecotone after the parent
 * beacon block root.
 * @throws MalformedInputError where the header lacks a field of the version.
 */
export function encodePayload(payload: BlockPayload, version: PayloadVersion): Uint8Array {
  const root = version >= 3 ? hexToBytes(need(payload, 'parentBeaconBlockRoot')) : undefined
  const body = encodeBody(payload, version)
  if (root === undefined) return body
  const envelope = new Uint8Array(ROOT_SIZE + body.length)
  envelope.set(root)
  envelope.set(body, ROOT_SIZE)
  return envelope
}

function need<K extends keyof Header>({ header }: BlockPayload, field: K): NonNullable<Header[K]> {
  const value = header[field]
  if (value === undefined)
    throw new MalformedInputError(`payload.${field}`, 'a value in this fork', 'nothing')
  return value
}

function encodeBody(payload: BlockPayload, version: PayloadVersion): Uint8Array {
  const { header, transactions, withdrawals = [] } = payload
  const extraData = hexToBytes(header.extraData)
  if (extraData.length > MAX_EXTRA_DATA)
    throw new MalformedInputError('payload.extraData', '32 bytes at most', `${extraData.length}`)
  const fixed = FIXED_PART[version]
  const transactionsAt = fixed + extraData.length
  const withdrawalsAt =
    transactionsAt + transactions.reduce((sum, { length }) => sum + OFFSET_SIZE + length, 0)
  const size = version >= 2 ? withdrawalsAt + withdrawals.length * WITHDRAWAL_SIZE : withdrawalsAt
  const { put, uint64, offset, bytes } = writer(size)
  put(hexToBytes(header.parentHash))
  put(hexToBytes(header.miner))
  put(hexToBytes(header.stateRoot))
  put(hexToBytes(header.receiptsRoot))
  put(hexToBytes(header.logsBloom))
  put(hexToBytes(header.mixHash))
  for (const value of [header.number, header.gasLimit, header.gasUsed, header.timestamp])
    uint64(value)
  offset(fixed)
  put(bigintToBytes(need(payload, 'baseFeePerGas'), 32).reverse())
  put(hexToBytes(payload.blockHash))
  offset(transactionsAt)
  if (version >= 2) offset(withdrawalsAt)
  if (version >= 3) {
    uint64(need(payload, 'blobGasUsed'))
    uint64(need(payload, 'excessBlobGas'))
  }
  if (version >= 4) put(hexToBytes(need(payload, 'withdrawalsRoot')))
  put(extraData)
  let at = transactions.length * OFFSET_SIZE
  for (const { length } of transactions) {
    offset(at)
    at += length
  }
  for (const transaction of transactions) put(transaction)
  if (version >= 2)
    for (const { index, validatorIndex, address, amount } of withdrawals) {
      uint64(index)
      uint64(validatorIndex)
      put(hexToBytes(address))
      uint64(amount)
    }
  return bytes
}

function writer(size: number) {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  return {
    bytes,
    put(part: Uint8Array) {
      bytes.set(part, at)
      at += part.length
    },
    uint64(value: bigint) {
      view.setBigUint64(at, value, true)
      at += 8
    },
    offset(value: number) {
      view.setUint32(at, value, true)
      at += OFFSET_SIZE
    },
  }
}

/**
 * Reads what `encodePayload` writes. Strict: what decodes has no other encoding. Nothing is hashed; the
 * result owns its memory.
 * @throws MalformedInputError
 */
export function decodePayload(bytes: Uint8Array, version: PayloadVersion): ClaimedPayload {
  if (version < 3) return decodeBody(bytes, version, undefined)
  if (bytes.length < ROOT_SIZE)
    throw new MalformedInputError('payload', 'a parent beacon block root', `${bytes.length} bytes`)
  const root = bytesToHex(bytes.subarray(0, ROOT_SIZE))
  return decodeBody(bytes.subarray(ROOT_SIZE), version, root)
}

function decodeBody(
  bytes: Uint8Array,
  version: PayloadVersion,
  parentBeaconBlockRoot: Hash | undefined,
): ClaimedPayload {
  const fixed = FIXED_PART[version]
  if (bytes.length < fixed)
    throw new MalformedInputError('payload', `${fixed} bytes or more`, `${bytes.length}`)
  const { take, uint64, offset } = reader(bytes)
  const parentHash = take(32)
  const miner = take(20)
  const stateRoot = take(32)
  const receiptsRoot = take(32)
  const logsBloom = take(BLOOM_BYTES)
  const mixHash = take(32)
  const number = uint64()
  const gasLimit = uint64()
  const gasUsed = uint64()
  const timestamp = uint64()
  const extraDataAt = offset()
  const baseFeePerGas = bytesToBigint(hexToBytes(take(32)).reverse())
  const blockHash = take(32)
  const transactionsAt = offset()
  const withdrawalsAt = version >= 2 ? offset() : bytes.length
  const blobGas = version >= 3 && { blobGasUsed: uint64(), excessBlobGas: uint64() }
  const withdrawalsRoot = version >= 4 ? take(32) : EMPTY_ROOT
  if (extraDataAt !== fixed)
    throw new MalformedInputError('payload.extraData', `the offset ${fixed}`, `${extraDataAt}`)
  if (transactionsAt < fixed || transactionsAt > Math.min(bytes.length, fixed + MAX_EXTRA_DATA))
    throw new MalformedInputError(
      'payload.transactions',
      `an offset of ${fixed} to ${fixed + MAX_EXTRA_DATA}`,
      `${transactionsAt}`,
    )
  if (withdrawalsAt < transactionsAt || withdrawalsAt > bytes.length)
    throw new MalformedInputError(
      'payload.withdrawals',
      `an offset of ${transactionsAt} to ${bytes.length}`,
      `${withdrawalsAt}`,
    )
  return {
    header: {
      parentHash,
      sha3Uncles: EMPTY_UNCLES_HASH,
      miner,
      stateRoot,
      receiptsRoot,
      logsBloom,
      difficulty: 0n,
      number,
      gasLimit,
      gasUsed,
      timestamp,
      extraData: bytesToHex(bytes.subarray(extraDataAt, transactionsAt)),
      mixHash,
      nonce: '0x0000000000000000',
      baseFeePerGas,
      ...(version >= 2 && { withdrawalsRoot }),
      ...(blobGas && blobGas),
      ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot }),
      ...(version >= 4 && { requestsHash: EMPTY_REQUESTS_HASH }),
    },
    blockHash,
    transactions: decodeTransactions(bytes.subarray(transactionsAt, withdrawalsAt)),
    ...(version >= 2 && { withdrawals: decodeWithdrawals(bytes.subarray(withdrawalsAt)) }),
  }
}

function reader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const next = (size: number) => {
    at += size
    return at - size
  }
  return {
    take(size: number): Hex {
      const from = next(size)
      return bytesToHex(bytes.subarray(from, from + size))
    },
    uint64: () => view.getBigUint64(next(8), true),
    offset: () => view.getUint32(next(OFFSET_SIZE), true),
  }
}

function decodeTransactions(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length === 0) return []
  const path = 'payload.transactions'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = bytes.length < OFFSET_SIZE ? 0 : view.getUint32(0, true)
  if (first === 0 || first % OFFSET_SIZE !== 0 || first > bytes.length)
    throw new MalformedInputError(path, 'a first offset within the list', `${first}`)
  const count = first / OFFSET_SIZE
  if (count > MAX_TRANSACTIONS)
    throw new MalformedInputError(path, `${MAX_TRANSACTIONS} at most`, `${count}`)
  const transactions: Uint8Array[] = []
  let from = first
  for (let index = 0; index < count; index++) {
    const to = index + 1 < count ? view.getUint32((index + 1) * OFFSET_SIZE, true) : bytes.length
    // No transaction is empty: no block that hashes to anything could have it.
    if (to <= from || to > bytes.length)
      throw new MalformedInputError(`${path}[${index}]`, 'an end within the list', `${to}`)
    transactions.push(bytes.slice(from, to))
    from = to
  }
  return transactions
}

function decodeWithdrawals(bytes: Uint8Array): readonly BlockWithdrawal[] {
  const count = bytes.length / WITHDRAWAL_SIZE
  if (!Number.isInteger(count) || count > MAX_WITHDRAWALS)
    throw new MalformedInputError(
      'payload.withdrawals',
      `at most ${MAX_WITHDRAWALS} of ${WITHDRAWAL_SIZE} bytes`,
      `${bytes.length} bytes`,
    )
  const { take, uint64 } = reader(bytes)
  return Array.from({ length: count }, () => ({
    index: uint64(),
    validatorIndex: uint64(),
    address: take(20),
    amount: uint64(),
  }))
}
