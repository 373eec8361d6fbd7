import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { calldataGas, costOf, type L1Prices } from '../../src/batcher/costs.ts'
import { type Fees, raisedFees, suggestedFees } from '../../src/batcher/fees.ts'
import {
  BatcherSettingError,
  DEFAULT_BATCHER_SETTINGS,
  frameSize,
  resolveSettings,
} from '../../src/batcher/settings.ts'
import { DEFAULT_THROTTLE, resolveThrottle, throttleFor } from '../../src/batcher/throttle.ts'

const GWEI = 1_000_000_000n
const prices: L1Prices = { baseFee: GWEI, blobBaseFee: 1n, tip: GWEI, calldataFloor: true }

describe('what posting costs', () => {
  it('is gas by the bytes: 4 and 16 each, 10 and 40 since Prague', () => {
    const data = Uint8Array.of(0, 0, 1, 2, 3)
    assert.equal(calldataGas(data, prices), 21_000n + 2n * 10n + 3n * 40n)
    assert.equal(
      calldataGas(data, { ...prices, calldataFloor: false }),
      21_000n + 2n * 4n + 3n * 16n,
    )
    assert.equal(calldataGas(new Uint8Array(0), prices), 21_000n)
  })

  it('counts a transaction for each piece of calldata, and for as many blobs as fit into one', () => {
    const piece = new Uint8Array(100).fill(1)
    const pieces = Array.from({ length: 7 }, () => piece)
    assert.equal(costOf('calldata', pieces, 6, prices), 7n * 25_000n * 2n * GWEI)
    assert.equal(costOf('blobs', pieces, 6, prices), 2n * 21_000n * 2n * GWEI + 7n * 131_072n)
    assert.equal(costOf('blobs', pieces, 9, prices), 21_000n * 2n * GWEI + 7n * 131_072n)
  })

  it('favours blobs while they are cheap, calldata when they are dear', () => {
    const pieces = [new Uint8Array(2_000).fill(1)]
    const cheaper = (of: L1Prices) =>
      costOf('blobs', pieces, 6, of) < costOf('calldata', pieces, 6, of)
    assert.ok(cheaper(prices))
    assert.ok(!cheaper({ ...prices, blobBaseFee: 100n * GWEI }))
    // 80 000 gas less at 2 gwei for 131 072 of blob gas.
    const even = (80_000n * 2n * GWEI) / 131_072n
    assert.ok(cheaper({ ...prices, blobBaseFee: even - 1n }))
    assert.ok(!cheaper({ ...prices, blobBaseFee: even }))
  })
})

describe('fees', () => {
  const wei = fc.bigInt({ min: 0n, max: 10n ** 15n })
  const anyPrices = fc.record({
    baseFee: wei,
    blobBaseFee: wei,
    tip: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    calldataFloor: fc.boolean(),
  })

  it('are enough for twice the base fees', () => {
    assert.deepEqual(suggestedFees({ ...prices, blobBaseFee: 3n * GWEI }), {
      maxFeePerGas: 3n * GWEI,
      maxPriorityFeePerGas: GWEI,
      maxFeePerBlobGas: 6n * GWEI,
    })
    assert.equal(suggestedFees(prices).maxFeePerBlobGas, GWEI)
  })

  it('are raised as L1 asks: by 10 %, with blobs to the double, and never below what the moment asks for', () => {
    fc.assert(
      fc.property(anyPrices, anyPrices, fc.boolean(), (before, now, blobs) => {
        const first = suggestedFees(before)
        const raised = raisedFees(first, blobs ? 'blobs' : 'calldata', now)
        const asked = suggestedFees(now)
        if (raised === undefined) return
        for (const name of Object.keys(first) as (keyof Fees)[]) {
          assert.ok(raised[name] * 100n >= first[name] * (blobs ? 200n : 110n))
          assert.ok(raised[name] > first[name] || first[name] === 0n)
          assert.ok(raised[name] >= asked[name])
        }
      }),
    )
  })

  it('end somewhere: five times what the moment asks for, or 100 gwei', () => {
    let fees = suggestedFees(prices)
    for (let i = 0; i < 100; i++) fees = raisedFees(fees, 'blobs', prices) ?? fees
    assert.ok(fees.maxFeePerGas <= 100n * GWEI && fees.maxFeePerGas > 40n * GWEI)
    assert.equal(raisedFees({ ...fees, maxFeePerGas: 99n * GWEI }, 'blobs', prices), undefined)
    // What blobs cost is no matter for calldata.
    const dear = { ...fees, maxFeePerGas: GWEI, maxFeePerBlobGas: 10n ** 20n }
    assert.notEqual(raisedFees(dear, 'calldata', prices), undefined)
  })
})

describe('throttling', () => {
  const settings = DEFAULT_THROTTLE

  it('begins above the lower threshold and is full at the upper one', () => {
    const none = { intensity: 0, maxTxSize: 0, maxBlockSize: 0 }
    assert.deepEqual(throttleFor(settings, 0), none)
    assert.deepEqual(throttleFor(settings, settings.lowerThreshold), none)
    assert.deepEqual(throttleFor(settings, settings.lowerThreshold + 1), {
      intensity: 1 / 9_600_000,
      maxTxSize: 20_000,
      maxBlockSize: 130_000,
    })
    assert.deepEqual(throttleFor(settings, 8_000_000), {
      intensity: 0.5,
      maxTxSize: 10_075,
      maxBlockSize: 66_000,
    })
    for (const bytes of [settings.upperThreshold, 1e12])
      assert.deepEqual(throttleFor(settings, bytes), {
        intensity: 1,
        maxTxSize: 150,
        maxBlockSize: 2_000,
      })
  })

  it('never loosens while more waits', () => {
    fc.assert(
      fc.property(fc.nat(20_000_000), fc.nat(20_000_000), (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((n) => throttleFor(settings, n))
        assert.ok(less && more && less.intensity <= more.intensity)
        if (less.intensity > 0) assert.ok(less.maxBlockSize >= more.maxBlockSize)
      }),
    )
  })

  it('has thresholds and limits that make sense', () => {
    assert.deepEqual(resolveThrottle({}), DEFAULT_THROTTLE)
    for (const wrong of [
      { lowerThreshold: -1 },
      { txSizeLowerLimit: 0 },
      { blockSizeUpperLimit: 1.5 },
      { upperThreshold: 100 },
      { blockSizeLowerLimit: 200_000 },
    ])
      assert.throws(() => resolveThrottle(wrong), BatcherSettingError)
  })

  it('is off with a threshold of 0', () => {
    assert.equal(throttleFor({ ...settings, lowerThreshold: 0 }, 1e12).intensity, 0)
  })
})

describe('settings', () => {
  it('have defaults, and ranges', () => {
    assert.deepEqual(resolveSettings({}), DEFAULT_BATCHER_SETTINGS)
    assert.equal(resolveSettings({ maxPendingTransactions: 3 }).maxPendingTransactions, 3)
    for (const wrong of [
      { maxBlobsPerTransaction: 10 },
      { targetNumFrames: 0 },
      { maxL1TxSize: 24 },
      { pollInterval: 1.5 },
      { resubmissionTimeout: Number.NaN },
      { minTipCap: 0n },
    ])
      assert.throws(() => resolveSettings(wrong), BatcherSettingError)
  })

  it('give frames that fill a blob, or calldata, with the version byte', () => {
    const blob = new Uint8Array(frameSize(DEFAULT_BATCHER_SETTINGS, 'blobs') + 1)
    encodeBlob(blob)
    assert.throws(() => encodeBlob(new Uint8Array(blob.length + 1)))
    assert.equal(frameSize(DEFAULT_BATCHER_SETTINGS, 'calldata'), 119_999)
  })
})
