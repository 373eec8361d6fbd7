// Everything that a wasm module can do to its memory or trap by, as told by local preimage 1: a list of cases of
// 16 bytes, u32 operation, u32 address, u64 value. Each gives a record of 16 bytes, until one traps.

import { output, preimage } from '../../src/host'

const CASES: usize = 1 << 20
const CAPACITY: usize = 1 << 16
const SIZE: usize = 16

const key: usize = memory.data(32, 8)
const record: usize = memory.data(16, 8)

export function main(): i32 {
  store<u8>(key, 1)
  store<u8>(key, 1, 31)
  const length = <usize>preimage(key, CASES, CAPACITY)
  const end = CASES + min(length, CAPACITY)
  for (let at = CASES; at + SIZE <= end; at += SIZE) {
    store<u64>(record, perform(load<u32>(at), load<u32>(at, 4), load<u64>(at, 8)))
    store<u64>(record, load<u64>(at, 8), 8)
    output(7, record, 16)
  }
  return 9
}

function perform(operation: u32, at: usize, value: u64): u64 {
  const length = <usize>(value & 0xff)
  switch (operation) {
    case 0:
      return load<u8>(at)
    case 1:
      return <u64>load<i8>(at)
    case 2:
      return load<u16>(at)
    case 3:
      return <u64>load<i16>(at)
    case 4:
      return load<u32>(at)
    case 5:
      return <u64>load<i32>(at)
    case 6:
      return load<u64>(at)
    case 7:
      return load<u64>(at, 0x7fff0000)
    case 8:
      store<u8>(at, <u8>value)
      return load<u8>(at)
    case 9:
      store<u16>(at, <u16>value)
      return load<u8>(at + 1)
    case 10:
      store<u32>(at, <u32>value)
      return load<u8>(at + 3)
    case 11:
      store<u64>(at, value)
      return load<u8>(at + 7)
    case 12:
      memory.fill(at, <u8>(value >> 8), length)
      return length == 0 ? 0 : load<u8>(at + length - 1)
    case 13:
      memory.copy(at, <usize>(value >> 32), length)
      return length == 0 ? 0 : load<u8>(at + length - 1)
    case 14:
      return <u64>(<i32>at / <i32>value)
    case 15:
      return <u64>((<i64>value << 1) / <i64>(<i32>at))
    case 16:
      return <u64>(<i32>at % <i32>value)
    case 17:
      return value / <u64>at
    case 18:
      return <u64>(<i64>value % <i64>(<i32>at))
    case 19:
      return <u64>memory.grow(<i32>at)
    case 20:
      return clz(value) | (ctz(value) << 8) | (popcnt(value) << 16) | (<u64>clz(<u32>at) << 24) | (<u64>ctz(<u32>at) << 32)
    case 21:
      return rotl(value, <u64>at) ^ rotr(value, <u64>at) ^ <u64>rotl<u32>(<u32>value, <u32>at)
    case 22:
      return bswap(value) ^ <u64>bswap(<u32>at)
    case 23:
      unreachable()
      return 0
    default:
      return value + at
  }
}
