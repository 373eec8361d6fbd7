// Open-addressing tables of the open block: (owner, 256-bit key) -> record pointer. A table is three
// u32 (buckets, mask, count) plus its bucket array in the block arena, enlarged fourfold at half load.
//
// The hash is NH (multilinear over 32-bit halves) with keys drawn from the parent's state root: users
// choose addresses and slots, but cannot aim them at one bucket before that root exists. The order of
// buckets decides nothing: whatever is enumerated is enumerated through lists in order of first use.

import { arenaAlloc } from '../arena'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { wordEqual } from '../num/word'

const TABLE_BUCKETS: usize = 0
const TABLE_MASK: usize = 4
const TABLE_COUNT: usize = 8

/** Ten u32 keys of the hash. */
const HASH_KEYS: usize = memory.data(64, 8)

/** Draws the hash keys from 32 bytes. Tables filled before are void. */
export function tableSeed(seed: usize): void {
  keccak256(seed, 32, HASH_KEYS)
  keccak256(HASH_KEYS, 32, HASH_KEYS + 32)
}

/** Empties a table and gives it `buckets` buckets, a power of two. */
export function tableInit(table: usize, buckets: u32): void {
  store<u32>(table, <u32>arenaAlloc(<usize>buckets << 2), TABLE_BUCKETS)
  store<u32>(table, buckets - 1, TABLE_MASK)
  store<u32>(table, 0, TABLE_COUNT)
}

/** Empties a table. One that grew starts small again: emptying it must not cost every transaction after. */
export function tableClear(table: usize, buckets: u32): void {
  if (load<u32>(table, TABLE_COUNT) == 0) return
  if (load<u32>(table, TABLE_MASK) + 1 > buckets) {
    tableInit(table, buckets)
    return
  }
  memory.fill(load<u32>(table, TABLE_BUCKETS), 0, <usize>buckets << 2)
  store<u32>(table, 0, TABLE_COUNT)
}

// @ts-ignore: decorator
@inline
function product(limb: u64, keys: usize): u64 {
  return (
    <u64>(<u32>limb + load<u32>(HASH_KEYS + keys)) *
    <u64>(<u32>(limb >> 32) + load<u32>(HASH_KEYS + keys, 4))
  )
}

// @ts-ignore: decorator
@inline
function hash(owner: u32, key: usize): u32 {
  let sum =
    product(load<u64>(key), 0) +
    product(load<u64>(key, 8), 8) +
    product(load<u64>(key, 16), 16) +
    product(load<u64>(key, 24), 24) +
    product(<u64>owner, 32)
  sum ^= sum >> 29
  return <u32>((sum * 0x9e3779b97f4a7c15) >> 32)
}

/**
 * The record of a key, or 0. `keyOffset` and `ownerOffset` say where records hold theirs; an
 * `ownerOffset` of -1 compares no owner.
 */
// @ts-ignore: decorator
@inline
export function tableFind(table: usize, owner: u32, key: usize, keyOffset: usize, ownerOffset: isize): usize {
  const buckets = <usize>load<u32>(table, TABLE_BUCKETS)
  const mask = load<u32>(table, TABLE_MASK)
  let index = hash(owner, key) & mask
  let record = <usize>load<u32>(buckets + (<usize>index << 2))
  while (record != 0) {
    if (wordEqual(record + keyOffset, key) && (ownerOffset < 0 || load<u32>(record + ownerOffset) == owner)) break
    index = (index + 1) & mask
    record = <usize>load<u32>(buckets + (<usize>index << 2))
  }
  return record
}

/** Adds a record whose key is not in the table. */
export function tableAdd(table: usize, record: usize, keyOffset: usize, ownerOffset: isize): void {
  const count = load<u32>(table, TABLE_COUNT) + 1
  let mask = load<u32>(table, TABLE_MASK)
  if (count > mask >> 1) {
    grow(table, keyOffset, ownerOffset)
    mask = load<u32>(table, TABLE_MASK)
  }
  store<u32>(table, count, TABLE_COUNT)
  place(load<u32>(table, TABLE_BUCKETS), mask, record, keyOffset, ownerOffset)
}

function place(buckets: usize, mask: u32, record: usize, keyOffset: usize, ownerOffset: isize): void {
  const owner = ownerOffset < 0 ? 0 : load<u32>(record + ownerOffset)
  let index = hash(owner, record + keyOffset) & mask
  while (load<u32>(buckets + (<usize>index << 2)) != 0) index = (index + 1) & mask
  store<u32>(buckets + (<usize>index << 2), <u32>record)
}

function grow(table: usize, keyOffset: usize, ownerOffset: isize): void {
  const oldBuckets = <usize>load<u32>(table, TABLE_BUCKETS)
  const oldSize = load<u32>(table, TABLE_MASK) + 1
  const mask = (oldSize << 2) - 1
  const size = (<usize>mask + 1) << 2
  if (hostError != 0) return
  const buckets = arenaAlloc(size)
  // The arena is full: the run is lost, and the few entries it still adds fit the other half.
  if (hostError != 0) return
  for (let i: u32 = 0; i < oldSize; i++) {
    const record = load<u32>(oldBuckets + (<usize>i << 2))
    if (record != 0) place(buckets, mask, record, keyOffset, ownerOffset)
  }
  store<u32>(table, <u32>buckets, TABLE_BUCKETS)
  store<u32>(table, mask, TABLE_MASK)
}
