import { MalformedInputError } from './errors.ts'
import { bytesToBigint, bytesToHex, hexToBytes, MAX_UINT64 } from './hex.ts'
import type { Address, Hash, Hex } from './types.ts'

// RLP (Ethereum Yellow Paper, appendix B), strict: only the canonical encoding of an item decodes.

/** One decoded item. Both views share the input's memory. */
export interface RlpItem {
  readonly list: boolean
  /** The string's bytes, or the concatenated encodings of the list's items. */
  readonly payload: Uint8Array
  /** The whole item, prefix included. */
  readonly encoding: Uint8Array
}

/** What encodes: a string, or a list of such. */
export type RlpValue = Uint8Array | readonly RlpValue[]

const MAX_DEPTH = 64

/** Decodes the one item that `bytes` hold; trailing bytes are an error. Throws MalformedInputError. */
export function decodeRlp(bytes: Uint8Array, path = 'rlp'): RlpItem {
  const item = itemAt(bytes, 0, path)
  if (item.encoding.length !== bytes.length)
    throw new MalformedInputError(
      path,
      `an item of ${bytes.length} bytes`,
      `${bytes.length - item.encoding.length} bytes after it`,
    )
  return item
}

/** Decodes the item at `offset`, ignoring what follows it. Throws MalformedInputError. */
export function itemAt(bytes: Uint8Array, offset: number, path = 'rlp'): RlpItem {
  const prefix = bytes[offset]
  if (prefix === undefined) throw new MalformedInputError(path, 'an RLP item', 'end of input')
  if (prefix < 0x80) {
    const byte = bytes.subarray(offset, offset + 1)
    return { list: false, payload: byte, encoding: byte }
  }
  const list = prefix >= 0xc0
  const short = prefix - (list ? 0xc0 : 0x80)
  const lengthSize = short > 55 ? short - 55 : 0
  const start = offset + 1 + lengthSize
  const length = lengthSize === 0 ? short : longLength(bytes, offset + 1, lengthSize, path)
  const end = start + length
  if (end > bytes.length)
    throw new MalformedInputError(
      path,
      `${length} bytes of payload`,
      `${Math.max(0, bytes.length - start)}`,
    )
  const payload = bytes.subarray(start, end)
  if (!list && length === 1 && (payload[0] as number) < 0x80)
    throw new MalformedInputError(path, 'a byte below 0x80 as itself', 'a prefixed one')
  return { list, payload, encoding: bytes.subarray(offset, end) }
}

function longLength(bytes: Uint8Array, at: number, size: number, path: string): number {
  if (at + size > bytes.length)
    throw new MalformedInputError(path, `a length of ${size} bytes`, 'end of input')
  let length = 0
  for (let i = 0; i < size; i++) length = length * 256 + (bytes[at + i] as number)
  if (bytes[at] === 0) throw new MalformedInputError(path, 'a length without leading zeros', '0x00')
  if (length < 56)
    throw new MalformedInputError(path, 'a short form for a length below 56', `${length}`)
  return length
}

/** The items of a list. Throws MalformedInputError when `item` is a string or its payload is malformed. */
export function listItems(item: RlpItem, path = 'rlp'): readonly RlpItem[] {
  if (!item.list)
    throw new MalformedInputError(path, 'a list', `a string of ${item.payload.length} bytes`)
  const items: RlpItem[] = []
  for (let offset = 0; offset < item.payload.length; ) {
    const next = itemAt(item.payload, offset, `${path}[${items.length}]`)
    items.push(next)
    offset += next.encoding.length
  }
  return items
}

/** The items of a list that must have `minimum` to `maximum` of them. */
export function listOf(
  item: RlpItem,
  minimum: number,
  maximum: number,
  path: string,
): readonly RlpItem[] {
  const items = listItems(item, path)
  if (items.length < minimum || items.length > maximum) {
    const range = minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`
    throw new MalformedInputError(path, `${range} items`, `${items.length}`)
  }
  return items
}

/** The bytes of a string item, of `size` bytes when given. A view of the input. */
export function rlpBytes(item: RlpItem | undefined, path: string, size?: number): Uint8Array {
  if (item === undefined) throw new MalformedInputError(path, 'a string', 'nothing')
  if (item.list) throw new MalformedInputError(path, 'a string', 'a list')
  if (size !== undefined && item.payload.length !== size)
    throw new MalformedInputError(path, `${size} bytes`, `${item.payload.length} bytes`)
  return item.payload
}

export function rlpHex(item: RlpItem | undefined, path: string, size?: number): Hex {
  return bytesToHex(rlpBytes(item, path, size))
}

export function rlpHash(item: RlpItem | undefined, path: string): Hash {
  return rlpHex(item, path, 32)
}

export function rlpAddress(item: RlpItem | undefined, path: string): Address {
  return rlpHex(item, path, 20)
}

/** An unsigned integer: big-endian, no leading zeros, at most `size` bytes (default 32). */
export function rlpUint(item: RlpItem | undefined, path: string, size = 32): bigint {
  const bytes = rlpBytes(item, path)
  if (bytes.length > size)
    throw new MalformedInputError(
      path,
      `an integer of at most ${size} bytes`,
      `${bytes.length} bytes`,
    )
  if (bytes[0] === 0)
    throw new MalformedInputError(path, 'an integer without leading zeros', '0x00')
  return bytesToBigint(bytes)
}

export function rlpUint64(item: RlpItem | undefined, path: string): bigint {
  return rlpUint(item, path, 8)
}

/** Big-endian bytes without leading zeros; zero is empty. */
export function uintBytes(value: bigint, path = 'integer'): Uint8Array {
  if (value < 0n) throw new MalformedInputError(path, 'an unsigned integer', `${value}`)
  if (value === 0n) return EMPTY
  if (value <= 0xffffffffn) return smallBytes(Number(value))
  const hex = value.toString(16)
  return hexToBytes(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`)
}

function smallBytes(value: number): Uint8Array {
  if (value < 0x100) return Uint8Array.of(value)
  if (value < 0x10000) return Uint8Array.of(value >> 8, value)
  if (value < 0x1000000) return Uint8Array.of(value >> 16, value >> 8, value)
  return Uint8Array.of(value >>> 24, value >> 16, value >> 8, value)
}

/** As `uintBytes`, of at most 64 bits. */
export function uint64Bytes(value: bigint, path = 'integer'): Uint8Array {
  if (value > MAX_UINT64) throw new MalformedInputError(path, 'an integer of 64 bits', `${value}`)
  return uintBytes(value, path)
}

/** The RLP encoding of a string or (nested) list. Throws MalformedInputError past a depth of 64. */
export function encodeRlp(value: RlpValue, depth = 0): Uint8Array {
  if (depth > MAX_DEPTH)
    throw new MalformedInputError('rlp', `lists nested at most ${MAX_DEPTH} deep`, 'more')
  if (value instanceof Uint8Array) {
    if (value.length === 1 && (value[0] as number) < 0x80) return value
    const prefix = prefixSize(value.length)
    const bytes = new Uint8Array(prefix + value.length)
    writePrefix(bytes, prefix, value.length, 0x80)
    bytes.set(value, prefix)
    return bytes
  }
  return encodeRlpList(value.map((item) => encodeRlp(item, depth + 1)))
}

/** A list of items that are already encoded. */
export function encodeRlpList(encodings: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const encoding of encodings) length += encoding.length
  const prefix = prefixSize(length)
  const bytes = new Uint8Array(prefix + length)
  writePrefix(bytes, prefix, length, 0xc0)
  let offset = prefix
  for (const encoding of encodings) {
    bytes.set(encoding, offset)
    offset += encoding.length
  }
  return bytes
}

const EMPTY = new Uint8Array(0)

/** Bytes in front of a payload. Lengths of arrays are below 2^40 by far. */
function prefixSize(length: number): number {
  if (length < 56) return 1
  if (length < 0x100) return 2
  if (length < 0x1_0000) return 3
  if (length < 0x100_0000) return 4
  return length < 0x1_0000_0000 ? 5 : 6
}

function writePrefix(bytes: Uint8Array, size: number, length: number, base: number): void {
  bytes[0] = size === 1 ? base + length : base + 54 + size
  for (let i = size - 1, rest = length; i > 0; i--, rest = Math.floor(rest / 0x100)) bytes[i] = rest
}
