// 256-bit division, by multiplication with a reciprocal of the divisor's top one or two limbs.
// N. Möller, T. Granlund, "Improved division by invariant integers", IEEE Trans. Computers, 2011:
// algorithms 2 (reciprocal), 4 (2 limbs by 1), 5 (3 limbs by 2), 6 (reciprocal of 2 limbs).

import { mulHigh } from './multiply'
import { wordCopy, wordLess, wordNegate, wordSet } from './word'

/** The dividend, normalised: at most 512 bits and one limb for the shift. Becomes the remainder. */
const U: usize = memory.data(80, 8)
/** The divisor, normalised: its top bit is set. */
const V: usize = memory.data(32, 8)

// Loops of contract code divide by the same number over and over: the last reciprocals are kept.
let reciprocal1: u64 = 0
let reciprocalOf1: u64 = 0
let reciprocal2: u64 = 0
let reciprocalOf2Low: u64 = 0
let reciprocalOf2High: u64 = 0

/** Algorithm 2: floor((2^128 - 1) / d) - 2^64 for d with its top bit set. */
function reciprocalOfLimb(d: u64): u64 {
  const odd = d & 1
  const d40 = (d >> 24) + 1
  const d63 = (d >> 1) + odd
  const v0 = <u64>(<u32>0x7fd00 / <u32>(d >> 55))
  const v1 = (v0 << 11) - ((v0 * v0 * d40) >> 40) - 1
  const v2 = (v1 << 13) + ((v1 * ((1 << 60) - v1 * d40)) >> 47)
  const e = ((v2 >> 1) & (0 - odd)) - v2 * d63
  const v3 = (v2 << 31) + (mulHigh(v2, e) >> 1)
  const low = v3 * d
  return v3 - (mulHigh(v3, d) + d + u64(low + d < low))
}

function limbReciprocal(d: u64): u64 {
  if (d == reciprocalOf1) return reciprocal1
  reciprocalOf1 = d
  reciprocal1 = reciprocalOfLimb(d)
  return reciprocal1
}

/** Algorithm 6: floor((2^192 - 1) / (d1, d0)) - 2^64. */
function pairReciprocal(d1: u64, d0: u64): u64 {
  if (d1 == reciprocalOf2High && d0 == reciprocalOf2Low) return reciprocal2
  let v = reciprocalOfLimb(d1)
  let p = d1 * v + d0
  if (p < d0) {
    v--
    if (p >= d1) {
      v--
      p -= d1
    }
    p -= d1
  }
  const t1 = mulHigh(v, d0)
  p += t1
  if (p < t1) {
    v--
    if (p > d1 || (p == d1 && v * d0 + d0 >= d0)) v--
  }
  reciprocalOf2High = d1
  reciprocalOf2Low = d0
  reciprocal2 = v
  return v
}

/** Significant limbs among the first `limbs` of `ptr`. */
// @ts-ignore: decorator
@inline
function significant(ptr: usize, limbs: u32): u32 {
  while (limbs > 0 && load<u64>(ptr + ((<usize>limbs - 1) << 3)) == 0) limbs--
  return limbs
}

/** U = the `limbs` limbs of `from` << shift, one limb longer. */
// @ts-ignore: decorator
@inline
function normaliseDividend(from: usize, limbs: u32, shift: u64): void {
  const complement = 63 - shift
  let below: u64 = 0
  for (let i: u32 = 0; i < limbs; i++) {
    const limb = load<u64>(from + (<usize>i << 3))
    store<u64>(U + (<usize>i << 3), (limb << shift) | ((below >> 1) >> complement))
    below = limb
  }
  store<u64>(U + (<usize>limbs << 3), (below >> 1) >> complement)
}

/** V = the `limbs` limbs of `from` << shift. */
// @ts-ignore: decorator
@inline
function normaliseDivisor(from: usize, limbs: u32, shift: u64): void {
  const complement = 63 - shift
  let below: u64 = 0
  for (let i: u32 = 0; i < limbs; i++) {
    const limb = load<u64>(from + (<usize>i << 3))
    store<u64>(V + (<usize>i << 3), (limb << shift) | ((below >> 1) >> complement))
    below = limb
  }
}

/**
 * Divides `limbs` limbs by one nonzero limb. Writes the limbs of the quotient to `quotient` unless that
 * is 0 and returns the remainder.
 */
function divideByLimb(quotient: usize, dividend: usize, limbs: u32, divisor: u64): u64 {
  const shift = clz(divisor)
  const complement = 63 - shift
  const d = divisor << shift
  const v = limbReciprocal(d)
  let limb = load<u64>(dividend + ((<usize>limbs - 1) << 3))
  let remainder = (limb >> 1) >> complement
  for (let i = <i32>limbs - 1; i >= 0; i--) {
    const at = <usize>i << 3
    const below = i == 0 ? 0 : load<u64>(dividend + at - 8)
    const u0 = (limb << shift) | ((below >> 1) >> complement)
    limb = below
    // Algorithm 4.
    const p0 = v * remainder
    const q0 = p0 + u0
    let q1 = mulHigh(v, remainder) + remainder + u64(q0 < p0) + 1
    remainder = u0 - q1 * d
    if (remainder > q0) {
      q1--
      remainder += d
    }
    if (remainder >= d) {
      q1++
      remainder -= d
    }
    if (quotient != 0) store<u64>(quotient + at, q1)
  }
  return remainder >> shift
}

/**
 * Divides U (`limbs` + 1 limbs) by V (`n` limbs, 2 to 4), both normalised, leaving the remainder in U.
 * Knuth's algorithm D with quotient digits from algorithm 5. Writes the limbs of the quotient to
 * `quotient` unless that is 0.
 */
function divideLong(quotient: usize, limbs: u32, n: u32): void {
  const top = V + (<usize>n << 3)
  const d1 = load<u64>(top - 8)
  const d0 = load<u64>(top - 16)
  const v = pairReciprocal(d1, d0)
  for (let j = <i32>limbs - <i32>n; j >= 0; j--) {
    const low = U + (<usize>j << 3)
    const high = low + (<usize>n << 3)
    const u2 = load<u64>(high)
    const u1 = load<u64>(high - 8)
    const u0 = load<u64>(high - 16)
    let q: u64
    let carry: u64 = 0
    if (u2 == d1 && u1 == d0) {
      // The digit does not fit algorithm 5; it is 2^64 - 1 or one less than that.
      q = u64.MAX_VALUE
      for (let k: usize = 0; k < <usize>n << 3; k += 8) carry = subtractProduct(low + k, load<u64>(V + k), q, carry)
      store<u64>(high, u2 - carry)
      if (u2 < carry) {
        q--
        addBack(low, n)
      }
    } else {
      const p0 = v * u2
      const q0 = p0 + u1
      q = mulHigh(v, u2) + u2 + u64(q0 < p0)
      let r1 = u1 - q * d1
      const t0 = d0 * q
      const t1 = mulHigh(d0, q)
      const s0 = u0 - t0
      r1 = r1 - t1 - u64(u0 < t0) - d1 - u64(s0 < d0)
      let r0 = s0 - d0
      q++
      if (r1 >= q0) {
        q--
        const sum = r0 + d0
        r1 += d1 + u64(sum < r0)
        r0 = sum
      }
      if (r1 > d1 || (r1 == d1 && r0 >= d0)) {
        q++
        r1 = r1 - d1 - u64(r0 < d0)
        r0 -= d0
      }
      const middle = (<usize>n - 2) << 3
      for (let k: usize = 0; k < middle; k += 8) carry = subtractProduct(low + k, load<u64>(V + k), q, carry)
      const b = u64(r0 < carry)
      store<u64>(high - 16, r0 - carry)
      store<u64>(high - 8, r1 - b)
      store<u64>(high, 0)
      if (r1 < b) {
        q--
        addBack(low, n)
        store<u64>(high, 0)
      }
    }
    if (quotient != 0) store<u64>(quotient + (<usize>j << 3), q)
  }
}

/** The limb at `at` -= q * limb + carry; returns the carry into the next limb. */
// @ts-ignore: decorator
@inline
function subtractProduct(at: usize, limb: u64, q: u64, carry: u64): u64 {
  const u = load<u64>(at)
  const low = q * limb
  const t = u - carry
  store<u64>(at, t - low)
  return mulHigh(q, limb) + u64(u < carry) + u64(t < low)
}

/** Adds V to the `n` + 1 limbs at `at`. */
function addBack(at: usize, n: u32): void {
  let carry: u64 = 0
  const end = <usize>n << 3
  for (let k: usize = 0; k < end; k += 8) {
    const u = load<u64>(at + k)
    const t = u + load<u64>(V + k)
    const s = t + carry
    store<u64>(at + k, s)
    carry = u64(t < u) | u64(s < t)
  }
  store<u64>(at + end, load<u64>(at + end) + carry)
}

/** to = the `n`-limb remainder in U, shifted back. */
function takeRemainder(to: usize, n: u32, shift: u64): void {
  const complement = 63 - shift
  for (let i: u32 = 0; i < 4; i++) {
    const at = <usize>i << 3
    if (i >= n) store<u64>(to + at, 0)
    else {
      const above = i + 1 < n ? load<u64>(U + at + 8) : 0
      store<u64>(to + at, (load<u64>(U + at) >> shift) | ((above << 1) << complement))
    }
  }
}

/** One limb longer than any quotient in use. */
const quotientLimbs: usize = memory.data(40, 8)

/** to = a / b rounded down, 0 for b = 0; `to` may be either operand. */
export function wordDiv(to: usize, a: usize, b: usize): void {
  const n = significant(b, 4)
  if (n <= 1) {
    const d = load<u64>(b)
    const limbs = significant(a, 4)
    if (d == 0 || limbs == 0) wordSet(to, 0)
    else if (limbs == 1) wordSet(to, load<u64>(a) / d)
    else {
      wordSet(quotientLimbs, 0)
      divideByLimb(quotientLimbs, a, limbs, d)
      wordCopy(to, quotientLimbs)
    }
    return
  }
  if (wordLess(a, b)) {
    wordSet(to, 0)
    return
  }
  const shift = clz(load<u64>(b + ((<usize>n - 1) << 3)))
  const limbs = significant(a, 4)
  normaliseDividend(a, limbs, shift)
  normaliseDivisor(b, n, shift)
  wordSet(quotientLimbs, 0)
  divideLong(quotientLimbs, limbs, n)
  wordCopy(to, quotientLimbs)
}

/** to = a mod b, 0 for b = 0; `to` may be either operand. */
export function wordMod(to: usize, a: usize, b: usize): void {
  if (wordLess(a, b)) wordCopy(to, a)
  else remainderOf(to, a, 4, b)
}

/** to = the `limbs` limbs of `a` (at most 8) mod b, 0 for b = 0; `to` may be b. */
export function remainderOf(to: usize, a: usize, limbs: u32, b: usize): void {
  const n = significant(b, 4)
  limbs = significant(a, limbs)
  if (n <= 1) {
    const d = load<u64>(b)
    if (d == 0 || limbs == 0) wordSet(to, 0)
    else if (limbs == 1) wordSet(to, load<u64>(a) % d)
    else wordSet(to, divideByLimb(0, a, limbs, d))
    return
  }
  if (limbs < n) {
    // Fewer limbs than the divisor has: at most three.
    for (let i: u32 = 0; i < 4; i++) {
      const at = <usize>i << 3
      store<u64>(to + at, i < limbs ? load<u64>(a + at) : 0)
    }
    return
  }
  const shift = clz(load<u64>(b + ((<usize>n - 1) << 3)))
  normaliseDividend(a, limbs, shift)
  normaliseDivisor(b, n, shift)
  divideLong(0, limbs, n)
  takeRemainder(to, n, shift)
}

const absoluteA: usize = memory.data(32, 8)
const absoluteB: usize = memory.data(32, 8)

// @ts-ignore: decorator
@inline
function absolute(to: usize, a: usize): bool {
  const negative = load<i64>(a, 24) < 0
  if (negative) wordNegate(to, a)
  else wordCopy(to, a)
  return negative
}

/** to = a / b in two's complement, rounded toward zero, 0 for b = 0. -2^255 / -1 is -2^255. */
export function wordSdiv(to: usize, a: usize, b: usize): void {
  const negative = absolute(absoluteA, a) != absolute(absoluteB, b)
  wordDiv(to, absoluteA, absoluteB)
  if (negative) wordNegate(to, to)
}

/** to = a mod b in two's complement with the sign of a, 0 for b = 0. */
export function wordSmod(to: usize, a: usize, b: usize): void {
  const negative = absolute(absoluteA, a)
  absolute(absoluteB, b)
  wordMod(to, absoluteA, absoluteB)
  if (negative) wordNegate(to, to)
}

/**
 * to = floor((2^512 - 1) / d) - 2^256, for a `d` with its top bit set: the reciprocal of algorithm 2 for words of
 * 256 bits.
 */
export function wordReciprocal(to: usize, d: usize): void {
  for (let i: usize = 0; i < 32; i += 8) {
    store<u64>(U + i, u64.MAX_VALUE)
    store<u64>(U + 32 + i, ~load<u64>(d + i))
    store<u64>(V + i, load<u64>(d + i))
  }
  store<u64>(U, 0, 64)
  // The fifth limb of the quotient is zero: the upper half of U is below d.
  divideLong(quotientLimbs, 8, 4)
  wordCopy(to, quotientLimbs)
}
