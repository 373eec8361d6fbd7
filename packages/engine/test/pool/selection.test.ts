import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createSelection } from '../../src/pool/selection.ts'
import { effectiveTip, type PooledTransaction } from '../../src/pool/types.ts'
import { ALICE, BOB, CAROL, pooled, testPool } from '../helpers/pooled.ts'

const BASE_FEE = 10n
const PLENTY = 10n ** 12n

describe('selection for a block', () => {
  it('takes the highest effective tip first, each sender in nonce order', () => {
    const { pool } = testPool()
    pool.add(pooled({ from: ALICE, nonce: 0n, tip: 1n }))
    pool.add(pooled({ from: ALICE, nonce: 1n, tip: 50n }))
    pool.add(pooled({ from: BOB, tip: 5n }))
    pool.add(pooled({ from: CAROL, feeCap: 12n, tip: 9n }))
    const taken = createSelection(pool, BASE_FEE).take(10, PLENTY)
    assert.deepEqual(
      taken.map(({ from, nonce }) => [from, nonce]),
      [
        [BOB, 0n],
        [CAROL, 0n],
        [ALICE, 0n],
        [ALICE, 1n],
      ],
    )
  })

  it('leaves what cannot pay the base fee, and what follows it', () => {
    const { pool } = testPool()
    pool.add(pooled({ nonce: 0n, feeCap: 9n, tip: 9n }))
    pool.add(pooled({ nonce: 1n }))
    assert.deepEqual(createSelection(pool, BASE_FEE).take(10, PLENTY), [])
  })

  it('goes on with what arrives later, and never offers a transaction twice', () => {
    const { pool } = testPool()
    const first = pooled({ nonce: 0n })
    const second = pooled({ nonce: 1n })
    pool.add(first)
    const selection = createSelection(pool, BASE_FEE)
    assert.deepEqual(selection.take(10, PLENTY), [first])
    assert.deepEqual(selection.take(10, PLENTY), [])
    pool.add(second)
    selection.offer(second)
    selection.offer(first)
    assert.deepEqual(selection.take(10, PLENTY), [second])
  })

  it('offers again what was returned, and nothing of a skipped sender', () => {
    const { pool } = testPool()
    const all = [0n, 1n, 2n].map((nonce) => pooled({ nonce }))
    for (const transaction of all) pool.add(transaction)
    const selection = createSelection(pool, BASE_FEE)
    assert.deepEqual(selection.take(10, PLENTY), all)
    for (const transaction of all.slice(1)) selection.returned(transaction)
    assert.deepEqual(selection.take(10, PLENTY), all.slice(1))
    selection.returned(all[2] as PooledTransaction)
    selection.skip(ALICE)
    assert.deepEqual(selection.take(10, PLENTY), [])
  })

  it('takes a replacement in place of what it replaced', () => {
    const { pool } = testPool()
    pool.add(pooled({}))
    const selection = createSelection(pool, BASE_FEE)
    const better = pooled({ feeCap: 200n, tip: 20n })
    pool.add(better)
    assert.deepEqual(selection.take(10, PLENTY), [better])
  })

  it('stops at the gas asked for, but takes one transaction of any size', () => {
    const { pool } = testPool()
    pool.add(pooled({ from: ALICE, gas: 5_000_000n, tip: 9n }))
    pool.add(pooled({ from: BOB, gas: 5_000_000n, tip: 8n }))
    const selection = createSelection(pool, BASE_FEE)
    assert.equal(selection.take(10, 1_000_000n).length, 1)
    assert.equal(selection.take(10, 1_000_000n).length, 1)
    assert.equal(selection.take(10, 1_000_000n).length, 0)
  })

  it('is gapless by sender and, of first nonces, falling in price', () => {
    const transaction = fc.record({
      sender: fc.constantFrom(ALICE, BOB, CAROL),
      tip: fc.integer({ min: 1, max: 80 }),
      feeCap: fc.integer({ min: 1, max: 80 }),
    })
    fc.assert(
      fc.property(
        fc.array(transaction, { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (list, size) => {
          const { pool } = testPool()
          const counts = new Map<string, bigint>()
          for (const { sender, tip, feeCap } of list) {
            const nonce = counts.get(sender) ?? 0n
            counts.set(sender, nonce + 1n)
            pool.add(
              pooled({
                from: sender,
                nonce,
                tip: BigInt(tip),
                feeCap: BigInt(Math.max(tip, feeCap)),
              }),
            )
          }
          const selection = createSelection(pool, BASE_FEE)
          const next = new Map<string, bigint>()
          const available = () =>
            [...pool.senders()].flatMap((sender) => {
              const head = sender.pending[Number(next.get(sender.address) ?? 0n)]
              return head === undefined || effectiveTip(head, BASE_FEE) < 0n ? [] : [head]
            })
          for (;;) {
            const batch = selection.take(size, PLENTY)
            for (const each of batch) {
              assert.equal(each.nonce, next.get(each.from) ?? 0n)
              const best = available().reduce((a, b) =>
                effectiveTip(b, BASE_FEE) > effectiveTip(a, BASE_FEE) ? b : a,
              )
              assert.equal(effectiveTip(each, BASE_FEE), effectiveTip(best, BASE_FEE))
              next.set(each.from, each.nonce + 1n)
            }
            if (batch.length === 0) break
          }
          assert.deepEqual(available(), [])
        },
      ),
    )
  })
})
