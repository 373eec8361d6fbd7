import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleepUntil } from '../src/clock.ts'

test('sleeping until a time reads the clock at least once a second: it may be set meanwhile', async () => {
  // Further away than a timer of the platform can be, which would ring at once.
  const time = 3 * 2 ** 31
  let now = 0
  const slept: number[] = []
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms)
      now += slept.length === 3 ? time - now - 1_500 : ms
    },
  }
  await sleepUntil(clock, time, new AbortController().signal)
  assert.deepEqual(slept, [1_000, 1_000, 1_000, 1_000, 500])
  assert.equal(now, time)
})

test('sleeping until a time ends when it is aborted, and does not begin when that is past', async () => {
  const stop = new AbortController()
  let sleeps = 0
  const clock = {
    now: () => 0,
    sleep: async () => {
      if (++sleeps === 2) stop.abort()
    },
  }
  await sleepUntil(clock, 1e9, stop.signal)
  await sleepUntil(clock, 0, new AbortController().signal)
  assert.equal(sleeps, 2)
})
