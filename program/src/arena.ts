// The block arena: a bump allocator for what lives as long as the open block. See README, "Memory".

import { STATUS_ARENA_FULL } from '../shared/status'
import { setHostError } from './host'
import { BLOCK_ARENA, BLOCK_ARENA_SIZE } from './layout'

// Allocations that no longer fit are served from the end of the region, over and over: the run is
// lost (the host error is sticky), its writes must only stay inside the arena until it unwinds. No
// caller may ask for more than this at once without checking `hostError` before it writes. Nothing
// regular is ever placed at LIMIT itself, so that the two cannot be confused.
const OVERFLOW_SIZE: usize = 64 << 20
const LIMIT: usize = BLOCK_ARENA + BLOCK_ARENA_SIZE - OVERFLOW_SIZE

let next: usize = BLOCK_ARENA
// Above `dirty` the arena is still zero from start-up; below, allocation zeroes.
let dirty: usize = BLOCK_ARENA

/** Forgets every allocation. */
export function arenaReset(): void {
  if (next > dirty) dirty = next
  next = BLOCK_ARENA
}

/** Bytes in use. */
export function arenaUsed(): usize {
  return next - BLOCK_ARENA
}

/**
 * A zeroed, 16-byte aligned block of `size` bytes. When the arena is exhausted, sets the host error
 * STATUS_ARENA_FULL and returns memory that is safe to write (up to 64 MiB) but shared.
 */
export function arenaAlloc(size: usize): usize {
  const ptr = arenaAllocUninitialized(size)
  if (ptr == LIMIT) memory.fill(ptr, 0, min(size, OVERFLOW_SIZE))
  // Only what was written before needs zeroing.
  else if (ptr < dirty) memory.fill(ptr, 0, min(size, dirty - ptr))
  return ptr
}

/** As `arenaAlloc`, without zeroing: for buffers that are overwritten at once. */
export function arenaAllocUninitialized(size: usize): usize {
  const rounded = (size + 15) & ~15
  // In u64: `next + size` must not wrap for an absurd size.
  if (<u64>next + <u64>size + 16 > <u64>LIMIT) {
    setHostError(STATUS_ARENA_FULL, 0)
    return LIMIT
  }
  const ptr = next
  next += rounded
  return ptr
}

/** A point to release scratch memory to. Nothing allocated after it may outlive `arenaRelease`. */
export function arenaMark(): usize {
  return next
}

/** Frees what was allocated since `mark`. */
export function arenaRelease(mark: usize): void {
  if (next > dirty) dirty = next
  next = mark
}
