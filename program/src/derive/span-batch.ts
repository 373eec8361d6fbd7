// Span batches (OP Stack spec, Delta, "Span batches"; Isthmus adds EIP-7702 transactions): from the
// column-wise encoding to blocks with EIP-2718 transactions, in memory of its own.
//
// Every count is checked against the bytes that must follow it before anything is allocated, so memory
// is bounded by a constant times the input.

import { hostError } from '../host'
import {
  itemIsList,
  itemLen,
  itemNext,
  itemStart,
  rlpFixed,
  rlpItem,
  rlpList,
  rlpString,
} from '../rlp/decode'
import { rlpListLength, rlpU64Length, rlpWriteBytes, rlpWriteList, rlpWriteU64 } from '../rlp/encode'
import { spanAlloc, spanMemoryReset } from './span-memory'

/** Spec: MAX_SPAN_BATCH_ELEMENT_COUNT, for blocks and transactions alike. */
export const MAX_ELEMENTS: u64 = 10_000_000
/** As in op-node the same number bounds the bytes of a transaction's data: its list, without the type. */
const MAX_TX_DATA: usize = 10_000_000

const SIGNATURE: usize = 64
const ADDRESS: usize = 20

/** Seconds since the L2 genesis of the first block. */
export let spanRelativeTime: u64 = 0
/** L1 origin number of the last block. */
export let spanOrigin: u64 = 0
/** First 20 bytes of the parent block's hash, and of the last block's L1 origin hash. */
export let spanParentCheck: usize = 0
export let spanOriginCheck: usize = 0
export let spanBlocks: u32 = 0

// One u32 a block: the index of its first transaction, and the top bit when its origin changed; one more behind
// the last block. One record a transaction: { ptr, len }.
const ORIGIN_CHANGED: u32 = 1 << 31
const TX_RECORD: usize = 8
let blocks: usize = 0
let transactions: usize = 0

/** Number of transactions of block `i`. */
export function spanTxCount(i: u32): u32 {
  return spanFirstTx(i + 1) - spanFirstTx(i)
}

/** Index in the batch of block `i`'s first transaction. */
export function spanFirstTx(i: u32): u32 {
  return load<u32>(blocks + (<usize>i << 2)) & ~ORIGIN_CHANGED
}

/** True when block `i` has another L1 origin than the block before it. */
export function spanOriginChanged(i: u32): bool {
  return (load<u32>(blocks + (<usize>i << 2)) & ORIGIN_CHANGED) != 0
}

/** EIP-2718 encoding of transaction `i` of the batch. */
export function spanTx(i: u32): usize {
  return load<u32>(transactions + <usize>i * TX_RECORD)
}
export function spanTxLength(i: u32): usize {
  return load<u32>(transactions + <usize>i * TX_RECORD, 4)
}

// Input cursor.
let cursor: usize = 0
let end: usize = 0

// Columns.
let total: u32 = 0
let legacyTotal: u32 = 0
let creations: usize = 0
let parities: usize = 0
let signatures: usize = 0
let targets: usize = 0
let payloads: usize = 0
let nonces: usize = 0
let gases: usize = 0
let protections: usize = 0

/** The batch was decoded. */
export const SPAN_OK: i32 = 0
/** Its encoding is malformed: nothing behind it in the channel can be read. */
export const SPAN_MALFORMED: i32 = 1
/** It holds a transaction that is none: op-node goes on with the channel's next batch. */
export const SPAN_BAD_TRANSACTION: i32 = 2

/**
 * Decodes the batch in [ptr, ptr + len), without its version byte. Returns SPAN_*; check `hostError` after one
 * that is not SPAN_OK. Bytes behind the batch are ignored, as op-node does. The decoded batch stays until the
 * next call.
 */
export function spanDecode(ptr: usize, len: usize, chainId: u64): i32 {
  spanMemoryReset()
  cursor = ptr
  end = ptr + len
  if (!decodePrefix() || !decodeBlocks() || !decodeColumns()) return SPAN_MALFORMED
  return assemble(chainId) ? SPAN_OK : SPAN_BAD_TRANSACTION
}

function decodePrefix(): bool {
  if (!uvarint()) return false
  spanRelativeTime = uvarintValue
  if (!uvarint()) return false
  spanOrigin = uvarintValue
  spanParentCheck = take(ADDRESS)
  spanOriginCheck = take(ADDRESS)
  return spanOriginCheck != 0
}

function decodeBlocks(): bool {
  if (!uvarint()) return false
  const count = uvarintValue
  // Each block has at least one byte of transaction count.
  if (count == 0 || count > MAX_ELEMENTS || count > <u64>(end - cursor)) return false
  spanBlocks = <u32>count
  const origins = takeBits(spanBlocks)
  if (origins == 0) return false
  blocks = spanAlloc((<usize>spanBlocks + 1) << 2)
  if (hostError != 0) return false
  let sum: u64 = 0
  for (let i: u32 = 0; i < spanBlocks; i++) {
    if (!uvarint() || uvarintValue > MAX_ELEMENTS) return false
    store<u32>(blocks + (<usize>i << 2), <u32>sum | (bit(origins, spanBlocks, i) << 31))
    sum += uvarintValue
    if (sum > MAX_ELEMENTS) return false
  }
  total = <u32>sum
  store<u32>(blocks + (<usize>spanBlocks << 2), total)
  // Each transaction has at least a signature.
  return <u64>total * SIGNATURE <= <u64>(end - cursor)
}

/** Finds where the columns are; the transaction data, nonces and gas limits get a table each. */
function decodeColumns(): bool {
  creations = takeBits(total)
  parities = takeBits(total)
  signatures = take(<usize>total * SIGNATURE)
  if (creations == 0 || parities == 0 || signatures == 0) return false
  let calls: usize = 0
  for (let i: u32 = 0; i < total; i++) if (!bit(creations, total, i)) calls++
  targets = take(calls * ADDRESS)
  if (targets == 0) return false
  transactions = spanAlloc(<usize>total * TX_RECORD)
  payloads = spanAlloc(<usize>total * 4)
  nonces = spanAlloc(<usize>total * 8)
  gases = spanAlloc(<usize>total * 8)
  if (hostError != 0) return false
  legacyTotal = 0
  for (let i: u32 = 0; i < total; i++) {
    if (cursor >= end) return false
    store<u32>(payloads + (<usize>i << 2), <u32>cursor)
    const first = load<u8>(cursor)
    if (first <= 0x7f) cursor++
    // A type of 0 is no transaction, which is found out later: here op-node takes it for a legacy one.
    if (first == 0 || first > 0x7f) legacyTotal++
    if (!rlpList(cursor, end) || itemNext - cursor > MAX_TX_DATA) return false
    cursor = itemNext
  }
  if (!uvarints(nonces) || !uvarints(gases)) return false
  protections = takeBits(legacyTotal)
  return protections != 0
}

function uvarints(into: usize): bool {
  for (let i: u32 = 0; i < total; i++) {
    if (!uvarint()) return false
    store<u64>(into + (<usize>i << 3), uvarintValue)
  }
  return true
}

function assemble(chainId: u64): bool {
  let legacy: u32 = 0
  let target = targets
  for (let i: u32 = 0; i < total; i++) {
    const at = <usize>i
    const payload = <usize>load<u32>(payloads + (at << 2))
    const first = load<u8>(payload)
    const type: u32 = first <= 0x7f ? first : 0
    let v: u64 = bit(parities, total, i)
    if (first > 0x7f) {
      v += bit(protections, legacyTotal, legacy) ? chainId * 2 + 35 : 27
      legacy++
    }
    const creation = bit(creations, total, i) != 0
    const to: usize = creation ? 0 : target
    if (!creation) target += ADDRESS
    const record = transactions + at * TX_RECORD
    const nonce = load<u64>(nonces + (at << 3))
    const gas = load<u64>(gases + (at << 3))
    if (!assembleTx(record, type, payload, chainId, nonce, gas, to, v, signatures + at * SIGNATURE)) {
      return false
    }
  }
  return true
}

// Places of the fields in a payload's list: value, prices (one or two), data, then lists.
let fieldValue: usize = 0
let fieldPrices: usize = 0
let fieldData: usize = 0
let fieldLists: usize = 0
let fieldEnd: usize = 0

/** Finds the fields of a type's payload and checks their shape. Scalars are bounded where op-node's decoder bounds them. */
function splitPayload(type: u32, payload: usize): bool {
  const scalar: usize = type == 4 ? 32 : usize.MAX_VALUE
  if (!rlpList(type == 0 && load<u8>(payload) > 0x7f ? payload : payload + 1, end)) return false
  fieldEnd = itemNext
  fieldValue = itemStart
  if (!integer(fieldValue, fieldEnd, scalar)) return false
  fieldPrices = itemNext
  if (!integer(fieldPrices, fieldEnd, scalar)) return false
  if (type > 1 && !integer(itemNext, fieldEnd, scalar)) return false
  fieldData = itemNext
  if (!rlpString(fieldData, fieldEnd)) return false
  fieldLists = itemNext
  let next = fieldLists
  if (type >= 1) {
    next = accessListEnd(next)
    if (next == 0) return false
  }
  if (type == 4) {
    next = authorizationsEnd(next)
    if (next == 0) return false
  }
  return next == fieldEnd
}

/** A scalar of at most `size` bytes, without leading zeros. One that is too large otherwise is for execution to refuse. */
function integer(ptr: usize, listEnd: usize, size: usize): bool {
  return rlpString(ptr, listEnd) && itemLen <= size && (itemLen == 0 || load<u8>(itemStart) != 0)
}

/** Address behind the EIP-2930 access list at `ptr`; 0 when it is malformed. */
function accessListEnd(ptr: usize): usize {
  if (!rlpList(ptr, fieldEnd)) return 0
  const listEnd = itemNext
  let entry = itemStart
  while (entry < listEnd) {
    if (!rlpList(entry, listEnd)) return 0
    entry = itemNext
    if (!rlpFixed(itemStart, entry, ADDRESS) || !rlpList(itemNext, entry) || itemNext != entry) return 0
    let key = itemStart
    while (key < entry) {
      if (!rlpFixed(key, entry, 32)) return 0
      key = itemNext
    }
  }
  return listEnd
}

/** Bytes of an authorization's scalars at most: chain id, the address in between, nonce, y parity, r, s (EIP-7702). */
const AUTHORIZATION: usize = memory.data<u8>([32, 20, 8, 1, 32, 32])

/** Address behind the EIP-7702 authorization list at `ptr`; 0 when it is malformed. */
function authorizationsEnd(ptr: usize): usize {
  if (!rlpList(ptr, fieldEnd)) return 0
  const listEnd = itemNext
  let entry = itemStart
  while (entry < listEnd) {
    if (!rlpList(entry, listEnd)) return 0
    entry = itemNext
    let field = itemStart
    for (let i: usize = 0; i < 6; i++) {
      const isAddress = i == 1
      if (isAddress ? !rlpFixed(field, entry, ADDRESS) : !integer(field, entry, load<u8>(AUTHORIZATION + i))) return 0
      field = itemNext
    }
    if (field != entry) return 0
  }
  return listEnd
}

function assembleTx(
  record: usize,
  type: u32,
  payload: usize,
  chainId: u64,
  nonce: u64,
  gas: u64,
  to: usize,
  v: u64,
  signature: usize,
): bool {
  if (type > 4 || type == 3 || (type == 0 && load<u8>(payload) <= 0x7f)) return false
  if (type == 4 && to == 0) return false
  if (!splitPayload(type, payload)) return false
  const r = signature + leadingZeros(signature)
  const rLength = signature + 32 - r
  const s = signature + 32 + leadingZeros(signature + 32)
  const sLength = signature + 64 - s
  // What the payload has is copied as it stands; its prices come before the gas limit.
  const prices = fieldData - fieldPrices
  const value = fieldPrices - fieldValue
  const rest = fieldEnd - fieldData
  const content =
    (type == 0 ? 0 : rlpU64Length(chainId)) +
    rlpU64Length(nonce) +
    prices +
    rlpU64Length(gas) +
    (to == 0 ? 1 : 1 + ADDRESS) +
    value +
    rest +
    rlpU64Length(v) +
    scalarLength(r, rLength) +
    scalarLength(s, sLength)
  const size = (type == 0 ? 0 : 1) + rlpListLength(content)
  const start = spanAlloc(size)
  if (hostError != 0) return false
  let out = start
  if (type != 0) store<u8>(out++, <u8>type)
  out = rlpWriteList(out, content)
  if (type != 0) out = rlpWriteU64(out, chainId)
  out = rlpWriteU64(out, nonce)
  out = copy(out, fieldPrices, prices)
  out = rlpWriteU64(out, gas)
  out = rlpWriteBytes(out, to, to == 0 ? 0 : ADDRESS)
  out = copy(out, fieldValue, value)
  out = copy(out, fieldData, rest)
  out = rlpWriteU64(out, v)
  out = rlpWriteBytes(out, r, rLength)
  rlpWriteBytes(out, s, sLength)
  store<u32>(record, <u32>start)
  store<u32>(record, <u32>size, 4)
  return true
}

function copy(out: usize, from: usize, len: usize): usize {
  memory.copy(out, from, len)
  return out + len
}

function leadingZeros(word: usize): usize {
  let zeros: usize = 0
  while (zeros < 32 && load<u8>(word + zeros) == 0) zeros++
  return zeros
}

function scalarLength(ptr: usize, len: usize): usize {
  return len == 1 && load<u8>(ptr) < 0x80 ? 1 : 1 + len
}

/** `len` bytes of input, or 0 when there are fewer. */
function take(len: usize): usize {
  if (end - cursor < len) {
    cursor = end
    return 0
  }
  const at = cursor
  cursor += len
  return at
}

/** A bit list of `count` bits: a big-endian number in whole bytes. 0 when bits beyond `count` are set. */
function takeBits(count: u32): usize {
  const at = take((<usize>count + 7) >> 3)
  const spare = count & 7
  if (at != 0 && spare != 0 && load<u8>(at) >> <u8>spare != 0) return 0
  return at
}

// @ts-ignore: decorator
@inline
function bit(list: usize, count: u32, i: u32): u32 {
  const bytes = (<usize>count + 7) >> 3
  return (<u32>load<u8>(list + bytes - 1 - (i >> 3)) >> (i & 7)) & 1
}

let uvarintValue: u64 = 0

/** Reads an unsigned LEB128 number of 64 bits (Go's `binary.Uvarint`, padding allowed). */
function uvarint(): bool {
  let value: u64 = 0
  for (let shift: u32 = 0; shift < 70; shift += 7) {
    if (cursor >= end) return false
    const byte = load<u8>(cursor++)
    if (shift == 63 && byte > 1) return false
    value |= <u64>(byte & 0x7f) << shift
    if (byte < 0x80) {
      uvarintValue = value
      return true
    }
  }
  return false
}
