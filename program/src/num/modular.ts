// ADDMOD and MULMOD.
//
// A modulus of four limbs is mostly a field's prime and comes again and again: from its second use on the product
// is reduced by algorithm 4 of divide.ts's source with words of 256 bits, which takes two multiplications and
// keeps no quotient digit waiting for the one before.

import { remainderOf, wordMod, wordReciprocal } from './divide'
import { mulHigh, wordMul, wordMulFull } from './multiply'
import { wordShl, wordShr } from './shift'
import { wordAdd, wordCopy, wordEqual, wordIsZero, wordLess, wordSub, wordSet } from './word'

/** The sum of ADDMOD with its carry, or the product of MULMOD. */
const WIDE: usize = memory.data(64, 8)

/** to = (a + b) mod m without overflow, 0 for m = 0; `to` may be m. */
export function wordAddMod(to: usize, a: usize, b: usize, m: usize): void {
  if (wordLess(a, m) && wordLess(b, m)) {
    addReduced(to, a, b, m)
    return
  }
  const a0 = load<u64>(a)
  const a1 = load<u64>(a, 8)
  const a2 = load<u64>(a, 16)
  const a3 = load<u64>(a, 24)
  const r0 = a0 + load<u64>(b)
  const c0 = u64(r0 < a0)
  const t1 = a1 + load<u64>(b, 8)
  const r1 = t1 + c0
  const c1 = u64(t1 < a1) | u64(r1 < c0)
  const t2 = a2 + load<u64>(b, 16)
  const r2 = t2 + c1
  const c2 = u64(t2 < a2) | u64(r2 < c1)
  const t3 = a3 + load<u64>(b, 24)
  const r3 = t3 + c2
  store<u64>(WIDE, r0)
  store<u64>(WIDE, r1, 8)
  store<u64>(WIDE, r2, 16)
  store<u64>(WIDE, r3, 24)
  store<u64>(WIDE, u64(t3 < a3) | u64(r3 < c2), 32)
  remainderOf(to, WIDE, 5, m)
}

/** to = (a + b) mod m for a and b below m: one subtraction at most. */
// @ts-ignore: decorator
@inline
function addReduced(to: usize, a: usize, b: usize, m: usize): void {
  const a0 = load<u64>(a)
  const a1 = load<u64>(a, 8)
  const a2 = load<u64>(a, 16)
  const a3 = load<u64>(a, 24)
  const r0 = a0 + load<u64>(b)
  const c0 = u64(r0 < a0)
  const t1 = a1 + load<u64>(b, 8)
  const r1 = t1 + c0
  const c1 = u64(t1 < a1) | u64(r1 < c0)
  const t2 = a2 + load<u64>(b, 16)
  const r2 = t2 + c1
  const c2 = u64(t2 < a2) | u64(r2 < c1)
  const t3 = a3 + load<u64>(b, 24)
  const r3 = t3 + c2
  const carry = u64(t3 < a3) | u64(r3 < c2)
  const m0 = load<u64>(m)
  const m1 = load<u64>(m, 8)
  const m2 = load<u64>(m, 16)
  const m3 = load<u64>(m, 24)
  const b0 = u64(r0 < m0)
  const u1 = r1 - m1
  const b1 = u64(r1 < m1) | u64(u1 < b0)
  const u2 = r2 - m2
  const b2 = u64(r2 < m2) | u64(u2 < b1)
  const u3 = r3 - m3
  const b3 = u64(r3 < m3) | u64(u3 < b2)
  const keep = carry == 0 && b3 != 0
  store<u64>(to, keep ? r0 : r0 - m0)
  store<u64>(to, keep ? r1 : u1 - b0, 8)
  store<u64>(to, keep ? r2 : u2 - b1, 16)
  store<u64>(to, keep ? r3 : u3 - b2, 24)
}

// Remembered moduli, 128 bytes each: the modulus, it shifted so that its top bit is set, its reciprocal (valid
// if the u32 behind is 1).
const MODULUS_SHIFTED: usize = 32
const MODULUS_RECIPROCAL: usize = 64
const MODULUS_READY: usize = 96
const moduli: usize = memory.data(512, 8)

/** The remembered modulus with its reciprocal, 0 at its first use. */
function remembered(m: usize): usize {
  const entry = moduli + (<usize>((load<u64>(m) * 0x9e3779b97f4a7c15) >> 62) << 7)
  if (!wordEqual(entry, m)) {
    wordCopy(entry, m)
    store<u32>(entry, 0, MODULUS_READY)
    return 0
  }
  if (load<u32>(entry, MODULUS_READY) == 0) {
    wordShl(entry + MODULUS_SHIFTED, m, clz(load<u64>(m, 24)))
    wordReciprocal(entry + MODULUS_RECIPROCAL, entry + MODULUS_SHIFTED)
    store<u32>(entry, 1, MODULUS_READY)
  }
  return entry
}

/** to = a * b mod m without overflow, 0 for m = 0; `to` may be m. */
export function wordMulMod(to: usize, a: usize, b: usize, m: usize): void {
  if (wordIsZero(m)) {
    wordSet(to, 0)
    return
  }
  if ((load<u64>(m, 8) & load<u64>(m, 16) & load<u64>(m, 24)) == u64.MAX_VALUE && load<u64>(m) != 0) {
    wordMulFull(WIDE, a, b)
    foldWide(to, m)
    return
  }
  const entry = load<u64>(m, 24) == 0 ? 0 : remembered(m)
  if (entry != 0) {
    mulReduced(to, a, b, entry)
    return
  }
  wordMulFull(WIDE, a, b)
  remainderOf(to, WIDE, 8, m)
}

/**
 * to = WIDE mod m for an m of 2^256 - c with 0 < c < 2^64, as the field of secp256k1 has it: the upper half counts
 * c times. `to` may be m.
 */
function foldWide(to: usize, m: usize): void {
  const m0 = load<u64>(m)
  const c = 0 - m0
  const x4 = load<u64>(WIDE, 32)
  const x5 = load<u64>(WIDE, 40)
  const x6 = load<u64>(WIDE, 48)
  const x7 = load<u64>(WIDE, 56)
  // (r4, r3, r2, r1, r0) = upper half * c + lower half. A high half is at most 2^64 - 2.
  const p0 = x4 * c
  const p1 = x5 * c
  const p2 = x6 * c
  const p3 = x7 * c
  const s0 = load<u64>(WIDE) + p0
  const h0 = mulHigh(x4, c) + u64(s0 < p0)
  const t1 = load<u64>(WIDE, 8) + p1
  const s1 = t1 + h0
  const h1 = mulHigh(x5, c) + u64(t1 < p1) + u64(s1 < h0)
  const t2 = load<u64>(WIDE, 16) + p2
  const s2 = t2 + h1
  const h2 = mulHigh(x6, c) + u64(t2 < p2) + u64(s2 < h1)
  const t3 = load<u64>(WIDE, 24) + p3
  const s3 = t3 + h2
  const s4 = mulHigh(x7, c) + u64(t3 < p3) + u64(s3 < h2)
  // Once more for what is above 2^256, and a last time for a carry.
  const low = s4 * c
  const r0 = s0 + low
  const high = mulHigh(s4, c) + u64(r0 < low)
  const r1 = s1 + high
  const c1 = u64(r1 < high)
  const r2 = s2 + c1
  const c2 = c1 & u64(r2 == 0)
  const r3 = s3 + c2
  const carry = c2 & u64(r3 == 0)
  store<u64>(to, r0)
  store<u64>(to, r1, 8)
  store<u64>(to, r2, 16)
  store<u64>(to, r3, 24)
  // What is left is below 2 m: m is 2^256 - c, and adding c subtracts it.
  const isLarge = (r1 & r2 & r3) == u64.MAX_VALUE && r0 >= m0
  if (carry != 0 || isLarge) addWithCarry(to, zero, c)
}

const zero: usize = memory.data(32, 8)
const factor: usize = memory.data(32, 8)
const QUOTIENT: usize = memory.data(64, 8)
const product: usize = memory.data(32, 8)

/** to = a * b mod the remembered modulus. */
function mulReduced(to: usize, a: usize, b: usize, entry: usize): void {
  const d = entry + MODULUS_SHIFTED
  const shift = clz(load<u64>(entry, 24))
  // With a below the modulus the upper half of a * b, shifted, is below d.
  if (wordLess(a, entry)) wordShl(factor, a, shift)
  else {
    wordMod(factor, a, entry)
    wordShl(factor, factor, shift)
  }
  wordMulFull(WIDE, factor, b)
  const high = WIDE + 32
  wordMulFull(QUOTIENT, entry + MODULUS_RECIPROCAL, high)
  const carry = wordAdd(QUOTIENT, QUOTIENT, WIDE)
  addWithCarry(QUOTIENT + 32, high, carry + 1)
  wordMul(product, QUOTIENT + 32, d)
  wordSub(WIDE, WIDE, product)
  // r > q0: the quotient was one too large.
  if (wordLess(QUOTIENT, WIDE)) wordAdd(WIDE, WIDE, d)
  if (!wordLess(WIDE, d)) wordSub(WIDE, WIDE, d)
  wordShr(to, WIDE, shift)
}

/** to += a + carry, modulo 2^256. */
// @ts-ignore: decorator
@inline
function addWithCarry(to: usize, a: usize, carry: u64): void {
  wordAdd(to, to, a)
  const l0 = load<u64>(to) + carry
  store<u64>(to, l0)
  if (l0 >= carry) return
  const l1 = load<u64>(to, 8) + 1
  store<u64>(to, l1, 8)
  if (l1 != 0) return
  const l2 = load<u64>(to, 16) + 1
  store<u64>(to, l2, 16)
  if (l2 == 0) store<u64>(to, load<u64>(to, 24) + 1, 24)
}
