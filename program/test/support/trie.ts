import assert from 'node:assert/strict'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { globalValue, hex, testModule } from './module.ts'

interface TrieExports {
  readonly INPUT: WebAssembly.Global
  readonly RESULT: WebAssembly.Global
  readonly hostError: WebAssembly.Global
  readonly hostErrorKey: WebAssembly.Global
  readonly trieValue: WebAssembly.Global
  arenaReset(): void
  arenaUsed(): number
  clearHostError(): void
  nodeCacheInit(budget: number): void
  nodeCacheClear(): void
  nodeCacheCount(): number
  nodeCheck(ptr: number, end: number): number
  orderedRoot(list: number, count: number, out: number): void
  trieProof(root: number, key: number, out: number, end: number): number
  trieGetPath(root: number, key: number, nibbles: number): number
  trieOpen(root: number): number
  triePutPath(trie: number, key: number, nibbles: number, value: number, valueLength: number): void
  trieDeletePath(trie: number, key: number, nibbles: number): void
  trieHash(trie: number, out: number): void
  trieCommit(trie: number): void
}

/** Root of the empty trie, hex. */
export const emptyRoot = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

const { exports: trie, memory, host } = await testModule<TrieExports>('trie')
const input = globalValue(trie.INPUT)
const result = globalValue(trie.RESULT)
const rootAt = input
const keyAt = input + 64
const valueAt = input + 256

export { host, memory, trie }

/** An open trie of the program, with keys of any length in hex. */
export interface OpenTrie {
  put(key: string, value: Uint8Array): void
  delete(key: string): void
  root(): string
  commit(): void
}

/** Opens a trie; calls on it and on others opened since `reset` may alternate. */
export function openTrie(root = emptyRoot): OpenTrie {
  memory.set(Buffer.from(root, 'hex'), rootAt)
  const handle = trie.trieOpen(rootAt)
  return {
    put(key, value) {
      setKey(key)
      memory.set(value, valueAt)
      trie.triePutPath(handle, keyAt, key.length, valueAt, value.length)
    },
    delete(key) {
      setKey(key)
      trie.trieDeletePath(handle, keyAt, key.length)
    },
    root() {
      trie.trieHash(handle, result)
      return hex(memory.slice(result, result + 32))
    },
    commit: () => trie.trieCommit(handle),
  }
}

/** The value of a key in a committed trie; undefined when absent, the status when it failed. */
export function get(
  root: string,
  key: string,
): Uint8Array | undefined | { readonly error: number } {
  memory.set(Buffer.from(root, 'hex'), rootAt)
  setKey(key)
  const length = trie.trieGetPath(rootAt, keyAt, key.length)
  if (length < 0) return { error: trie.hostError.value }
  if (length === 0) return undefined
  const at = globalValue(trie.trieValue)
  return memory.slice(at, at + length)
}

/** The concatenated RLP strings of a proof of a 32-byte key. */
export function proof(root: string, key: string, room = 1 << 20): Uint8Array | { error: number } {
  memory.set(Buffer.from(root, 'hex'), rootAt)
  setKey(key)
  const end = trie.trieProof(rootAt, keyAt, result, result + room) >>> 0
  return end === 0 ? { error: trie.hostError.value } : memory.slice(result, end)
}

/** Root of a list as the program builds it. */
export function listRoot(items: readonly Uint8Array[]): string {
  let at = input + 8 * items.length
  const view = new DataView(memory.buffer)
  items.forEach((item, index) => {
    view.setUint32(input + 8 * index, at, true)
    view.setUint32(input + 8 * index + 4, item.length, true)
    memory.set(item, at)
    at += item.length
  })
  trie.orderedRoot(input, items.length, result)
  return hex(memory.slice(result, result + 32))
}

/** Status and key of the error that stands; undefined when none does. */
export function standingError(): { readonly status: number; readonly key: string } | undefined {
  if (trie.hostError.value === 0) return undefined
  const at = globalValue(trie.hostErrorKey)
  return { status: trie.hostError.value, key: hex(memory.slice(at, at + 32)) }
}

/** A fresh world: empty arena, empty cache, a host that knows nothing. */
export function reset(): void {
  trie.clearHostError()
  trie.arenaReset()
  trie.nodeCacheClear()
  host.preimages.clear()
  host.asked.length = 0
}

/** Makes a node known to the host, under its own hash or a false one; returns the hash. */
export function publish(node: Uint8Array, hash = hex(keccak_256(node))): string {
  host.preimages.set(hash.slice(2), node)
  return hash
}

function setKey(key: string): void {
  assert.ok(key.length <= 64)
  memory.set(Buffer.from(key.length % 2 ? `${key}0` : key, 'hex'), keyAt)
}
