// 256-bit products. WebAssembly has no 64 x 64 -> 128 multiplication: the upper half is put together from
// 32-bit halves.

const LOW: u64 = 0xffffffff

/** Upper 64 bits of a * b. */
// @ts-ignore: decorator
@inline
export function mulHigh(a: u64, b: u64): u64 {
  const a0 = a & LOW
  const a1 = a >> 32
  const b0 = b & LOW
  const b1 = b >> 32
  const middle = a1 * b0 + ((a0 * b0) >> 32)
  const other = a0 * b1 + (middle & LOW)
  return a1 * b1 + (middle >> 32) + (other >> 32)
}

/** to = a * b mod 2^256; any of the three may be the same word. */
export function wordMul(to: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a)
  const a1 = load<u64>(a, 8)
  const a2 = load<u64>(a, 16)
  const a3 = load<u64>(a, 24)
  const b0 = load<u64>(b)
  const b1 = load<u64>(b, 8)
  const b2 = load<u64>(b, 16)
  const b3 = load<u64>(b, 24)
  if ((b1 | b2 | b3) == 0) {
    if ((a1 | a2 | a3) == 0) {
      store<u64>(to, a0 * b0)
      store<u64>(to, mulHigh(a0, b0), 8)
      store<u64>(to, 0, 16)
      store<u64>(to, 0, 24)
    } else mulByLimb(to, a0, a1, a2, a3, b0)
    return
  }
  if ((a1 | a2 | a3) == 0) {
    mulByLimb(to, b0, b1, b2, b3, a0)
    return
  }
  // Column sums; c1 and c2 count what overflows columns 1 and 2.
  const p01 = a0 * b1
  const p10 = a1 * b0
  let r1 = mulHigh(a0, b0)
  r1 += p01
  let c1 = u64(r1 < p01)
  r1 += p10
  c1 += u64(r1 < p10)

  const p02 = a0 * b2
  const p11 = a1 * b1
  const p20 = a2 * b0
  const h01 = mulHigh(a0, b1)
  const h10 = mulHigh(a1, b0)
  let r2 = h01 + c1
  let c2 = u64(r2 < c1)
  r2 += h10
  c2 += u64(r2 < h10)
  r2 += p02
  c2 += u64(r2 < p02)
  r2 += p11
  c2 += u64(r2 < p11)
  r2 += p20
  c2 += u64(r2 < p20)

  const r3 =
    c2 + mulHigh(a0, b2) + mulHigh(a1, b1) + mulHigh(a2, b0) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  store<u64>(to, a0 * b0)
  store<u64>(to, r1, 8)
  store<u64>(to, r2, 16)
  store<u64>(to, r3, 24)
}

// @ts-ignore: decorator
@inline
function mulByLimb(to: usize, a0: u64, a1: u64, a2: u64, a3: u64, b: u64): void {
  const p1 = a1 * b
  const p2 = a2 * b
  const r1 = mulHigh(a0, b) + p1
  const c1 = u64(r1 < p1)
  // A high half is at most 2^64 - 2: adding the carry cannot overflow.
  const r2 = mulHigh(a1, b) + c1 + p2
  const c2 = u64(r2 < p2)
  store<u64>(to, a0 * b)
  store<u64>(to, r1, 8)
  store<u64>(to, r2, 16)
  store<u64>(to, mulHigh(a2, b) + c2 + a3 * b, 24)
}

/** Writes the eight limbs of a * b, least significant first; `to` overlaps neither operand. */
export function wordMulFull(to: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a)
  const a1 = load<u64>(a, 8)
  const a2 = load<u64>(a, 16)
  const a3 = load<u64>(a, 24)
  let r0: u64 = 0
  let r1: u64 = 0
  let r2: u64 = 0
  let r3: u64 = 0
  for (let i: usize = 0; i < 32; i += 8) {
    // r + a * b's limb: row sums stay below 2^320.
    const x = load<u64>(b + i)
    const p0 = a0 * x
    const p1 = a1 * x
    const p2 = a2 * x
    const p3 = a3 * x
    const t0 = r0 + p0
    const c0 = u64(t0 < p0)
    const h0 = mulHigh(a0, x) + c0
    const s1 = r1 + p1
    const t1 = s1 + h0
    const h1 = mulHigh(a1, x) + u64(s1 < p1) + u64(t1 < h0)
    const s2 = r2 + p2
    const t2 = s2 + h1
    const h2 = mulHigh(a2, x) + u64(s2 < p2) + u64(t2 < h1)
    const s3 = r3 + p3
    const t3 = s3 + h2
    r3 = mulHigh(a3, x) + u64(s3 < p3) + u64(t3 < h2)
    store<u64>(to + i, t0)
    r0 = t1
    r1 = t2
    r2 = t3
  }
  store<u64>(to, r0, 32)
  store<u64>(to, r1, 40)
  store<u64>(to, r2, 48)
  store<u64>(to, r3, 56)
}

const base: usize = memory.data(32, 8)
const power: usize = memory.data(32, 8)

/** to = a ^ exponent mod 2^256, for an exponent of `bytes` significant bytes. */
export function wordPower(to: usize, a: usize, exponent: usize, bytes: u32): void {
  for (let i: usize = 0; i < 32; i += 8) {
    store<u64>(base + i, load<u64>(a + i))
    store<u64>(power + i, i == 0 ? 1 : 0)
  }
  for (let i: u32 = 0; i < bytes; i++) {
    let bits = <u32>load<u8>(exponent + i)
    const last = i == bytes - 1
    for (let bit = 0; bit < 8; bit++) {
      if ((bits & 1) != 0) wordMul(power, power, base)
      bits >>= 1
      if (last && bits == 0) break
      wordMul(base, base, base)
    }
  }
  for (let i: usize = 0; i < 32; i += 8) store<u64>(to + i, load<u64>(power + i))
}
