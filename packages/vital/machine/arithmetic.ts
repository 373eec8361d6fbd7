// The M extension where AssemblyScript's own operators trap or do not reach: division by zero and overflow have
// results, products have 128 bits.

const NO_QUOTIENT: i64 = -1

// @ts-ignore: decorator
@inline
export function mulhu(x: u64, y: u64): u64 {
  const x0 = x & 0xffffffff
  const x1 = x >> 32
  const y0 = y & 0xffffffff
  const y1 = y >> 32
  const middle0 = x0 * y1
  const middle1 = x1 * y0
  const carry = ((x0 * y0) >> 32) + (middle0 & 0xffffffff) + (middle1 & 0xffffffff)
  return x1 * y1 + (middle0 >> 32) + (middle1 >> 32) + (carry >> 32)
}

export function mulh(x: i64, y: i64): i64 {
  return <i64>mulhu(x, y) - ((x >> 63) & y) - ((y >> 63) & x)
}

export function mulhsu(x: i64, y: i64): i64 {
  return <i64>mulhu(x, y) - ((x >> 63) & y)
}

export function div(x: i64, y: i64): i64 {
  if (y == 0) return NO_QUOTIENT
  return y == -1 ? 0 - x : x / y
}

export function divu(x: u64, y: u64): i64 {
  return y == 0 ? NO_QUOTIENT : <i64>(x / y)
}

export function rem(x: i64, y: i64): i64 {
  if (y == 0) return x
  return y == -1 ? 0 : x % y
}

export function remu(x: u64, y: u64): i64 {
  return <i64>(y == 0 ? x : x % y)
}

export function divw(x: i32, y: i32): i32 {
  if (y == 0) return -1
  return y == -1 ? 0 - x : x / y
}

export function divuw(x: u32, y: u32): i32 {
  return y == 0 ? -1 : <i32>(x / y)
}

export function remw(x: i32, y: i32): i32 {
  if (y == 0) return x
  return y == -1 ? 0 : x % y
}

export function remuw(x: u32, y: u32): i32 {
  return <i32>(y == 0 ? x : x % y)
}
