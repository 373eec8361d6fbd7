// The L1 blocks that L2 blocks may have as their origin: those of the window [windowFirst, windowEnd) by number, the
// last of which is the block whose data are read. Kept in a ring, since the window is hardly longer than the
// sequencing window: once that has passed, empty batches are made and the window moves on.

import { L1_CHAIN } from '../layout'
import { sequencingWindow } from './config'

// A record: hash, receipts root, mixHash, beacon root, base fee, blob base fee (32 bytes each, fees big-endian),
// number, timestamp (u64), u32 flags, parent's hash.
export const L1_HASH: usize = 0
export const L1_RECEIPTS: usize = 32
export const L1_MIX_HASH: usize = 64
/** Zero where L1 has none. */
export const L1_BEACON_ROOT: usize = 96
export const L1_BASE_FEE: usize = 128
export const L1_BLOB_FEE: usize = 160
export const L1_NUMBER: usize = 192
export const L1_TIME: usize = 200
/** u32: 1 when the block may have logs of the deposit contract or of SystemConfig. */
export const L1_HAS_LOGS: usize = 208
export const L1_PARENT_HASH: usize = 216
export const L1_SIZE: usize = 256

const RING: u64 = 1 << 16

export let windowFirst: u64 = 0
export let windowEnd: u64 = 0
/** Number of the L1 block whose data are read. */
export let originNumber: u64 = 0

/** Place of the record of the L1 block with this number. Valid for blocks of the window, and the origin. */
export function l1Record(number: u64): usize {
  return L1_CHAIN + <usize>(number & (RING - 1)) * L1_SIZE
}

/** The L1 block whose data are read. */
export function originRecord(): usize {
  return l1Record(originNumber)
}

export function windowSize(): u64 {
  return windowEnd - windowFirst
}

export function inWindow(number: u64): bool {
  return number >= windowFirst && number < windowEnd
}

/** Starts anew with the block whose record is `record`. */
export function windowReset(record: usize): void {
  originNumber = load<u64>(record + L1_NUMBER)
  memory.copy(l1Record(originNumber), record, L1_SIZE)
  windowFirst = originNumber
  windowEnd = originNumber + 1
}

/** False when the block after the origin would not fit: more than any sequencing window is waiting. */
export function windowHasRoom(): bool {
  return windowSize() < RING - 1 && sequencingWindow < RING
}

/** Takes the block in `record` as the new origin; it enters the window with `windowUpdate`. */
export function originAdvance(record: usize): void {
  originNumber = load<u64>(record + L1_NUMBER)
  memory.copy(l1Record(originNumber), record, L1_SIZE)
}

/**
 * Brings the window up to the origin. Blocks before the safe head's own L1 origin can be no origins of blocks to
 * come: while they are passed the window is empty.
 */
export function windowUpdate(safeOrigin: u64): void {
  if (windowEnd != originNumber + 1) {
    if (originNumber < safeOrigin) windowFirst = originNumber + 1
    else if (windowFirst == windowEnd) windowFirst = originNumber
    windowEnd = originNumber + 1
  }
  if (inWindow(safeOrigin)) windowFirst = safeOrigin
}

/** Gives up the first block: all of its epoch is derived. */
export function windowNextEpoch(): void {
  windowFirst++
}
