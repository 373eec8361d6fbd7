import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { CATCH_UP_BUILD_TIME, createSealingTime, nextSlot } from '../../src/sequencer/schedule.ts'

const slot = (parentTimestamp: bigint, now: number, transactionsWaiting = false) =>
  nextSlot({ parentTimestamp, blockTime: 1n, now, transactionsWaiting })

describe('the schedule of blocks', () => {
  it('seals a block at its timestamp and begins it one block time before', () => {
    assert.deepEqual(slot(100n, 99_000), { start: 100_000, seal: 101_000 })
    assert.deepEqual(slot(100n, 100_020), { start: 100_020, seal: 101_000 })
  })

  it('makes a late block at once', () => {
    assert.deepEqual(slot(100n, 160_000), { start: 160_000, seal: 160_000 })
  })

  it('gives a late block a moment for the transactions that wait', () => {
    const seal = 160_000 + CATCH_UP_BUILD_TIME
    assert.deepEqual(slot(100n, 160_000, true), { start: 160_000, seal })
  })

  it('never seals a block before its timestamp, nor begins one in the past', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 33n }),
        fc.bigInt({ min: 1n, max: 12n }),
        fc.integer({ min: 0, max: 2 ** 43 }),
        fc.boolean(),
        (parentTimestamp, blockTime, now, transactionsWaiting) => {
          const { start, seal } = nextSlot({ parentTimestamp, blockTime, now, transactionsWaiting })
          assert.ok(seal >= Number(parentTimestamp + blockTime) * 1_000)
          assert.ok(start >= now && seal >= start)
        },
      ),
    )
  })
})

describe('the time that sealing takes', () => {
  it('is nothing until a block with transactions has told', () => {
    const sealing = createSealingTime(1n)
    sealing.took(1, 30)
    assert.equal(sealing.lead(5_000), 0)
    sealing.took(5_000, 100)
    assert.equal(sealing.lead(5_000), 100)
    assert.equal(sealing.lead(500), 10)
    assert.equal(sealing.lead(0), 0)
  })

  it('follows what blocks take lately', () => {
    const sealing = createSealingTime(2n)
    for (let i = 0; i < 20; i++) sealing.took(1_000, 400)
    for (let i = 0; i < 20; i++) sealing.took(1_000, 50)
    assert.equal(sealing.lead(1_000), 50)
  })

  it('is never more than a quarter of the block time', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 12n }),
        fc.array(fc.tuple(fc.nat(20_000), fc.nat(100_000))),
        fc.nat(1_000_000),
        (blockTime, blocks, transactions) => {
          const sealing = createSealingTime(blockTime)
          for (const [count, milliseconds] of blocks) sealing.took(count, milliseconds)
          const lead = sealing.lead(transactions)
          assert.ok(lead >= 0 && lead <= sealing.most)
          assert.equal(sealing.most, Number(blockTime) * 250)
        },
      ),
    )
  })
})
