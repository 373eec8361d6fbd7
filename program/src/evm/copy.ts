// Instructions that move bytes: to memory from call data, code, return data and memory, and hashes of
// memory. Operands are words from `sp` up, the first one topmost; each function returns what is left of `gas`,
// negative when it did not suffice.

import { keccak256 } from '../keccak/keccak'
import { keccak256Of64 } from '../keccak/memo'
import { RETURN_DATA, RETURN_DATA_SIZE } from '../layout'
import { wordFromBytes, wordHigh, wordSet } from '../num/word'
import { GAS_COPY_WORD, GAS_KECCAK256, GAS_KECCAK256_WORD } from './gas'
import { expandRange, memoryBase, returnDataLength, setReturnDataLength } from './memory'

const digest: usize = memory.data(32, 8)

// @ts-ignore: decorator
@inline
function words(length: usize): i64 {
  return <i64>((load<u64>(length) + 31) >> 5)
}

/** Gas of a copy's target range and words; -1 when it does not suffice. */
// @ts-ignore: decorator
@inline
function chargeCopy(target: usize, length: usize, gas: i64): i64 {
  gas = expandRange(target, length, gas)
  // The length is below 2^32 here.
  return gas < 0 ? gas : gas - GAS_COPY_WORD * words(length)
}

/** Copies a range of `size` bytes at `source`, zeros behind its end. Words: target, offset, length. */
export function copyToMemory(sp: usize, source: usize, size: usize, gas: i64): i64 {
  gas = chargeCopy(sp, sp + 64, gas)
  if (gas < 0) return gas
  const length = <usize>load<u64>(sp, 64)
  if (length == 0) return gas
  const to = memoryBase + <usize>load<u64>(sp)
  const offset = load<u64>(sp, 32)
  const from = wordHigh(sp + 32) != 0 || offset > <u64>size ? size : <usize>offset
  const present = min(length, size - from)
  memory.copy(to, source + from, present)
  memory.fill(to + present, 0, length - present)
  return gas
}

/** RETURNDATACOPY must not read past the end (EIP-211). Words: target, offset, length. */
export function isInsideReturnData(sp: usize): bool {
  const offset = load<u64>(sp, 32)
  const length = load<u64>(sp, 64)
  if ((wordHigh(sp + 32) | wordHigh(sp + 64)) != 0 || offset > <u64>returnDataLength) return false
  return length <= <u64>returnDataLength - offset
}

export function copyReturnData(sp: usize, gas: i64): i64 {
  return copyToMemory(sp, RETURN_DATA, returnDataLength, gas)
}

/** MCOPY (EIP-5656). Words: target, source, length. */
export function copyInMemory(sp: usize, gas: i64): i64 {
  // One range may lie past the other; each is charged as if the memory already covered the first.
  gas = expandRange(sp + 32, sp + 64, gas)
  if (gas < 0) return gas
  gas = chargeCopy(sp, sp + 64, gas)
  if (gas < 0) return gas
  const length = <usize>load<u64>(sp, 64)
  if (length != 0) memory.copy(memoryBase + <usize>load<u64>(sp), memoryBase + <usize>load<u64>(sp, 32), length)
  return gas
}

/** KECCAK256. Words: offset, length; the hash replaces the second one. */
export function hashMemory(sp: usize, gas: i64): i64 {
  gas = expandRange(sp, sp + 32, gas)
  if (gas < 0) return gas
  gas -= GAS_KECCAK256 + GAS_KECCAK256_WORD * words(sp + 32)
  if (gas < 0) return gas
  const length = <usize>load<u64>(sp, 32)
  if (length == 64) {
    keccak256Of64(memoryBase + <usize>load<u64>(sp), sp + 32)
    return gas
  }
  keccak256(length == 0 ? memoryBase : memoryBase + <usize>load<u64>(sp), length, digest)
  wordFromBytes(sp + 32, digest)
  return gas
}

const partial: usize = memory.data(32, 8)

/** CALLDATALOAD where fewer than 32 bytes are left at the offset in the word at `sp`, which is replaced. */
export function loadPartialInput(sp: usize, input: usize, length: usize): void {
  const offset = load<u64>(sp)
  if (wordHigh(sp) != 0 || offset >= <u64>length) {
    wordSet(sp, 0)
    return
  }
  wordSet(partial, 0)
  memory.copy(partial, input + <usize>offset, length - <usize>offset)
  wordFromBytes(sp, partial)
}

/** RETURN and REVERT: the frame's output. Words: offset, length. */
export function copyOutput(sp: usize, gas: i64): i64 {
  gas = expandRange(sp, sp + 32, gas)
  if (gas < 0) return gas
  const length = load<u64>(sp, 32)
  // Only gas beyond any block's reaches this.
  if (length > <u64>RETURN_DATA_SIZE) return -1
  if (length != 0) memory.copy(RETURN_DATA, memoryBase + <usize>load<u64>(sp), <usize>length)
  setReturnDataLength(<usize>length)
  return gas
}
