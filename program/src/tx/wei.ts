// What num/word.ts lacks for amounts in wei.

/** out = a * factor (words); the part above 2^256 is returned. out may be a. */
export function weiMul(out: usize, a: usize, factor: u64): u64 {
  const low = factor & 0xffffffff
  const high = factor >> 32
  let carry: u64 = 0
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i)
    const x0 = x & 0xffffffff
    const x1 = x >> 32
    const p00 = x0 * low
    const p01 = x0 * high
    const p10 = x1 * low
    const middle = (p00 >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff)
    const product = (middle << 32) | (p00 & 0xffffffff)
    const sum = product + carry
    carry = x1 * high + (p01 >> 32) + (p10 >> 32) + (middle >> 32) + <u64>(sum < product)
    store<u64>(out + i, sum)
  }
  return carry
}
