// The trie alone, for its tests.
export { arenaReset, arenaUsed } from '../../src/arena'
export { clearHostError, hostError, hostErrorKey } from '../../src/host'
export { INPUT, RESULT } from '../../src/layout'
export { keccak256 } from '../../src/keccak/keccak'
export { nodeCacheClear, nodeCacheCount, nodeCacheInit, nodeCheck } from '../../src/trie/nodes'
export { orderedRoot } from '../../src/trie/ordered'
export { trieProof } from '../../src/trie/proof'
export { trieGet, trieGetPath, trieValue } from '../../src/trie/read'
export {
  trieCommit,
  trieDelete,
  trieDeletePath,
  trieHash,
  trieOpen,
  triePut,
  triePutPath,
} from '../../src/trie/write'
