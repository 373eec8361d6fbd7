import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BLOOM, headerHash } from '@altlayer/protocol'
import { pino } from 'pino'
import type { L1Block } from '../../src/l1/client.ts'
import { followL1 } from '../../src/l1/follower.ts'
import { settle, simulatedClock } from '../helpers/clock.ts'
import { portal, systemConfigAddress, testHash } from '../helpers/config.ts'
import { type FakeL1, fakeL1, l1Block, l1Chain } from '../helpers/l1.ts'

function setup(client: FakeL1, confirmations = 0) {
  const clock = simulatedClock()
  const lines: { level: number; msg: string }[] = []
  const logger = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) })
  const follower = followL1({
    client,
    clock,
    logger,
    pollInterval: 1_000,
    confirmations,
    contracts: [portal],
  })
  return { clock, follower, messages: () => lines.map(({ msg }) => msg) }
}

const silence = 'L1 does not answer; blocks go on within the sequencer drift'
const chain = l1Chain(l1Block(10, 1_000), 6, 12)
const at = (index: number) => chain[index] as L1Block

describe('following L1', () => {
  it('knows the head after a poll', async () => {
    const client = fakeL1(chain, 11n)
    const { clock, follower } = setup(client)
    await settle()
    assert.equal(follower.heads().latest?.hash, at(1).hash)
    client.head = 13n
    await clock.advance(1_000)
    assert.equal(follower.heads().latest?.hash, at(3).hash)
    await follower.close()
  })

  it('keeps the logs of the followed contracts', async () => {
    const client = fakeL1(chain)
    const log = (address: typeof portal | typeof systemConfigAddress, logIndex: number) =>
      ({ address, topics: [testHash(1, 1)], data: '0x', logIndex }) as const
    client.receiptsOf = () => [
      { logs: [log(systemConfigAddress, 0), log(portal, 1)] },
      { logs: [log(portal, 2)] },
    ]
    const { follower } = setup(client)
    await settle()
    const epoch = await follower.epoch(12n, 500)
    assert.deepEqual(epoch?.logs, [log(portal, 1), log(portal, 2)])
    await follower.close()
  })

  it('does not ask for receipts where the bloom filter excludes them', async () => {
    const header = { ...at(0).header, logsBloom: EMPTY_BLOOM }
    const block = { header, hash: headerHash(header) }
    const client = fakeL1([block])
    const { follower } = setup(client)
    await settle()
    assert.deepEqual((await follower.epoch(10n, 500))?.logs, [])
    assert.deepEqual(
      client.calls.filter((call) => call.startsWith('receipts')),
      [],
    )
    await follower.close()
  })

  it('serves a block with its receipts once, from memory after that', async () => {
    const client = fakeL1(chain)
    const { follower } = setup(client)
    await settle()
    const [first, second] = await Promise.all([follower.epoch(12n, 500), follower.epoch(12n, 500)])
    assert.equal(first?.hash, at(2).hash)
    assert.equal(second, first)
    assert.equal(await follower.epoch(12n, 500), first)
    assert.equal(client.calls.filter((call) => call === 'block 12').length, 1)
    assert.equal(client.calls.filter((call) => call.startsWith('receipts')).length, 1)
    await follower.close()
  })

  it('gives no block before it has its confirmations', async () => {
    const client = fakeL1(chain, 14n)
    const { clock, follower } = setup(client, 2)
    await settle()
    assert.equal((await follower.epoch(12n, 500))?.hash, at(2).hash)
    assert.equal(await follower.epoch(13n, 500), undefined)
    client.head = 15n
    await clock.advance(1_000)
    assert.equal((await follower.epoch(13n, 500))?.hash, at(3).hash)
    await follower.close()
  })

  it('says once that L1 is silent, reminds, and says when it is back', async () => {
    const client = fakeL1(chain)
    const { clock, follower, messages } = setup(client)
    await settle()
    client.answers = false
    await clock.advance(10_000)
    assert.deepEqual(messages(), [silence])
    assert.ok(follower.silentSince() !== undefined)
    await clock.advance(30_000)
    assert.deepEqual(messages(), [silence, silence])
    client.answers = true
    await clock.advance(1_000)
    assert.equal(messages().at(-1), 'L1 answers again')
    assert.equal(follower.silentSince(), undefined)
    await follower.close()
  })

  it('gives up on a block that L1 does not tell in time, and has it later', async () => {
    const client = fakeL1(chain)
    const { clock, follower } = setup(client)
    await settle()
    let answer: () => void = () => {}
    const block = client.block
    client.block = async (ref) => {
      if (ref === 12n) await new Promise<void>((resolve) => (answer = resolve))
      return block(ref)
    }
    const early = follower.epoch(12n, 200)
    await clock.advance(200)
    assert.equal(await early, undefined)
    answer()
    await settle()
    assert.equal((await follower.epoch(12n, 200))?.hash, at(2).hash)
    await follower.close()
  })

  it('forgets blocks that a reorganisation replaced', async () => {
    const client = fakeL1(chain, 12n)
    const { clock, follower, messages } = setup(client)
    await settle()
    assert.equal((await follower.epoch(12n, 500))?.hash, at(2).hash)
    const fork = [...chain.slice(0, 2), ...l1Chain(l1Block(12, 1_030, at(1).hash, 7), 3, 12, 7)]
    client.chain = fork
    client.head = 13n
    await clock.advance(1_000)
    assert.deepEqual(messages(), ['L1 was reorganised'])
    assert.equal((await follower.epoch(12n, 500))?.hash, fork[2]?.hash)
    await follower.close()
  })
})
