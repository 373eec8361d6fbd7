import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import {
  STATUS_BAD_INPUT,
  STATUS_BAD_PREIMAGE,
  STATUS_MALFORMED_NODE,
  STATUS_MISSING_PREIMAGE,
  STATUS_PREIMAGE_TOO_LARGE,
  STATUS_RESULT_FULL,
} from '../../shared/status.ts'
import { hex } from '../support/module.ts'
import { encode, naiveTrie } from '../support/naive-trie.ts'
import {
  emptyRoot,
  get,
  host,
  listRoot,
  openTrie,
  proof,
  publish,
  reset,
  standingError,
  trie,
} from '../support/trie.ts'

beforeEach(reset)

// Keys that share prefixes often, values that make nodes embedded as well as hashed.
const fixedKey = fc
  .array(fc.constantFrom(...'012f'), { minLength: 1, maxLength: 5 })
  .map((nibbles) => nibbles.join('').padEnd(64, '7'))
const freeKey = fc
  .array(fc.constantFrom(...'01f'), { minLength: 0, maxLength: 6 })
  .map((nibbles) => nibbles.join(''))
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.uint8Array({ minLength: 20, maxLength: 120 }),
)
const step = (key: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hash' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  )

for (const [name, key] of [
  ['32-byte keys', fixedKey],
  ['keys of any length', freeKey],
] as const) {
  test(`any run of puts, deletes, hashes and commits ends at the root of its content: ${name}`, () => {
    fc.assert(
      fc.property(fc.array(step(key), { maxLength: 60 }), (steps) => {
        reset()
        let open = openTrie()
        const content = new Map<string, Uint8Array>()
        for (const action of steps) {
          if (action.kind === 'put') {
            open.put(action.key, action.value)
            content.set(action.key, action.value)
          } else if (action.kind === 'delete') {
            open.delete(action.key)
            content.delete(action.key)
          } else if (action.kind === 'hash') {
            assert.equal(open.root(), naiveTrie(content).root)
          } else {
            open.commit()
            if (action.kind === 'commit') continue
            const root = open.root()
            trie.arenaReset()
            trie.nodeCacheClear()
            open = openTrie(root)
          }
        }
        const { root, nodes } = naiveTrie(content)
        assert.equal(open.root(), root)
        open.commit()
        assert.equal(standingError(), undefined)
        for (const hash of nodes.keys()) assert.ok(host.preimages.has(hash.slice(2)), hash)
        for (const [at, expected] of content) assert.deepEqual(get(root, at), expected)
        for (const absent of ['', '0', '01f0', '7'.repeat(64)]) {
          if (!content.has(absent)) assert.equal(get(root, absent), undefined)
        }
      }),
      { numRuns: 400 },
    )
  })
}

test('two tries open at once do not disturb each other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fixedKey, value), { maxLength: 40 }), (puts) => {
      reset()
      const open = [openTrie(), openTrie()] as const
      const content = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()] as const
      for (const [second, key, bytes] of puts) {
        open[second ? 1 : 0].put(key, bytes)
        content[second ? 1 : 0].set(key, bytes)
      }
      assert.equal(open[0].root(), naiveTrie(content[0]).root)
      assert.equal(open[1].root(), naiveTrie(content[1]).root)
    }),
    { numRuns: 50 },
  )
})

/** Commits `count` pairs with hashed keys and returns their root. */
function committed(count: number): { root: string; content: Map<string, Uint8Array> } {
  const content = new Map<string, Uint8Array>()
  const open = openTrie()
  for (let i = 0; i < count; i++) {
    const key = hex(keccak_256(Buffer.from(`key ${i}`)))
    const bytes = Buffer.from(`value ${i} `.repeat(5))
    content.set(key, new Uint8Array(bytes))
    open.put(key, bytes)
  }
  open.commit()
  return { root: open.root(), content }
}

test('a put of the value already there sends no node', () => {
  const { root, content } = committed(100)
  trie.arenaReset()
  host.preimages.clear()
  const open = openTrie(root)
  for (const [key, bytes] of content) open.put(key, bytes)
  open.delete('3'.repeat(64))
  open.commit()
  assert.equal(open.root(), root)
  assert.equal(host.preimages.size, 0)
})

test('a change sends only the nodes on its path', () => {
  const { root, content } = committed(500)
  trie.arenaReset()
  const before = new Set(host.preimages.keys())
  const open = openTrie(root)
  const [key] = content.keys()
  open.put(key as string, Buffer.from('changed'))
  open.commit()
  const sent = [...host.preimages.keys()].filter((hash) => !before.has(hash))
  assert.ok(sent.length >= 3 && sent.length <= 5, `${sent.length} nodes`)
})

test('a missing node ends a lookup, a put, a delete and a proof with its hash', () => {
  const { root, content } = committed(200)
  const rootNode = host.preimages.get(root.slice(2)) as Uint8Array
  // Child 5 of the root branch, which is full: two bytes of prefix are three, children 33 each.
  const child = hex(rootNode.subarray(3 + 5 * 33 + 1, 3 + 6 * 33))
  const key = [...content.keys()].find((name) => name.startsWith('5')) as string
  host.preimages.delete(child.slice(2))
  const attempts: Record<string, () => unknown> = {
    lookup: () => assert.deepEqual(get(root, key), { error: STATUS_MISSING_PREIMAGE }),
    put: () => openTrie(root).put(key, Uint8Array.of(1)),
    delete: () => openTrie(root).delete(key),
    proof: () => assert.deepEqual(proof(root, key), { error: STATUS_MISSING_PREIMAGE }),
  }
  for (const [name, attempt] of Object.entries(attempts)) {
    trie.clearHostError()
    trie.nodeCacheClear()
    attempt()
    assert.deepEqual(standingError(), { status: STATUS_MISSING_PREIMAGE, key: child }, name)
  }
})

test('a delete asks for the sibling only when no put takes the free place', () => {
  const [a, b, c] = ['1', '2', '3'].map((nibble) => nibble.padEnd(64, '0')) as [
    string,
    string,
    string,
  ]
  const setUp = openTrie()
  // Of one value, the three leaves would be one node.
  const large = new Uint8Array(40).fill(1)
  const other = new Uint8Array(40).fill(2)
  setUp.put(a, other)
  setUp.put(b, large)
  setUp.commit()
  const root = setUp.root()
  // A branch with two bytes of prefix, an empty child and that of `a` before that of `b`.
  const branchNode = host.preimages.get(root.slice(2)) as Uint8Array
  const sibling = hex(branchNode.subarray(2 + 1 + 33 + 1, 2 + 1 + 33 + 33))
  assert.ok(host.preimages.delete(sibling.slice(2)))
  trie.nodeCacheClear()
  const open = openTrie(root)
  open.delete(a)
  open.put(c, other)
  open.commit()
  assert.equal(
    open.root(),
    naiveTrie(
      new Map([
        [b, large],
        [c, other],
      ]),
    ).root,
  )
  assert.equal(standingError(), undefined)
  open.delete(c)
  open.root()
  assert.deepEqual(standingError(), { status: STATUS_MISSING_PREIMAGE, key: sibling })
})

test('after an error nothing more is asked of the host, and nothing is sent', () => {
  const { root, content } = committed(50)
  const [first, second] = [...content.keys()] as [string, string]
  trie.nodeCacheClear()
  assert.deepEqual(get('1'.repeat(64), first), { error: STATUS_MISSING_PREIMAGE })
  const asked = host.asked.length
  const known = host.preimages.size
  assert.deepEqual(get(root, second), { error: STATUS_MISSING_PREIMAGE })
  const open = openTrie(root)
  open.put(first, Uint8Array.of(1))
  open.commit()
  assert.equal(host.asked.length, asked)
  assert.equal(host.preimages.size, known)
  assert.equal(standingError()?.key, '1'.repeat(64))
})

test('bytes that do not hash to their key are refused', () => {
  const { root, content } = committed(30)
  const node = Uint8Array.from(host.preimages.get(root.slice(2)) as Uint8Array)
  node[10] = (node[10] as number) ^ 1
  publish(node, root)
  trie.nodeCacheClear()
  const [key] = content.keys()
  assert.deepEqual(get(root, key as string), { error: STATUS_BAD_PREIMAGE })
  assert.deepEqual(standingError(), { status: STATUS_BAD_PREIMAGE, key: root })
})

const hashItem = keccak_256(Uint8Array.of(1))
const empty = new Uint8Array()
const long = new Uint8Array(40).fill(7)
const branch = (...entries: (Uint8Array | readonly Uint8Array[])[]) => [
  ...entries,
  ...Array.from({ length: 17 - entries.length }, () => empty),
]
const malformed: Record<string, Uint8Array> = {
  'no RLP': Uint8Array.of(0xf8, 0x01),
  'a string': encode(long),
  'bytes behind': Buffer.concat([encode([Uint8Array.of(0x20), long]), Uint8Array.of(0)]),
  'one item': encode([long]),
  'three items': encode([Uint8Array.of(0x20), long, long]),
  'eighteen items': encode([...branch(hashItem, hashItem), empty]),
  'a path without a flag': encode([empty, long]),
  'a path with unknown flags': encode([Uint8Array.of(0x40), long]),
  'a path with padding that is not zero': encode([Uint8Array.of(0x21), long]),
  'a path of 65 nibbles': encode([new Uint8Array(33).fill(0x3f), long]),
  'a leaf without value': encode([new Uint8Array(33).fill(0x20), empty]),
  'a leaf with a list': encode([Uint8Array.of(0x20), [long]]),
  'an extension of no nibbles': encode([Uint8Array.of(0x00), hashItem]),
  'an extension to a short hash': encode([Uint8Array.of(0x11), hashItem.subarray(1)]),
  'an extension to an embedded leaf': encode([
    Uint8Array.of(0x11),
    [Uint8Array.of(0x20), Uint8Array.of(1)],
  ]),
  'a branch of one entry': encode(branch(hashItem)),
  'a branch with a short hash': encode(branch(hashItem, hashItem.subarray(1))),
  'a branch with a list for value': encode([...branch(hashItem, hashItem).slice(0, 16), [long]]),
  'a branch embedding 32 bytes or more': encode(
    branch(hashItem, [Uint8Array.of(0x20), new Uint8Array(30).fill(7)]),
  ),
  'a branch embedding no node': encode(branch(hashItem, [Uint8Array.of(0x40), Uint8Array.of(1)])),
}

for (const [what, node] of Object.entries(malformed)) {
  test(`a preimage that is no node is refused: ${what}`, () => {
    const hash = publish(node)
    assert.deepEqual(get(hash, '1'.repeat(64)), { error: STATUS_MALFORMED_NODE })
    assert.deepEqual(standingError(), { status: STATUS_MALFORMED_NODE, key: hash })
  })
}

test('a preimage larger than any node is refused', () => {
  const hash = publish(encode([Uint8Array.of(0x20), new Uint8Array(5000).fill(1)]))
  assert.deepEqual(get(hash, ''), { error: STATUS_PREIMAGE_TOO_LARGE })
  assert.equal(standingError()?.key, hash)
})

test('a value too large for a node and a key too long are input errors', () => {
  openTrie().put('1'.repeat(64), new Uint8Array(2049).fill(1))
  assert.equal(standingError()?.status, STATUS_BAD_INPUT)
})

test('tries of well-formed nodes in impossible places neither trap nor loop', () => {
  // Chains of extensions and leaves where only a branch may follow, and children reached too deep.
  const path = (nibbles: number, leaf: boolean) => {
    const odd = nibbles % 2
    return Buffer.from(`${(leaf ? 2 : 0) + odd}${odd ? '' : '0'}${'1'.repeat(nibbles)}`, 'hex')
  }
  const shape = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('extension'), nibbles: fc.integer({ min: 1, max: 64 }) }),
      fc.record({ kind: fc.constant('branch'), nibbles: fc.constant(1) }),
    ),
    { maxLength: 80 },
  )
  fc.assert(
    fc.property(shape, fc.integer({ min: 0, max: 64 }), (levels, last) => {
      reset()
      let hash = publish(encode([path(last, true), long]))
      for (const { kind, nibbles } of levels) {
        const below = Buffer.from(hash, 'hex')
        hash = publish(
          encode(kind === 'branch' ? branch(below, below) : [path(nibbles, false), below]),
        )
      }
      for (const key of ['1'.repeat(64), '10'.repeat(32), '1'.repeat(63)]) {
        get(hash, key)
        trie.clearHostError()
        const open = openTrie(hash)
        open.put(key, Uint8Array.of(1))
        open.delete(key)
        open.delete('1'.repeat(64))
        open.commit()
        trie.clearHostError()
      }
    }),
    { numRuns: 300 },
  )
})

test('any bytes under a hash give a value, absence or a status', () => {
  const mutated = fc
    .tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 2 }))
    .map(([at, byte, cut]) => {
      const source = encode(
        branch(hashItem, [Uint8Array.of(0x31), Uint8Array.of(1)], hashItem, [
          Uint8Array.of(0x12),
          [...branch([Uint8Array.of(0x20), Uint8Array.of(2)], [Uint8Array.of(0x31), empty])],
        ] as never),
      )
      const node = Uint8Array.from(source)
      node[at % node.length] = byte
      return node.subarray(0, node.length - cut)
    })
  fc.assert(
    fc.property(
      fc.oneof(mutated, fc.uint8Array({ minLength: 1, maxLength: 120 })),
      freeKey,
      (node, key) => {
        reset()
        const hash = publish(Uint8Array.from(node))
        get(hash, key)
        trie.clearHostError()
        const open = openTrie(hash)
        open.put(key, long)
        open.delete(key)
        open.delete('')
        open.root()
        open.commit()
      },
    ),
    { numRuns: 1500 },
  )
})

test('clearing the cache forgets every node, be they few or many', () => {
  trie.nodeCacheInit(1 << 20)
  for (const count of [3, 2500]) {
    const { root, content } = committed(count)
    trie.nodeCacheClear()
    host.preimages.clear()
    assert.deepEqual(get(root, [...content.keys()][0] as string), {
      error: STATUS_MISSING_PREIMAGE,
    })
    assert.equal(trie.nodeCacheCount(), 0)
    trie.clearHostError()
    trie.arenaReset()
  }
  trie.nodeCacheInit(512 << 20)
})

test('the cache keeps what is used and forgets the rest within its budget', () => {
  trie.nodeCacheInit(1 << 20)
  const { root, content } = committed(20_000)
  trie.nodeCacheClear()
  for (const [key, bytes] of content) assert.deepEqual(get(root, key), bytes)
  // The root branch is on every path: it stayed, though the trie is many times the budget.
  assert.equal(host.asked.filter((id) => id === root.slice(2)).length, 1)
  assert.ok(host.asked.length > content.size)
  assert.equal(standingError(), undefined)
  trie.nodeCacheInit(512 << 20)
})

/** Walks a proof as EIP-1186 users do, with a decoder of its own. */
function proofNodes(bytes: Uint8Array): Uint8Array[] {
  const nodes: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number
    assert.ok(first > 0x80, 'an RLP string')
    const sizeBytes = first > 0xb7 ? first - 0xb7 : 0
    const size =
      sizeBytes > 0
        ? Number.parseInt(hex(bytes.subarray(at + 1, at + 1 + sizeBytes)), 16)
        : first - 0x80
    const start = at + 1 + sizeBytes
    nodes.push(bytes.slice(start, start + size))
    at = start + size
  }
  return nodes
}

test('a proof is the chain of hashed nodes from the root to the value or its absence', () => {
  const { root, content } = committed(300)
  const hashes = naiveTrie(content).nodes
  for (const key of [...content.keys()].slice(0, 40).concat('9'.repeat(64), '0'.repeat(64))) {
    const bytes = proof(root, key)
    assert.ok(bytes instanceof Uint8Array)
    const nodes = proofNodes(bytes)
    assert.equal(hex(keccak_256(nodes[0] as Uint8Array)), root)
    for (const [index, node] of nodes.entries()) {
      const hash = hex(keccak_256(node))
      assert.ok(hashes.has(hash))
      if (index > 0) assert.ok(hex(nodes[index - 1] as Uint8Array).includes(hash))
    }
    // The proof alone, as a world, answers the key.
    const expected = content.get(key)
    const all = new Map(host.preimages)
    reset()
    for (const node of nodes) publish(node)
    assert.deepEqual(get(root, key), expected)
    for (const [id, node] of all) host.preimages.set(id, node)
  }
})

test('the proof of anything in the empty trie is empty, and one that does not fit says so', () => {
  assert.deepEqual(proof(emptyRoot, '1'.repeat(64)), new Uint8Array())
  const { root, content } = committed(10)
  assert.deepEqual(proof(root, [...content.keys()][0] as string, 100), {
    error: STATUS_RESULT_FULL,
  })
})

test('the root of a list is that of the trie keyed by rlp(index)', () => {
  const key = (index: number) =>
    hex(encode(index === 0 ? empty : Buffer.from(hexNumber(index), 'hex')))
  const hexNumber = (index: number) => {
    const digits = index.toString(16)
    return digits.length % 2 ? `0${digits}` : digits
  }
  for (const count of [0, 1, 2, 3, 15, 16, 17, 127, 128, 129, 130, 255, 256, 257, 400]) {
    for (const size of [1, 200]) {
      const items = Array.from({ length: count }, (_, i) =>
        new Uint8Array(size).fill(1 + (i % 200)),
      )
      const expected = naiveTrie(new Map(items.map((item, index) => [key(index), item]))).root
      assert.equal(listRoot(items), expected, `${count} items of ${size} bytes`)
    }
  }
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }), { maxLength: 40 }),
      (list) => {
        const pairs = new Map(list.map((item, index) => [key(index), item]))
        assert.equal(listRoot(list), naiveTrie(pairs).root)
      },
    ),
    { numRuns: 100 },
  )
  assert.equal(standingError(), undefined)
})
