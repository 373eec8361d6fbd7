import { describe, MalformedInputError } from './errors.ts'
import type { Address, Hash, Hex } from './types.ts'

// Looks for the first wrong character: no backtracking, however long the input.
const NOT_HEX = /[^0-9a-fA-F]/
const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]*)$/
const DECIMAL = /^(?:0|[1-9][0-9]*)$/

export const MAX_UINT64 = (1n << 64n) - 1n
export const MAX_UINT256 = (1n << 256n) - 1n

/** 32 bytes of zero: no hash, or an empty word of storage. */
export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
/** 20 bytes of zero: nobody's address. */
export const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`

/** Lower-case 0x-prefixed hex of `bytes`. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

// Value of an ASCII hex digit, -1 for other characters.
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase())
  return value
})
// Below it a loop is faster than a call into Buffer.
const SHORT_BYTES = 64

/**
 * Bytes of 0x-prefixed hex of even length, any case; `size` demands a length in bytes.
 * The result owns its memory. Throws MalformedInputError naming `path`.
 */
export function hexToBytes(hex: string, path = 'hex', size?: number): Uint8Array {
  if (typeof hex !== 'string' || hex.length % 2 !== 0 || !hex.startsWith('0x'))
    throw malformedData(hex, path, size)
  const length = (hex.length - 2) / 2
  if (size !== undefined && length !== size) throw malformedData(hex, path, size)
  // A fresh, exactly sized buffer: Node's pooled ones would be shared when posted to a worker.
  const bytes = new Uint8Array(length)
  const valid = length <= SHORT_BYTES ? decodeShort(hex, bytes) : decodeLong(hex, bytes)
  if (!valid) throw malformedData(hex, path, size)
  return bytes
}

function decodeLong(hex: string, bytes: Uint8Array): boolean {
  const digits = hex.slice(2)
  // Buffer sees only the low byte of a character: it takes some for digits that are none.
  if (NOT_HEX.test(digits)) return false
  Buffer.from(bytes.buffer).write(digits, 'hex')
  return true
}

function decodeShort(hex: string, bytes: Uint8Array): boolean {
  // A negative digit leaves its sign in the union of all.
  let union = 0
  for (let i = 0, at = 2; i < bytes.length; i++, at += 2) {
    const value = ((DIGITS[hex.charCodeAt(at)] ?? -1) << 4) | (DIGITS[hex.charCodeAt(at + 1)] ?? -1)
    union |= value
    bytes[i] = value
  }
  return union >= 0
}

/** Whether `value` is 0x-prefixed hex data of whole bytes (of `size` bytes, if given). */
export function isHex(value: unknown, size?: number): value is Hex {
  return (
    typeof value === 'string' &&
    (size === undefined ? value.length % 2 === 0 : value.length === 2 + 2 * size) &&
    value.startsWith('0x') &&
    !NOT_HEX.test(value.slice(2))
  )
}

/** Hex data in lower case; `size` demands a length in bytes. Throws MalformedInputError. */
export function parseData(value: unknown, path: string, size?: number): Hex {
  checkData(value, path, size)
  return value.toLowerCase() as Hex
}

/** 32 bytes of hex, lower case. Throws MalformedInputError. */
export function parseHash(value: unknown, path: string): Hash {
  return parseData(value, path, 32)
}

/** 20 bytes of hex, lower case; any case is taken, checksums are not checked. Throws MalformedInputError. */
export function parseAddress(value: unknown, path: string): Address {
  return parseData(value, path, 20)
}

/** A JSON-RPC quantity: 0x-prefixed, no leading zeros, at most `max` (default 2^256-1). Throws MalformedInputError. */
export function parseQuantity(value: unknown, path: string, max: bigint = MAX_UINT256): bigint {
  if (typeof value !== 'string' || value.length > 66 || !QUANTITY.test(value))
    throw new MalformedInputError(path, 'a hex quantity without leading zeros', describe(value))
  return checkRange(BigInt(value), path, max)
}

/**
 * An integer as configuration files write it: a JSON number, decimal digits or 0x-prefixed hex (leading
 * zeros allowed, as in 32-byte scalars); 0 to `max` (default 2^256-1). Throws MalformedInputError.
 */
export function parseInteger(value: unknown, path: string, max: bigint = MAX_UINT256): bigint {
  if (typeof value === 'bigint') return checkRange(value, path, max)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    return checkRange(BigInt(value), path, max)
  if (
    typeof value === 'string' &&
    value.length <= 80 &&
    (DECIMAL.test(value) || /^0x[0-9a-fA-F]+$/.test(value))
  )
    return checkRange(BigInt(value), path, max)
  throw new MalformedInputError(path, 'a non-negative integer', describe(value))
}

/** The JSON-RPC quantity of a non-negative integer. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** Big-endian bytes as an unsigned integer; empty is zero. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  if (bytes.length > 6) return BigInt(bytesToHex(bytes))
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return BigInt(value)
}

/** `value` as `size` big-endian bytes. Throws MalformedInputError when it does not fit. */
export function bigintToBytes(value: bigint, size: number, path = 'integer'): Uint8Array {
  if (value < 0n || value >> BigInt(8 * size) !== 0n)
    throw new MalformedInputError(path, `an unsigned integer of ${size} bytes`, describe(value))
  const bytes = new Uint8Array(size)
  // Digit by digit from the end: to reach the memory of a short array costs more than all of its digits.
  const digits = value.toString(16)
  for (let i = size - 1, at = digits.length - 1; at >= 0; i--, at -= 2)
    bytes[i] = (digitAt(digits, at - 1) << 4) | digitAt(digits, at)
  return bytes
}

function digitAt(digits: string, at: number): number {
  return at < 0 ? 0 : (DIGITS[digits.charCodeAt(at)] as number)
}

/** `value` as a left-padded hex word of `size` bytes (default 32). */
export function bigintToHex(value: bigint, size = 32): Hex {
  return bytesToHex(bigintToBytes(value, size))
}

/** An address as a word of the ABI: 12 bytes of zero before it. */
export function addressToWord(address: Address): Hash {
  return `0x${'00'.repeat(12)}${address.slice(2)}`
}

/** The address in a word of the ABI. Throws MalformedInputError when the 12 bytes before it are not zero. */
export function wordToAddress(word: Hash, path: string): Address {
  if (!word.startsWith(`0x${'00'.repeat(12)}`))
    throw new MalformedInputError(path, 'an address in 32 bytes', word)
  return `0x${word.slice(26)}`
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function checkData(value: unknown, path: string, size?: number): asserts value is Hex {
  if (!isHex(value, size)) throw malformedData(value, path, size)
}

function malformedData(value: unknown, path: string, size?: number): MalformedInputError {
  const what =
    size === undefined ? '0x-prefixed hex of whole bytes' : `0x-prefixed hex of ${size} bytes`
  const got = isHex(value) ? `${(value.length - 2) / 2} bytes` : describe(value)
  return new MalformedInputError(path, what, got)
}

function checkRange(value: bigint, path: string, max: bigint): bigint {
  if (value >= 0n && value <= max) return value
  throw new MalformedInputError(path, `an integer from 0 to ${max}`, describe(value))
}
