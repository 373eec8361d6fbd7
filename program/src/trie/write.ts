// Changes to tries. Only the nodes a change runs through are decoded, into records in the block arena;
// everything else stays a reference inside its parent's encoding. Several tries are open at once.
//
// A delete leaves the nodes above as they are, a branch of one entry included; such nodes are merged when
// the root is next computed. So the order of puts and deletes does not matter, and a sibling's node is
// asked for only when the final shape needs it: that is all a witness has to hold.
//
// Recursion is bounded by the key's 64 nibbles: every level below consumes at least one.

import { STATUS_BAD_INPUT, STATUS_MALFORMED_NODE } from '../../shared/status'
import { OUTPUT_NODE } from '../../shared/abi'
import { arenaAlloc, arenaAllocUninitialized } from '../arena'
import { hostError, output, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { BLOCK_ARENA } from '../layout'
import { itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { rlpPrefixLength, rlpWriteBytes, rlpWriteList } from '../rlp/encode'
import { NODE_BRANCH, NODE_LEAF, nodeCheck, nodeGet, nodeKind, nodeLen, nodeMask, nodePayload, nodePut } from './nodes'
import { EMPTY_ROOT, isEmptyRoot, nibbleAt, pathLength } from './read'

// A slot (where a child or a root hangs) is a u32: 0 when empty, else an arena offset of 30 bits and
// in the low two bits what is there.
const RECORD: u32 = 1
/** An RLP item in the arena: a hash (0xa0 and 32 bytes) or an embedded node. */
const ITEM: u32 = 2

// Records. Paths are one nibble a byte.
const LEAF: u8 = 1
const EXTENSION: u8 = 2
const BRANCH: u8 = 3

const TYPE: usize = 0
const FLAGS: usize = 1
const REF_LEN: usize = 2
const PATH_LEN: usize = 3
/** How the parent refers to the node: 33 bytes of hash item, or the whole node of up to 31 bytes. */
const REF: usize = 4
const PATH: usize = 40
const VALUE: usize = 44
const VALUE_LEN: usize = 48
const CHILD: usize = 52
const SHORT_SIZE: usize = 64
/** Sixteen slots, in the place of the extension's one. */
const CHILDREN: usize = CHILD
const BRANCH_SIZE: usize = CHILDREN + 64

/** REF is that of the present content. */
const HASHED: u8 = 1
/** The host has this node and all below it. */
const STORED: u8 = 2

const HASH_REF: u8 = 33

/** Longest value `triePut` takes. */
export const TRIE_VALUE_MAX: usize = 2048

// The key and value of the running put or delete.
const key: usize = memory.data(64, 8)
let keyLength: u32 = 0
let newValue: usize = 0
let newValueLen: usize = 0
let changed: bool = false

// Nodes are encoded here: payload from PAYLOAD on, its list prefix and the hash in front of it. Room for
// sixteen references and the longest value of a node read or put.
const SCRATCH: usize = memory.data(8192, 16)
const PAYLOAD: usize = SCRATCH + 64
let encoded: usize = 0
let encodedLen: usize = 0

// @ts-ignore: decorator
@inline
function slotOf(ptr: usize, what: u32): u32 {
  return (<u32>(ptr - BLOCK_ARENA) << 2) | what
}

// @ts-ignore: decorator
@inline
function pointerOf(slot: u32): usize {
  return BLOCK_ARENA + <usize>(slot >> 2)
}

// --- handles ---

/** Nonzero when deletes may have left nodes to merge. */
const HANDLE_LOOSE: usize = 4
const HANDLE_ITEM: usize = 8

/** Opens the trie with the 32-byte root hash `root`. The handle lives until the arena is reset. */
export function trieOpen(root: usize): usize {
  const trie = arenaAlloc(48)
  if (hostError != 0 || isEmptyRoot(root)) return trie
  store<u8>(trie, 0xa0, HANDLE_ITEM)
  memory.copy(trie + HANDLE_ITEM + 1, root, 32)
  store<u32>(trie, slotOf(trie + HANDLE_ITEM, ITEM))
  return trie
}

/** Sets a 32-byte key to `len` (1 to TRIE_VALUE_MAX) bytes, which are copied; no bytes delete it. */
export function triePut(trie: usize, key32: usize, value: usize, len: usize): void {
  triePutPath(trie, key32, 64, value, len)
}

/** Removes a 32-byte key if it is there. */
export function trieDelete(trie: usize, key32: usize): void {
  trieDeletePath(trie, key32, 64)
}

/** As `triePut`, for a key of `nibbles` (0..64) half bytes. */
export function triePutPath(trie: usize, packed: usize, nibbles: u32, value: usize, len: usize): void {
  if (len == 0) {
    trieDeletePath(trie, packed, nibbles)
    return
  }
  if (!begin(packed, nibbles)) return
  if (len > TRIE_VALUE_MAX) {
    setHostError(STATUS_BAD_INPUT, 0)
    return
  }
  newValue = value
  newValueLen = len
  store<u32>(trie, insert(load<u32>(trie), 0))
}

/** As `trieDelete`, for a key of `nibbles` (0..64) half bytes. */
export function trieDeletePath(trie: usize, packed: usize, nibbles: u32): void {
  if (!begin(packed, nibbles)) return
  store<u32>(trie, remove(load<u32>(trie), 0))
  if (changed) store<u32>(trie, 1, HANDLE_LOOSE)
}

function begin(packed: usize, nibbles: u32): bool {
  if (hostError != 0) return false
  if (nibbles > 64) {
    setHostError(STATUS_BAD_INPUT, 0)
    return false
  }
  for (let i: u32 = 0; i < nibbles; i++) store<u8>(key + i, <u8>nibbleAt(packed, i))
  keyLength = nibbles
  changed = false
  return true
}

/**
 * Writes the 32-byte root of the trie as it is now. Only nodes changed since the last time are hashed;
 * puts and deletes may follow. Nothing is written once `hostError` is set.
 */
export function trieHash(trie: usize, out: usize): void {
  const slot = settle(trie)
  if (hostError != 0) return
  if (slot == 0) {
    memory.copy(out, EMPTY_ROOT, 32)
    return
  }
  const ptr = pointerOf(slot)
  if ((slot & ITEM) != 0) {
    memory.copy(out, ptr + 1, 32)
    return
  }
  if (load<u8>(ptr, REF_LEN) == HASH_REF) memory.copy(out, ptr + REF + 1, 32)
  else keccak256(ptr + REF, <usize>load<u8>(ptr, REF_LEN), out)
}

/** Sends the nodes that the host does not have yet through `output` and keeps them in the cache. */
export function trieCommit(trie: usize): void {
  const slot = settle(trie)
  if (hostError == 0 && (slot & RECORD) != 0) emit(pointerOf(slot), true)
}

/** Merges what deletes left and hashes what changed; returns the root's slot. */
function settle(trie: usize): u32 {
  if (hostError != 0) return 0
  let slot = load<u32>(trie)
  if (load<u32>(trie, HANDLE_LOOSE) != 0) {
    slot = merge(slot)
    store<u32>(trie, slot)
    store<u32>(trie, 0, HANDLE_LOOSE)
  }
  if (hostError == 0) hashSlot(slot)
  return slot
}

// --- records ---

// Allocation failures set `hostError` and give 0; nothing of the overflow area is ever linked.
function newRecord(type: u8): usize {
  const record = arenaAlloc(type == BRANCH ? BRANCH_SIZE : SHORT_SIZE)
  if (hostError != 0) return 0
  store<u8>(record, type)
  return record
}

function newLeaf(depth: u32): u32 {
  const record = newRecord(LEAF)
  if (record == 0) return 0
  const length = keyLength - depth
  const path = arenaAllocUninitialized(length)
  if (hostError != 0 || !setValue(record)) return 0
  memory.copy(path, key + depth, length)
  setPath(record, path, length)
  changed = true
  return slotOf(record, RECORD)
}

function setValue(record: usize): bool {
  const copy = arenaAllocUninitialized(newValueLen)
  if (hostError != 0) return false
  memory.copy(copy, newValue, newValueLen)
  store<u32>(record, <u32>copy, VALUE)
  store<u32>(record, <u32>newValueLen, VALUE_LEN)
  return true
}

function hasValue(record: usize): bool {
  return (
    <usize>load<u32>(record, VALUE_LEN) == newValueLen &&
    memory.compare(<usize>load<u32>(record, VALUE), newValue, newValueLen) == 0
  )
}

// @ts-ignore: decorator
@inline
function setPath(record: usize, path: usize, length: u32): void {
  store<u32>(record, <u32>path, PATH)
  store<u8>(record, <u8>length, PATH_LEN)
}

// @ts-ignore: decorator
@inline
function markDirty(record: usize): void {
  store<u8>(record, 0, FLAGS)
}

/** The record behind a slot that is not empty, decoding it if need be; 0 with `hostError` set. */
function open(slot: u32): usize {
  const ptr = pointerOf(slot)
  if ((slot & RECORD) != 0) return ptr
  let node = ptr
  let refLen: usize = HASH_REF
  let length: usize
  if (load<u8>(ptr) == 0xa0) {
    const cached = nodeGet(ptr + 1)
    if (cached == 0) return 0
    length = nodeLen
    node = arenaAllocUninitialized(length)
    if (hostError != 0) return 0
    memory.copy(node, cached, length)
  } else {
    refLen = <usize>load<u8>(ptr) - 0xbf
    length = refLen
    nodeCheck(node, node + length)
  }
  const record = decode(node, node + length)
  if (record == 0) return 0
  memory.copy(record + REF, ptr, refLen)
  store<u8>(record, <u8>refLen, REF_LEN)
  store<u8>(record, HASHED | STORED, FLAGS)
  return record
}

/** Makes a record of the checked node in the arena that nodeKind, nodePayload, nodeMask describe. */
function decode(node: usize, end: usize): usize {
  let item = node + nodePayload
  if (nodeKind >= NODE_BRANCH) {
    const mask = nodeMask
    const record = newRecord(BRANCH)
    if (record == 0) return 0
    for (let i: u32 = 0; i < 16; i++) {
      const prefix = <usize>load<u8>(item)
      if ((mask & (1 << i)) != 0) store<u32>(record + (i << 2), slotOf(item, ITEM), CHILDREN)
      item += prefix == 0x80 ? 1 : prefix == 0xa0 ? 33 : prefix - 0xbf
    }
    rlpItem(item, end)
    store<u32>(record, <u32>itemStart, VALUE)
    store<u32>(record, <u32>itemLen, VALUE_LEN)
    return record
  }
  const leaf = nodeKind == NODE_LEAF
  rlpItem(item, end)
  const packed = itemStart
  const length = pathLength(packed, itemLen)
  item = itemNext
  const record = newRecord(leaf ? LEAF : EXTENSION)
  const path = arenaAllocUninitialized(length)
  if (hostError != 0) return 0
  const skip = 2 - (length & 1)
  for (let i: u32 = 0; i < length; i++) store<u8>(path + i, <u8>nibbleAt(packed, i + skip))
  setPath(record, path, length)
  if (leaf) {
    rlpItem(item, end)
    store<u32>(record, <u32>itemStart, VALUE)
    store<u32>(record, <u32>itemLen, VALUE_LEN)
  } else {
    store<u32>(record, slotOf(item, ITEM), CHILD)
  }
  return record
}

/** Nibbles that a path shares with the key from `depth` on. */
function commonPrefix(path: usize, length: u32, depth: u32): u32 {
  const limit = min(length, keyLength - depth)
  let i: u32 = 0
  while (i < limit && load<u8>(path + i) == load<u8>(key + depth + i)) i++
  return i
}

// --- put ---

/** Puts the running key and value below `slot`; returns the slot's new content. */
function insert(slot: u32, depth: u32): u32 {
  if (slot == 0) return newLeaf(depth)
  const record = open(slot)
  if (record == 0) return slot
  const type = load<u8>(record)
  if (type == BRANCH) {
    if (depth == keyLength) {
      changed = !hasValue(record) && setValue(record)
    } else {
      const child = record + CHILDREN + (<usize>load<u8>(key + depth) << 2)
      store<u32>(child, insert(load<u32>(child), depth + 1))
    }
    if (changed) markDirty(record)
    return slotOf(record, RECORD)
  }
  const path = <usize>load<u32>(record, PATH)
  const length = <u32>load<u8>(record, PATH_LEN)
  const common = commonPrefix(path, length, depth)
  if (common < length || (type == LEAF && depth + length < keyLength)) {
    return split(record, path, length, common, depth)
  }
  if (type == LEAF) changed = !hasValue(record) && setValue(record)
  else store<u32>(record, insert(load<u32>(record, CHILD), depth + length), CHILD)
  if (changed) markDirty(record)
  return slotOf(record, RECORD)
}

/** Puts a branch where the key leaves the path of a leaf or an extension after `common` nibbles. */
function split(record: usize, path: usize, length: u32, common: u32, depth: u32): u32 {
  const unchanged = slotOf(record, RECORD)
  const branch = newRecord(BRANCH)
  if (branch == 0) return unchanged
  if (depth + common == keyLength) {
    if (!setValue(branch)) return unchanged
  } else {
    const leaf = newLeaf(depth + common + 1)
    if (leaf == 0) return unchanged
    store<u32>(branch + (<usize>load<u8>(key + depth + common) << 2), leaf, CHILDREN)
  }
  let top = branch
  if (common > 0) {
    top = newRecord(EXTENSION)
    if (top == 0) return unchanged
    setPath(top, path, common)
    store<u32>(top, slotOf(branch, RECORD), CHILD)
  }
  if (common == length) {
    store<u32>(branch, load<u32>(record, VALUE), VALUE)
    store<u32>(branch, load<u32>(record, VALUE_LEN), VALUE_LEN)
  } else {
    const rest = length - common - 1
    let below = unchanged
    if (load<u8>(record) == EXTENSION && rest == 0) {
      below = load<u32>(record, CHILD)
    } else {
      setPath(record, path + common + 1, rest)
      markDirty(record)
    }
    store<u32>(branch + (<usize>load<u8>(path + common) << 2), below, CHILDREN)
  }
  changed = true
  return slotOf(top, RECORD)
}

// --- delete ---

/** Removes the running key below `slot`; returns the slot's new content. */
function remove(slot: u32, depth: u32): u32 {
  if (slot == 0) return 0
  const record = open(slot)
  if (record == 0) return slot
  const same = slotOf(record, RECORD)
  const type = load<u8>(record)
  if (type == BRANCH) {
    if (depth == keyLength) {
      changed = load<u32>(record, VALUE_LEN) != 0
      store<u32>(record, 0, VALUE_LEN)
    } else {
      const child = record + CHILDREN + (<usize>load<u8>(key + depth) << 2)
      store<u32>(child, remove(load<u32>(child), depth + 1))
    }
    if (changed) markDirty(record)
    return same
  }
  const length = <u32>load<u8>(record, PATH_LEN)
  if (commonPrefix(<usize>load<u32>(record, PATH), length, depth) < length) return same
  if (type == LEAF) {
    if (depth + length != keyLength) return same
    changed = true
    return 0
  }
  store<u32>(record, remove(load<u32>(record, CHILD), depth + length), CHILD)
  if (changed) markDirty(record)
  return same
}

/** Gives the changed nodes below `slot` the one shape their content has; returns the slot's new content. */
function merge(slot: u32): u32 {
  const record = pointerOf(slot)
  if ((slot & RECORD) == 0 || (load<u8>(record, FLAGS) & HASHED) != 0) return slot
  const type = load<u8>(record)
  if (type == BRANCH) {
    for (let i: usize = 0; i < 64; i += 4) {
      store<u32>(record + i, merge(load<u32>(record + i, CHILDREN)), CHILDREN)
    }
    return collapse(record)
  }
  if (type == LEAF) return slot
  const child = merge(load<u32>(record, CHILD))
  store<u32>(record, child, CHILD)
  if (child == 0) return 0
  // A child not opened is as it was: the branch that an extension leads to.
  if ((child & RECORD) == 0 || load<u8>(pointerOf(child)) == BRANCH) return slot
  return prepend(<usize>load<u32>(record, PATH), <u32>load<u8>(record, PATH_LEN), pointerOf(child))
}

/** What becomes of a changed branch: itself, or what is left when that is one entry. */
function collapse(branch: usize): u32 {
  let only: u32 = 16
  let count = load<u32>(branch, VALUE_LEN) != 0 ? 1 : 0
  for (let i: u32 = 0; i < 16; i++) {
    if (load<u32>(branch + (i << 2), CHILDREN) == 0) continue
    only = i
    count++
  }
  if (count > 1) return slotOf(branch, RECORD)
  if (count == 0) return 0
  if (only == 16) {
    store<u8>(branch, LEAF)
    setPath(branch, 0, 0)
    return slotOf(branch, RECORD)
  }
  const nibble = arenaAllocUninitialized(1)
  if (hostError != 0) return slotOf(branch, RECORD)
  store<u8>(nibble, <u8>only)
  const child = open(load<u32>(branch + (only << 2), CHILDREN))
  if (child == 0) return slotOf(branch, RECORD)
  if (load<u8>(child) != BRANCH) return prepend(nibble, 1, child)
  store<u8>(branch, EXTENSION)
  setPath(branch, nibble, 1)
  store<u32>(branch, slotOf(child, RECORD), CHILD)
  return slotOf(branch, RECORD)
}

/** Lengthens the path of a leaf or extension at its front. */
function prepend(path: usize, length: u32, record: usize): u32 {
  const own = <u32>load<u8>(record, PATH_LEN)
  const joined = arenaAllocUninitialized(length + own)
  // No key is so long: the trie we were given was no trie.
  if (length + own > 64) setHostError(STATUS_MALFORMED_NODE, 0)
  if (hostError == 0) {
    memory.copy(joined, path, length)
    memory.copy(joined + length, <usize>load<u32>(record, PATH), own)
    setPath(record, joined, length + own)
    markDirty(record)
  }
  return slotOf(record, RECORD)
}

// --- encoding and hashing ---

/** Makes REF that of the record's present content. */
function hash(record: usize): void {
  if ((load<u8>(record, FLAGS) & HASHED) != 0) return
  const type = load<u8>(record)
  if (type == BRANCH) {
    for (let i: usize = 0; i < 64; i += 4) hashSlot(load<u32>(record + i, CHILDREN))
  } else if (type == EXTENSION) {
    hashSlot(load<u32>(record, CHILD))
  }
  encode(record)
  if (encodedLen < 32) {
    memory.copy(record + REF, encoded, encodedLen)
    store<u8>(record, <u8>encodedLen, REF_LEN)
  } else {
    store<u8>(record, 0xa0, REF)
    keccak256(encoded, encodedLen, record + REF + 1)
    store<u8>(record, HASH_REF, REF_LEN)
  }
  store<u8>(record, HASHED, FLAGS)
}

// @ts-ignore: decorator
@inline
function hashSlot(slot: u32): void {
  if ((slot & RECORD) != 0) hash(pointerOf(slot))
}

/** Encodes a record whose children are hashed; sets `encoded` and `encodedLen`. */
function encode(record: usize): void {
  const type = load<u8>(record)
  let end = PAYLOAD
  if (type == BRANCH) {
    for (let i: usize = 0; i < 64; i += 4) end = writeReference(end, load<u32>(record + i, CHILDREN))
    end = rlpWriteBytes(end, <usize>load<u32>(record, VALUE), <usize>load<u32>(record, VALUE_LEN))
  } else {
    end = writePath(end, <usize>load<u32>(record, PATH), <u32>load<u8>(record, PATH_LEN), type == LEAF)
    end =
      type == LEAF
        ? rlpWriteBytes(end, <usize>load<u32>(record, VALUE), <usize>load<u32>(record, VALUE_LEN))
        : writeReference(end, load<u32>(record, CHILD))
  }
  const payload = end - PAYLOAD
  encoded = PAYLOAD - rlpPrefixLength(payload)
  encodedLen = end - encoded
  rlpWriteList(encoded, payload)
}

function writeReference(out: usize, slot: u32): usize {
  if (slot == 0) {
    store<u8>(out, 0x80)
    return out + 1
  }
  const ptr = pointerOf(slot)
  let from = ptr
  let length: usize
  if ((slot & RECORD) != 0) {
    from = ptr + REF
    length = <usize>load<u8>(ptr, REF_LEN)
  } else {
    const prefix = <usize>load<u8>(ptr)
    length = prefix == 0xa0 ? 33 : prefix - 0xbf
  }
  memory.copy(out, from, length)
  return out + length
}

const packedPath: usize = memory.data(40, 8)

/** Writes a path of one nibble a byte as an RLP string in hex-prefix encoding. */
export function writePath(out: usize, path: usize, length: u32, leaf: bool): usize {
  const odd = length & 1
  store<u8>(packedPath, <u8>((leaf ? 0x20 : 0) | (odd != 0 ? 0x10 | <u32>load<u8>(path) : 0)))
  const bytes = <usize>(length >> 1)
  for (let i: usize = 0; i < bytes; i++) {
    const pair = path + odd + (i << 1)
    store<u8>(packedPath + i, (load<u8>(pair) << 4) | load<u8>(pair, 1), 1)
  }
  return rlpWriteBytes(out, packedPath, bytes + 1)
}

/** Sends a hashed record's node, after those below it, unless it is embedded in its parent. */
function emit(record: usize, root: bool): void {
  if ((load<u8>(record, FLAGS) & STORED) != 0) return
  const type = load<u8>(record)
  if (type == BRANCH) {
    for (let i: usize = 0; i < 64; i += 4) emitSlot(load<u32>(record + i, CHILDREN))
  } else if (type == EXTENSION) {
    emitSlot(load<u32>(record, CHILD))
  }
  store<u8>(record, HASHED | STORED, FLAGS)
  const byHash = load<u8>(record, REF_LEN) == HASH_REF
  if (!byHash && !root) return
  encode(record)
  const digest = encoded - 32
  if (byHash) memory.copy(digest, record + REF + 1, 32)
  else keccak256(encoded, encodedLen, digest)
  output(OUTPUT_NODE, digest, 32 + encodedLen)
  nodePut(digest, encoded, encodedLen)
}

// @ts-ignore: decorator
@inline
function emitSlot(slot: u32): void {
  if ((slot & RECORD) != 0) emit(pointerOf(slot), false)
}
