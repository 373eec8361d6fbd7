import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Block, BlockRef } from '@altlayer/engine'
import { blockDaSize, createBacklog } from '../../src/batcher/backlog.ts'
import { testHash } from '../helpers/config.ts'

const deposit = Uint8Array.of(0x7e, 1, 2)
/** A transaction that takes 100 bytes. */
const small = new Uint8Array(50).fill(2)

/** A chain whose block `i` has `counts[i]` transactions, and of which the engine tells. */
function chainOf(initial: readonly number[]) {
  let counts = initial
  let salt = 0
  const asked: bigint[] = []
  return {
    asked,
    replace(next: readonly number[]) {
      counts = next
      salt++
    },
    engine: {
      block(ref: BlockRef) {
        const number = 'number' in ref ? ref.number : -1n
        const count = counts[Number(number)]
        asked.push(number)
        if (count === undefined) return undefined
        const transactions = [deposit, ...Array.from({ length: count }, () => small)]
        return { hash: testHash(salt, number), transactions } as unknown as Block
      },
    },
  }
}

describe('the backlog', () => {
  it('is what the blocks take that L1 does not have, deposits aside', () => {
    assert.equal(blockDaSize({ transactions: [deposit, small, small] }), 200)
    const chain = chainOf([0, 1, 2, 3])
    const backlog = createBacklog(chain.engine)
    assert.equal(backlog.measure(0n), 600)
    assert.equal(backlog.measure(2n), 300)
    assert.equal(backlog.measure(3n), 0)
    assert.equal(backlog.measure(1n), 500)
  })

  it('follows a chain that grows, and one that is replaced', () => {
    const chain = chainOf([0, 1])
    const backlog = createBacklog(chain.engine)
    assert.equal(backlog.measure(0n), 100)
    chain.replace([0, 5, 5])
    assert.equal(backlog.measure(0n), 1_000)
    chain.replace([0, 1])
    assert.equal(backlog.measure(0n), 100)
    assert.equal(backlog.measure(7n), 0)
  })

  it('is counted piece by piece when it is long', () => {
    const chain = chainOf(Array.from({ length: 200 }, () => 1))
    const backlog = createBacklog(chain.engine)
    const measured = [0, 1, 2, 3, 4].map(() => backlog.measure(0n))
    assert.deepEqual(measured, [6_400, 12_800, 19_200, 19_900, 19_900])
    chain.asked.length = 0
    backlog.measure(150n)
    assert.ok(chain.asked.length < 5)
  })
})
