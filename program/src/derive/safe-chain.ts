// The safe L2 blocks that derivation built on, in a ring by number: a span batch may begin before the safe head and
// must then agree with what is there. Blocks that the ring does not have are found through the hashes of their
// children.

import { SAFE_CHAIN } from '../layout'
import { sameHash } from './bytes'
import { L2_HASH, L2_NUMBER, L2_ORIGIN, L2_PARENT_HASH, l2Load } from './l2-block'

// An entry: hash, u64 L1 origin's number.
const ENTRY: usize = 64
const ENTRY_ORIGIN: usize = 32
const RING: u64 = 1 << 15

// The ring has the blocks [first, end), each the parent of the next.
let first: u64 = 0
let end: u64 = 0

export function safeChainReset(): void {
  first = 0
  end = 0
}

function entryOf(number: u64): usize {
  return SAFE_CHAIN + <usize>(number & (RING - 1)) * ENTRY
}

/** Takes over the safe head (an L2 record). */
export function safeChainAdd(block: usize): void {
  const number = load<u64>(block + L2_NUMBER)
  const linked =
    end > first && number == end && sameHash(entryOf(end - 1), block + L2_PARENT_HASH)
  const known = number >= first && number < end && sameHash(entryOf(number), block + L2_HASH)
  if (!linked && !known) first = number
  end = number + 1
  if (end - first > RING) first = end - RING
  const entry = entryOf(number)
  memory.copy(entry, block + L2_HASH, 32)
  store<u64>(entry, load<u64>(block + L2_ORIGIN), ENTRY_ORIGIN)
}

/** Hash of the block that `ancestor` found. */
export const ancestorHash: usize = memory.data(32, 8)
/** Its L1 origin. */
export let ancestorOrigin: u64 = 0

const walked: usize = memory.data(280, 8)

export const ANCESTOR_FOUND: i32 = 0
/** The chain passed `leastOrigin` on the way: the block has an older L1 origin than that. */
export const ANCESTOR_TOO_OLD: i32 = 1
/** See `hostError`. */
export const ANCESTOR_ERROR: i32 = 2

/**
 * Finds the block `number` before or at the safe head. The search ends at a block whose L1 origin is before
 * `leastOrigin`, which bounds it whatever a batch says.
 */
export function ancestor(number: u64, leastOrigin: u64): i32 {
  if (number >= first) {
    const entry = entryOf(number)
    memory.copy(ancestorHash, entry, 32)
    ancestorOrigin = load<u64>(entry, ENTRY_ORIGIN)
    return ANCESTOR_FOUND
  }
  memory.copy(ancestorHash, entryOf(first), 32)
  while (true) {
    if (!l2Load(ancestorHash, walked)) return ANCESTOR_ERROR
    ancestorOrigin = load<u64>(walked + L2_ORIGIN)
    if (load<u64>(walked + L2_NUMBER) == number) return ANCESTOR_FOUND
    if (ancestorOrigin < leastOrigin) return ANCESTOR_TOO_OLD
    memory.copy(ancestorHash, walked + L2_PARENT_HASH, 32)
  }
}
