// All items of a block's list (transactions, receipts) from the trie under its root: every node is fetched as a
// preimage and kept in memory of the caller's, so that the items can be read in place. Unlike trie/read.ts, which
// the state uses, leaves may be as large as a transaction.

import { STATUS_BAD_L1_BLOCK, STATUS_L1_DATA_FULL, STATUS_PREIMAGE_TOO_LARGE } from '../../shared/status'
import { clearHostError, hostError, keccakPreimage, setHostError } from '../host'
import { itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { NODE_BRANCH, NODE_LEAF, nodeCheck, nodeKind, nodeMask, nodePayload } from '../trie/nodes'
import { isEmptyRoot, nibbleAt, pathLength } from '../trie/read'

/** An index below 2^32 in RLP. */
const MAX_NIBBLES: u32 = 10

/** Number of items of the list loaded last. */
export let listCount: u32 = 0
/** Identifies them to `listItem`. */
export let listItems: usize = 0

const path: usize = memory.data(16, 8)
let next: usize = 0
let end: usize = 0
let found: u32 = 0
let highest: u32 = 0

/**
 * Loads the list with the 32-byte root hash `root` into [at, limit). Nodes grow from the start, the table of items
 * from the end. Returns the address behind the nodes; 0 with `hostError` set: a preimage is missing, there is no
 * room, or the trie is not that of a list.
 */
export function listLoad(root: usize, at: usize, limit: usize): usize {
  next = at
  end = limit
  found = 0
  highest = 0
  listCount = 0
  listItems = limit
  if (isEmptyRoot(root)) return next
  if (!fetch(root, 0)) return 0
  // Keys are distinct, so that nothing is missing when there are as many as the highest index says.
  if (found != highest + 1) {
    setHostError(STATUS_BAD_L1_BLOCK, root)
    return 0
  }
  listCount = found
  return next
}

/** Where the table of items begins: what is loaded behind the nodes must end before it. */
export function listTable(items: usize, count: u32): usize {
  return items - (<usize>count << 3)
}

/** Address of item `index`. */
export function listItem(items: usize, index: u32): usize {
  return <usize>load<u32>(items - ((<usize>index + 1) << 3))
}

export function listItemLength(items: usize, index: u32): usize {
  return <usize>load<u32>(items - ((<usize>index + 1) << 3), 4)
}

function fetch(hash: usize, depth: u32): bool {
  const node = next
  const table = listTable(end, highest + 1)
  const length = keccakPreimage(hash, node, table - next < 8 ? 0 : table - next - 8)
  if (length < 0) {
    if (hostError == STATUS_PREIMAGE_TOO_LARGE) {
      clearHostError()
      setHostError(STATUS_L1_DATA_FULL, hash)
    }
    return false
  }
  next += (<usize>length + 7) & ~7
  return visit(node, node + <usize>length, depth)
}

/** Recursion ends at the deepest key: each level consumes a nibble. */
function visit(node: usize, nodeEnd: usize, depth: u32): bool {
  if (!nodeCheck(node, nodeEnd)) return malformed()
  const payload = node + nodePayload
  if (nodeKind < NODE_BRANCH) return visitShort(payload, nodeEnd, depth, nodeKind == NODE_LEAF)
  if (depth == MAX_NIBBLES) return malformed()
  const mask = nodeMask
  let item = payload
  for (let nibble: u32 = 0; nibble < 16; nibble++) {
    rlpItem(item, nodeEnd)
    const after = itemNext
    if ((mask & (1 << nibble)) != 0) {
      store<u8>(path + depth, <u8>nibble)
      if (!visitChild(item, after, depth + 1)) return false
    }
    item = after
  }
  rlpItem(item, nodeEnd)
  // No index is the beginning of another.
  return itemLen == 0 || malformed()
}

function visitShort(item: usize, nodeEnd: usize, depth: u32, leaf: bool): bool {
  rlpItem(item, nodeEnd)
  const encoded = itemStart
  const second = itemNext
  const length = pathLength(encoded, itemLen)
  if (length > MAX_NIBBLES - depth) return malformed()
  // An odd path begins in the low half of the first byte.
  const skip: u32 = (length & 1) != 0 ? 1 : 2
  for (let i: u32 = 0; i < length; i++) store<u8>(path + depth + i, <u8>nibbleAt(encoded, i + skip))
  rlpItem(second, nodeEnd)
  return leaf ? put(depth + length, itemStart, itemLen) : visitChild(second, nodeEnd, depth + length)
}

function visitChild(item: usize, after: usize, depth: u32): bool {
  return load<u8>(item) == 0xa0 ? fetch(item + 1, depth) : visit(item, after, depth)
}

function put(nibbles: u32, value: usize, length: usize): bool {
  if ((nibbles & 1) != 0) return malformed()
  const index = indexOf(nibbles >> 1)
  if (index < 0 || index > <i64>(u32.MAX_VALUE >> 1)) return malformed()
  const number = <u32>index
  found++
  if (number > highest) highest = number
  const entries = <usize>highest + 1
  if (entries > <usize>(1 << 24) || end - (entries << 3) < next) {
    setHostError(STATUS_L1_DATA_FULL, 0)
    return false
  }
  const entry = end - ((<usize>number + 1) << 3)
  store<u32>(entry, <u32>value)
  store<u32>(entry, <u32>length, 4)
  return true
}

/** The number whose RLP the path's bytes are; -1 when it is no canonical one. */
function indexOf(bytes: u32): i64 {
  const first = pathByte(0)
  if (bytes == 1) {
    if (first == 0x80) return 0
    return first > 0 && first < 0x80 ? first : -1
  }
  if (bytes == 0 || first != <i64>(0x80 + bytes - 1) || pathByte(1) == 0) return -1
  let value: i64 = 0
  for (let i: u32 = 1; i < bytes; i++) value = (value << 8) | pathByte(i)
  return bytes == 2 && value < 0x80 ? -1 : value
}

function pathByte(i: u32): i64 {
  return (<i64>load<u8>(path + (i << 1)) << 4) | <i64>load<u8>(path + (i << 1), 1)
}

function malformed(): bool {
  setHostError(STATUS_BAD_L1_BLOCK, 0)
  return false
}
