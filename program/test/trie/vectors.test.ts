import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { testData } from '../../../scripts/testdata.ts'
import { hex } from '../support/module.ts'
import { openTrie, reset, standingError } from '../support/trie.ts'

type Pairs = readonly (readonly [string, string | null])[]

const vectors = await testData('ethereum-tests.tar.xz', (path) => path.startsWith('TrieTests/'))

// Order of keys, which a trie of ours never asks for: the only vectors that are no roots.
const withoutRoots = 'TrieTests/trietestnextprev.json'

function toBytes(text: string): Uint8Array {
  return text.startsWith('0x')
    ? new Uint8Array(Buffer.from(text.slice(2), 'hex'))
    : new TextEncoder().encode(text)
}

function rootOf(pairs: Pairs, secure: boolean): string {
  reset()
  const open = openTrie()
  for (const [name, value] of pairs) {
    const key = secure ? keccak_256(toBytes(name)) : toBytes(name)
    if (value === null) open.delete(hex(key))
    else open.put(hex(key), toBytes(value))
  }
  const root = open.root()
  assert.equal(standingError(), undefined)
  return `0x${root}`
}

test('the public trie vectors', { skip: vectors.absent }, async (t) => {
  let roots = 0
  for (const [path, file] of vectors.files) {
    if (path === withoutRoots) continue
    const cases: Record<string, { in: Pairs | Record<string, string>; root: string }> = JSON.parse(
      Buffer.from(file).toString(),
    )
    await t.test(path, () => {
      for (const [name, { in: pairs, root }] of Object.entries(cases)) {
        const secure = /secure/i.test(path)
        const ordered = Array.isArray(pairs) ? (pairs as Pairs) : Object.entries(pairs)
        assert.equal(rootOf(ordered, secure), root, name)
        roots++
        // Any order gives the same root, unless the vector deletes or overwrites.
        if (!Array.isArray(pairs)) assert.equal(rootOf([...ordered].reverse(), secure), root, name)
      }
    })
  }
  assert.ok(roots >= 25, `${roots} roots`)
})
