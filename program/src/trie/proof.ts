// Merkle proofs against a root whose nodes the host has (EIP-1186).

import { STATUS_RESULT_FULL } from '../../shared/status'
import { setHostError } from '../host'
import { itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { rlpPrefixLength, rlpWriteBytes } from '../rlp/encode'
import { NODE_BRANCH, NODE_LEAF, branchItem, nodeGet, nodeKind, nodeLen, nodeMask, nodePayload } from './nodes'
import { isEmptyRoot, nibbleAt, pathLength, pathMatches } from './read'

const NIBBLES: u32 = 64

/**
 * Writes the nodes on the way to a 32-byte key, each as an RLP string, from the root down to where the
 * key's value is or its absence shows. Nodes embedded in another are not listed on their own. Returns
 * the address behind, or 0 with `hostError` set (STATUS_RESULT_FULL when `end` is reached).
 */
export function trieProof(root: usize, key: usize, out: usize, end: usize): usize {
  if (isEmptyRoot(root)) return out
  let hash = root
  let depth: u32 = 0
  while (true) {
    const node = nodeGet(hash)
    if (node == 0) return 0
    const length = nodeLen
    if (end - out < rlpPrefixLength(length) + length) {
      setHostError(STATUS_RESULT_FULL, 0)
      return 0
    }
    out = rlpWriteBytes(out, node, length)
    let child: usize
    if (nodeKind >= NODE_BRANCH) {
      if (depth == NIBBLES) return out
      child = branchItem(node + nodePayload, nodeKind, nodeMask, nibbleAt(key, depth++))
    } else {
      rlpItem(node + nodePayload, node + length)
      const pathNibbles = pathLength(itemStart, itemLen)
      if (pathNibbles > NIBBLES - depth || !pathMatches(itemStart, key, depth, pathNibbles)) return out
      if (nodeKind == NODE_LEAF) return out
      depth += pathNibbles
      child = itemNext
    }
    // What is embedded below holds no hash: a hash alone has 33 bytes, an embedded node under 32.
    if (load<u8>(child) != 0xa0) return out
    hash = child + 1
  }
}
