// Size of data compressed with FastLZ level 1, as Fjord's L1 fee estimates it (OP Stack specs, "Fjord: L2
// Execution Engine", FastLZ Implementation). Only the length is computed, so nothing is written.
//
// The stream consists of literal runs (one control byte per up to 32 bytes) and of matches (2 bytes, or 3
// when longer than 8; one such per up to 262 bytes). Matches start from a 13-bit hash of three bytes and
// reach back at most 8191 bytes; the last 13 bytes are literals but for the tail of a match.

const HASH_SIZE: usize = 8192
const MAX_DISTANCE: u32 = 8191
const MAX_MATCH: u32 = 262
const LITERAL_RUN: u32 = 32
const TAIL: u32 = 13

// base + position of the last occurrence of a hash. An entry below `base` is of an earlier input and counts
// as position 0, as an empty one does: so the table need not be cleared for every transaction.
const table: usize = memory.data(32768, 8)
let base: u32 = 0
let nextBase: u32 = 0

/** Length of FastLZ's output for [ptr, ptr + len). */
export function fastLzLength(ptr: usize, len: usize): u32 {
  const size = <u32>len
  if (size < TAIL + 2) return literals(size)
  if (nextBase > u32.MAX_VALUE - size) {
    memory.fill(table, 0, HASH_SIZE * 4)
    nextBase = 0
  }
  base = nextBase
  nextBase += size
  const limit = size - TAIL
  let length: u32 = 0
  let anchor: u32 = 0
  let at: u32 = 2
  while (at < limit) {
    let candidate: u32 = 0
    // Find the next position whose three bytes also start at the remembered one.
    while (true) {
      const bytes = load24(ptr + at)
      const slot = table + hash(bytes)
      candidate = load<u32>(slot)
      candidate = candidate < base ? 0 : candidate - base
      store<u32>(slot, base + at)
      const distance = at - candidate
      if (at >= limit) break
      at++
      if (distance <= MAX_DISTANCE && bytes == load24(ptr + candidate)) break
    }
    if (at >= limit) break
    at--
    if (at > anchor) length += literals(at - anchor)
    const matched = matchLength(ptr + candidate + 3, ptr + at + 3, limit + 9 - (at + 3))
    length += matchCost(matched)
    at += matched
    // The next two positions start matches too.
    store<u32>(table + hash(load24(ptr + at)), base + at)
    at++
    store<u32>(table + hash(load24(ptr + at)), base + at)
    at++
    anchor = at
  }
  return length + literals(size - anchor)
}

// @ts-ignore: decorator
@inline
function load24(ptr: usize): u32 {
  return <u32>load<u16>(ptr) | (<u32>load<u8>(ptr, 2) << 16)
}

/** Offset into the table, in bytes. */
// @ts-ignore: decorator
@inline
function hash(bytes: u32): usize {
  return <usize>(((2654435769 * bytes) >> 19) & 0x1fff) << 2
}

/** Bytes that a run of `count` literals takes. */
function literals(count: u32): u32 {
  const rest = count % LITERAL_RUN
  return (LITERAL_RUN + 1) * (count / LITERAL_RUN) + (rest == 0 ? 0 : rest + 1)
}

/** One more than the length of the common prefix, but at most `most`: the reference counts the mismatch. */
function matchLength(p: usize, q: usize, most: u32): u32 {
  let length: u32 = 0
  while (length < most) {
    const differs = load<u8>(p + length) != load<u8>(q + length)
    length++
    if (differs) break
  }
  return length
}

/** Bytes that a match takes; `length` counts the bytes after its first three, plus one. */
function matchCost(length: u32): u32 {
  const more = length - 1
  return 3 * (more / MAX_MATCH) + (more % MAX_MATCH >= 6 ? 3 : 2)
}
