import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type BlockPayload, payloadBytes } from '@altlayer/p2p'
import type { Hash } from '@altlayer/protocol'
import fc from 'fast-check'
import {
  createUnsafeChain,
  UNSAFE_CHAIN_LIMITS,
  type UnsafeChain,
} from '../../src/sync/unsafe-chain.ts'
import { testHash } from '../helpers/config.ts'

const KIND = { main: 1, fork: 2, garbage: 3 } as const

/** Block `number` of a chain; forks leave the main chain after block 0. */
function block(number: number, kind: keyof typeof KIND = 'main', size = 10): BlockPayload {
  const hash = (at: number): Hash => testHash(at === 0 ? KIND.main : KIND[kind], at)
  return {
    header: { number: BigInt(number), parentHash: hash(number - 1) } as BlockPayload['header'],
    blockHash: hash(number),
    transactions: [new Uint8Array(size)],
  }
}

const GENESIS = { number: 0n, hash: testHash(KIND.main, 0) }
const limits = { span: 100n, bytes: 200_000, unplaced: 8, window: 5 }
const none = new Set<bigint>()

/** Makes what comes next the head until nothing does. */
function advance(chain: UnsafeChain): number[] {
  const applied: number[] = []
  for (let next = chain.next(); next.kind === 'block'; next = chain.next()) {
    const { header, blockHash } = next.payload
    applied.push(Number(header.number))
    chain.moveTo({ number: header.number, hash: blockHash }, false)
  }
  return applied
}

describe('the chain of unsafe blocks', () => {
  it('takes signed blocks in any order', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    for (const number of [3, 1, 2]) assert.equal(chain.addSigned(block(number)), 'added')
    assert.deepEqual(advance(chain), [1, 2, 3])
    assert.equal(chain.addSigned(block(3)), 'behind')
    assert.deepEqual(chain.status(), { blocks: 0, bytes: 0, highest: 3n })
  })

  it('wants what is missing below a signed block, from above, a window at a time', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    assert.deepEqual(chain.wanted(none, 10), [])
    chain.addSigned(block(9))
    assert.deepEqual(chain.wanted(none, 10), [8n, 7n, 6n, 5n, 4n])
    assert.deepEqual(chain.wanted(new Set([8n, 6n]), 10), [7n, 5n, 4n])
    assert.deepEqual(chain.wanted(none, 2), [8n, 7n])
    chain.addAnswer(block(8), 'a')
    assert.deepEqual(chain.wanted(none, 10), [7n, 6n, 5n, 4n, 3n])
  })

  it('places answers once their hash is known, and says who was right', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    chain.addSigned(block(5))
    chain.addAnswer(block(3), 'early')
    chain.addAnswer(block(2, 'fork'), 'wrong')
    assert.deepEqual(chain.takeVerdicts(), [])
    chain.addAnswer(block(4, 'garbage'), 'garbage')
    chain.addAnswer(block(4), 'late')
    assert.deepEqual(chain.takeVerdicts(), [
      { peer: 'garbage', right: false },
      { peer: 'late', right: true },
      { peer: 'early', right: true },
      { peer: 'wrong', right: false },
    ])
    assert.deepEqual(chain.wanted(none, 10), [2n, 1n])
    for (const number of [2, 1]) chain.addAnswer(block(number), 'good')
    assert.deepEqual(advance(chain), [1, 2, 3, 4, 5])
  })

  it('takes no answers that nobody needs', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    chain.addAnswer(block(1), 'a')
    chain.addSigned(block(3))
    chain.addAnswer(block(4), 'a')
    chain.addAnswer(block(3, 'fork'), 'a')
    assert.deepEqual(chain.takeVerdicts(), [])
    assert.equal(chain.status().blocks, 2)
  })

  it('looks so far ahead of the head, no farther', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    assert.equal(chain.addSigned(block(101)), 'far')
    assert.equal(chain.addSigned(block(100)), 'added')
    chain.moveTo({ number: 50n, hash: testHash(KIND.main, 50) }, false)
    assert.equal(chain.addSigned(block(150)), 'added')
  })

  it('does not follow what stands on another block than ours, nor ask for it again', () => {
    const chain = createUnsafeChain({ number: 2n, hash: testHash(KIND.main, 2) }, limits)
    chain.addSigned(block(4, 'fork'))
    chain.addAnswer(block(3, 'fork'), 'a')
    assert.equal(chain.next().kind, 'conflict')
    assert.equal(chain.next().kind, 'none')
    assert.equal(chain.addSigned(block(5, 'fork')), 'conflicting')
    assert.equal(chain.addSigned(block(4, 'fork')), 'conflicting')
    assert.deepEqual(chain.wanted(none, 10), [])
    assert.equal(chain.addSigned(block(3)), 'added')
    assert.deepEqual(advance(chain), [3])
  })

  it('looks at such blocks again after a reorganisation', () => {
    const chain = createUnsafeChain({ number: 1n, hash: testHash(KIND.main, 1) }, limits)
    chain.addSigned(block(2, 'fork'))
    assert.equal(chain.next().kind, 'conflict')
    chain.moveTo({ number: 1n, hash: testHash(KIND.fork, 1) }, true)
    assert.equal(chain.addSigned(block(2, 'fork')), 'added')
    assert.deepEqual(advance(chain), [2])
  })

  it('forgets a block that is not valid, and what stands on it', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    for (const number of [1, 2, 3]) chain.addSigned(block(number))
    chain.refuse(block(1))
    assert.equal(chain.next().kind, 'none')
    assert.equal(chain.addSigned(block(4)), 'conflicting')
    assert.equal(chain.status().blocks, 0)
  })

  it('prefers the block that was signed last', () => {
    const chain = createUnsafeChain(GENESIS, limits)
    chain.addSigned(block(1, 'fork'))
    chain.addSigned(block(1))
    assert.deepEqual(advance(chain), [1])
  })

  it('keeps the lowest payloads when there is no room for all, and asks for the others again', () => {
    const chain = createUnsafeChain(GENESIS, {
      ...limits,
      bytes: 50_000,
      window: 100,
      unplaced: 100,
    })
    const large = (number: number) => block(number, 'main', 10_000)
    chain.addSigned(large(20))
    for (let number = 19; number > 0; number--) chain.addAnswer(large(number), 'a')
    assert.ok(chain.status().bytes <= 50_000)
    assert.ok(chain.takeVerdicts().every(({ right }) => right))
    const applied = advance(chain)
    assert.equal(applied[0], 1)
    const wanted = chain.wanted(none, 100)
    assert.equal(wanted[0], 20n)
    assert.equal(wanted.at(-1), BigInt(applied.length + 1))
    for (const number of wanted.toReversed()) chain.addAnswer(large(Number(number)), 'a')
    assert.ok(advance(chain).length > 0)
  })

  it('has bounds that hold for whole nodes', () => {
    const { span, bytes, unplaced, window } = UNSAFE_CHAIN_LIMITS
    assert.ok(window <= unplaced && BigInt(unplaced) < span)
    // What is beyond `bytes` is one payload at most.
    assert.ok(bytes + 10 * 2 ** 20 <= 128 * 2 ** 20)
  })
})

describe('the chain of unsafe blocks, whatever comes', () => {
  const sizes = fc.integer({ min: 1, max: 40_000 })
  const action = fc.oneof(
    fc.record({ do: fc.constant('signed'), number: fc.integer({ min: 1, max: 130 }), size: sizes }),
    fc.record({
      do: fc.constant('answer'),
      number: fc.integer({ min: 1, max: 130 }),
      size: sizes,
      kind: fc.constantFrom('main', 'fork', 'garbage'),
    }),
    fc.record({ do: fc.constant('advance') }),
  )

  it('follows only the signed chain, within its bounds, and comes to its end', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 150 }), (actions) => {
        const chain = createUnsafeChain(GENESIS, limits)
        let head = 0
        const follow = () => {
          for (const number of advance(chain)) assert.equal(number, ++head)
        }
        for (const step of actions) {
          if (step.do === 'signed')
            chain.addSigned(block(step.number as number, 'main', step.size as number))
          else if (step.do === 'answer')
            chain.addAnswer(
              block(step.number as number, step.kind as keyof typeof KIND, step.size as number),
              step.kind as string,
            )
          else follow()
          const { blocks, bytes } = chain.status()
          const one = payloadBytes(block(1, 'main', 40_000))
          assert.ok(bytes <= limits.bytes + one, `${bytes} bytes`)
          assert.ok(blocks <= Number(limits.span) + limits.unplaced)
          for (const { peer, right } of chain.takeVerdicts()) assert.equal(right, peer === 'main')
        }
        follow()
        // Honest answers to what it wants bring it to the last block that was signed.
        const target = Number(chain.status().highest)
        for (let round = 0; head < target && round < 500; round++) {
          for (const number of chain.wanted(none, 8)) chain.addAnswer(block(Number(number)), 'main')
          follow()
        }
        assert.equal(head, target)
      }),
      { numRuns: 300 },
    )
  })
})
