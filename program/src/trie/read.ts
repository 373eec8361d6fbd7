// Lookups in a trie by its root hash, node by node from the cache.

import {
  NODE_BRANCH,
  NODE_LEAF,
  branchItem,
  nodeCheck,
  nodeChild,
  nodeGet,
  nodeKind,
  nodeLen,
  nodeLinked,
  nodeMask,
  nodePayload,
} from './nodes'
import { itemLen, itemStart, itemNext, rlpItem } from '../rlp/decode'

/** keccak256(rlp("")): the root of the empty trie. */
export const EMPTY_ROOT: usize = memory.data<u8>([
  0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
  0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21,
], 8)

export function isEmptyRoot(root: usize): bool {
  return (
    load<u64>(root) == load<u64>(EMPTY_ROOT) &&
    load<u64>(root, 8) == load<u64>(EMPTY_ROOT, 8) &&
    load<u64>(root, 16) == load<u64>(EMPTY_ROOT, 16) &&
    load<u64>(root, 24) == load<u64>(EMPTY_ROOT, 24)
  )
}

/** The value that `trieGet` found; valid until the next call into trie/. */
export let trieValue: usize = 0

/**
 * Looks up a 32-byte key in the trie with the 32-byte root hash `root`. Returns the value's length and
 * sets `trieValue`; 0 when the key is absent; -1 with `hostError` set when a node could not be had.
 */
// @ts-ignore: decorator
@inline
export function trieGet(root: usize, key: usize): i32 {
  return trieGetPath(root, key, 64)
}

/** As `trieGet`, for a key of `nibbles` (0..64) half bytes, packed from the high half of byte 0. */
export function trieGetPath(root: usize, key: usize, nibbles: u32): i32 {
  trieValue = 0
  if (isEmptyRoot(root)) return 0
  let node = nodeGet(root)
  if (node == 0) return -1
  let end = node + nodeLen
  let depth: u32 = 0
  let embedded = false
  // Every round consumes a nibble or ends.
  while (true) {
    let child: usize
    if (nodeKind >= NODE_BRANCH) {
      if (depth == nibbles) return valueAt(branchItem(node + nodePayload, nodeKind, nodeMask, 16), end)
      const nibble = nibbleAt(key, depth++)
      if ((nodeMask & (1 << nibble)) == 0) return 0
      if (!embedded) {
        const linked = nodeLinked(node, nibble)
        if (linked != 0) {
          node = linked
          end = node + nodeLen
          continue
        }
      }
      child = branchItem(node + nodePayload, nodeKind, nodeMask, nibble)
      if (!embedded && load<u8>(child) == 0xa0) {
        node = nodeChild(node, nibble, child + 1)
        if (node == 0) return -1
        end = node + nodeLen
        continue
      }
    } else {
      rlpItem(node + nodePayload, end)
      const length = pathLength(itemStart, itemLen)
      if (length > nibbles - depth || !pathMatches(itemStart, key, depth, length)) return 0
      depth += length
      if (nodeKind == NODE_LEAF) return depth == nibbles ? valueAt(itemNext, end) : 0
      child = itemNext
    }
    if (load<u8>(child) == 0xa0) {
      node = nodeGet(child + 1)
      if (node == 0) return -1
      end = node + nodeLen
    } else {
      embedded = true
      node = child
      end = child + <usize>load<u8>(child) - 0xbf
      nodeCheck(node, end)
    }
  }
}

function valueAt(item: usize, end: usize): i32 {
  rlpItem(item, end)
  trieValue = itemStart
  return <i32>itemLen
}

// @ts-ignore: decorator
@inline
export function nibbleAt(key: usize, index: u32): u32 {
  return (<u32>load<u8>(key + (index >> 1)) >> ((~index & 1) << 2)) & 15
}

/** Nibbles in a hex-prefix encoded path of `len` bytes. */
// @ts-ignore: decorator
@inline
export function pathLength(path: usize, len: usize): u32 {
  return ((<u32>len - 1) << 1) + ((<u32>load<u8>(path) >> 4) & 1)
}

/** Whether a hex-prefix encoded path of `length` nibbles equals the key's nibbles from `depth` on. */
export function pathMatches(path: usize, key: usize, depth: u32, length: u32): bool {
  const odd = length & 1
  let index: u32 = 0
  if (odd != 0) {
    if ((<u32>load<u8>(path) & 15) != nibbleAt(key, depth)) return false
    index = 1
  }
  // The rest of the path begins at a whole byte; mostly the key's does, too.
  if (((depth + index) & 1) == 0) {
    return sameBytes(path + 1, key + ((depth + index) >> 1), (length - index) >> 1)
  }
  for (; index < length; index++) {
    if (nibbleAt(path + 1, index - odd) != nibbleAt(key, depth + index)) return false
  }
  return true
}

// @ts-ignore: decorator
@inline
function sameBytes(a: usize, b: usize, length: usize): bool {
  let i: usize = 0
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}
