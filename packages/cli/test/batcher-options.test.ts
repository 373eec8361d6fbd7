import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { batcherOptions, parseBatcherOptions } from '../src/batcher-options.ts'
import { parseOptions, UsageError } from '../src/command.ts'
import { metricsOptions, parseMetricsOptions } from '../src/metrics-options.ts'
import { parseUpOptions } from '../src/up/options.ts'

const batcher = (...args: readonly string[]) =>
  parseBatcherOptions(parseOptions(batcherOptions, args).values)
const metrics = (...args: readonly string[]) =>
  parseMetricsOptions(parseOptions(metricsOptions, args).values)

describe('the options of the batcher', () => {
  it('say only what was asked for', () => {
    assert.deepEqual(batcher(), { settings: {}, throttle: {} })
    assert.deepEqual(batcher('--batch-type', '0', '--compression-algo', 'zlib').settings, {
      batchType: 'singular',
      compression: 'zlib',
    })
    assert.deepEqual(
      batcher(
        ...['--data-availability-type', 'blobs', '--max-channel-duration', '0'],
        ...['--resubmission-timeout', '12', '--max-pending-tx', '3'],
        ...['--throttle.unsafe-da-bytes-lower-threshold', '0'],
      ),
      {
        settings: {
          dataAvailabilityType: 'blobs',
          maxChannelDuration: 0,
          resubmissionTimeout: 12_000,
          maxPendingTransactions: 3,
        },
        throttle: { lowerThreshold: 0 },
      },
    )
  })

  it('take tips in gwei', () => {
    const tip = (text: string) => batcher('--txmgr.min-tip-cap', text).settings.minTipCap
    assert.equal(tip('1'), 1_000_000_000n)
    assert.equal(tip('0.05'), 50_000_000n)
    assert.equal(tip('12.000000001'), 12_000_000_001n)
    for (const wrong of ['0', '0.0', '-1', '1.', '.5', '1.0000000001', 'x', '1e3'])
      assert.throws(() => tip(wrong), UsageError)
  })

  it('are refused where they make no sense', () => {
    for (const args of [
      ['--batch-type', '2'],
      ['--batch-type', 'toString'],
      ['--compression-algo', 'gzip'],
      ['--data-availability-type', 'cheaper'],
      ['--max-blobs-per-tx', '10'],
      ['--target-num-frames', '0'],
      ['--poll-interval', 'soon'],
      ['--throttle.block-size-lower-limit', '0'],
    ])
      assert.throws(() => batcher(...args), UsageError)
  })
})

describe('the options of the metrics', () => {
  it('serve nothing unless asked to, and then only this machine', () => {
    assert.equal(metrics(), undefined)
    assert.equal(metrics('--metrics.port', '9000'), undefined)
    assert.deepEqual(metrics('--metrics'), { host: '127.0.0.1', port: 7300 })
    assert.deepEqual(metrics('--metrics', '--metrics.addr', '::', '--metrics.port', '0'), {
      host: '::',
      port: 0,
    })
    assert.throws(() => metrics('--metrics.port', '70000'), UsageError)
  })

  it('are options of altlayer up', () => {
    const options = parseUpOptions(['--metrics', '--max-pending-tx', '2'])
    assert.deepEqual(options.metrics, { host: '127.0.0.1', port: 7300 })
    assert.deepEqual(options.batcher.settings, { maxPendingTransactions: 2 })
    assert.equal(options.admin, false)
  })
})
