import { type Hash, keccak256, trieRoot } from '@altlayer/protocol'

/**
 * Root of the secure trie (Yellow Paper, appendix D): keys are hashed. Keys must differ; values are RLP
 * already, not empty. Throws RangeError. It says what a genesis must hash to without running anything.
 */
export function secureTrieRoot(
  entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>,
): Hash {
  return trieRoot([...entries].map(([key, value]) => [keccak256(key), value]))
}
