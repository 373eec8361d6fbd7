import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds between looks, and after which something counts as never happening. */
const INTERVAL = 50
const PATIENCE = 300_000
/** Looks that there are at least, however long a machine that stood still took for them. */
const LEAST_LOOKS = 20

/** A condition did not come true. */
export class NeverError extends Error {
  override readonly name = 'NeverError'
}

export interface Waiting {
  /** Milliseconds from one look to the next: more where a look itself moves something. */
  readonly interval?: number
  /** Milliseconds; more where the work itself takes minutes. */
  readonly patience?: number
}

/**
 * Waits until `condition` gives something. A condition that throws is not true yet: processes are down in
 * between. @throws NeverError with `explain()` and the last error.
 */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  explain: () => string = () => '',
  { interval = INTERVAL, patience = PATIENCE }: Waiting = {},
): Promise<T> {
  const deadline = performance.now() + patience
  let failure: unknown
  for (let looks = 0; looks < LEAST_LOOKS || performance.now() < deadline; looks++) {
    try {
      const result = await condition()
      failure = undefined
      if (result !== undefined && result !== false) return result
    } catch (error) {
      failure = error
    }
    await sleep(interval)
  }
  const last = failure === undefined ? '' : `\nlast error: ${String(failure)}`
  throw new NeverError(`never: ${what}${last}\n${explain()}`)
}
