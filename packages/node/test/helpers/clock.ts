import type { Clock } from '../../src/clock.ts'

/** A clock that moves only when told to. */
export interface SimulatedClock extends Clock {
  /** Moves time on by `ms`, waking sleepers in order and letting promises settle between them. */
  advance(ms: number): Promise<void>
}

export function simulatedClock(start = 1_000_000): SimulatedClock {
  let now = start
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()
  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const sleeper = {
          at: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake, { once: true })
      })
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const due = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        now = due.at
        due.wake()
        await settle()
      }
      now = end
    },
  }
}

/** Lets everything run that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
}
