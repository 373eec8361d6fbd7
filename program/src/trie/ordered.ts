// Root of a list (transactions, receipts, withdrawals): a trie whose keys are rlp(index). Built from the
// sorted keys in one pass; nothing of it is kept.

import { arenaAllocUninitialized, arenaMark, arenaRelease } from '../arena'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { rlpPrefixLength, rlpWriteBytes, rlpWriteList, u64Bytes } from '../rlp/encode'
import { EMPTY_ROOT } from './read'
import { writePath } from './write'

let items: usize = 0
let count: u32 = 0

// The node last built, in arena scratch memory.
let built: usize = 0
let builtLen: usize = 0

/** Bytes in front of a payload for the longest list prefix. */
const PREFIX_ROOM: usize = 8
/** Longest reference to a node: a hash as an RLP string. */
const REFERENCE_MAX: usize = 33

/**
 * Writes the 32-byte root of the list of `n` byte strings, none empty. `list` is an array of (u32
 * address, u32 length). Uses the arena for scratch; nothing is written once `hostError` is set.
 */
export function orderedRoot(list: usize, n: u32, out: usize): void {
  if (hostError != 0) return
  if (n == 0) {
    memory.copy(out, EMPTY_ROOT, 32)
    return
  }
  items = list
  count = n
  const mark = arenaMark()
  build(0, n, 0)
  if (hostError == 0) keccak256(built, builtLen, out)
  arenaRelease(mark)
}

// Order of the keys: 1..127 are their own encoding (below 0x80), 0 is 0x80, then 128 and up.
// @ts-ignore: decorator
@inline
function indexAt(rank: u32): u32 {
  const single = min<u32>(count, 128)
  return rank >= single ? rank : rank + 1 == single ? 0 : rank + 1
}

function keyNibbles(index: u32): u32 {
  return index < 128 ? 2 : 2 + (<u32>u64Bytes(index) << 1)
}

/** Nibble `depth` of rlp(index). */
function keyNibble(index: u32, depth: u32): u32 {
  let first = index
  let rest: u32 = 0
  if (index == 0) first = 0x80
  else if (index >= 128) {
    rest = <u32>u64Bytes(index)
    first = 0x80 + rest
  }
  if (depth < 2) return depth == 0 ? first >> 4 : first & 15
  return (index >> (((rest << 1) - (depth - 2) - 1) << 2)) & 15
}

/** Builds the node over the keys of ranks [low, high), which agree on their first `depth` nibbles. */
function build(low: u32, high: u32, depth: u32): void {
  const first = indexAt(low)
  if (high - low == 1) {
    buildLeaf(first, depth)
    return
  }
  // Sorted keys share what the first and the last share; rlp keys are no prefixes of each other.
  const last = indexAt(high - 1)
  let common: u32 = 0
  while (keyNibble(first, depth + common) == keyNibble(last, depth + common)) common++
  if (common > 0) buildExtension(low, high, depth, common)
  else buildBranch(low, high, depth)
}

function buildLeaf(index: u32, depth: u32): void {
  const value = <usize>load<u32>(items + (<usize>index << 3))
  const length = <usize>load<u32>(items + (<usize>index << 3), 4)
  const start = arenaAllocUninitialized(length + 64) + PREFIX_ROOM
  if (hostError != 0) return
  let end = writeKey(start, index, depth, keyNibbles(index) - depth, true)
  end = rlpWriteBytes(end, value, length)
  finish(start, end)
}

function buildExtension(low: u32, high: u32, depth: u32, common: u32): void {
  const start = arenaAllocUninitialized(128) + PREFIX_ROOM
  if (hostError != 0) return
  const path = writeKey(start, indexAt(low), depth, common, false)
  const end = child(path, low, high, depth + common)
  if (hostError == 0) finish(start, end)
}

function buildBranch(low: u32, high: u32, depth: u32): void {
  const start = arenaAllocUninitialized(PREFIX_ROOM + 16 * REFERENCE_MAX + 8) + PREFIX_ROOM
  if (hostError != 0) return
  let end = start
  for (let nibble: u32 = 0; nibble < 16; nibble++) {
    let next = low
    while (next < high && keyNibble(indexAt(next), depth) == nibble) next++
    if (next == low) {
      store<u8>(end++, 0x80)
    } else {
      end = child(end, low, next, depth + 1)
      if (hostError != 0) return
    }
    low = next
  }
  store<u8>(end++, 0x80)
  finish(start, end)
}

/** Builds the node over [low, high) and writes the reference to it. */
function child(out: usize, low: u32, high: u32, depth: u32): usize {
  const mark = arenaMark()
  build(low, high, depth)
  if (hostError == 0) {
    if (builtLen < 32) {
      memory.copy(out, built, builtLen)
      out += builtLen
    } else {
      store<u8>(out, 0xa0)
      keccak256(built, builtLen, out + 1)
      out += REFERENCE_MAX
    }
  }
  arenaRelease(mark)
  return out
}

const path: usize = memory.data(16, 8)

function writeKey(out: usize, index: u32, depth: u32, length: u32, leaf: bool): usize {
  for (let i: u32 = 0; i < length; i++) store<u8>(path + i, <u8>keyNibble(index, depth + i))
  return writePath(out, path, length, leaf)
}

/** Puts the list prefix in front of the payload [start, end). */
function finish(start: usize, end: usize): void {
  const payload = end - start
  built = start - rlpPrefixLength(payload)
  builtLen = end - built
  rlpWriteList(built, payload)
}
