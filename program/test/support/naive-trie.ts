import { keccak_256 } from '@noble/hashes/sha3.js'
import { hex } from './module.ts'

// A Merkle Patricia trie as the Yellow Paper's appendix D writes it: rebuilt whole from its key-value
// pairs, sharing nothing with the program's incremental one. What the program is compared with.

type Rlp = Uint8Array | readonly Rlp[]

/** Root hash of the pairs (hex keys without 0x), and every node that is stored under its hash. */
export function naiveTrie(pairs: ReadonlyMap<string, Uint8Array>): {
  readonly root: string
  readonly nodes: ReadonlyMap<string, Uint8Array>
} {
  const nodes = new Map<string, Uint8Array>()
  const entries = [...pairs].filter(([, value]) => value.length > 0)
  const top = entries.length === 0 ? new Uint8Array() : structure(entries, 0, nodes)
  const encoded = encode(top)
  const root = hex(keccak_256(encoded))
  if (entries.length > 0) nodes.set(root, encoded)
  return { root, nodes }
}

type Entry = readonly [key: string, value: Uint8Array]

function structure(entries: readonly Entry[], depth: number, nodes: Map<string, Uint8Array>): Rlp {
  const first = entries[0] as Entry
  if (entries.length === 1) return [hexPrefix(first[0].slice(depth), true), first[1]]
  let shared = depth
  while (
    shared < first[0].length &&
    entries.every(([key]) => key.length > shared && key[shared] === first[0][shared])
  ) {
    shared++
  }
  if (shared > depth) {
    const below = reference(structure(entries, shared, nodes), nodes)
    return [hexPrefix(first[0].slice(depth, shared), false), below]
  }
  const children = [...'0123456789abcdef'].map((nibble) => {
    const under = entries.filter(([key]) => key[depth] === nibble)
    if (under.length === 0) return new Uint8Array()
    return reference(structure(under, depth + 1, nodes), nodes)
  })
  const own = entries.find(([key]) => key.length === depth)
  return [...children, own === undefined ? new Uint8Array() : own[1]]
}

function reference(node: Rlp, nodes: Map<string, Uint8Array>): Rlp {
  const encoded = encode(node)
  if (encoded.length < 32) return node
  const hash = keccak_256(encoded)
  nodes.set(hex(hash), encoded)
  return hash
}

function hexPrefix(nibbles: string, leaf: boolean): Uint8Array {
  const odd = nibbles.length % 2
  const flag = (leaf ? 2 : 0) + odd
  return new Uint8Array(Buffer.from(`${flag.toString(16)}${odd ? '' : '0'}${nibbles}`, 'hex'))
}

/** RLP of nested byte strings. */
export function encode(item: Rlp): Uint8Array {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < 0x80) return item
    return Buffer.concat([prefix(item.length, 0x80), item])
  }
  const payload = Buffer.concat(item.map(encode))
  return Buffer.concat([prefix(payload.length, 0xc0), payload])
}

function prefix(length: number, base: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length)
  const digits = length.toString(16)
  const size = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex')
  return Buffer.concat([Uint8Array.of(base + 55 + size.length), size])
}
