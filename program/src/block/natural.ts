// Natural numbers of up to 1024 bits, for the fee formulas that the OP Stack specifies in unlimited precision.
// A natural is 32 little-endian u32 limbs; fees are a few multiplications per transaction, so plain schoolbook
// arithmetic is enough.

const LIMBS: i32 = 32
/** Size of a natural. */
export const NATURAL_BYTES: usize = 128

/** out = value. */
export function naturalSetU64(out: usize, value: u64): void {
  memory.fill(out, 0, NATURAL_BYTES)
  store<u64>(out, value)
}

/** out = the word (four little-endian u64) at `word`. */
export function naturalSetWord(out: usize, word: usize): void {
  memory.fill(out, 0, NATURAL_BYTES)
  memory.copy(out, word, 32)
}

/** a += b. The sum must fit. */
export function naturalAdd(a: usize, b: usize): void {
  let carry: u64 = 0
  for (let i = 0; i < LIMBS; i++) {
    const offset = <usize>i << 2
    carry += <u64>load<u32>(a + offset) + <u64>load<u32>(b + offset)
    store<u32>(a + offset, <u32>carry)
    carry >>= 32
  }
}

/** a -= b; a must not be smaller. */
export function naturalSub(a: usize, b: usize): void {
  let borrow: u64 = 0
  for (let i = 0; i < LIMBS; i++) {
    const offset = <usize>i << 2
    const difference = <u64>load<u32>(a + offset) - <u64>load<u32>(b + offset) - borrow
    store<u32>(a + offset, <u32>difference)
    borrow = difference >> 63
  }
}

const product: usize = memory.data(128, 8)

/** a *= b. The product must fit. */
export function naturalMul(a: usize, b: usize): void {
  const size = limbs(b)
  memory.fill(product, 0, NATURAL_BYTES)
  for (let i = 0, n = limbs(a); i < n; i++) {
    const factor = <u64>load<u32>(a + (<usize>i << 2))
    let carry: u64 = 0
    for (let j = 0; i + j < LIMBS && (j < size || carry != 0); j++) {
      const at = product + (<usize>(i + j) << 2)
      carry += <u64>load<u32>(at) + factor * <u64>load<u32>(b + (<usize>j << 2))
      store<u32>(at, <u32>carry)
      carry >>= 32
    }
  }
  memory.copy(a, product, NATURAL_BYTES)
}

/** a *= factor. The product must fit. */
export function naturalMulU64(a: usize, factor: u64): void {
  naturalSetU64(scratch, factor)
  naturalMul(a, scratch)
}

const scratch: usize = memory.data(128, 8)

/** a = floor(a / divisor), for a divisor from 1 to 2^32 - 1. */
export function naturalDivU32(a: usize, divisor: u64): void {
  let remainder: u64 = 0
  for (let i = LIMBS - 1; i >= 0; i--) {
    const at = a + (<usize>i << 2)
    const dividend = (remainder << 32) | <u64>load<u32>(at)
    store<u32>(at, <u32>(dividend / divisor))
    remainder = dividend % divisor
  }
}

const quotient: usize = memory.data(128, 8)

/** a = floor(a / divisor), for any divisor but 0. */
export function naturalDivU64(a: usize, divisor: u64): void {
  if (divisor <= 0xffffffff) return naturalDivU32(a, divisor)
  memory.fill(quotient, 0, NATURAL_BYTES)
  let remainder: u64 = 0
  for (let bit = limbs(a) * 32 - 1; bit >= 0; bit--) {
    const at = <usize>(bit >> 5) << 2
    const mask: u32 = 1 << (bit & 31)
    const overflow = remainder >> 63
    remainder = (remainder << 1) | <u64>((load<u32>(a + at) & mask) != 0)
    if (overflow != 0 || remainder >= divisor) {
      remainder -= divisor
      store<u32>(quotient + at, load<u32>(quotient + at) | mask)
    }
  }
  memory.copy(a, quotient, NATURAL_BYTES)
}

export function naturalIsZero(a: usize): bool {
  return limbs(a) == 0
}

/** Writes a as a word; false, and 2^256 - 1, when it has more than 256 bits. */
export function naturalToWord(a: usize, word: usize): bool {
  if (limbs(a) > 8) {
    memory.fill(word, 0xff, 32)
    return false
  }
  memory.copy(word, a, 32)
  return true
}

/** a, or 2^64 - 1 when it is larger. */
export function naturalToU64(a: usize): u64 {
  return limbs(a) > 2 ? u64.MAX_VALUE : load<u64>(a)
}

/** Number of significant limbs. */
function limbs(a: usize): i32 {
  let n = LIMBS
  while (n > 0 && load<u32>(a + (<usize>(n - 1) << 2)) == 0) n--
  return n
}
