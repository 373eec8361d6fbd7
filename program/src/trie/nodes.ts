// Encoded trie nodes by hash. What is here hashes to its key and is a well-formed node, so readers may
// walk it without further checks.
//
// Two generations, each an open-addressing table and a bump-allocated data area. New nodes go to the
// younger one; a node found in the older one is copied over. When the younger is full the older is
// dropped and they swap roles: what was not used for a whole generation leaves.

import { STATUS_MALFORMED_NODE } from '../../shared/status'
import { hintNode } from '../hints'
import { hostError, keccakPreimage, setHostError } from '../host'
import { NODE_CACHE, NODE_CACHE_SIZE } from '../layout'
import { itemIsList, itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'

/** Largest node accepted: an account leaf has about 150 bytes, a full branch 532. */
export const NODE_MAX: usize = 4096

export const NODE_LEAF: i32 = 1
export const NODE_EXTENSION: i32 = 2
/** A branch whose children are all hashes: child n is found by counting bits. */
export const NODE_BRANCH: i32 = 3
/** A branch with children embedded in it. */
export const NODE_BRANCH_EMBEDDING: i32 = 4

// An entry: 32-byte hash, u16 length, u8 kind, u8 payload offset, u16 child mask, u16 unused; a branch's
// links; the node. Link n is the address of child n's entry once a walk went there, if both are in the same
// generation, which lives and dies as one; else 0.
const ENTRY_HEADER: usize = 40
const LINKS_SIZE: usize = 64
const ENTRY_LEN: usize = 32
const ENTRY_KIND: usize = 34
const ENTRY_PAYLOAD: usize = 35
const ENTRY_MASK: usize = 36

// A table slot: u32 tag (bytes 4..8 of the hash), u32 entry address, 0 when free. Bytes 0..4 index it.
const SLOT_SHIFT: u32 = 3
// One slot for so many bytes of data; an entry has about 200 on average, so tables stay half empty.
const BYTES_PER_SLOT: usize = 128

/** Smallest and largest budget of `nodeCacheInit`, in bytes. */
export const NODE_CACHE_MIN: usize = 1 << 20
export const NODE_CACHE_MAX: usize = NODE_CACHE_SIZE

let generationSize: usize = NODE_CACHE_SIZE >> 1
let slotMask: u32 = 0
let slotLimit: u32 = 0
let young: usize = NODE_CACHE
let youngNext: usize = 0
let youngCount: u32 = 0
let old: usize = 0
let oldNext: usize = 0
let oldCount: u32 = 0

/** Length of the node that `nodeGet` returned. */
export let nodeLen: usize = 0
/** Its NODE_* kind. */
export let nodeKind: i32 = 0
/** Offset of its list payload. */
export let nodePayload: usize = 0
/** Bit n is set when child n of the branch is present. */
export let nodeMask: u32 = 0

const wanted: usize = memory.data(32, 8)

/** Empties the cache and gives it `budget` bytes, tables included (clamped to the MIN and MAX). */
export function nodeCacheInit(budget: usize): void {
  if (budget < NODE_CACHE_MIN) budget = NODE_CACHE_MIN
  if (budget > NODE_CACHE_MAX) budget = NODE_CACHE_MAX
  generationSize = (budget >> 1) & ~15
  const slots: u32 = 1 << (31 - clz<u32>(<u32>(generationSize / BYTES_PER_SLOT)))
  slotMask = slots - 1
  slotLimit = slots - (slots >> 2)
  young = NODE_CACHE
  old = NODE_CACHE + generationSize
  // Whatever a budget before this one left there.
  clearTable(young)
  clearTable(old)
  youngCount = 0
  oldCount = 0
  youngNext = firstEntry(young)
  oldNext = firstEntry(old)
}

/** Empties the cache. */
export function nodeCacheClear(): void {
  if (slotMask == 0) {
    nodeCacheInit(NODE_CACHE_MAX)
    return
  }
  clearGeneration(young, youngNext, youngCount)
  clearGeneration(old, oldNext, oldCount)
  youngCount = 0
  oldCount = 0
  youngNext = firstEntry(young)
  oldNext = firstEntry(old)
}

// @ts-ignore: decorator
@inline
function firstEntry(generation: usize): usize {
  return generation + ((<usize>slotMask + 1) << SLOT_SHIFT)
}

function clearTable(generation: usize): void {
  memory.fill(generation, 0, (<usize>slotMask + 1) << SLOT_SHIFT)
}

// Tables have megabytes: after a small witness it is cheaper to free the slots of its nodes alone.
const CLEAR_SINGLY: u32 = 64

function clearGeneration(generation: usize, next: usize, count: u32): void {
  if (count > slotMask / CLEAR_SINGLY) {
    clearTable(generation)
    return
  }
  let entry = firstEntry(generation)
  while (entry < next) {
    let index = load<u32>(entry) & slotMask
    while (<usize>load<u32>(generation + (<usize>index << SLOT_SHIFT), 4) != entry) {
      index = (index + 1) & slotMask
    }
    store<u64>(generation + (<usize>index << SLOT_SHIFT), 0)
    entry += entrySize(<i32>load<u8>(entry, ENTRY_KIND), <usize>load<u16>(entry, ENTRY_LEN))
  }
}

// @ts-ignore: decorator
@inline
function nodeOffset(kind: i32): usize {
  return kind >= NODE_BRANCH ? ENTRY_HEADER + LINKS_SIZE : ENTRY_HEADER
}

// @ts-ignore: decorator
@inline
function entrySize(kind: i32, length: usize): usize {
  return (nodeOffset(kind) + length + 7) & ~7
}

/** The slot of `hash` in a generation: that of its entry, or the free one where it belongs. */
function findSlot(generation: usize, hash: usize): usize {
  const tag = load<u32>(hash, 4)
  let index = load<u32>(hash) & slotMask
  while (true) {
    const slot = generation + (<usize>index << SLOT_SHIFT)
    const entry = <usize>load<u32>(slot, 4)
    if (entry == 0) return slot
    if (load<u32>(slot) == tag && sameHash(entry, hash)) return slot
    index = (index + 1) & slotMask
  }
}

// @ts-ignore: decorator
@inline
function sameHash(a: usize, b: usize): bool {
  return (
    load<u64>(a) == load<u64>(b) &&
    load<u64>(a, 8) == load<u64>(b, 8) &&
    load<u64>(a, 16) == load<u64>(b, 16) &&
    load<u64>(a, 24) == load<u64>(b, 24)
  )
}

// @ts-ignore: decorator
@inline
function copyHash(to: usize, from: usize): void {
  store<u64>(to, load<u64>(from))
  store<u64>(to, load<u64>(from, 8), 8)
  store<u64>(to, load<u64>(from, 16), 16)
  store<u64>(to, load<u64>(from, 24), 24)
}

function found(entry: usize): usize {
  nodeLen = <usize>load<u16>(entry, ENTRY_LEN)
  nodeKind = <i32>load<u8>(entry, ENTRY_KIND)
  nodePayload = <usize>load<u8>(entry, ENTRY_PAYLOAD)
  nodeMask = <u32>load<u16>(entry, ENTRY_MASK)
  return entry + nodeOffset(nodeKind)
}

// @ts-ignore: decorator
@inline
function hasRoom(bytes: usize): bool {
  return youngCount < slotLimit && youngNext + bytes <= young + generationSize
}

function rotate(): void {
  const swap = young
  young = old
  old = swap
  clearTable(young)
  oldCount = youngCount
  oldNext = youngNext
  youngCount = 0
  youngNext = firstEntry(young)
}

/** Room for a new entry, by the young generation's end. */
const ENTRY_MAX: usize = ENTRY_HEADER + LINKS_SIZE + NODE_MAX + 8

/** Takes the entry at `youngNext`, whose hash and node are written, into the table. It must not be there yet. */
function insert(length: usize): usize {
  const entry = youngNext
  if (nodeKind >= NODE_BRANCH) memory.fill(entry + ENTRY_HEADER, 0, LINKS_SIZE)
  store<u16>(entry, <u16>length, ENTRY_LEN)
  store<u8>(entry, <u8>nodeKind, ENTRY_KIND)
  store<u8>(entry, <u8>nodePayload, ENTRY_PAYLOAD)
  store<u16>(entry, <u16>nodeMask, ENTRY_MASK)
  const slot = findSlot(young, entry)
  store<u32>(slot, load<u32>(entry, 4))
  store<u32>(slot, <u32>entry, 4)
  youngCount++
  youngNext = entry + entrySize(nodeKind, length)
  nodeLen = length
  return entry + nodeOffset(nodeKind)
}

/**
 * The encoded node with this hash, from the cache or the host; its address is valid until the next
 * call of a function of this module. 0 with `hostError` set when it is missing, is not what its hash
 * says, or is malformed. Sets nodeLen, nodeKind, nodePayload, nodeMask.
 */
export function nodeGet(hash: usize): usize {
  if (slotMask == 0) nodeCacheInit(NODE_CACHE_MAX)
  const inYoung = <usize>load<u32>(findSlot(young, hash), 4)
  if (inYoung != 0) return found(inYoung)
  const inOld = <usize>load<u32>(findSlot(old, hash), 4)
  if (inOld != 0) {
    const node = found(inOld)
    const size = entrySize(nodeKind, nodeLen)
    // Only new nodes turn the generations over: the entry itself may be in the one to be dropped.
    if (!hasRoom(size)) return node
    memory.copy(youngNext, inOld, size)
    return insert(nodeLen)
  }
  return fetch(hash)
}

function fetch(hash: usize): usize {
  if (hostError != 0) return 0
  // `hash` may lie in a node of the generation that is dropped now.
  copyHash(wanted, hash)
  if (!hasRoom(ENTRY_MAX)) rotate()
  const node = youngNext + ENTRY_HEADER
  hintNode(wanted)
  const length = keccakPreimage(wanted, node, NODE_MAX)
  if (length < 0) return 0
  if (!nodeCheck(node, node + <usize>length)) {
    setHostError(STATUS_MALFORMED_NODE, wanted)
    return 0
  }
  copyHash(youngNext, wanted)
  if (nodeKind >= NODE_BRANCH) memory.copy(node + LINKS_SIZE, node, length)
  return insert(length)
}

/**
 * Child `nibble` of the branch `node` that `nodeGet` or `nodeChild` just returned, when a walk took that way
 * before: as `nodeGet` returns it; 0 when it has to be looked up by hash.
 */
// @ts-ignore: decorator
@inline
export function nodeLinked(node: usize, nibble: u32): usize {
  // An old branch's links lead past the promotion of what is used.
  if (!isYoung(node)) return 0
  const entry = <usize>load<u32>(node - LINKS_SIZE + (<usize>nibble << 2))
  return entry == 0 ? 0 : found(entry)
}

/** As `nodeGet(hash)` for the hash of child `nibble` of the branch `node`, and remembers the way. */
export function nodeChild(node: usize, nibble: u32, hash: usize): usize {
  const generation = young
  const inYoung = isYoung(node)
  const child = nodeGet(hash)
  // Nothing has moved unless the generations were turned over.
  if (child != 0 && inYoung && generation == young && isYoung(child)) {
    store<u32>(node - LINKS_SIZE + (<usize>nibble << 2), <u32>(child - nodeOffset(nodeKind)))
  }
  return child
}

// @ts-ignore: decorator
@inline
function isYoung(node: usize): bool {
  return node - young < generationSize
}

/**
 * Keeps a node of at most NODE_MAX bytes. The caller vouches for the hash; something that is not a node
 * is not kept. Neither pointer may point into the cache.
 */
export function nodePut(hash: usize, ptr: usize, len: usize): void {
  if (slotMask == 0) nodeCacheInit(NODE_CACHE_MAX)
  if (len > NODE_MAX || load<u32>(findSlot(young, hash), 4) != 0) return
  if (!nodeCheck(ptr, ptr + len)) return
  if (!hasRoom(ENTRY_MAX)) rotate()
  copyHash(youngNext, hash)
  memory.copy(youngNext + nodeOffset(nodeKind), ptr, len)
  insert(len)
}

/** Nodes in the younger generation. */
export function nodeCacheCount(): u32 {
  return youngCount
}

/**
 * True when [ptr, end) is exactly one well-formed node (Yellow Paper, appendix D), its embedded nodes
 * included. Sets nodeKind, nodePayload and nodeMask.
 */
export function nodeCheck(ptr: usize, end: usize): bool {
  if (!rlpItem(ptr, end) || !itemIsList || itemNext != end) return false
  const payload = itemStart
  let kind: i32
  let mask: u32 = 0
  if (!rlpItem(payload, end)) return false
  const second = itemNext
  // A leaf or extension begins with a path of 1 to 33 bytes and has one more item. A branch's first
  // child is empty, a hash, or a list; only the count of items tells it from a path of 0xa0 bytes.
  if (!rlpItem(second, end)) return false
  if (itemNext == end) {
    kind = checkShort(payload, second, end)
  } else {
    mask = checkBranch(payload, end)
    kind = mask == MALFORMED ? 0 : (mask & EMBEDS) != 0 ? NODE_BRANCH_EMBEDDING : NODE_BRANCH
  }
  nodeKind = kind
  nodePayload = payload - ptr
  nodeMask = mask & 0xffff
  return kind != 0
}

const MALFORMED: u32 = 0xffffffff
const EMBEDS: u32 = 0x10000

/** Kind of a two-item node, 0 when malformed. */
function checkShort(path: usize, second: usize, end: usize): i32 {
  if (!rlpItem(path, second) || itemIsList || itemLen == 0 || itemLen > 33) return 0
  const prefix = load<u8>(itemStart)
  const even = (prefix & 0x10) == 0
  if (prefix > 0x3f || (even && (prefix & 0x0f) != 0)) return 0
  const empty = even && itemLen == 1
  if (even ? itemLen > 33 : itemLen > 32) return 0
  if (!rlpItem(second, end)) return 0
  if ((prefix & 0x20) != 0) return !itemIsList && itemLen > 0 ? NODE_LEAF : 0
  if (empty) return 0
  if (!itemIsList) return itemLen == 32 ? NODE_EXTENSION : 0
  if (end - second >= 32 || !nodeCheck(second, end)) return 0
  return nodeKind >= NODE_BRANCH ? NODE_EXTENSION : 0
}

/** Mask of the children present, with EMBEDS when one is embedded; MALFORMED. */
function checkBranch(item: usize, end: usize): u32 {
  let mask: u32 = 0
  for (let i: u32 = 0; i < 16; i++) {
    if (item >= end) return MALFORMED
    const prefix = load<u8>(item)
    if (prefix == 0x80) {
      item += 1
      continue
    }
    mask |= 1 << i
    if (prefix == 0xa0) {
      if (end - item < 33) return MALFORMED
      item += 33
      continue
    }
    if (!rlpItem(item, end) || !itemIsList || itemNext - item >= 32) return MALFORMED
    const next = itemNext
    if (!nodeCheck(item, next)) return MALFORMED
    mask |= EMBEDS
    item = next
  }
  if (!rlpItem(item, end) || itemIsList || itemNext != end) return MALFORMED
  const entries = popcnt(mask & 0xffff) + (itemLen > 0 ? 1 : 0)
  return entries >= 2 ? mask : MALFORMED
}

/** Address of item `index` (0..16) of a branch's payload. For checked nodes only. */
export function branchItem(payload: usize, kind: i32, mask: u32, index: u32): usize {
  if (kind == NODE_BRANCH) {
    return payload + <usize>index + (<usize>popcnt(mask & ((1 << index) - 1)) << 5)
  }
  for (let i: u32 = 0; i < index; i++) {
    const prefix = <usize>load<u8>(payload)
    payload += prefix == 0x80 ? 1 : prefix == 0xa0 ? 33 : prefix - 0xbf
  }
  return payload
}
