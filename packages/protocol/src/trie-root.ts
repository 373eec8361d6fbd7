import { EMPTY_ROOT } from './header.ts'
import { bytesToHex } from './hex.ts'
import { keccak256 } from './keccak.ts'
import { encodeRlp, encodeRlpList, uintBytes } from './rlp.ts'
import type { Hash } from './types.ts'

// Root of a Merkle Patricia trie (Yellow Paper, appendix D) whose contents are all there. The program
// has the trie that changes; this one checks lists that came from elsewhere.

interface Leaf {
  /** Nibbles of the key. */
  readonly path: Uint8Array
  readonly value: Uint8Array
}

/** A node that is named by its hash, and that hash. */
export interface TrieNode {
  readonly hash: Uint8Array
  readonly encoding: Uint8Array
}

type Visit = (node: TrieNode) => void

/** Root of the trie of a block's list (transactions, receipts, withdrawals): keys are RLP of the index. */
export function orderedTrieRoot(values: readonly Uint8Array[]): Hash {
  return trieRoot(ordered(values))
}

/** A trie's root and its nodes that are named by hash, the root's included. */
export interface TrieNodes {
  readonly root: Hash
  readonly nodes: readonly TrieNode[]
}

/** As `orderedTrieRoot`, with the nodes, for one who proves the list item by item. */
export function orderedTrieNodes(values: readonly Uint8Array[]): TrieNodes {
  const nodes: TrieNode[] = []
  return { root: trieRoot(ordered(values), (node) => nodes.push(node)), nodes }
}

function ordered(values: readonly Uint8Array[]) {
  return values.map((value, index) => [encodeRlp(uintBytes(BigInt(index))), value] as const)
}

/**
 * Root of a trie by its entries, in any order. No key may be the beginning of another, values must not
 * be empty. `visit` is told every node that is named by hash. Throws RangeError.
 */
export function trieRoot(
  entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>,
  visit?: Visit,
): Hash {
  const leaves = [...entries].map(([key, value]) => ({ path: nibbles(key), value }))
  if (leaves.length === 0) return EMPTY_ROOT
  leaves.sort((a, b) => Buffer.compare(a.path, b.path))
  leaves.forEach(({ path, value }, index) => {
    const before = leaves[index - 1]?.path
    if (value.length === 0) throw new RangeError('a trie has no empty values')
    if (before && Buffer.compare(before, path.subarray(0, before.length)) === 0)
      throw new RangeError(
        before.length === path.length
          ? 'two entries of a trie have the same key'
          : 'a key of a trie is the beginning of another',
      )
  })
  const encoding = encodeNode(leaves, 0, leaves.length, 0, visit)
  const hash = keccak256(encoding)
  visit?.({ hash, encoding })
  return bytesToHex(hash)
}

/** The node of the leaves [start, end). As deep as the longest key has nibbles: each level consumes one at least. */
function encodeNode(
  leaves: readonly Leaf[],
  start: number,
  end: number,
  depth: number,
  visit: Visit | undefined,
): Uint8Array {
  const first = leaves[start] as Leaf
  if (end - start === 1)
    return encodeRlpList([encodeRlp(hexPrefix(first.path, depth, true)), encodeRlp(first.value)])
  const last = leaves[end - 1] as Leaf
  let shared = depth
  while (first.path[shared] === last.path[shared]) shared++
  if (shared > depth) {
    const path = encodeRlp(hexPrefix(first.path.subarray(0, shared), depth, false))
    return encodeRlpList([path, reference(encodeNode(leaves, start, end, shared, visit), visit)])
  }
  const items = new Array<Uint8Array>(17).fill(EMPTY_STRING)
  for (let from = start; from < end; ) {
    const nibble = (leaves[from] as Leaf).path[depth] as number
    let to = from + 1
    while (to < end && (leaves[to] as Leaf).path[depth] === nibble) to++
    items[nibble] = reference(encodeNode(leaves, from, to, depth + 1, visit), visit)
    from = to
  }
  return encodeRlpList(items)
}

const EMPTY_STRING = encodeRlp(new Uint8Array(0))
const HASH_SIZE = 32
const HASH_PREFIX = 0x80 + HASH_SIZE

/** A node inside its parent: itself when shorter than a hash. */
function reference(encoding: Uint8Array, visit: Visit | undefined): Uint8Array {
  if (encoding.length < HASH_SIZE) return encoding
  const hash = keccak256(encoding)
  visit?.({ hash, encoding })
  const item = new Uint8Array(1 + HASH_SIZE)
  item[0] = HASH_PREFIX
  item.set(hash, 1)
  return item
}

/** Yellow Paper, appendix C, of the path's nibbles from `from` on. */
function hexPrefix(path: Uint8Array, from: number, leaf: boolean): Uint8Array {
  const length = path.length - from
  const odd = length % 2
  const bytes = new Uint8Array(1 + (length >> 1))
  bytes[0] = ((leaf ? 2 : 0) + odd) << 4
  if (odd === 1) bytes[0] |= path[from] as number
  for (let i = 1, at = from + odd; i < bytes.length; i++, at += 2)
    bytes[i] = ((path[at] as number) << 4) | (path[at + 1] as number)
  return bytes
}

function nibbles(key: Uint8Array): Uint8Array {
  const path = new Uint8Array(2 * key.length)
  for (let i = 0; i < key.length; i++) {
    const byte = key[i] as number
    path[2 * i] = byte >> 4
    path[2 * i + 1] = byte & 15
  }
  return path
}
