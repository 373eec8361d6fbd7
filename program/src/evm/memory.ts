// Memory of the running frame. Frames' memories lie one after the other in EVM_MEMORY; only the topmost
// grows.

import { EVM_MEMORY, EVM_MEMORY_SIZE } from '../layout'
import { wordHigh } from '../num/word'

/** Address of the running frame's memory. */
export let memoryBase: usize = EVM_MEMORY
/** Its size in bytes, a multiple of 32. */
export let memorySize: usize = 0

export function setMemory(base: usize, size: usize): void {
  memoryBase = base
  memorySize = size
}

// @ts-ignore: decorator
@inline
function memoryGas(words: u64): u64 {
  return words * 3 + ((words * words) >> 9)
}

/**
 * Makes the memory cover [0, end) and returns what is left of `gas`: negative, and the memory as before,
 * when it does not suffice or no room is left.
 */
export function expandMemory(end: u64, gas: i64): i64 {
  if (end <= <u64>memorySize) return gas
  if (end > <u64>(EVM_MEMORY + EVM_MEMORY_SIZE - memoryBase)) return -1
  const words = (end + 31) >> 5
  gas -= <i64>(memoryGas(words) - memoryGas(<u64>memorySize >> 5))
  if (gas < 0) return gas
  const size = <usize>(words << 5)
  memory.fill(memoryBase + memorySize, 0, size - memorySize)
  memorySize = size
  return gas
}

/** As `expandMemory` for the range of two words on the stack; an empty range needs nothing. */
export function expandRange(offset: usize, length: usize, gas: i64): i64 {
  const size = load<u64>(length)
  if ((size | wordHigh(length)) == 0) return gas
  const start = load<u64>(offset)
  // Beyond 2^32 nothing fits the region.
  if ((wordHigh(length) | wordHigh(offset) | (size >> 32) | (start >> 32)) != 0) return -1
  return expandMemory(start + size, gas)
}

/** As `expandRange` for an access of `size` bytes (1 to 32) at the offset in a word. */
// @ts-ignore: decorator
@inline
export function expandAccess(offset: usize, size: u64, gas: i64): i64 {
  const start = load<u64>(offset)
  if ((wordHigh(offset) | (start >> 32)) != 0) return -1
  return expandMemory(start + size, gas)
}

/** Where memory that nobody owns begins: scratch until the next frame opens or memory grows. */
export function memoryTop(): usize {
  return memoryBase + memorySize
}

/** Bytes of that scratch. */
export function memoryRoom(): usize {
  return EVM_MEMORY + EVM_MEMORY_SIZE - memoryTop()
}

/** Bytes in RETURN_DATA: the output of the last call or creation of the running frame. */
export let returnDataLength: usize = 0

export function setReturnDataLength(length: usize): void {
  returnDataLength = length
}
