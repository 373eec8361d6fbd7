import { padded } from './input.ts'
import { digitAt, MAX_MODULUS_BITS, montgomeryPower } from './montgomery.ts'

// EIP-198. Gas (EIP-2565) bounds the operands: a modulus of n bytes costs at least (n/8)^2/3.
const MAX_LENGTH = 1 << 20

/** base^exponent mod modulus, in as many bytes as the modulus has. Undefined past lengths that gas cannot pay. */
export function modexp(input: Uint8Array): Uint8Array | undefined {
  const head = padded(input, 96)
  const baseLength = length(head, 0)
  const exponentLength = length(head, 32)
  const modulusLength = length(head, 64)
  if (modulusLength === 0) return new Uint8Array(0)
  if (modulusLength > MAX_LENGTH) return undefined
  const exponentAt = 96 + baseLength
  const modulusAt = exponentAt + exponentLength
  // What is missing in the input are zeros. So base and exponent matter only as far as they were paid for
  // with memory: said to be longer, they leave no bytes for the modulus.
  if (modulusAt >= input.length) return new Uint8Array(modulusLength)
  const modulus = slice(input, modulusAt, modulusLength)
  if (modulus === 0n) return new Uint8Array(modulusLength)
  const base = slice(input, 96, baseLength)
  const exponent = slice(input, exponentAt, exponentLength)
  return toBytes(power(base, exponent, modulus), modulusLength)
}

// Hexadecimal digits of the exponent from which a table of powers pays.
const MIN_WINDOW_DIGITS = 8

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (modulus === 1n) return 0n
  const reduced = base % modulus
  if (exponent === 0n) return 1n
  if (reduced < 2n) return reduced
  const digits = exponent.toString(16)
  if (digits.length < MIN_WINDOW_DIGITS) return binaryPower(reduced, exponent, modulus)
  if (modulus >> BigInt(MAX_MODULUS_BITS) !== 0n) return windowPower(reduced, digits, modulus)
  return smallPower(reduced, exponent, digits, modulus)
}

// The modulus is odd * 2^shift: the power modulo each, put together by the Chinese remainder theorem.
function smallPower(base: bigint, exponent: bigint, digits: string, modulus: bigint): bigint {
  let shift = 0
  while (((modulus >> BigInt(shift)) & 1n) === 0n) shift++
  const odd = modulus >> BigInt(shift)
  const first = odd === 1n ? 0n : montgomeryPower(base % odd, digits, odd)
  if (shift === 0) return first
  const second = powerOfTwoPower(base, exponent, shift)
  const factor = BigInt.asUintN(shift, (second - first) * inverseOfOdd(odd, shift))
  return first + odd * factor
}

// base^exponent mod 2^bits. The order of an odd number divides 2^bits, so that the exponent matters only
// modulo that; the power of an even one is zero once the exponent has reached `bits`.
function powerOfTwoPower(base: bigint, exponent: bigint, bits: number): bigint {
  if ((base & 1n) === 0n && exponent >= BigInt(bits)) return 0n
  let result = 1n
  let square = BigInt.asUintN(bits, base)
  for (let rest = BigInt.asUintN(bits, exponent); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asUintN(bits, result * square)
    square = BigInt.asUintN(bits, square * square)
  }
  return BigInt.asUintN(bits, result)
}

// 1/odd modulo 2^bits by Newton's iteration: every step doubles the bits that are right, from 3.
function inverseOfOdd(odd: bigint, bits: number): bigint {
  let inverse = odd
  for (let right = 3; right < bits; right *= 2)
    inverse = BigInt.asUintN(bits, inverse * (2n - odd * inverse))
  return inverse
}

function binaryPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = base
  for (const bit of exponent.toString(2).slice(1)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function windowPower(base: bigint, digits: string, modulus: bigint): bigint {
  const powers: bigint[] = [1n]
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus)
  let result = powers[digitAt(digits, 0)] as bigint
  for (let i = 1; i < digits.length; i++) {
    result = (result * result) % modulus
    result = (result * result) % modulus
    result = (result * result) % modulus
    result = (result * result) % modulus
    const value = digitAt(digits, i)
    if (value !== 0) result = (result * (powers[value] as bigint)) % modulus
  }
  return result
}

// A length word; what no memory could hold becomes infinity.
function length(head: Uint8Array, at: number): number {
  for (let i = at; i < at + 26; i++) if (head[i] !== 0) return Number.POSITIVE_INFINITY
  let value = 0
  for (let i = at + 26; i < at + 32; i++) value = value * 256 + (head[i] as number)
  return value
}

function slice(input: Uint8Array, at: number, size: number): bigint {
  if (size === 0 || at >= input.length) return 0n
  const bytes = input.subarray(at, at + size)
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return BigInt(`0x${hex}`) << BigInt(8 * (size - bytes.length))
}

function toBytes(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  Buffer.from(bytes.buffer).write(value.toString(16).padStart(2 * size, '0'), 'hex')
  return bytes
}
