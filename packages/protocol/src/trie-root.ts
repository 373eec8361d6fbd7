import { EMPTY_ROOT } from './header.ts'
import { concatBytes } from './hex.ts'
import { keccak256, keccak256Hex } from './keccak.ts'
import { encodeRlp, encodeRlpList, uintBytes } from './rlp.ts'
import type { Hash } from './types.ts'

// Root of a Merkle Patricia trie (Yellow Paper, appendix D) whose contents are all there. The program
// has the trie that changes; this one checks lists that came from elsewhere.

interface Leaf {
  /** Nibbles of the key. */
  readonly path: Uint8Array
  readonly value: Uint8Array
}

/** Root of the trie of a block's list (transactions, receipts, withdrawals): keys are RLP of the index. */
export function orderedTrieRoot(values: readonly Uint8Array[]): Hash {
  return trieRoot(values.map((value, index) => [encodeRlp(uintBytes(BigInt(index))), value]))
}

/** A trie's root and the encodings of its nodes that are named by hash, the root's included. */
export interface TrieNodes {
  readonly root: Hash
  readonly nodes: readonly Uint8Array[]
}

/** As `orderedTrieRoot`, with the nodes, for one who proves the list item by item. */
export function orderedTrieNodes(values: readonly Uint8Array[]): TrieNodes {
  const nodes: Uint8Array[] = []
  const entries = values.map(
    (value, index) => [encodeRlp(uintBytes(BigInt(index))), value] as const,
  )
  return { root: trieRoot(entries, (node) => nodes.push(node)), nodes }
}

/**
 * Root of a trie by its entries, in any order. No key may be the beginning of another, values must not
 * be empty. `visit` is told the encoding of every node that is named by hash. Throws RangeError.
 */
export function trieRoot(
  entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>,
  visit?: (node: Uint8Array) => void,
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
  const root = encodeNode(leaves, 0, visit)
  visit?.(root)
  return keccak256Hex(root)
}

// As deep as the longest key has nibbles: each level consumes one at least.
function encodeNode(
  leaves: readonly Leaf[],
  depth: number,
  visit: ((node: Uint8Array) => void) | undefined,
): Uint8Array {
  const first = leaves[0] as Leaf
  if (leaves.length === 1)
    return encodeRlp([hexPrefix(first.path.subarray(depth), true), first.value])
  const last = leaves[leaves.length - 1] as Leaf
  let shared = depth
  while (first.path[shared] === last.path[shared]) shared++
  if (shared > depth) {
    const path = encodeRlp(hexPrefix(first.path.subarray(depth, shared), false))
    return encodeRlpList([path, reference(encodeNode(leaves, shared, visit), visit)])
  }
  const children: Uint8Array[] = []
  let start = 0
  for (let nibble = 0; nibble < 16; nibble++) {
    let end = start
    while (end < leaves.length && (leaves[end] as Leaf).path[depth] === nibble) end++
    const child = start === end ? undefined : encodeNode(leaves.slice(start, end), depth + 1, visit)
    children.push(child ? reference(child, visit) : EMPTY_STRING)
    start = end
  }
  return encodeRlpList([...children, EMPTY_STRING])
}

const EMPTY_STRING = encodeRlp(new Uint8Array(0))

/** A node inside its parent: itself when shorter than a hash. */
function reference(node: Uint8Array, visit: ((node: Uint8Array) => void) | undefined): Uint8Array {
  if (node.length < 32) return node
  visit?.(node)
  return encodeRlp(keccak256(node))
}

/** Yellow Paper, appendix C. */
function hexPrefix(path: Uint8Array, leaf: boolean): Uint8Array {
  const odd = path.length % 2 === 1
  const flag = (leaf ? 2 : 0) + (odd ? 1 : 0)
  const padded = concatBytes(odd ? Uint8Array.of(flag) : Uint8Array.of(flag, 0), path)
  return Uint8Array.from(
    { length: padded.length / 2 },
    (_, i) => ((padded[2 * i] as number) << 4) | (padded[2 * i + 1] as number),
  )
}

function nibbles(key: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 2 * key.length }, (_, i) => {
    const byte = key[i >> 1] as number
    return i % 2 === 0 ? byte >> 4 : byte & 15
  })
}
