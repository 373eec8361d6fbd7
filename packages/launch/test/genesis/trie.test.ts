import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY_ROOT, encodeRlp, type Hash, hexToBytes, keccak256Hex } from '@altlayer/protocol'
import { stateRoot, storageRoot } from '../../src/genesis/state-root.ts'
import { secureTrieRoot } from '../../src/genesis/trie.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const word = (value: bigint): Hash => `0x${value.toString(16).padStart(64, '0')}`

test('the empty trie has the known root', () => {
  assert.equal(secureTrieRoot([]), EMPTY_ROOT)
  assert.equal(storageRoot([]), EMPTY_ROOT)
  assert.equal(storageRoot([[word(1n), word(0n)]]), EMPTY_ROOT)
})

test('a trie of one entry is its leaf', () => {
  const key = bytes('key')
  const path = hexToBytes(`${keccak256Hex(key)}`)
  const leaf = encodeRlp([Uint8Array.of(0x20, ...path), bytes('value')])
  assert.equal(secureTrieRoot([[key, bytes('value')]]), keccak256Hex(leaf))
})

test('the root does not depend on the order of entries', () => {
  const entries = Array.from(
    { length: 300 },
    (_, i) => [bytes(`key ${i}`), bytes(`value ${i}`)] as const,
  )
  assert.equal(secureTrieRoot(entries), secureTrieRoot([...entries].reverse()))
  assert.notEqual(secureTrieRoot(entries), secureTrieRoot(entries.slice(1)))
})

test('a key that comes twice is an error', () => {
  const entry = [bytes('key'), bytes('value')] as const
  assert.throws(() => secureTrieRoot([entry, entry]), /same key/)
})

test('the storage of a proxied contract without state has the root known from the OP Stack', () => {
  // L2ToL1MessagePasser at genesis: admin and implementation slots alone.
  const root = storageRoot([
    [
      '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103',
      word(0x4200000000000000000000000000000000000018n),
    ],
    [
      '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc',
      word(0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30016n),
    ],
  ])
  assert.equal(root, '0x8ed4baae3a927be3dea54996b4d5899f8c01e7594bf50b17dc1e741388ce3d12')
})

test('the state of Ethereum mainnet before anyone had anything is empty', () => {
  assert.equal(stateRoot([]), EMPTY_ROOT)
})
