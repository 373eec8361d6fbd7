import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Address, MAX_UINT64 } from '@altlayer/protocol'
import { PoolError, type PoolErrorCode } from '../../src/errors.ts'
import type { PooledTransaction } from '../../src/pool/types.ts'
import { ALICE, BOB, CAROL, GAS_LIMIT, HEAD, pooled, testPool } from '../helpers/pooled.ts'

/** Expects a refusal with this code and, since clients match on it, this text. */
function refused(run: () => void, code: PoolErrorCode, message: string | RegExp): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof PoolError)
    assert.equal(error.code, code)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  })
}

describe('pool: nonces', () => {
  it('queues what is behind a gap and promotes it when the gap closes', () => {
    const { pool, pending, queued, announced } = testPool()
    for (const nonce of [0n, 2n, 3n]) pool.add(pooled({ nonce }))
    assert.deepEqual([pending(ALICE), queued(ALICE)], [[0], [2, 3]])
    pool.add(pooled({ nonce: 1n }))
    assert.deepEqual([pending(ALICE), queued(ALICE)], [[0, 1, 2, 3], []])
    assert.deepEqual(
      announced.map(({ nonce }) => nonce),
      [0n, 1n, 2n, 3n],
    )
    assert.deepEqual([pool.pendingCount, pool.queuedCount], [4, 0])
  })

  it('refuses a nonce below the state and a transaction it has', () => {
    const { pool, setState } = testPool()
    setState(ALICE, { nonce: 5n })
    refused(
      () => pool.add(pooled({ nonce: 4n })),
      'nonceTooLow',
      'nonce too low: next nonce 5, tx nonce 4',
    )
    pool.add(pooled({ nonce: 5n }))
    refused(() => pool.add(pooled({ nonce: 5n })), 'alreadyKnown', 'already known')
  })

  it('queues the followers of a removed transaction', () => {
    const { pool, pending, queued } = testPool()
    const all = [0n, 1n, 2n].map((nonce) => pooled({ nonce }))
    for (const transaction of all) pool.add(transaction)
    pool.remove((all[1] as PooledTransaction).hash)
    assert.deepEqual([pending(ALICE), queued(ALICE)], [[0], [2]])
    assert.equal(pool.sender(ALICE)?.pendingCost, (all[0] as PooledTransaction).cost)
  })

  it('takes the largest nonce there is', () => {
    const { pool, queued } = testPool()
    pool.add(pooled({ nonce: MAX_UINT64 - 1n }))
    assert.equal(queued(ALICE).length, 1)
  })
})

describe('pool: replacement', () => {
  const first = pooled({ feeCap: 100n, tip: 10n })

  it('needs ten percent more of both fees', () => {
    const { pool } = testPool()
    pool.add(first)
    for (const fees of [
      { feeCap: 109n, tip: 11n },
      { feeCap: 110n, tip: 10n },
      { feeCap: 200n, tip: 10n },
      { feeCap: 100n, tip: 20n },
    ])
      refused(
        () => pool.add(pooled(fees)),
        'replacementUnderpriced',
        'replacement transaction underpriced',
      )
    const better = pooled({ feeCap: 110n, tip: 11n })
    pool.add(better)
    assert.equal(pool.get(first.hash), undefined)
    assert.equal(pool.get(better.hash), better)
    assert.equal(pool.size, 1)
    assert.equal(pool.sender(ALICE)?.pendingCost, better.cost)
  })

  it('needs one wei more where ten percent is nothing', () => {
    const { pool } = testPool({ priceLimit: 0n })
    pool.add(pooled({ feeCap: 1n, tip: 1n }))
    refused(
      () => pool.add(pooled({ feeCap: 1n, tip: 1n, gas: 22_000n })),
      'replacementUnderpriced',
      'replacement transaction underpriced',
    )
    pool.add(pooled({ feeCap: 2n, tip: 2n }))
  })

  it('replaces queued transactions by the same rule', () => {
    const { pool, queued } = testPool()
    pool.add(pooled({ nonce: 3n }))
    refused(
      () => pool.add(pooled({ nonce: 3n, feeCap: 105n, tip: 20n })),
      'replacementUnderpriced',
      'replacement transaction underpriced',
    )
    pool.add(pooled({ nonce: 3n, feeCap: 110n, tip: 11n }))
    assert.deepEqual(queued(ALICE), [3])
  })
})

describe('pool: funds', () => {
  it('refuses what the balance does not cover', () => {
    const { pool, setState } = testPool()
    setState(ALICE, { balance: 1000n })
    refused(
      () => pool.add(pooled({ cost: 1001n })),
      'insufficientFunds',
      'insufficient funds for gas * price + value: balance 1000, tx cost 1001, overshot 1',
    )
  })

  it('counts the executable transactions of the sender together', () => {
    const { pool, setState } = testPool()
    setState(ALICE, { balance: 1000n })
    pool.add(pooled({ nonce: 0n, cost: 600n }))
    refused(
      () => pool.add(pooled({ nonce: 1n, cost: 500n })),
      'insufficientFunds',
      'insufficient funds for gas * price + value: balance 1000, queued cost 600, tx cost 500, overshot 100',
    )
    pool.add(pooled({ nonce: 1n, cost: 400n }))
    // A replacement frees what it replaces.
    pool.add(pooled({ nonce: 1n, cost: 390n, feeCap: 200n, tip: 20n }))
  })

  it('counts what a rollup takes beyond gas, as exactly as it must', () => {
    const fees = (wei: bigint) => ({ of: () => wei, atMost: () => 2n * wei })
    const { pool, setState, pending } = testPool({}, { ...HEAD, rollupFees: fees(50n) })
    setState(ALICE, { balance: 1000n })
    refused(
      () => pool.add(pooled({ cost: 951n })),
      'insufficientFunds',
      'insufficient funds for gas * price + value: balance 1000, tx cost 1001, overshot 1',
    )
    pool.add(pooled({ cost: 950n }))
    setState(BOB, { balance: 1000n })
    pool.add(pooled({ from: BOB, nonce: 0n, cost: 600n }))
    refused(
      () => pool.add(pooled({ from: BOB, nonce: 1n, cost: 351n })),
      'insufficientFunds',
      'insufficient funds for gas * price + value: balance 1000, queued cost 600, tx cost 401, overshot 1',
    )
    pool.add(pooled({ from: BOB, nonce: 1n, cost: 350n }))
    // L1 becomes dearer than the sender can pay.
    setState(ALICE, { balance: 999n })
    pool.reset({ ...HEAD, rollupFees: fees(50n) })
    assert.deepEqual([pending(ALICE), pending(BOB)], [[], [0, 1]])
  })

  it('refuses senders with code that is no delegation', () => {
    const { pool, setState } = testPool()
    setState(ALICE, { code: 'contract' })
    refused(() => pool.add(pooled({})), 'senderNotEoa', /^sender not an eoa/)
  })
})

describe('pool: limits', () => {
  it('refuses gas above the block and tips below the minimum', () => {
    const { pool } = testPool({ priceLimit: 5n })
    refused(
      () => pool.add(pooled({ gas: GAS_LIMIT + 1n, cost: 1n })),
      'gasLimit',
      'exceeds block gas limit',
    )
    refused(() => pool.add(pooled({ tip: 4n })), 'underpriced', /^transaction underpriced/)
  })

  it('keeps the queue of a sender short', () => {
    const { pool, queued } = testPool({ accountQueue: 3 })
    for (const nonce of [2n, 3n, 4n]) pool.add(pooled({ nonce }))
    refused(() => pool.add(pooled({ nonce: 9n })), 'accountLimit', /^account limit exceeded/)
    // A lower nonce is nearer to execution: the highest makes room.
    pool.add(pooled({ nonce: 1n }))
    assert.deepEqual(queued(ALICE), [1, 2, 3])
  })

  it('evicts the cheapest when full, and only for something better', () => {
    const { pool } = testPool({ globalSlots: 2, globalQueue: 1, accountSlots: 1 })
    const cheap = pooled({ from: BOB, tip: 2n })
    pool.add(pooled({ from: ALICE, tip: 5n }))
    pool.add(cheap)
    pool.add(pooled({ from: ALICE, nonce: 5n, tip: 5n }))
    refused(
      () => pool.add(pooled({ from: CAROL, tip: 2n })),
      'underpriced',
      'transaction underpriced',
    )
    refused(
      () => pool.add(pooled({ from: CAROL, nonce: 7n, tip: 3n })),
      'futureReplacesPending',
      'future transaction tries to replace pending',
    )
    assert.equal(pool.get(cheap.hash), cheap, 'a refused transaction leaves the pool as it was')
    pool.add(pooled({ from: CAROL, tip: 3n }))
    assert.equal(pool.get(cheap.hash), undefined)
    assert.equal(pool.size, 3)
  })

  it('orders by what the producer gets at the base fee, not by the fee cap', () => {
    const { pool } = testPool(
      { globalSlots: 1, globalQueue: 1, accountSlots: 1 },
      { ...HEAD, baseFee: 95n },
    )
    const squeezed = pooled({ from: ALICE, feeCap: 100n, tip: 50n })
    pool.add(squeezed)
    pool.add(pooled({ from: BOB, feeCap: 300n, tip: 6n }))
    pool.add(pooled({ from: CAROL, feeCap: 300n, tip: 7n }))
    assert.equal(pool.get(squeezed.hash), undefined)
  })

  it('cuts the longest sender when there are too many executable ones', () => {
    const { pool, pending } = testPool({ globalSlots: 4, accountSlots: 1, globalQueue: 10 })
    for (const nonce of [0n, 1n, 2n]) pool.add(pooled({ from: ALICE, nonce }))
    pool.add(pooled({ from: BOB }))
    pool.add(pooled({ from: CAROL }))
    assert.deepEqual([pending(ALICE), pending(BOB), pending(CAROL)], [[0, 1], [0], [0]])
    refused(() => pool.add(pooled({ from: ALICE, nonce: 2n })), 'poolFull', 'txpool is full')
  })

  it('counts a slot for every 32 KiB', () => {
    const { pool } = testPool({ globalSlots: 3, globalQueue: 1 })
    pool.add(pooled({ from: ALICE, size: 100 * 1024 }))
    refused(
      () => pool.add(pooled({ from: BOB, tip: 9n })),
      'underpriced',
      'transaction underpriced',
    )
  })

  it('forgets queued transactions after their lifetime', () => {
    const { pool, queued, advance } = testPool({ lifetime: 1000 })
    pool.add(pooled({ nonce: 4n }))
    pool.add(pooled({ nonce: 0n, from: BOB }))
    advance(2000)
    pool.reset(HEAD)
    assert.deepEqual(queued(ALICE), [])
    assert.equal(pool.size, 1)
  })
})

describe('pool: delegated accounts (EIP-7702)', () => {
  it('lets one transaction of a delegated account wait', () => {
    const { pool, setState } = testPool()
    setState(ALICE, { code: 'delegated' })
    refused(
      () => pool.add(pooled({ nonce: 1n })),
      'delegationLimit',
      'gapped-nonce tx from delegated accounts',
    )
    pool.add(pooled({}))
    refused(
      () => pool.add(pooled({ nonce: 1n })),
      'delegationLimit',
      'in-flight transaction limit reached for delegated accounts',
    )
    pool.add(pooled({ feeCap: 200n, tip: 20n }))
  })

  it('treats an account with a waiting authorization as delegated, until that is gone', () => {
    const { pool } = testPool()
    const authorization = pooled({ from: BOB, type: 4, authorities: [ALICE] })
    pool.add(authorization)
    pool.add(pooled({}))
    refused(
      () => pool.add(pooled({ nonce: 1n })),
      'delegationLimit',
      'in-flight transaction limit reached for delegated accounts',
    )
    pool.remove(authorization.hash)
    pool.add(pooled({ nonce: 1n }))
  })

  it('refuses an authorization of an account with several transactions', () => {
    const { pool } = testPool()
    for (const nonce of [0n, 1n]) pool.add(pooled({ nonce }))
    refused(
      () => pool.add(pooled({ from: BOB, type: 4, authorities: [ALICE] })),
      'authorityReserved',
      /^authority already reserved/,
    )
  })
})

describe('pool: a new head', () => {
  it('drops what was mined and keeps the rest executable', () => {
    const { pool, setState, pending } = testPool()
    for (const nonce of [0n, 1n, 2n]) pool.add(pooled({ nonce }))
    setState(ALICE, { nonce: 2n })
    pool.reset(HEAD)
    assert.deepEqual(pending(ALICE), [2])
    assert.equal(pool.size, 1)
  })

  it('drops what can no longer be paid and queues what followed it', () => {
    const { pool, setState, pending, queued } = testPool()
    pool.add(pooled({ nonce: 0n, cost: 100n }))
    pool.add(pooled({ nonce: 1n, cost: 900n }))
    pool.add(pooled({ nonce: 2n, cost: 100n }))
    setState(ALICE, { balance: 500n })
    pool.reset(HEAD)
    assert.deepEqual([pending(ALICE), queued(ALICE)], [[0], [2]])
  })

  it('queues when a reorganisation took the nonces back', () => {
    const { pool, setState, pending, queued } = testPool()
    setState(ALICE, { nonce: 3n })
    pool.add(pooled({ nonce: 3n }))
    setState(ALICE, { nonce: 1n })
    pool.reset(HEAD)
    assert.deepEqual([pending(ALICE), queued(ALICE)], [[], [3]])
    pool.add(pooled({ nonce: 1n }))
    pool.add(pooled({ nonce: 2n }))
    assert.deepEqual([pending(ALICE), queued(ALICE)], [[1, 2, 3], []])
  })

  it('announces what becomes executable', () => {
    const { pool, setState, announced } = testPool()
    pool.add(pooled({ nonce: 1n }))
    assert.equal(announced.length, 0)
    setState(ALICE, { nonce: 1n })
    pool.reset(HEAD)
    assert.equal(announced.length, 1)
  })

  it('forgets senders without transactions', () => {
    const { pool, setState } = testPool()
    const senders: Address[] = [ALICE, BOB]
    for (const from of senders) pool.add(pooled({ from }))
    setState(ALICE, { nonce: 1n })
    pool.reset(HEAD)
    assert.deepEqual(
      [...pool.senders()].map(({ address }) => address),
      [BOB],
    )
  })
})
