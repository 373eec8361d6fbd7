import { padded } from './input.ts'

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

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (modulus === 1n) return 0n
  const reduced = base % modulus
  if (exponent === 0n) return 1n
  if (reduced < 2n) return reduced
  const digits = exponent.toString(16)
  // The table of a window pays once the exponent has some digits.
  return digits.length < 8
    ? binaryPower(reduced, exponent, modulus)
    : windowPower(reduced, digits, modulus)
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
  let result = powers[digit(digits, 0)] as bigint
  for (let i = 1; i < digits.length; i++) {
    result = (result * result) % modulus
    result = (result * result) % modulus
    result = (result * result) % modulus
    result = (result * result) % modulus
    const value = digit(digits, i)
    if (value !== 0) result = (result * (powers[value] as bigint)) % modulus
  }
  return result
}

function digit(digits: string, index: number): number {
  const code = digits.charCodeAt(index)
  return code < 58 ? code - 48 : code - 87
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
