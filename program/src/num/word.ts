// 256-bit words in linear memory: four little-endian u64 limbs, least significant first ("word" in
// names here). What Ethereum passes around as 32 big-endian bytes is converted at the edges.

// @ts-ignore: decorator
@inline
export function wordCopy(to: usize, from: usize): void {
  const l0 = load<u64>(from)
  const l1 = load<u64>(from, 8)
  const l2 = load<u64>(from, 16)
  const l3 = load<u64>(from, 24)
  store<u64>(to, l0)
  store<u64>(to, l1, 8)
  store<u64>(to, l2, 16)
  store<u64>(to, l3, 24)
}

// @ts-ignore: decorator
@inline
export function wordSet(to: usize, value: u64): void {
  store<u64>(to, value)
  store<u64>(to, 0, 8)
  store<u64>(to, 0, 16)
  store<u64>(to, 0, 24)
}

/** The three upper limbs or-ed: 0 when the word fits a u64. */
// @ts-ignore: decorator
@inline
export function wordHigh(word: usize): u64 {
  return load<u64>(word, 8) | load<u64>(word, 16) | load<u64>(word, 24)
}

// @ts-ignore: decorator
@inline
export function wordIsZero(word: usize): bool {
  return (load<u64>(word) | wordHigh(word)) == 0
}

/** Equality of two words, or of any two 32-byte strings. */
// @ts-ignore: decorator
@inline
export function wordEqual(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  )
}

/** a < b, unsigned. */
// @ts-ignore: decorator
@inline
export function wordLess(a: usize, b: usize): bool {
  const a3 = load<u64>(a, 24)
  const b3 = load<u64>(b, 24)
  if (a3 != b3) return a3 < b3
  return wordLess192(a, b)
}

/** a < b in two's complement. */
// @ts-ignore: decorator
@inline
export function wordLessSigned(a: usize, b: usize): bool {
  const a3 = load<i64>(a, 24)
  const b3 = load<i64>(b, 24)
  if (a3 != b3) return a3 < b3
  return wordLess192(a, b)
}

/** a < b on the three lower limbs. */
// @ts-ignore: decorator
@inline
function wordLess192(a: usize, b: usize): bool {
  const a2 = load<u64>(a, 16)
  const b2 = load<u64>(b, 16)
  if (a2 != b2) return a2 < b2
  const a1 = load<u64>(a, 8)
  const b1 = load<u64>(b, 8)
  if (a1 != b1) return a1 < b1
  return load<u64>(a) < load<u64>(b)
}

/** to = a + b mod 2^256; any of the three may be the same word. Returns the carry, 0 or 1. */
// @ts-ignore: decorator
@inline
export function wordAdd(to: usize, a: usize, b: usize): u64 {
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
  store<u64>(to, r0)
  store<u64>(to, r1, 8)
  store<u64>(to, r2, 16)
  store<u64>(to, r3, 24)
  return u64(t3 < a3) | u64(r3 < c2)
}

/** to = a - b mod 2^256; any of the three may be the same word. Returns the borrow, 0 or 1. */
// @ts-ignore: decorator
@inline
export function wordSub(to: usize, a: usize, b: usize): u64 {
  const a0 = load<u64>(a)
  const a1 = load<u64>(a, 8)
  const a2 = load<u64>(a, 16)
  const a3 = load<u64>(a, 24)
  const b0 = load<u64>(b)
  const b1 = load<u64>(b, 8)
  const b2 = load<u64>(b, 16)
  const b3 = load<u64>(b, 24)
  const c0 = u64(a0 < b0)
  const t1 = a1 - b1
  const c1 = u64(a1 < b1) | u64(t1 < c0)
  const t2 = a2 - b2
  const c2 = u64(a2 < b2) | u64(t2 < c1)
  const t3 = a3 - b3
  store<u64>(to, a0 - b0)
  store<u64>(to, t1 - c0, 8)
  store<u64>(to, t2 - c1, 16)
  store<u64>(to, t3 - c2, 24)
  return u64(a3 < b3) | u64(t3 < c2)
}

/** to = -a mod 2^256. */
// @ts-ignore: decorator
@inline
export function wordNegate(to: usize, a: usize): void {
  const a0 = ~load<u64>(a)
  const a1 = ~load<u64>(a, 8)
  const a2 = ~load<u64>(a, 16)
  const a3 = ~load<u64>(a, 24)
  const r0 = a0 + 1
  const r1 = a1 + u64(r0 == 0)
  const c1 = u64((r0 | r1) == 0)
  const r2 = a2 + c1
  const r3 = a3 + (c1 & u64(r2 == 0))
  store<u64>(to, r0)
  store<u64>(to, r1, 8)
  store<u64>(to, r2, 16)
  store<u64>(to, r3, 24)
}

/** Significant bytes, 0..32. */
export function wordBytes(word: usize): u32 {
  for (let limb: i32 = 3; limb >= 0; limb--) {
    const value = load<u64>(word + (<usize>limb << 3))
    if (value != 0) return (<u32>limb << 3) + ((71 - <u32>clz(value)) >> 3)
  }
  return 0
}

/** Reads 32 big-endian bytes; `to` must not overlap `from` except when it is the same. */
// @ts-ignore: decorator
@inline
export function wordFromBytes(to: usize, from: usize): void {
  const l3 = bswap(load<u64>(from))
  const l2 = bswap(load<u64>(from, 8))
  const l1 = bswap(load<u64>(from, 16))
  const l0 = bswap(load<u64>(from, 24))
  store<u64>(to, l0)
  store<u64>(to, l1, 8)
  store<u64>(to, l2, 16)
  store<u64>(to, l3, 24)
}

/** Writes 32 big-endian bytes; the reverse of `wordFromBytes`, which it equals. */
// @ts-ignore: decorator
@inline
export function wordToBytes(to: usize, from: usize): void {
  wordFromBytes(to, from)
}

/** Reads a 20-byte address into a word. */
// @ts-ignore: decorator
@inline
export function wordFromAddress(to: usize, address: usize): void {
  const l2 = <u64>bswap(load<u32>(address))
  const l1 = bswap(load<u64>(address, 4))
  const l0 = bswap(load<u64>(address, 12))
  store<u64>(to, l0)
  store<u64>(to, l1, 8)
  store<u64>(to, l2, 16)
  store<u64>(to, 0, 24)
}

/** Writes the low 160 bits of a word as a 20-byte address. */
// @ts-ignore: decorator
@inline
export function wordToAddress(address: usize, word: usize): void {
  const l2 = bswap(load<u32>(word, 16))
  const l1 = bswap(load<u64>(word, 8))
  const l0 = bswap(load<u64>(word))
  store<u32>(address, l2)
  store<u64>(address, l1, 4)
  store<u64>(address, l0, 12)
}
