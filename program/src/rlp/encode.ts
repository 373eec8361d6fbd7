// RLP encoding (Yellow Paper, appendix B): lengths first, then writers. Every writer returns the address
// behind what it wrote; the caller provides the room (the length helpers say how much).

/** Bytes of the length prefix in front of a payload, unless it is a single byte below 0x80. */
export function rlpPrefixLength(payload: usize): usize {
  if (payload < 56) return 1
  if (payload < 0x100) return 2
  if (payload < 0x10000) return 3
  if (payload < 0x1000000) return 4
  return 5
}

/** Encoded length of a string. */
export function rlpBytesLength(ptr: usize, len: usize): usize {
  if (len == 1 && load<u8>(ptr) < 0x80) return 1
  return rlpPrefixLength(len) + len
}

/** Encoded length of a list with `payload` bytes inside. */
// @ts-ignore: decorator
@inline
export function rlpListLength(payload: usize): usize {
  return rlpPrefixLength(payload) + payload
}

function writePrefix(out: usize, payload: usize, base: u32): usize {
  if (payload < 56) {
    store<u8>(out, <u8>(base + <u32>payload))
    return out + 1
  }
  const bytes = rlpPrefixLength(payload) - 1
  store<u8>(out, <u8>(base + 55 + <u32>bytes))
  for (let i: usize = 1; i <= bytes; i++) store<u8>(out + i, <u8>(payload >> ((bytes - i) << 3)))
  return out + 1 + bytes
}

/** Writes a list's prefix; its `payload` bytes of items follow. */
export function rlpWriteList(out: usize, payload: usize): usize {
  return writePrefix(out, payload, 0xc0)
}

export function rlpWriteBytes(out: usize, ptr: usize, len: usize): usize {
  if (len == 1 && load<u8>(ptr) < 0x80) {
    store<u8>(out, load<u8>(ptr))
    return out + 1
  }
  out = writePrefix(out, len, 0x80)
  memory.copy(out, ptr, len)
  return out + len
}

/** Significant bytes of a scalar; 0 for zero. */
// @ts-ignore: decorator
@inline
export function u64Bytes(value: u64): usize {
  return <usize>((71 - clz(value)) >> 3)
}

export function rlpU64Length(value: u64): usize {
  return value < 0x80 ? 1 : 1 + u64Bytes(value)
}

export function rlpWriteU64(out: usize, value: u64): usize {
  if (value != 0 && value < 0x80) {
    store<u8>(out, <u8>value)
    return out + 1
  }
  const bytes = u64Bytes(value)
  store<u8>(out, <u8>(0x80 + bytes))
  for (let i: usize = 1; i <= bytes; i++) store<u8>(out + i, <u8>(value >> (((bytes - i) << 3) as u64)))
  return out + 1 + bytes
}

/** Significant bytes of a word (four little-endian u64); 0 for zero. */
export function u256Bytes(word: usize): usize {
  for (let i: i32 = 3; i >= 0; i--) {
    const limb = load<u64>(word + (<usize>i << 3))
    if (limb != 0) return (<usize>i << 3) + u64Bytes(limb)
  }
  return 0
}

export function rlpU256Length(word: usize): usize {
  const bytes = u256Bytes(word)
  return bytes <= 1 && load<u64>(word) < 0x80 ? 1 : 1 + bytes
}

/** Writes a word (four little-endian u64) as a scalar. */
export function rlpWriteU256(out: usize, word: usize): usize {
  const bytes = u256Bytes(word)
  if (bytes == 1 && load<u8>(word) < 0x80) {
    store<u8>(out, load<u8>(word))
    return out + 1
  }
  store<u8>(out, <u8>(0x80 + bytes))
  for (let i: usize = 1; i <= bytes; i++) store<u8>(out + i, load<u8>(word + (bytes - i)))
  return out + 1 + bytes
}
