// zlib (RFC 1950) and DEFLATE (RFC 1951) decoding into one flat buffer.
//
// Output before a fault is kept: a channel's batches up to the first bad byte still count, as they do
// for a node that reads the stream batch by batch (OP Stack spec, "Channel Format").

import { bitsAlign, bitsCopy, bitsOpen, bitsTake, codeBuild, codeDecode, inputShort } from './prefix-code'

/** The stream ended well; its checksum holds. */
export const INFLATE_OK: i32 = 0
/** The stream is malformed, or cut short. */
export const INFLATE_CORRUPT: i32 = 1
/** More output than the caller allows. */
export const INFLATE_LIMIT: i32 = 2

/** Bytes written by the last `zlibDecode`. */
export let inflateLength: usize = 0

// codeSize(288), the larger of the alphabets.
const literals: usize = memory.data(2656, 8)
const distances: usize = memory.data(2656, 8)
const lengths: usize = memory.data(320, 8)

const CODE_LENGTH_ORDER: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
])
const LENGTH_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
])
const LENGTH_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
])
const DISTANCE_BASE: usize = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
])
const DISTANCE_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
])

// Output cursor.
let start: usize = 0
let cursor: usize = 0
let limit: usize = 0

/**
 * Decodes the zlib stream in [src, src + len) to `dst`, at most `cap` bytes. Returns INFLATE_*;
 * `inflateLength` bytes are good in every case. Bytes behind the stream are ignored.
 */
export function zlibDecode(src: usize, len: usize, dst: usize, cap: usize): i32 {
  inflateLength = 0
  if (len < 2) return INFLATE_CORRUPT
  const header = (<u32>load<u8>(src) << 8) | <u32>load<u8>(src, 1)
  // CM = 8 (deflate), CINFO <= 7 (32 KiB window), FCHECK, no preset dictionary.
  if ((header & 0x0f00) != 0x0800 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0) {
    return INFLATE_CORRUPT
  }
  bitsOpen(src + 2, len - 2)
  start = dst
  cursor = dst
  limit = dst + cap
  const status = inflateBlocks()
  inflateLength = cursor - start
  if (status != INFLATE_OK) return status
  const checksum = trailer()
  return !inputShort && checksum == adler32(dst, inflateLength) ? INFLATE_OK : INFLATE_CORRUPT
}

function inflateBlocks(): i32 {
  let last = false
  while (!last) {
    last = bitsTake(1) != 0
    const kind = bitsTake(2)
    if (inputShort || kind == 3) return INFLATE_CORRUPT
    let status = INFLATE_OK
    if (kind == 0) {
      status = stored()
    } else {
      if (kind == 1) fixedTables()
      else if (!dynamicTables()) return INFLATE_CORRUPT
      status = compressed()
    }
    if (status != INFLATE_OK) return status
  }
  return INFLATE_OK
}

function stored(): i32 {
  bitsAlign()
  const length: usize = bitsTake(16)
  const complement: usize = bitsTake(16)
  if (inputShort || length != (complement ^ 0xffff)) return INFLATE_CORRUPT
  const room = limit - cursor
  cursor += bitsCopy(cursor, length < room ? length : room)
  if (inputShort) return INFLATE_CORRUPT
  return length > room ? INFLATE_LIMIT : INFLATE_OK
}

function compressed(): i32 {
  while (true) {
    const symbol = codeDecode(literals)
    if (symbol < 0 || inputShort) return INFLATE_CORRUPT
    if (symbol < 256) {
      if (cursor == limit) return INFLATE_LIMIT
      store<u8>(cursor++, <u8>symbol)
      continue
    }
    if (symbol == 256) return INFLATE_OK
    const lengthCode = <usize>(symbol - 257)
    if (lengthCode > 28) return INFLATE_CORRUPT
    let length: usize =
      <usize>load<u16>(LENGTH_BASE + lengthCode * 2) + bitsTake(load<u8>(LENGTH_EXTRA + lengthCode))
    const distanceCode = <usize>codeDecode(distances)
    if (<isize>distanceCode < 0 || distanceCode > 29) return INFLATE_CORRUPT
    const distance: usize =
      <usize>load<u16>(DISTANCE_BASE + distanceCode * 2) +
      bitsTake(load<u8>(DISTANCE_EXTRA + distanceCode))
    if (inputShort || distance > cursor - start) return INFLATE_CORRUPT
    let status = INFLATE_OK
    if (length > limit - cursor) {
      length = limit - cursor
      status = INFLATE_LIMIT
    }
    // Byte by byte: source and destination may overlap, and then repeat.
    for (const end = cursor + length; cursor < end; cursor++) {
      store<u8>(cursor, load<u8>(cursor - distance))
    }
    if (status != INFLATE_OK) return status
  }
}

function fixedTables(): void {
  memory.fill(lengths, 8, 144)
  memory.fill(lengths + 144, 9, 112)
  memory.fill(lengths + 256, 7, 24)
  memory.fill(lengths + 280, 8, 8)
  codeBuild(literals, lengths, 288)
  memory.fill(lengths, 5, 32)
  codeBuild(distances, lengths, 32)
}

function dynamicTables(): bool {
  const literalCount = bitsTake(5) + 257
  const distanceCount = bitsTake(5) + 1
  const codeCount = bitsTake(4) + 4
  if (inputShort || literalCount > 286 || distanceCount > 30) return false
  memory.fill(lengths, 0, 19)
  for (let i: u32 = 0; i < codeCount; i++) {
    store<u8>(lengths + load<u8>(CODE_LENGTH_ORDER + i), <u8>bitsTake(3))
  }
  if (inputShort || !codeBuild(literals, lengths, 19)) return false
  const total = literalCount + distanceCount
  let i: u32 = 0
  while (i < total) {
    const symbol = codeDecode(literals)
    if (symbol < 0 || inputShort) return false
    if (symbol < 16) {
      store<u8>(lengths + i++, <u8>symbol)
      continue
    }
    let value: u8 = 0
    let repeat: u32
    if (symbol == 16) {
      if (i == 0) return false
      value = load<u8>(lengths + i - 1)
      repeat = 3 + bitsTake(2)
    } else if (symbol == 17) {
      repeat = 3 + bitsTake(3)
    } else {
      repeat = 11 + bitsTake(7)
    }
    if (inputShort || i + repeat > total) return false
    memory.fill(lengths + i, value, repeat)
    i += repeat
  }
  return (
    codeBuild(literals, lengths, literalCount) && codeBuild(distances, lengths + literalCount, distanceCount)
  )
}

/** The four big-endian bytes behind the last block. */
function trailer(): u32 {
  bitsAlign()
  let value: u32 = 0
  for (let i = 0; i < 4; i++) value = (value << 8) | bitsTake(8)
  return value
}

function adler32(ptr: usize, len: usize): u32 {
  let a: u32 = 1
  let b: u32 = 0
  const end = ptr + len
  while (ptr < end) {
    // 5552: as many bytes as keep `b` below 2^32.
    const stop = end - ptr > 5552 ? ptr + 5552 : end
    for (; ptr < stop; ptr++) {
      a += load<u8>(ptr)
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return (b << 16) | a
}
