import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'

/** Looks again and again until `signal` aborts. Of failures in a row the first is told, and the recovery. */
export async function poll(
  look: () => Promise<void>,
  options: {
    /** Milliseconds between looks. */
    readonly interval: number
    readonly signal: AbortSignal
    readonly logger: Logger
    /** Hears of every failure, not only of the first. */
    readonly onFailure?: (error: Error) => void
    readonly messages: { readonly failure: string; readonly recovery: string }
  },
): Promise<void> {
  const { interval, signal, logger, messages } = options
  let failed = false
  while (!signal.aborted) {
    try {
      await look()
      if (failed) logger.info(messages.recovery)
      failed = false
    } catch (error) {
      if (!signal.aborted) {
        options.onFailure?.(error as Error)
        if (!failed) logger.warn({ err: error }, messages.failure)
      }
      failed = true
    }
    await sleep(interval, undefined, { signal }).catch(() => undefined)
  }
}
