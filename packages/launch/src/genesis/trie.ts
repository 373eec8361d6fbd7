import {
  bytesToHex,
  concatBytes,
  EMPTY_ROOT,
  encodeRlp,
  encodeRlpList,
  type Hash,
  keccak256,
} from '@altlayer/protocol'

// Root of a Merkle Patricia trie (Yellow Paper, appendix D) whose contents are all there. The program
// has the trie that changes; this one says what a genesis must hash to without running anything.

/** A key's nibbles and its value. Keys of one trie have one length. */
interface Leaf {
  readonly path: Uint8Array
  readonly value: Uint8Array
}

/** Root of the secure trie: keys are hashed. Keys must differ; values are RLP already, not empty. */
export function secureTrieRoot(
  entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>,
): Hash {
  const leaves = [...entries].map(([key, value]) => ({ path: nibbles(keccak256(key)), value }))
  if (leaves.length === 0) return EMPTY_ROOT
  leaves.sort((a, b) => comparePaths(a.path, b.path))
  for (const [index, leaf] of leaves.entries()) {
    const before = leaves[index - 1]
    if (before && comparePaths(before.path, leaf.path) === 0)
      throw new RangeError('two entries of a trie have the same key')
  }
  return bytesToHex(keccak256(encodeNode(leaves, 0)))
}

// At most 64 deep: a level consumes at least one nibble of a 32-byte hash.
function encodeNode(leaves: readonly Leaf[], depth: number): Uint8Array {
  const first = leaves[0] as Leaf
  if (leaves.length === 1)
    return encodeRlp([hexPrefix(first.path.subarray(depth), true), first.value])
  const last = leaves[leaves.length - 1] as Leaf
  let shared = depth
  while (first.path[shared] === last.path[shared]) shared++
  if (shared > depth) {
    const path = encodeRlp(hexPrefix(first.path.subarray(depth, shared), false))
    return encodeRlpList([path, reference(encodeNode(leaves, shared))])
  }
  const children: Uint8Array[] = []
  let start = 0
  for (let nibble = 0; nibble < 16; nibble++) {
    let end = start
    while (end < leaves.length && (leaves[end] as Leaf).path[depth] === nibble) end++
    children.push(
      end === start ? EMPTY_STRING : reference(encodeNode(leaves.slice(start, end), depth + 1)),
    )
    start = end
  }
  return encodeRlpList([...children, EMPTY_STRING])
}

const EMPTY_STRING = encodeRlp(new Uint8Array())

/** A node inside its parent: itself when shorter than a hash. */
function reference(node: Uint8Array): Uint8Array {
  return node.length < 32 ? node : encodeRlp(keccak256(node))
}

/** Yellow Paper, appendix C. */
function hexPrefix(path: Uint8Array, leaf: boolean): Uint8Array {
  const odd = path.length % 2
  const flag = (leaf ? 2 : 0) + odd
  const padded = odd
    ? concatBytes(Uint8Array.of(flag), path)
    : concatBytes(Uint8Array.of(flag, 0), path)
  const bytes = new Uint8Array(padded.length / 2)
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = ((padded[2 * i] as number) << 4) | (padded[2 * i + 1] as number)
  return bytes
}

function nibbles(bytes: Uint8Array): Uint8Array {
  const path = new Uint8Array(bytes.length * 2)
  for (const [index, byte] of bytes.entries()) {
    path[2 * index] = byte >> 4
    path[2 * index + 1] = byte & 15
  }
  return path
}

function comparePaths(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}
