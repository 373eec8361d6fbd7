import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Block } from '@altlayer/engine'
import { decodeTransaction, hexToBytes, parseL1Attributes } from '@altlayer/protocol'
import { pino } from 'pino'
import { createTurns } from '../../src/chain/turns.ts'
import type { Clock } from '../../src/clock.ts'
import type { L1Block } from '../../src/l1/client.ts'
import { followL1 } from '../../src/l1/follower.ts'
import { startSequencer } from '../../src/sequencer/sequencer.ts'
import { settle, simulatedClock } from '../helpers/clock.ts'
import { portal, testConfig, testHash } from '../helpers/config.ts'
import { fakeEngine, unexecutedBlock } from '../helpers/engine.ts'
import { fakeL1, l1Block, l1Chain } from '../helpers/l1.ts'

const l1Genesis = l1Block(10, 1_000)
/** L1 blocks every 4 s from 1000 on. */
const chain = l1Chain(l1Genesis, 40, 4)
const genesisBlock: Block = {
  ...unexecutedBlock(
    { hash: testHash(0, 0), number: -1n },
    { timestamp: 1_000n, prevRandao: testHash(0, 0), feeRecipient: portal, gasLimit: 60_000_000n },
  ),
  transactions: [],
}

/** A network at time 1000 s: both chains at genesis. */
function setup(options: { blockTime?: number; l1?: readonly L1Block[] } = {}) {
  const config = testConfig({
    l1Genesis: { number: 10, hash: l1Genesis.hash },
    l2GenesisHash: genesisBlock.hash,
    blockTime: options.blockTime ?? 1,
  })
  const clock = simulatedClock(1_000_000)
  /** Milliseconds that the sequencer's clock is ahead of everybody else's. */
  const skew = { ms: 0 }
  const own: Clock = { ...clock, now: () => clock.now() + skew.ms }
  const lines: string[] = []
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line).msg) })
  const client = fakeL1(options.l1 ?? chain, 10n)
  const engine = fakeEngine(genesisBlock, clock)
  const start = () => {
    const follower = followL1({
      client,
      clock,
      logger,
      pollInterval: 500,
      confirmations: 0,
      contracts: [portal],
    })
    const sequencer = startSequencer({
      turns: createTurns(),
      config,
      engine,
      client,
      follower,
      l1Genesis,
      clock: own,
      logger,
    })
    return {
      async close() {
        await sequencer.close()
        await follower.close()
      },
    }
  }
  /** Lets `seconds` pass; L1 has its blocks on time. */
  const run = async (seconds: number, l1Mines = true) => {
    for (let step = 0; step < seconds * 2; step++) {
      await clock.advance(500)
      if (!l1Mines) continue
      const due = client.chain.filter(
        ({ header }) => Number(header.timestamp) * 1_000 <= clock.now(),
      )
      client.head = due.at(-1)?.header.number ?? 10n
    }
  }
  return { clock, skew, client, engine, lines, start, run }
}

function originOf({ transactions }: Block): bigint {
  const transaction = decodeTransaction(transactions[0] as Uint8Array)
  return parseL1Attributes(hexToBytes(transaction.data)).number
}

const timestamps = (blocks: readonly { block: Block }[]) =>
  blocks.map(({ block }) => Number(block.header.timestamp))

const secondsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + index)

describe('a sequencer', () => {
  it('seals a block every second at its timestamp and follows L1', async () => {
    const { engine, start, run } = setup()
    const node = start()
    await run(20)
    assert.deepEqual(timestamps(engine.sealed), secondsFrom(1_001, 20))
    for (const { block, at } of engine.sealed) {
      assert.equal(at, Number(block.header.timestamp) * 1_000)
      const age = Number(block.header.timestamp) - (1_000 + 4 * Number(originOf(block) - 10n))
      assert.ok(age >= 0 && age < 4 + 2, `origin ${originOf(block)} is ${age} s old`)
    }
    await node.close()
  })

  it('begins to seal a full block so early that it is there at its timestamp', async () => {
    const { engine, start, run } = setup()
    const node = start()
    engine.pendingTransactions = 5_000
    engine.sealingTime = 120
    await run(10)
    const delays = engine.sealed.map(({ block, at }) => at - Number(block.header.timestamp) * 1_000)
    assert.equal(delays[0], 120)
    assert.ok(
      delays.slice(1).every((delay) => Math.abs(delay) <= 1),
      `${delays}`,
    )
    // Without transactions there is nothing to seal but a header.
    engine.pendingTransactions = 0
    engine.sealingTime = 0
    await run(5)
    const last = engine.sealed.at(-1)
    assert.equal(last?.at, Number(last?.block.header.timestamp) * 1_000)
    await node.close()
  })

  it('makes the blocks that a pause left out, with their timestamps, and is on time again', async () => {
    const { clock, engine, start, run } = setup()
    const first = start()
    await run(5)
    await first.close()
    const made = engine.sealed.length
    await run(60)
    assert.equal(engine.sealed.length, made)
    const second = start()
    await settle()
    await run(3)
    const all = timestamps(engine.sealed)
    assert.deepEqual(all, secondsFrom(1_001, all.length))
    assert.ok(Number(all.at(-1)) >= clock.now() / 1_000 - 1)
    await second.close()
  })

  it('finishes the open block when it is closed', async () => {
    const { engine, start, run } = setup({ blockTime: 10 })
    const node = start()
    await run(4)
    assert.equal(engine.sealed.length, 0)
    await node.close()
    assert.deepEqual(timestamps(engine.sealed), [1_010])
  })

  it('goes on without L1 as far as the drift allows, waits, and recovers', async () => {
    const late = [...chain.slice(0, 3), ...l1Chain(l1Block(13, 3_500, chain[2]?.hash), 3, 4)]
    const { client, engine, lines, start, run } = setup({ l1: late })
    const node = start()
    await run(12)
    client.answers = false
    await run(2_000, false)
    // The last origin is of second 1008; 1800 s later nothing can be built.
    assert.equal(Number(engine.sealed.at(-1)?.block.header.timestamp), 2_808)
    assert.ok(engine.attributes.every((attributes) => attributes.noTxPool === false))
    assert.ok(lines.some((line) => line.startsWith('past the sequencer drift')))
    client.answers = true
    await run(600)
    const last = engine.sealed.at(-1)?.block as Block
    assert.ok(originOf(last) >= 13n)
    // Between the drift's end and the next origin: deposits only.
    const deposits = engine.attributes.filter((attributes) => attributes.noTxPool)
    assert.equal(deposits.length, 3_500 - 2_809)
    assert.ok(lines.includes('L1 answers again'))
    assert.ok(lines.includes('L1 goes on: making blocks again'))
    await node.close()
  })

  it('makes nothing while its clock was set back, and goes on at once when that is put right', async () => {
    const { engine, skew, start, run } = setup()
    const node = start()
    await run(10)
    skew.ms = -3_600_000
    await run(30)
    const made = engine.sealed.length
    assert.ok(made <= 11)
    skew.ms = 0
    await run(3)
    assert.deepEqual(timestamps(engine.sealed), secondsFrom(1_001, 43))
    await node.close()
  })

  it('goes ahead with a clock that was set ahead, on the L1 blocks there are, and waits until time has come', async () => {
    const { engine, skew, start, run } = setup()
    const node = start()
    await run(10)
    skew.ms = 100_000
    await run(10)
    const made = engine.sealed.length
    assert.ok(made >= 119 && made <= 120, `${made}`)
    // The origins are those that L1 has by now: a clock does not make L1 blocks.
    assert.ok(engine.sealed.every(({ block }) => originOf(block) <= 15n))
    skew.ms = 0
    await run(95)
    assert.ok(engine.sealed.length <= made + 1)
    await run(10)
    assert.deepEqual(timestamps(engine.sealed), secondsFrom(1_001, 125))
    await node.close()
  })

  it('ends at the drift with a clock that is far ahead, and goes on as L1 does', async () => {
    const { engine, skew, lines, start, run } = setup()
    const node = start()
    await run(10)
    skew.ms = 10_000_000
    await run(20)
    const last = engine.sealed.at(-1)?.block as Block
    const origin = 1_000 + 4 * Number(originOf(last) - 10n)
    assert.equal(Number(last.header.timestamp), origin + 1_800)
    assert.ok(lines.some((line) => line.startsWith('past the sequencer drift')))
    skew.ms = 0
    await run(20)
    assert.deepEqual(timestamps(engine.sealed), secondsFrom(1_001, engine.sealed.length))
    await node.close()
  })

  it('leaves an origin that L1 reorganised away', async () => {
    const { client, engine, lines, start, run } = setup()
    const node = start()
    await run(14)
    assert.equal(originOf(engine.block({ tag: 'latest' }) as Block), 13n)
    const fork = l1Chain(l1Block(12, 1_009, chain[1]?.hash, 7), 20, 4, 7)
    client.chain = [...chain.slice(0, 2), ...fork]
    await run(12)
    assert.ok(lines.some((line) => line.startsWith('L1 was reorganised: L2 goes back')))
    const head = engine.block({ tag: 'latest' }) as Block
    assert.ok(originOf(head) >= 14n)
    for (let block = head; block.header.number > 0n; ) {
      const origin = client.chain.find(({ header }) => header.number === originOf(block))
      const [first] = block.transactions
      const { data } = decodeTransaction(first as Uint8Array)
      assert.equal(parseL1Attributes(hexToBytes(data)).hash, origin?.hash)
      block = engine.block({ hash: block.header.parentHash }) as Block
    }
    await node.close()
  })

  it('tries again what the engine could not do', async () => {
    const { engine, lines, start, run } = setup()
    const node = start()
    await run(2)
    engine.failures = 2
    await run(4)
    assert.equal(lines.filter((line) => line.startsWith('no block could be made')).length, 2)
    assert.deepEqual(timestamps(engine.sealed), secondsFrom(1_001, 6))
    await node.close()
  })
})
