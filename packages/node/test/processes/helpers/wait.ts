import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds between looks, and after which something counts as never happening. */
const INTERVAL = 50
const PATIENCE = 120_000

/** A condition did not come true. */
export class NeverError extends Error {
  override readonly name = 'NeverError'
}

/**
 * Waits until `condition` gives something. A condition that throws is not true yet: processes are down in
 * between. @throws NeverError with `explain()` and the last error.
 */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  explain: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + PATIENCE
  let failure: unknown
  while (performance.now() < deadline) {
    try {
      const result = await condition()
      failure = undefined
      if (result !== undefined && result !== false) return result
    } catch (error) {
      failure = error
    }
    await sleep(INTERVAL)
  }
  const last = failure === undefined ? '' : `\nlast error: ${String(failure)}`
  throw new NeverError(`never: ${what}${last}\n${explain()}`)
}
