import {
  bytesToHex,
  decodeRlp,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256,
  keccak256Hex,
  listItems,
  type RlpItem,
  rlpBytes,
} from '@altlayer/protocol'

// A reader of tries, written again so that tests do not lean on the program.

/** Encodings of the nodes by their hash. */
export type Nodes = ReadonlyMap<Hash, Uint8Array>

/** The nodes from the root towards a key (hashed here), as eth_getProof gives them; and the value at its end. */
export function prove(
  nodes: Nodes,
  root: Hash,
  key: Hex,
): { readonly proof: readonly Hex[]; readonly value: Uint8Array | undefined } {
  const path = bytesToHex(keccak256(hexToBytes(key))).slice(2)
  const proof: Hex[] = []
  let depth = 0
  let node = load(nodes, root, proof)
  while (node !== undefined) {
    const items = listItems(node, 'node')
    let next: RlpItem
    if (items.length === 17) {
      next = items[Number.parseInt(path[depth++] as string, 16)] as RlpItem
    } else {
      const [nibbles, leaf] = shortPath(rlpBytes(items[0], 'path'))
      if (!path.startsWith(nibbles, depth)) return { proof, value: undefined }
      depth += nibbles.length
      if (leaf) return { proof, value: rlpBytes(items[1], 'value') }
      next = items[1] as RlpItem
    }
    if (next.list) node = next
    else {
      const reference = rlpBytes(next, 'child')
      if (reference.length === 0) return { proof, value: undefined }
      node = load(nodes, bytesToHex(reference), proof)
    }
  }
  return { proof, value: undefined }
}

function load(nodes: Nodes, hash: Hash, proof: Hex[]): RlpItem | undefined {
  const bytes = nodes.get(hash)
  if (bytes === undefined) return undefined
  if (keccak256Hex(bytes) !== hash) throw new Error(`node ${hash} has another hash`)
  proof.push(bytesToHex(bytes))
  return decodeRlp(bytes, 'node')
}

/** Nibbles of a leaf's or an extension's path, and whether it is a leaf's (Yellow Paper, appendix C). */
function shortPath(bytes: Uint8Array): readonly [string, boolean] {
  const hex = bytesToHex(bytes).slice(2)
  const flag = Number.parseInt(hex[0] as string, 16)
  return [hex.slice(flag % 2 === 1 ? 1 : 2), flag >= 2]
}
