import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { BatcherEvent } from '../../src/batcher/state.ts'
import { createSimulation, type Simulation } from './simulation.ts'

const DURATION = { maxChannelDuration: 1, numConfirmations: 1, resubmissionTimeout: 10_000 }

/** One turn of everything: a block on L1, derivation, the batcher. */
function turn(world: Simulation, times = 1): void {
  for (let i = 0; i < times; i++) {
    world.step()
    world.mine()
    world.derive()
    world.pass(2_000)
  }
  world.step()
}

/** A block, and the transaction that posts it in L1's pool. */
function sendOne(world: Simulation): void {
  world.build()
  for (let i = 0; i < 10 && world.pool.length === 0; i++) {
    world.mine()
    world.derive()
    world.step()
  }
  assert.equal(world.pool.length, 1)
}

const kinds = (world: Simulation) => world.events.map(({ kind }) => kind)
const of = <K extends BatcherEvent['kind']>(world: Simulation, kind: K) =>
  world.events.filter((event): event is Extract<BatcherEvent, { kind: K }> => event.kind === kind)

/** Every block of the chain is safe, and was posted once. */
function assertPostedOnce(world: Simulation): void {
  const safe = world.derivedChain()
  assert.equal(safe.at(-1)?.hash, world.l2.at(-1)?.hash)
  for (const { hash } of world.l2.slice(1)) assert.equal(world.posted().get(hash), 1)
}

describe('the batcher', () => {
  it('posts every block once', () => {
    const world = createSimulation({ settings: DURATION })
    for (let i = 0; i < 20; i++) {
      world.build()
      turn(world)
    }
    turn(world, 4)
    assertPostedOnce(world)
    assert.equal(of(world, 'channel-lost').length, 0)
    assert.equal(of(world, 'reset').length, 0)
    assert.equal(world.state.transactions.length, 0)
  })

  it('keeps a channel open for its duration', () => {
    const world = createSimulation({ settings: { ...DURATION, maxChannelDuration: 4 } })
    turn(world)
    for (let i = 0; i < 3; i++) {
      world.build()
      turn(world)
      assert.equal(of(world, 'channel-closed').length, 0)
    }
    turn(world, 3)
    const [closed] = of(world, 'channel-closed')
    assert.deepEqual([closed?.from, closed?.to, closed?.reason], [1n, 3n, 'duration'])
    assertPostedOnce(world)
  })

  it('closes a channel that is full, and has several channels and transactions under way', () => {
    const world = createSimulation({
      settings: {
        ...DURATION,
        ...{ maxChannelDuration: 1_000, targetNumFrames: 2, maxL1TxSize: 2_000 },
        ...{ dataAvailabilityType: 'calldata', maxPendingTransactions: 4 },
      },
    })
    turn(world)
    for (let i = 0; i < 40; i++) world.build(1_000)
    world.step()
    const closed = of(world, 'channel-closed')
    assert.ok(closed.length >= 2 && closed.every(({ reason }) => reason === 'full'))
    assert.equal(of(world, 'transaction-sent').length, 4)
    assert.equal(world.pool.length, 4)
    turn(world, 30)
    for (let i = 0; i < 5; i++) world.build(1_000)
    turn(world, 2)
    assert.ok((world.derivedChain().at(-1)?.number ?? 0n) > 35n)
    for (const count of world.posted().values()) assert.equal(count, 1)
  })

  it('posts before the sequencing window of the oldest block ends', () => {
    const world = createSimulation({ settings: { maxChannelDuration: 0, subSafetyMargin: 3_590 } })
    turn(world)
    world.build()
    turn(world, 5)
    assert.equal(of(world, 'channel-closed').length, 0)
    turn(world, 10)
    assert.equal(of(world, 'channel-closed')[0]?.reason, 'sequencing-window')
    assertPostedOnce(world)
  })

  it('raises the fees of a transaction that waits, until it is taken', () => {
    for (const dataAvailabilityType of ['calldata', 'blobs'] as const) {
      const world = createSimulation({ settings: { ...DURATION, dataAvailabilityType } })
      sendOne(world)
      world.setBaseFee(6_000_000_000n)
      for (let i = 0; i < 40 && of(world, 'transaction-included').length === 0; i++) turn(world)
      const sent = of(world, 'transaction-sent')
      assert.ok(sent.length > 1)
      assert.ok(sent.every(({ nonce }) => nonce === 0))
      const percent = dataAvailabilityType === 'blobs' ? 200n : 110n
      for (const [i, { fees }] of sent.slice(1).entries()) {
        const before = sent[i]?.fees as typeof fees
        assert.ok(fees.maxFeePerGas * 100n >= before.maxFeePerGas * percent)
        assert.ok(fees.maxPriorityFeePerGas * 100n >= before.maxPriorityFeePerGas * percent)
        assert.ok(fees.maxFeePerBlobGas * 100n >= before.maxFeePerBlobGas * percent)
      }
      turn(world, 3)
      assertPostedOnce(world)
    }
  })

  it('sends again what L1 lost: from its pool, and from blocks', () => {
    const world = createSimulation({ settings: DURATION })
    sendOne(world)
    world.loseFromPool()
    world.pass(20_000)
    turn(world, 2)
    assertPostedOnce(world)
    // In a block that goes, before derivation has read it.
    sendOne(world)
    world.mine()
    world.step()
    assert.equal(of(world, 'transaction-included').length, 2)
    world.reorgL1(1, false)
    world.mine()
    world.step()
    assert.equal(of(world, 'transaction-dropped').length, 1)
    assert.equal(world.pool.length, 1)
    turn(world, 3)
    assertPostedOnce(world)
    assert.equal(of(world, 'reset').length, 0)
  })

  it('posts anew when L1 goes behind what was safe', () => {
    const world = createSimulation({ settings: DURATION })
    for (let i = 0; i < 6; i++) {
      world.build()
      turn(world, 2)
    }
    const depth = 8
    world.reorgL1(depth, false)
    for (let i = 0; i < depth; i++) world.mine()
    turn(world, 6)
    assert.ok(of(world, 'reset').length > 0)
    assertPostedOnce(world)
  })

  it('starts over with what L1 does not hold, and posts nothing twice, when it was killed at any moment', () => {
    for (let moment = 1; moment < 12; moment++) {
      const world = createSimulation({ settings: DURATION })
      for (let i = 0; i < 12; i++) {
        world.build()
        world.step()
        if (i === moment) world.restart()
        if (i % 2 === 0) world.mine()
        world.step()
        if (i % 3 === 0) world.derive()
        world.pass(1_000)
      }
      turn(world, 6)
      assertPostedOnce(world)
    }
  })

  it('cancels what an earlier run sent and L1 does not take, and posts it anew', () => {
    for (const dataAvailabilityType of ['calldata', 'blobs'] as const) {
      const world = createSimulation({ settings: { ...DURATION, dataAvailabilityType } })
      sendOne(world)
      world.setBaseFee(8_000_000_000n)
      world.restart()
      for (let i = 0; i < 30; i++) turn(world)
      const cancels = of(world, 'transaction-sent').filter(({ carrier }) => carrier === 'cancel')
      assert.ok(cancels.length > 0)
      assertPostedOnce(world)
    }
  })

  it('begins anew when someone else uses its key', () => {
    const world = createSimulation({ settings: DURATION })
    world.build()
    turn(world, 3)
    world.foreign()
    world.build()
    turn(world, 8)
    assert.ok(of(world, 'reset').some(({ reason }) => /nonce/.test(reason)))
    assertPostedOnce(world)
  })

  it('follows an L2 chain that is reorganised', () => {
    const world = createSimulation({ settings: { ...DURATION, maxChannelDuration: 3 } })
    turn(world)
    for (let i = 0; i < 5; i++) world.build()
    world.step()
    world.reorgL2(3)
    turn(world, 8)
    assert.ok(of(world, 'reset').some(({ reason }) => /L2/.test(reason)))
    assertPostedOnce(world)
  })

  it('posts again what derivation did not take', () => {
    const world = createSimulation({
      settings: { ...DURATION, dataAvailabilityType: 'calldata', maxL1TxSize: 500 },
    })
    turn(world)
    for (let i = 0; i < 2; i++) world.build(900)
    world.step()
    world.mine()
    world.step()
    assert.ok(world.pool.length > 2)
    // On L1 its first frame is another than was sent, so that its channel is never whole.
    world.spoil()
    turn(world, 8)
    assert.ok(kinds(world).includes('channel-lost'))
    assertPostedOnce(world)
  })

  it('sends nothing while it does not know what is derived', () => {
    const world = createSimulation({ settings: DURATION })
    world.setReading(false)
    world.build()
    turn(world, 5)
    assert.equal(of(world, 'transaction-sent').length, 0)
    world.setReading(true)
    turn(world, 3)
    assertPostedOnce(world)
  })
})

type Action =
  | ('build' | 'step' | 'mine' | 'derive')
  | ('mine-none' | 'restart' | 'lose' | 'wait' | 'reorg-l2' | 'reorg-l1' | 'reorg-l1-lost')
  | ('expensive' | 'cheap' | 'foreign' | 'blind' | 'seeing')

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('build' as const) },
  { weight: 6, arbitrary: fc.constant('step' as const) },
  { weight: 5, arbitrary: fc.constant('mine' as const) },
  { weight: 4, arbitrary: fc.constant('derive' as const) },
  fc.constantFrom(
    ...(['mine-none', 'restart', 'lose', 'wait', 'reorg-l2', 'reorg-l1', 'reorg-l1-lost'] as const),
    ...(['expensive', 'cheap', 'foreign', 'blind', 'seeing'] as const),
  ),
)

describe('whatever happens', () => {
  it('every block gets to L1 in the end, and only losses and kills make it come twice', () => {
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 10, maxLength: 120 }),
        fc.constantFrom('calldata' as const, 'blobs' as const, 'auto' as const),
        fc.integer({ min: 1, max: 4 }),
        (actions, dataAvailabilityType, maxPendingTransactions) => {
          const world = createSimulation({
            settings: {
              ...DURATION,
              ...{ dataAvailabilityType, maxPendingTransactions, maxL1TxSize: 400 },
            },
          })
          for (const each of actions) apply(world, each)
          world.setReading(true)
          world.setBaseFee(1_000_000_000n)
          for (let i = 0; i < 60; i++) turn(world)
          assert.equal(world.derivedChain().at(-1)?.hash, world.l2.at(-1)?.hash)
          const disturbed = actions.some((each) => DISTURBANCES.has(each))
          if (!disturbed) for (const count of world.posted().values()) assert.equal(count, 1)
        },
      ),
      { numRuns: 150, examples: [OTHERS_BEHIND_A_LOST_BLOB] },
    )
  })
})

/**
 * A reorganisation loses a blob transaction, and one with calldata that follows it waits: an L1 node takes the
 * blob no more while it has the other, and the other is in no block before the nonce of the blob is used.
 */
const OTHERS_BEHIND_A_LOST_BLOB: [Action[], 'auto', number] = [
  [
    ...(['step', 'build', 'step', 'mine', 'step', 'mine', 'foreign', 'reorg-l1-lost'] as const),
    ...(['build', 'mine', 'mine', 'mine', 'derive', 'step', 'build', 'derive'] as const),
  ],
  'auto',
  1,
]

/** After these a block may be on L1 twice, or a block that is not of the chain any more. */
const DISTURBANCES = new Set(['reorg-l2', 'reorg-l1', 'reorg-l1-lost', 'foreign'])

function apply(world: Simulation, each: string): void {
  const actions: Record<string, () => void> = {
    build: () => world.build(),
    step: () => world.step(),
    mine: () => world.mine(),
    'mine-none': () => world.mine(() => false),
    derive: () => world.derive(),
    restart: () => world.restart(),
    lose: () => world.loseFromPool(),
    wait: () => world.pass(11_000),
    'reorg-l2': () => world.reorgL2(2),
    'reorg-l1': () => world.reorgL1(2, true),
    'reorg-l1-lost': () => world.reorgL1(2, false),
    expensive: () => world.setBaseFee(5_000_000_000n),
    cheap: () => world.setBaseFee(1_000_000_000n),
    foreign: () => world.foreign(),
    blind: () => world.setReading(false),
    seeing: () => world.setReading(true),
  }
  actions[each]?.()
  world.pass(500)
}
