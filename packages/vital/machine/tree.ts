// The memory tree: docs/riscv.md, "Memory tree". Nodes are numbered in heap order: 1 is the root, 2^20 + i the
// root of page i. Those above pages are kept; those inside a page are computed when it changed.

import { keccak256 } from '../../../program/src/keccak/keccak'
import { take } from './heap'
import {
  DIRTY_TREE_LIST,
  NODE_LIST,
  NODE_MARKS,
  PAGE_COUNT,
  PAGE_NODES,
  PROOF,
  REGION_SIZE,
  REGION_TABLE,
  TOP_NODES,
  ZERO_ROOTS,
} from './layout'
import { clearDirtyTree, dirtyTree, pageBytes } from './pages'

const HASH: usize = 32
/** Height of a page: 128 leaves. */
const PAGE_HEIGHT: usize = 7
const DEPTH: usize = 27
/** Depth of the upper part of the tree, whose leaves are regions of 1024 pages. */
const TOP_DEPTH: usize = 10

export function treeInit(): void {
  for (let height: usize = 0; height < DEPTH; height++) {
    const zero = ZERO_ROOTS + height * HASH
    // Twice, one after the other: the second copy is where the parent goes.
    memory.copy(zero + HASH, zero, HASH)
    keccak256(zero, 2 * HASH, zero + HASH)
  }
  for (let node: usize = 1; node < 1 << (TOP_DEPTH + 1); node++) {
    memory.copy(TOP_NODES + node * HASH, zeroRoot(node), HASH)
  }
}

function depthOf(node: usize): usize {
  return 31 - clz(node)
}

function zeroRoot(node: usize): usize {
  return ZERO_ROOTS + (DEPTH - depthOf(node)) * HASH
}

/** Where the node's value is, for reading. */
function nodeValue(node: usize): usize {
  const at = nodeAddress(node)
  return at == 0 ? zeroRoot(node) : at
}

/** Where the node's value is kept; 0 in a region that is all zeros. Siblings are side by side. */
function nodeAddress(node: usize): usize {
  if (node < 1 << (TOP_DEPTH + 1)) return TOP_NODES + node * HASH
  const below = depthOf(node) - TOP_DEPTH
  const region: usize = load<u32>(REGION_TABLE + (((node >> below) - (1 << TOP_DEPTH)) << 2))
  if (region == 0) return 0
  return region + (((<usize>1) << below) | (node & (((<usize>1) << below) - 1))) * HASH
}

/** Makes the page's region, if it is not there. False when there is no more memory. */
function openRegion(page: usize): bool {
  const entry = REGION_TABLE + ((page >> 10) << 2)
  if (load<u32>(entry) != 0) return true
  const region = take(REGION_SIZE)
  if (region == 0) return false
  for (let node: usize = 2; node < 1 << 11; node++) {
    memory.copy(region + node * HASH, ZERO_ROOTS + (DEPTH - TOP_DEPTH - depthOf(node)) * HASH, HASH)
  }
  store<u32>(entry, region)
  return true
}

/** Brings the tree up to date with every page written since. False when there is no more memory. */
export function updateTree(): bool {
  for (let i: usize = 0; i < dirtyTree; i++) {
    if (!openRegion(load<u32>(DIRTY_TREE_LIST + (i << 2)))) return false
  }
  let count: usize = 0
  for (let i: usize = 0; i < dirtyTree; i++) {
    const page = load<u32>(DIRTY_TREE_LIST + (i << 2))
    const node = PAGE_COUNT + page
    hashPage(pageBytes(page))
    memory.copy(nodeAddress(node), PAGE_NODES + HASH, HASH)
    count = mark(node >> 1, count)
  }
  clearDirtyTree()
  climb(count)
  return true
}

/** Puts a node into the list of those to compute, once. */
function mark(node: usize, count: usize): usize {
  if (load<u8>(NODE_MARKS + node) != 0) return count
  store<u8>(NODE_MARKS + node, 1)
  store<u32>(NODE_LIST + (count << 2), node)
  return count + 1
}

/** Computes the `count` nodes of NODE_LIST, all of one depth, then their ancestors. */
function climb(count: usize): void {
  while (count != 0) {
    let parents: usize = 0
    for (let i: usize = 0; i < count; i++) {
      const node = load<u32>(NODE_LIST + (i << 2))
      store<u8>(NODE_MARKS + node, 0)
      keccak256(nodeAddress(2 * node), 2 * HASH, nodeAddress(node))
      // The parents' list grows no faster than this one is read.
      if (node != 1) parents = mark(node >> 1, parents)
    }
    count = parents
  }
}

/** Hashes the page at `bytes` into PAGE_NODES. What is zero is not hashed: pages are often sparse. */
function hashPage(bytes: usize): void {
  // Bit i: the subtree i of the level is not all zeros.
  let filled: u64 = 0
  for (let pair: usize = 0; pair < 64; pair++) {
    const at = bytes + pair * 64
    const any =
      load<u64>(at) |
      load<u64>(at, 8) |
      load<u64>(at, 16) |
      load<u64>(at, 24) |
      load<u64>(at, 32) |
      load<u64>(at, 40) |
      load<u64>(at, 48) |
      load<u64>(at, 56)
    const node = PAGE_NODES + (64 + pair) * HASH
    if (any != 0) {
      filled |= (<u64>1) << pair
      keccak256(at, 2 * HASH, node)
    } else {
      memory.copy(node, ZERO_ROOTS + HASH, HASH)
    }
  }
  let height: usize = 2
  for (let width: usize = 32; width != 0; width >>= 1) {
    let above: u64 = 0
    for (let i: usize = 0; i < width; i++) {
      const node = PAGE_NODES + (width + i) * HASH
      if (((filled >> (2 * i)) & 3) != 0) {
        above |= (<u64>1) << i
        keccak256(PAGE_NODES + 2 * (width + i) * HASH, 2 * HASH, node)
      } else {
        memory.copy(node, ZERO_ROOTS + height * HASH, HASH)
      }
    }
    filled = above
    height++
  }
}

/** The root, where the tree is up to date. */
export function treeRoot(): usize {
  return TOP_NODES + HASH
}

/** Writes the leaf proof of guest address `at` to PROOF: 896 bytes. The tree must be up to date. */
export function leafProof(at: usize): void {
  const page = at >> 12
  const bytes = pageBytes(page)
  const leaf = (at >> 5) & 127
  hashPage(bytes)
  memory.copy(PROOF, bytes + leaf * HASH, HASH)
  memory.copy(PROOF + HASH, bytes + (leaf ^ 1) * HASH, HASH)
  let node: usize = (128 + leaf) >> 1
  for (let height: usize = 1; height < PAGE_HEIGHT; height++) {
    memory.copy(PROOF + (1 + height) * HASH, PAGE_NODES + (node ^ 1) * HASH, HASH)
    node >>= 1
  }
  node = PAGE_COUNT + page
  for (let height: usize = PAGE_HEIGHT; height < DEPTH; height++) {
    memory.copy(PROOF + (1 + height) * HASH, nodeValue(node ^ 1), HASH)
    node >>= 1
  }
}
