import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { formatLine } from '../src/up/log.ts'
import { parseUpOptions } from '../src/up/options.ts'
import { externalKeys } from '../src/up/output-root-keys.ts'
import { assertFree } from '../src/up/ports.ts'
import { createReporter } from '../src/up/report.ts'
import { listenForStop } from '../src/up/signals.ts'

describe('the options of altlayer up', () => {
  it('have the documented defaults', () => {
    const options = parseUpOptions([])
    assert.equal(options.l1Port, 8_545)
    assert.equal(options.l2Port, 9_545)
    assert.equal(options.host, '127.0.0.1')
    assert.deepEqual(options.cors, ['*'])
    assert.deepEqual(options.vhosts, ['localhost'])
    assert.equal(options.proposalInterval, 30)
    assert.equal(options.vital, true)
    assert.ok(!('l1Url' in options || 'l2BlockTime' in options || 'l2ChainId' in options))
  })

  it('may be repeated where several values make sense', () => {
    const origins = ['https://a.example', 'https://b.example']
    assert.deepEqual(parseUpOptions(origins.flatMap((o) => ['--cors', o])).cors, origins)
  })
})

describe('output roots', () => {
  const key = (digit: string) => `0x${digit.repeat(64)}`

  it('are neither proposed nor disputed when nobody should', () => {
    const options = parseUpOptions(['--proposal-interval', '0', '--no-vital'])
    assert.ok(!('proposalInterval' in options))
    assert.equal(options.vital, false)
  })

  it('need keys of accounts of their own on an L1 of someone else', () => {
    const names = ['ALTLAYER_DEPLOYER_KEY', 'ALTLAYER_PROPOSER_KEY', 'ALTLAYER_VITAL_KEY'] as const
    const [deployer, proposer, player] = names
    assert.deepEqual(externalKeys({ [deployer]: key('1') }), {
      proposer: undefined,
      player: undefined,
    })
    const all = { [deployer]: key('1'), [proposer]: key('2'), [player]: key('a') }
    assert.deepEqual(externalKeys(all), { proposer: key('2'), player: key('a') })
    for (const [a, b] of [
      [proposer, deployer],
      [player, deployer],
      [player, proposer],
    ] as const) {
      assert.throws(
        () => externalKeys({ ...all, [a]: key('b'), [b]: key('B') }),
        (error: Error) =>
          error.name === 'CommandError' &&
          error.message.includes(`${a} and ${b} hold the same key`) &&
          !error.message.toLowerCase().includes('bbbb'),
      )
    }
    assert.throws(() => externalKeys({ [player]: '0x12' }), /ALTLAYER_VITAL_KEY must hold a key/)
  })
})

describe('a port', () => {
  it('that is free is fine', async () => {
    await assertFree({ port: 0, host: '127.0.0.1', purpose: 'L1', option: '--l1-port' })
  })

  it('that is taken is named, with the option that chooses another', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address && typeof address === 'object')
    const { port } = address
    await assert.rejects(
      assertFree({ port, host: '127.0.0.1', purpose: 'L2', option: '--l2-port' }),
      {
        name: 'CommandError',
        message: `port ${port} for L2 is in use by another program; stop that program or choose another port with --l2-port`,
      },
    )
    server.close()
  })

  it('on an address that the machine does not have is refused', async () => {
    const wanted = { port: 0, host: '192.0.2.1', purpose: 'L2', option: '--l2-port' }
    await assert.rejects(assertFree(wanted), /no address 192\.0\.2\.1.*--host/)
  })
})

describe('the report', () => {
  it('shows steps as they are done, and counts those that were done before', () => {
    const lines: string[] = []
    const reporter = createReporter((line) => lines.push(line.replace(/^ *[\d.]+ s/, 'T')))
    reporter.launch({ stage: 'l1', message: 'L1 chain 900' })
    reporter.launch({ stage: 'deploy', message: 'Portal', done: 1, total: 3, found: true })
    reporter.launch({ stage: 'deploy', message: 'Bridge', done: 2, total: 3, found: true })
    reporter.launch({ stage: 'deploy', message: 'Factory', done: 3, total: 3 })
    reporter.launch({ stage: 'deploy', message: 'verified' })
    assert.deepEqual(lines, [
      'T  L1       L1 chain 900',
      'T  deploy   3/3 Factory',
      'T  deploy   2 steps were done already',
      'T  deploy   verified',
    ])
  })

  it('shows a log record on one line', () => {
    const record = { level: 40, time: 0, msg: 'L1 does not answer', seconds: 30, reason: 'timeout' }
    assert.equal(
      formatLine(record),
      '00:00:00  warn   L1 does not answer  seconds=30  reason=timeout',
    )
    const failed = { level: 50, time: 0, msg: 'no block', err: { message: 'disk full' } }
    assert.equal(formatLine(failed), '00:00:00  error  no block  (disk full)')
  })
})

describe('Ctrl-C', () => {
  it('passed on by every launcher above counts once, later again it forces', (t) => {
    let now = 0
    t.mock.method(performance, 'now', () => now)
    const stop = listenForStop()
    try {
      process.emit('SIGINT')
      process.emit('SIGINT')
      assert.equal(stop.graceful.aborted, true)
      assert.equal(stop.forced.aborted, false)
      now = 2_000
      process.emit('SIGINT')
      assert.equal(stop.forced.aborted, true)
    } finally {
      stop.dispose()
    }
  })
})
