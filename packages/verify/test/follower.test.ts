import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hash } from '@altlayer/protocol'
import fc from 'fast-check'
import {
  createFollower,
  type FollowEvent,
  type Follower,
  type Job,
} from '../src/follow/follower.ts'
import type { Verdict } from '../src/verdict.ts'

/** A chain of hashes: block n of a fork. */
const hashOf = (number: bigint, fork: number): Hash =>
  `0x${(number * 1000n + BigInt(fork)).toString(16).padStart(64, '0')}`

/** A chain in which block n belongs to fork `forks[n]`. */
interface Model {
  forks: number[]
}

function head({ forks }: Model) {
  const number = BigInt(forks.length - 1)
  return { number, hash: hashOf(number, forks.at(-1) as number), timestamp: 1000n + number }
}

function verdict({ forks }: Model, number: bigint, status: Verdict['status'] = 'valid'): Verdict {
  const at = Number(number)
  return {
    status,
    number,
    hash: hashOf(number, forks[at] as number),
    parentHash: hashOf(number - 1n, forks[at - 1] ?? 0),
    timestamp: 1000n + number,
    milliseconds: { total: 1, execution: 1 },
  }
}

const failed = (number: bigint, code: 'RPC' | 'MISSING_PREIMAGE'): Verdict => ({
  status: 'unverified',
  number,
  problem: { code, message: 'no' },
  milliseconds: { total: 1, execution: 0 },
})

const numbers = (events: readonly FollowEvent[]) =>
  events.flatMap((event) => (event.type === 'block' ? [event.verdict.number] : []))

const straight = (length: number): Model => ({ forks: Array(length).fill(0) })

describe('following a chain', () => {
  it('begins with the head, or where it is told to', () => {
    const model = straight(11)
    const fromHead = createFollower({ lookahead: 4 })
    assert.equal(fromHead.next(0), undefined)
    fromHead.head(head(model))
    assert.equal(fromHead.next(0)?.number, 10n)
    assert.equal(fromHead.next(0), undefined)
    const fromSeven = createFollower({ from: 7n, lookahead: 3 })
    fromSeven.head(head(model))
    assert.deepEqual(
      [0, 0, 0, 0].map((now) => fromSeven.next(now)?.number),
      [7n, 8n, 9n, undefined],
    )
    assert.equal(fromSeven.state.behind, 4n)
    assert.equal(fromSeven.state.reached, undefined)
  })

  it('reports in order whatever the order of results, and never looks further than allowed', () => {
    const model = straight(8)
    const follower = createFollower({ from: 1n, lookahead: 3 })
    follower.head(head(model))
    const jobs = [follower.next(0), follower.next(0), follower.next(0)] as Job[]
    const [a, b, c] = jobs as [Job, Job, Job]
    assert.deepEqual(numbers(follower.finished(c, verdict(model, 3n), 0)), [])
    assert.equal(follower.next(0), undefined)
    assert.deepEqual(numbers(follower.finished(a, verdict(model, 1n), 0)), [1n])
    assert.equal(follower.next(0)?.number, 4n)
    assert.deepEqual(numbers(follower.finished(b, verdict(model, 2n), 0)), [2n, 3n])
    assert.deepEqual(follower.state.reached, { number: 3n, timestamp: 1003n })
    assert.equal(follower.state.behind, 4n)
  })

  it('tries a block again after a pause, and gives it up after its tries', () => {
    const model = straight(4)
    const follower = createFollower({ from: 2n, lookahead: 1, attempts: 3 })
    follower.head(head(model))
    const events: FollowEvent[] = []
    for (const now of [0, 500, 1500]) {
      assert.equal(follower.next(now - 1), undefined, `${now}`)
      const job = follower.next(now) as Job
      events.push(...follower.finished(job, failed(2n, 'MISSING_PREIMAGE'), now))
    }
    assert.deepEqual(numbers(events), [2n])
    const next = follower.next(1500) as Job
    assert.equal(next.number, 3n)
    // Nothing is known of the block before: no reorganisation is seen in that.
    assert.deepEqual(numbers(follower.finished(next, verdict(model, 3n), 1500)), [3n])
  })

  it('waits for an RPC that is silent without giving up, one try at a time', () => {
    const model = straight(9)
    const follower = createFollower({ from: 1n, lookahead: 4, attempts: 2 })
    follower.head(head(model))
    let now = 0
    const first = follower.next(now) as Job
    const kinds: string[] = []
    kinds.push(...follower.finished(first, failed(1n, 'RPC'), now).map(({ type }) => type))
    for (let round = 0; round < 20; round++) {
      now += 40_000
      const job = follower.next(now) as Job
      assert.equal(follower.next(now), undefined)
      kinds.push(...follower.finished(job, failed(job.number, 'RPC'), now).map(({ type }) => type))
      // That heads are told all the while changes nothing.
      kinds.push(...follower.head(head(model)).map(({ type }) => type))
    }
    assert.deepEqual(kinds, ['silent'])
    assert.ok(follower.state.silent)
    now += 40_000
    const job = follower.next(now) as Job
    const events = follower.finished(job, verdict(model, job.number), now)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['answering', 'block'],
    )
  })

  it('says once that no head is told, and when it is again', () => {
    const follower = createFollower({ lookahead: 1 })
    const problem = { code: 'RPC', message: 'gone' } as const
    assert.equal(follower.noHead(problem).length, 1)
    assert.equal(follower.noHead(problem).length, 0)
    assert.deepEqual(follower.head(head(straight(3))), [{ type: 'answering' }])
  })

  it('does not go back for a server that is behind the others', () => {
    const model = straight(6)
    const follower = createFollower({ from: 1n, lookahead: 9 })
    run(follower, model)
    assert.deepEqual(follower.head(head(straight(4))), [])
    assert.equal(follower.state.reached?.number, 5n)
  })

  it('goes back at once when the head at a known height is another', () => {
    const model = straight(9)
    const follower = createFollower({ from: 1n, lookahead: 9 })
    run(follower, model)
    model.forks = [0, 0, 0, 0, 0, 0, 1]
    const events = follower.head(head(model))
    assert.deepEqual(events, [{ type: 'reorg', from: 6n, depth: 3 }])
    assert.deepEqual(numbers(run(follower, model)), [6n])
  })

  it('forgets results that were under way when the chain changed', () => {
    const model = straight(6)
    const follower = createFollower({ from: 1n, lookahead: 9 })
    run(follower, model)
    model.forks = [...model.forks, 0, 0]
    follower.head(head(model))
    const late = follower.next(0) as Job
    const old = verdict(model, late.number)
    model.forks = [0, 0, 0, 0, 1, 1]
    follower.head(head(model))
    assert.deepEqual(follower.finished(late, old, 0), [])
    assert.deepEqual(numbers(run(follower, model)).at(-1), 5n)
  })

  it('comes to the chain as it is, through any sequence of reorganisations', () => {
    const step = fc.record({ back: fc.nat(30), forward: fc.integer({ min: 1, max: 12 }) })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        (steps, lookahead) => {
          const model = straight(5)
          const follower = createFollower({ from: 1n, lookahead })
          const told = new Map<bigint, Hash | undefined>()
          const note = (events: readonly FollowEvent[]) => {
            for (const event of events) {
              if (event.type !== 'block') continue
              const { number, hash } = event.verdict
              // Nothing is told twice in a row.
              assert.notEqual(told.get(number as bigint), hash)
              told.set(number as bigint, hash)
            }
          }
          note(run(follower, model))
          for (const [fork, { back, forward }] of steps.entries()) {
            const kept = Math.max(1, model.forks.length - back)
            model.forks = [...model.forks.slice(0, kept), ...Array(forward).fill(fork + 1)]
            note(run(follower, model))
            // Where the chain became shorter, what is past its end was told of the old one.
            const last = model.forks.length - 1
            for (let number = 1; number <= last; number++)
              assert.equal(
                told.get(BigInt(number)),
                hashOf(BigInt(number), model.forks[number] as number),
              )
          }
        },
      ),
    )
  })
})

/** Verifies until nothing is left to do, newest first where there is a choice. */
function run(follower: Follower, model: Model): readonly FollowEvent[] {
  const events = [...follower.head(head(model))]
  for (let round = 0; round < 1000; round++) {
    const jobs: Job[] = []
    for (let job = follower.next(0); job !== undefined; job = follower.next(0)) jobs.push(job)
    if (jobs.length === 0) return events
    for (const job of jobs.reverse())
      events.push(...follower.finished(job, verdict(model, job.number), 0))
  }
  throw new Error('the follower never comes to rest')
}
