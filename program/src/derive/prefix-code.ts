// Bit input and canonical prefix (Huffman) codes, as DEFLATE (RFC 1951) and brotli (RFC 7932) have them
// in common: bits least significant first, codes of 15 bits at most.

/** Set once more bits were used than the input has. */
export let inputShort: bool = false

// `bits` holds `bitCount` bits of input that are not used yet.
let source: usize = 0
let sourceEnd: usize = 0
let bits: u64 = 0
let bitCount: u32 = 0

/** Starts reading at the first bit of [ptr, ptr + len). */
export function bitsOpen(ptr: usize, len: usize): void {
  source = ptr
  sourceEnd = ptr + len
  bits = 0
  bitCount = 0
  inputShort = false
}

/** The next `n` bits, 24 at most, as a number. Past the end: zeros, and `inputShort`. */
export function bitsTake(n: u32): u32 {
  refill()
  const value = <u32>bits & ((1 << n) - 1)
  consume(n)
  return value
}

/** Skips to the next byte of the input; returns the bits skipped. */
export function bitsAlign(): u32 {
  return bitsTake(bitCount & 7)
}

/** Copies `len` bytes from the byte-aligned input, or what there is; returns how many. */
export function bitsCopy(dst: usize, len: usize): usize {
  // Whole bytes that were read ahead go back.
  source -= bitCount >> 3
  bits = 0
  bitCount = 0
  if (len > sourceEnd - source) {
    len = sourceEnd - source
    inputShort = true
  }
  memory.copy(dst, source, len)
  source += len
  return len
}

// @ts-ignore: decorator
@inline
function refill(): void {
  while (bitCount <= 56 && source < sourceEnd) {
    bits |= <u64>load<u8>(source++) << bitCount
    bitCount += 8
  }
}

// @ts-ignore: decorator
@inline
function consume(n: u32): void {
  if (n > bitCount) {
    inputShort = true
    bits = 0
    bitCount = 0
  } else {
    bits >>= n
    bitCount -= n
  }
}

// A table: for each value of the next FAST_BITS bits (symbol << 4 | code length) + 1, or 0 where the code
// is longer; then the number of codes of each length; then the symbols in the order of their codes.
const FAST_BITS: u32 = 10
const COUNTS: usize = (1 << FAST_BITS) * 2
const SYMBOLS: usize = COUNTS + 16 * 2
const MAX_BITS: u32 = 15

const offsets: usize = memory.data(32, 8)

/** Bytes of a table of `symbols` symbols. */
// @ts-ignore: decorator
@inline
export function codeSize(symbols: u32): usize {
  return (SYMBOLS + (<usize>symbols << 1) + 7) & ~7
}

/**
 * Builds the table of the canonical code with these lengths (one byte a symbol, 0: no code). False
 * when the lengths are over-subscribed or leave codes unused, but for a single code of one bit and no
 * code at all, which `codeDecode` answers with -1 where it finds none.
 */
export function codeBuild(table: usize, lengths: usize, symbols: u32): bool {
  memory.fill(table, 0, SYMBOLS)
  for (let i: u32 = 0; i < symbols; i++) {
    const length = <usize>load<u8>(lengths + i)
    if (length == 0) continue
    const at = table + COUNTS + (length << 1)
    store<u16>(at, load<u16>(at) + 1)
  }
  let left: i32 = 1
  let used: u32 = 0
  for (let bit: u32 = 1; bit <= MAX_BITS; bit++) {
    store<u16>(offsets + (bit << 1), <u16>used)
    const n = <u32>load<u16>(table + COUNTS + (bit << 1))
    left = (left << 1) - <i32>n
    if (left < 0) return false
    used += n
  }
  const single = used == 1 && load<u16>(table, COUNTS + 2) == 1
  if (left != 0 && used != 0 && !single) return false
  for (let i: u32 = 0; i < symbols; i++) {
    const length = <usize>load<u8>(lengths + i)
    if (length == 0) continue
    const at = offsets + (length << 1)
    const position = <usize>load<u16>(at)
    store<u16>(at, <u16>(position + 1))
    store<u16>(table + SYMBOLS + (position << 1), <u16>i)
  }
  fillFast(table)
  return true
}

/** Builds the table of a code whose only symbol takes no bits. */
export function codeConstant(table: usize, symbol: u32): void {
  const entry = <u16>((symbol << 4) + 1)
  for (let i: usize = 0; i < COUNTS; i += 2) store<u16>(table + i, entry)
}

function fillFast(table: usize): void {
  let code: u32 = 0
  let index: usize = 0
  for (let length: u32 = 1; length <= FAST_BITS; length++) {
    for (let n = <u32>load<u16>(table + COUNTS + (length << 1)); n > 0; n--) {
      const symbol = <u32>load<u16>(table + SYMBOLS + (index << 1))
      const entry = <u16>(((symbol << 4) | length) + 1)
      for (let i = reverse(code, length); i < 1 << FAST_BITS; i += 1 << length) {
        store<u16>(table + (<usize>i << 1), entry)
      }
      code++
      index++
    }
    code <<= 1
  }
}

function reverse(code: u32, length: u32): u32 {
  let reversed: u32 = 0
  for (let i: u32 = 0; i < length; i++) {
    reversed = (reversed << 1) | (code & 1)
    code >>= 1
  }
  return reversed
}

/** The next symbol, or -1 when no code matches. */
export function codeDecode(table: usize): i32 {
  refill()
  const entry = <u32>load<u16>(table + ((<usize>bits & ((1 << FAST_BITS) - 1)) << 1))
  if (entry != 0) {
    consume((entry - 1) & 15)
    return (entry - 1) >> 4
  }
  let code: i32 = 0
  let first: i32 = 0
  let index: i32 = 0
  for (let length: u32 = 1; length <= MAX_BITS; length++) {
    code |= <i32>((bits >> (length - 1)) & 1)
    const n = <i32>load<u16>(table + COUNTS + (length << 1))
    if (code - n < first) {
      consume(length)
      return load<u16>(table + SYMBOLS + (<usize>(index + code - first) << 1))
    }
    index += n
    first = (first + n) << 1
    code <<= 1
  }
  return -1
}
