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
  const b0 = load<u64>(b)
  const b1 = load<u64>(b, 8)
  const b2 = load<u64>(b, 16)
  const b3 = load<u64>(b, 24)
  // Row by row, written out: p are the lower, h the upper halves of the row's products, r the sum so far without
  // the limb that is stored. A row's sum stays below 2^320.
  const p01 = a1 * b0
  const p02 = a2 * b0
  const p03 = a3 * b0
  const h00 = mulHigh(a0, b0)
  const r00 = p01 + h00
  const h01 = mulHigh(a1, b0) + u64(r00 < h00)
  const r01 = p02 + h01
  const h02 = mulHigh(a2, b0) + u64(r01 < h01)
  const r02 = p03 + h02
  const r03 = mulHigh(a3, b0) + u64(r02 < h02)
  store<u64>(to, a0 * b0)

  const p10 = a0 * b1
  const p11 = a1 * b1
  const p12 = a2 * b1
  const p13 = a3 * b1
  const t1 = r00 + p10
  const h10 = mulHigh(a0, b1) + u64(t1 < p10)
  const s11 = r01 + p11
  const r10 = s11 + h10
  const h11 = mulHigh(a1, b1) + u64(s11 < p11) + u64(r10 < h10)
  const s12 = r02 + p12
  const r11 = s12 + h11
  const h12 = mulHigh(a2, b1) + u64(s12 < p12) + u64(r11 < h11)
  const s13 = r03 + p13
  const r12 = s13 + h12
  const r13 = mulHigh(a3, b1) + u64(s13 < p13) + u64(r12 < h12)
  store<u64>(to, t1, 8)

  const p20 = a0 * b2
  const p21 = a1 * b2
  const p22 = a2 * b2
  const p23 = a3 * b2
  const t2 = r10 + p20
  const h20 = mulHigh(a0, b2) + u64(t2 < p20)
  const s21 = r11 + p21
  const r20 = s21 + h20
  const h21 = mulHigh(a1, b2) + u64(s21 < p21) + u64(r20 < h20)
  const s22 = r12 + p22
  const r21 = s22 + h21
  const h22 = mulHigh(a2, b2) + u64(s22 < p22) + u64(r21 < h21)
  const s23 = r13 + p23
  const r22 = s23 + h22
  const r23 = mulHigh(a3, b2) + u64(s23 < p23) + u64(r22 < h22)
  store<u64>(to, t2, 16)

  const p30 = a0 * b3
  const p31 = a1 * b3
  const p32 = a2 * b3
  const p33 = a3 * b3
  const t3 = r20 + p30
  const h30 = mulHigh(a0, b3) + u64(t3 < p30)
  const s31 = r21 + p31
  const r30 = s31 + h30
  const h31 = mulHigh(a1, b3) + u64(s31 < p31) + u64(r30 < h30)
  const s32 = r22 + p32
  const r31 = s32 + h31
  const h32 = mulHigh(a2, b3) + u64(s32 < p32) + u64(r31 < h31)
  const s33 = r23 + p33
  const r32 = s33 + h32
  const r33 = mulHigh(a3, b3) + u64(s33 < p33) + u64(r32 < h32)
  store<u64>(to, t3, 24)

  store<u64>(to, r30, 32)
  store<u64>(to, r31, 40)
  store<u64>(to, r32, 48)
  store<u64>(to, r33, 56)
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
