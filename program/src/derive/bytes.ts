// Comparisons of the fixed-size values that derivation handles, and big-endian numbers.

// @ts-ignore: decorator
@inline
export function sameHash(a: usize, b: usize): bool {
  return (
    load<u64>(a) == load<u64>(b) &&
    load<u64>(a, 8) == load<u64>(b, 8) &&
    load<u64>(a, 16) == load<u64>(b, 16) &&
    load<u64>(a, 24) == load<u64>(b, 24)
  )
}

// @ts-ignore: decorator
@inline
export function sameAddress(a: usize, b: usize): bool {
  return (
    load<u64>(a) == load<u64>(b) &&
    load<u64>(a, 8) == load<u64>(b, 8) &&
    load<u32>(a, 16) == load<u32>(b, 16)
  )
}

export function sameBytes(a: usize, b: usize, length: usize): bool {
  return memory.compare(a, b, length) == 0
}

/** True when the `length` bytes at `ptr` are zero. */
export function isZero(ptr: usize, length: usize): bool {
  for (const end = ptr + length; ptr < end; ptr++) if (load<u8>(ptr) != 0) return false
  return true
}

/** The 32-byte big-endian number at `ptr`, or 2^64 - 1 when it is larger. */
export function wordToU64(ptr: usize): u64 {
  return isZero(ptr, 24) ? bswap(load<u64>(ptr, 24)) : u64.MAX_VALUE
}

/** Writes `value` as 32 big-endian bytes. */
export function storeWord(ptr: usize, value: u64): void {
  memory.fill(ptr, 0, 24)
  store<u64>(ptr, bswap(value), 24)
}
