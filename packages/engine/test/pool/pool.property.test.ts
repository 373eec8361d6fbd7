import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { PoolError } from '../../src/errors.ts'
import { type PooledTransaction, slotsOf } from '../../src/pool/types.ts'
import { ALICE, BOB, CAROL, pooled, type TestPool, testPool } from '../helpers/pooled.ts'

const LIMITS = { accountSlots: 2, globalSlots: 8, accountQueue: 3, globalQueue: 4, lifetime: 200 }
const SENDERS = [ALICE, BOB, CAROL, `0x${'dd'.repeat(20)}`] as const

type Step =
  | { readonly kind: 'add'; readonly transaction: PooledTransaction }
  | { readonly kind: 'remove'; readonly index: number }
  | {
      readonly kind: 'head'
      readonly sender: number
      readonly nonce: number
      readonly balance: number
      readonly baseFee: number
    }

const add: fc.Arbitrary<Step> = fc
  .record({
    sender: fc.integer({ min: 0, max: SENDERS.length - 1 }),
    nonce: fc.integer({ min: 0, max: 7 }),
    feeCap: fc.integer({ min: 1, max: 60 }),
    tip: fc.integer({ min: 1, max: 60 }),
    cost: fc.integer({ min: 1, max: 400 }),
    size: fc.constantFrom(100, 100, 100, 40_000),
    authority: fc.option(fc.integer({ min: 0, max: SENDERS.length - 1 }), {
      nil: undefined,
      freq: 6,
    }),
  })
  .map(({ sender, nonce, feeCap, tip, cost, size, authority }) => ({
    kind: 'add',
    transaction: pooled({
      from: SENDERS[sender] as (typeof SENDERS)[number],
      nonce: BigInt(nonce),
      feeCap: BigInt(Math.max(feeCap, tip)),
      tip: BigInt(tip),
      cost: BigInt(cost),
      size,
      authorities: authority === undefined ? [] : [SENDERS[authority] as (typeof SENDERS)[number]],
    }),
  }))

/** For the same arguments the same transaction, but another object. */
const cheap = (from: typeof ALICE, nonce: bigint): Step => ({
  kind: 'add',
  transaction: pooled({ from, nonce, cost: 1n }),
})

const EXAMPLES: [Step[]][] = [
  [[cheap(ALICE, 0n), cheap(ALICE, 0n)]],
  // What follows a transaction that is removed is queued, and then more is queued than may be.
  [
    [
      ...[0n, 1n, 2n, 3n].map((nonce) => cheap(ALICE, nonce)),
      ...[1n, 2n].map((nonce) => cheap(BOB, nonce)),
      { kind: 'remove', index: 0 },
    ],
  ],
  [[0n, 1n, 2n, 3n, 4n].map((nonce) => cheap(ALICE, nonce)).concat({ kind: 'remove', index: 0 })],
]

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: add },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('head' as const),
      sender: fc.integer({ min: 0, max: SENDERS.length - 1 }),
      nonce: fc.integer({ min: 0, max: 7 }),
      balance: fc.integer({ min: 0, max: 3000 }),
      baseFee: fc.integer({ min: 0, max: 50 }),
    }),
  },
)

function checkInvariants({ pool }: TestPool): void {
  let pending = 0
  let queued = 0
  let slots = 0
  const seen = new Set<string>()
  for (const sender of pool.senders()) {
    const { state } = sender
    pending += sender.pending.length
    queued += sender.queued.length
    assert.ok(sender.pending.length + sender.queued.length > 0, 'no empty sender is kept')
    assert.ok(sender.queued.length <= LIMITS.accountQueue)
    let nonce = state.nonce
    let cost = 0n
    for (const transaction of sender.pending) {
      assert.equal(transaction.nonce, nonce++, 'executable transactions have no gap')
      cost += transaction.cost
    }
    assert.equal(sender.pendingCost, cost)
    assert.ok(cost <= state.balance, 'the executable transactions can be paid together')
    for (const transaction of sender.queued) {
      assert.ok(transaction.nonce >= nonce, 'queued transactions are in nonce order behind them')
      nonce = transaction.nonce + 1n
      assert.ok(transaction.cost <= state.balance)
    }
    for (const transaction of [...sender.pending, ...sender.queued]) {
      assert.equal(transaction.from, sender.address)
      assert.equal(pool.get(transaction.hash), transaction)
      seen.add(transaction.hash)
      slots += slotsOf(transaction)
    }
  }
  assert.equal(seen.size, pool.size, 'every transaction is in one list of its sender')
  assert.deepEqual([pool.pendingCount, pool.queuedCount], [pending, queued])
  assert.ok(slots <= LIMITS.globalSlots + LIMITS.globalQueue)
  assert.ok(queued <= LIMITS.globalQueue)
  const guaranteed = [...pool.senders()].every((s) => s.pending.length <= LIMITS.accountSlots)
  assert.ok(pending <= LIMITS.globalSlots || guaranteed)
}

function snapshot({ pool }: TestPool): string {
  return [...pool.senders()]
    .map(({ address, pending, queued }) =>
      [address, ...pending.map(({ hash }) => hash), '|', ...queued.map(({ hash }) => hash)].join(),
    )
    .sort()
    .join('\n')
}

describe('pool: properties', () => {
  it('keeps its lists gapless, ordered, payable and within limits through any steps', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const test = testPool(LIMITS)
        for (const sender of SENDERS) test.setState(sender, { balance: 2000n })
        for (const each of steps) {
          if (each.kind === 'add') {
            const before = snapshot(test)
            try {
              test.pool.add(each.transaction)
              assert.equal(test.pool.get(each.transaction.hash), each.transaction)
            } catch (error) {
              assert.ok(error instanceof PoolError, String(error))
              // Known by its hash; what is kept is the one that came first.
              assert.equal(
                test.pool.get(each.transaction.hash) !== undefined,
                error.code === 'alreadyKnown',
              )
              // Only a lack of room may cost others their place.
              if (error.code !== 'poolFull' && error.code !== 'accountLimit')
                assert.equal(snapshot(test), before)
            }
          } else if (each.kind === 'remove') {
            const all = [...test.pool.all()]
            const victim = all[each.index % Math.max(1, all.length)]
            if (victim !== undefined) assert.ok(test.pool.remove(victim.hash))
          } else {
            test.setState(SENDERS[each.sender] as (typeof SENDERS)[number], {
              nonce: BigInt(each.nonce),
              balance: BigInt(each.balance),
            })
            test.pool.reset({ baseFee: BigInt(each.baseFee), gasLimit: 30_000_000n })
          }
          checkInvariants(test)
        }
      }),
      { numRuns: 300, examples: EXAMPLES },
    )
  })

  it('never lets a replacement pay less', () => {
    fc.assert(
      fc.property(fc.array(add, { minLength: 2, maxLength: 40 }), (steps) => {
        const { pool } = testPool({
          ...LIMITS,
          globalSlots: 100,
          globalQueue: 100,
          accountQueue: 50,
        })
        const best = new Map<string, PooledTransaction>()
        for (const each of steps) {
          if (each.kind !== 'add') continue
          const { transaction } = each
          const place = `${transaction.from}/${transaction.nonce}`
          const before = best.get(place)
          try {
            pool.add(transaction)
          } catch {
            continue
          }
          if (before !== undefined) {
            assert.ok(transaction.feeCap * 100n >= ((before.feeCap * 110n) / 100n) * 100n)
            assert.ok(transaction.tip > before.tip && transaction.feeCap > before.feeCap)
            assert.equal(pool.get(before.hash), undefined)
          }
          best.set(place, transaction)
        }
      }),
      { numRuns: 200 },
    )
  })
})
