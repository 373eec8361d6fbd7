// Strict RLP decoding (Yellow Paper, appendix B) with a cursor over (ptr, end). Canonical input only:
// shortest length form, no leading zeros in lengths, a single byte below 0x80 stands for itself.
// Nothing here traps or reads outside [ptr, end).

/** The item that the last successful `rlpItem` found: payload address. */
export let itemStart: usize = 0
/** Payload length in bytes. */
export let itemLen: usize = 0
/** Address behind the item: where the next one begins. */
export let itemNext: usize = 0
export let itemIsList: bool = false

/** Reads the item at `ptr`; false when there is none or it is not canonical or runs past `end`. */
export function rlpItem(ptr: usize, end: usize): bool {
  if (ptr >= end) return false
  const prefix = <usize>load<u8>(ptr)
  if (prefix < 0x80) {
    itemStart = ptr
    itemLen = 1
    itemNext = ptr + 1
    itemIsList = false
    return true
  }
  const isList = prefix >= 0xc0
  const short = isList ? prefix - 0xc0 : prefix - 0x80
  let start = ptr + 1
  let length = short
  if (short > 55) {
    const lengthBytes = short - 55
    // Nothing of 4 GiB or more is addressable here.
    if (end - start < lengthBytes || lengthBytes > 4) return false
    length = 0
    for (let i: usize = 0; i < lengthBytes; i++) {
      length = (length << 8) | <usize>load<u8>(start + i)
    }
    start += lengthBytes
    if (load<u8>(ptr, 1) == 0 || length <= 55) return false
  }
  if (end - start < length) return false
  if (!isList && length == 1 && short == 1 && load<u8>(start) < 0x80) return false
  itemStart = start
  itemLen = length
  itemNext = start + length
  itemIsList = isList
  return true
}

/** As `rlpItem`, and the item is a string. */
// @ts-ignore: decorator
@inline
export function rlpString(ptr: usize, end: usize): bool {
  return rlpItem(ptr, end) && !itemIsList
}

/** As `rlpItem`, and the item is a list. */
// @ts-ignore: decorator
@inline
export function rlpList(ptr: usize, end: usize): bool {
  return rlpItem(ptr, end) && itemIsList
}

/** As `rlpString`, and the payload has exactly `length` bytes. */
// @ts-ignore: decorator
@inline
export function rlpFixed(ptr: usize, end: usize, length: usize): bool {
  return rlpString(ptr, end) && itemLen == length
}

/** The scalar that the last successful `rlpU64` read. */
export let itemU64: u64 = 0

/** Reads a scalar of at most 64 bits into `itemU64`: a string without leading zeros. */
export function rlpU64(ptr: usize, end: usize): bool {
  if (!rlpString(ptr, end) || itemLen > 8) return false
  if (itemLen > 0 && load<u8>(itemStart) == 0) return false
  let value: u64 = 0
  for (let i: usize = 0; i < itemLen; i++) value = (value << 8) | <u64>load<u8>(itemStart + i)
  itemU64 = value
  return true
}

/** Reads a scalar of at most 256 bits into the word (four little-endian u64) at `into`. */
export function rlpU256(ptr: usize, end: usize, into: usize): bool {
  if (!rlpString(ptr, end) || itemLen > 32) return false
  if (itemLen > 0 && load<u8>(itemStart) == 0) return false
  store<u64>(into, 0)
  store<u64>(into, 0, 8)
  store<u64>(into, 0, 16)
  store<u64>(into, 0, 24)
  for (let i: usize = 0; i < itemLen; i++) store<u8>(into + (itemLen - 1 - i), load<u8>(itemStart + i))
  return true
}

/** Number of items in the list payload [ptr, end), or -1 when one of them is malformed. */
export function rlpCount(ptr: usize, end: usize): i32 {
  let count = 0
  while (ptr < end) {
    if (!rlpItem(ptr, end)) return -1
    ptr = itemNext
    count++
  }
  return count
}

// Iterative validation keeps the ends of the open lists here.
const VALIDATE_DEPTH: i32 = 1024
const validateEnds: usize = memory.data(1024 * 4, 4)

/**
 * True when [ptr, end) is exactly one canonical item, its nested items included (at most 1024 levels).
 */
export function rlpValid(ptr: usize, end: usize): bool {
  if (!rlpItem(ptr, end) || itemNext != end) return false
  if (!itemIsList) return true
  let depth = 1
  store<u32>(validateEnds, <u32>end)
  ptr = itemStart
  while (depth > 0) {
    const listEnd = <usize>load<u32>(validateEnds + ((depth - 1) << 2))
    if (ptr == listEnd) {
      depth--
      continue
    }
    if (!rlpItem(ptr, listEnd)) return false
    if (itemIsList) {
      if (depth == VALIDATE_DEPTH) return false
      store<u32>(validateEnds + (depth << 2), <u32>itemNext)
      depth++
      ptr = itemStart
    } else {
      ptr = itemNext
    }
  }
  return true
}
