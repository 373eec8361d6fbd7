// Shifts and byte selection on 256-bit words (EIP-145 and the Yellow Paper's BYTE, SIGNEXTEND).

import { wordHigh, wordSet } from './word'

/** to = value << count, for count below 256. `to` may be `value`. */
// @ts-ignore: decorator
@inline
export function wordShl(to: usize, value: usize, count: u64): void {
  let l0 = load<u64>(value)
  let l1 = load<u64>(value, 8)
  let l2 = load<u64>(value, 16)
  let l3 = load<u64>(value, 24)
  if ((count & 128) != 0) {
    l3 = l1
    l2 = l0
    l1 = 0
    l0 = 0
  }
  if ((count & 64) != 0) {
    l3 = l2
    l2 = l1
    l1 = l0
    l0 = 0
  }
  // Two shifts: a shift by 64 would be a shift by 0.
  const n = count & 63
  const m = 63 - n
  store<u64>(to, l0 << n)
  store<u64>(to, (l1 << n) | ((l0 >> 1) >> m), 8)
  store<u64>(to, (l2 << n) | ((l1 >> 1) >> m), 16)
  store<u64>(to, (l3 << n) | ((l2 >> 1) >> m), 24)
}

/** to = value >> count, filled with zeros, for count below 256. `to` may be `value`. */
// @ts-ignore: decorator
@inline
export function wordShr(to: usize, value: usize, count: u64): void {
  shiftRight(to, value, count, 0)
}

/** to = value >> count in two's complement, for count below 256. `to` may be `value`. */
// @ts-ignore: decorator
@inline
export function wordSar(to: usize, value: usize, count: u64): void {
  shiftRight(to, value, count, load<i64>(value, 24) >> 63)
}

// @ts-ignore: decorator
@inline
function shiftRight(to: usize, value: usize, count: u64, fill: u64): void {
  let l0 = load<u64>(value)
  let l1 = load<u64>(value, 8)
  let l2 = load<u64>(value, 16)
  let l3 = load<u64>(value, 24)
  if ((count & 128) != 0) {
    l0 = l2
    l1 = l3
    l2 = fill
    l3 = fill
  }
  if ((count & 64) != 0) {
    l0 = l1
    l1 = l2
    l2 = l3
    l3 = fill
  }
  const n = count & 63
  const m = 63 - n
  store<u64>(to, (l0 >> n) | ((l1 << 1) << m))
  store<u64>(to, (l1 >> n) | ((l2 << 1) << m), 8)
  store<u64>(to, (l2 >> n) | ((l3 << 1) << m), 16)
  store<u64>(to, (l3 >> n) | ((fill << 1) << m), 24)
}

/** to = byte `index` of value, counted from the most significant; 0 past the 31st. */
// @ts-ignore: decorator
@inline
export function wordByte(to: usize, index: usize, value: usize): void {
  const i = load<u64>(index)
  const inside = wordHigh(index) == 0 && i < 32
  wordSet(to, inside ? <u64>load<u8>(value + (31 - <usize>i)) : 0)
}

/** Extends in place the sign of a value whose most significant byte is number `index`, from the least. */
export function wordSignExtend(value: usize, index: usize): void {
  if (wordHigh(index) != 0 || load<u64>(index) > 30) return
  const i = <usize>load<u64>(index)
  const fill: u8 = load<i8>(value + i) < 0 ? 0xff : 0
  memory.fill(value + i + 1, fill, 31 - i)
}
