import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testData } from '../../../scripts/testdata.ts'
import {
  decodeBlocks,
  EMPTY_ROOT,
  headerHash,
  hexToBytes,
  orderedTrieRoot,
  trieRoot,
} from '../src/index.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const entry = (key: string, value: string) => [bytes(key), bytes(value)] as const

test('the root of an empty trie is the constant', () => {
  assert.equal(trieRoot([]), EMPTY_ROOT)
  assert.equal(orderedTrieRoot([]), EMPTY_ROOT)
})

test('the root does not depend on the order of the entries', () => {
  const entries = [entry('doe', 'reindeer'), entry('dog', 'puppy'), entry('cat', 'kitten')]
  assert.equal(trieRoot(entries.toReversed()), trieRoot(entries))
})

test('a key that begins another one, or occurs twice, and an empty value are refused', () => {
  assert.throws(() => trieRoot([entry('do', 'verb'), entry('dog', 'puppy')]), RangeError)
  assert.throws(() => trieRoot([entry('dog', 'puppy'), entry('dog', 'hound')]), RangeError)
  assert.throws(() => trieRoot([entry('dog', '')]), RangeError)
})

const apis = await testData('execution-apis-tests.tar.xz')

test('transactions and receipts of a real chain have the roots of its headers', {
  skip: apis.absent,
}, () => {
  const blocks = decodeBlocks(apis.files.get('tests/chain.rlp') as Uint8Array)
  let transactions = 0
  const headers = new Map(blocks.map(({ header }) => [headerHash(header), header]))
  for (const block of blocks) {
    assert.equal(orderedTrieRoot(block.transactions), block.header.transactionsRoot)
    transactions += block.transactions.length
  }
  assert.ok(transactions > 10)
  let receipts = 0
  for (const [path, file] of apis.files) {
    if (!path.startsWith('tests/debug_getRawReceipts') || !path.endsWith('.io')) continue
    const lines = new TextDecoder().decode(file).split('\n')
    const read = (mark: string) =>
      JSON.parse(lines.find((line) => line.startsWith(mark))?.slice(3) ?? 'null')
    const [ref] = read('>>').params as [string]
    const result = read('<<').result as `0x${string}`[] | undefined
    const header =
      headers.get(ref as `0x${string}`) ??
      [...headers.values()].find(({ number }) => /^0x/.test(ref) && number === BigInt(ref))
    if (!result || !header) continue
    assert.equal(orderedTrieRoot(result.map((raw) => hexToBytes(raw))), header.receiptsRoot)
    receipts += result.length
  }
  assert.ok(receipts > 0)
})
