import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { eventually } from '../../launch/test/eventually.ts'
import { ANCHOR_STATE_REGISTRY_ABI } from '../src/l1/abi.ts'
import type { Sender } from '../src/l1/index.ts'
import {
  type Proposal,
  type Proposer,
  type ProposerEvent,
  type ProposerOptions,
  startProposer,
} from '../src/services.ts'
import {
  ANCHOR,
  type Court,
  falseOutput,
  GAME_TYPE,
  openCourt,
  trueOutput,
} from './support/court.ts'
import { startL1, type TestL1 } from './support/l1.ts'

const INTERVAL = 30n

describe('proposer', { concurrency: 1 }, () => {
  let l1: TestL1
  let court: Court
  let running: Proposer[] = []

  before(async () => {
    l1 = await startL1()
    court = await openCourt(l1)
    await l1.mineEvery(100)
  })
  afterEach(async () => {
    await Promise.all(running.map((each) => each.close()))
    running = []
  })
  after(() => l1?.stop())

  function propose(
    sender: Sender,
    newest: () => Promise<Proposal | undefined>,
    events: ProposerEvent[] = [],
    more: Partial<ProposerOptions> = {},
  ): Proposer {
    const proposer = startProposer({
      ...court.playerOptions(sender),
      newest,
      proposalInterval: INTERVAL,
      ...more,
      onEvent: (event) => events.push(event),
    })
    running.push(proposer)
    return proposer
  }
  const ofCreator = async (sender: Sender) =>
    (await court.snapshot()).games.filter(({ creator }) => creator === sender.address)

  it('proposes at an interval, also when restarted, settles its games and takes bonds back', async () => {
    const sender = l1.sender(1)
    const before = await l1.client.getBalance({ address: sender.address })
    let number = ANCHOR
    const newest = async () => ({ number, outputRoot: trueOutput(number) })
    const events: ProposerEvent[] = []
    const first = propose(sender, newest, events)
    await l1.mine(5)
    assert.equal((await ofCreator(sender)).length, 0, 'the anchor itself is not proposed')
    number++
    await eventually('a proposal', async () => (await ofCreator(sender)).length === 1)
    number++
    await first.close()
    propose(l1.sender(1), newest, events)
    await eventually('another', async () => {
      await l1.skip(2)
      return (await ofCreator(sender)).length === 2
    })
    const [a, b] = await ofCreator(sender)
    assert.ok(a && b)
    assert.deepEqual([a.l2BlockNumber, b.l2BlockNumber], [ANCHOR + 1n, ANCHOR + 2n])
    assert.ok(b.createdAt >= a.createdAt + INTERVAL)
    await eventually('bonds are back', async () => {
      await l1.skip(10)
      return events.filter(({ kind }) => kind === 'credit').length === 2
    })
    const looks = events.filter((event) => event.kind === 'games')
    assert.ok(looks.some(({ open, locked }) => open > 0 && locked > 0n))
    await eventually('nothing is locked', async () => {
      const last = events.findLast((event) => event.kind === 'games')
      return last?.open === 0 && last.locked === 0n && last.newest === ANCHOR + 2n
    })
    for (const { status } of await ofCreator(sender)) assert.equal(status, 'defender-wins')
    const after = await l1.client.getBalance({ address: sender.address })
    assert.ok(before - after < 10n ** 17n, 'only gas is spent')
    const [, anchored] = await l1.client.readContract({
      address: court.registry,
      abi: ANCHOR_STATE_REGISTRY_ABI,
      functionName: 'anchors',
      args: [GAME_TYPE],
    })
    assert.equal(anchored, ANCHOR + 2n)
  })

  it('ends its games while the rollup does not answer', async () => {
    const sender = l1.sender(2)
    const game = await court.create(sender, falseOutput(ANCHOR + 5n), ANCHOR + 5n)
    const events: ProposerEvent[] = []
    propose(sender, () => Promise.reject(new Error('no answer')), events)
    await eventually('it is resolved', async () => {
      await l1.skip(10)
      return (await court.game(game)).status !== 'in-progress'
    })
    assert.ok(events.some((event) => event.kind === 'failure' && event.reason === 'no answer'))
  })

  it('knows when it proposed last, though that game is over and older than its window', async () => {
    const sender = l1.sender(5)
    const interval = 100_000n
    const number = ANCHOR + 7n
    const outputRoot = trueOutput(number)
    await court.create(sender, outputRoot, number)
    const events: ProposerEvent[] = []
    const credited = () => events.some(({ kind }) => kind === 'credit')
    const more = { proposalInterval: interval, window: 1000n }
    const first = propose(sender, async () => undefined, events, more)
    await eventually('its bond is back', async () => {
      await l1.skip(10)
      return credited()
    })
    await first.close()
    await l1.skip(2000)
    await l1.mine()
    events.length = 0
    const next = { number: number + 1n, outputRoot: trueOutput(number + 1n) }
    propose(l1.sender(5), async () => next, events, more)
    await eventually('it looked twice', async () => {
      const looks = events.filter((event) => event.kind === 'games')
      return looks.length >= 2 && looks.every((look) => look.newest === number && look.open === 0)
    })
    assert.ok(!events.some(({ kind }) => kind === 'proposed'))
    await l1.skip(Number(interval))
    await eventually('the next proposal', async () =>
      events.some(({ kind }) => kind === 'proposed'),
    )
  })

  it('leaves games of others alone', async () => {
    // Beyond whatever the games before have moved the anchor to.
    const number = ANCHOR + 100n
    const game = await court.create(l1.sender(3), falseOutput(number), number)
    const events: ProposerEvent[] = []
    const sender = l1.sender(4)
    propose(sender, async () => undefined, events)
    await l1.skip(1000)
    await l1.mine()
    const looks = events.length
    await eventually('it looked often', () => events.length > looks + 5)
    assert.equal((await court.game(game)).status, 'in-progress')
    assert.deepEqual(
      events.filter(({ kind }) => kind !== 'games'),
      [],
    )
    assert.equal(await l1.client.getTransactionCount({ address: sender.address }), 0)
  })
})
