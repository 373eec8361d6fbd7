import { setTimeout as sleep } from 'node:timers/promises'
import type { Genesis } from '@altlayer/protocol'
import type { BuilderHandlers } from '../workers/builder.ts'
import type { Remote } from '../workers/channel.ts'
import type { SenderThreads } from '../workers/senders.ts'
import { warmUpAdmission } from './admission.ts'

/** Milliseconds after its start that the process has more urgent things to do. */
const DELAY = 1_000

/**
 * Runs what transactions run before the first of them comes: V8 compiles only what has run often. Nothing of
 * it touches the chain or the pool.
 */
export function startWarmUp(options: {
  readonly genesis: Genesis
  readonly threads: SenderThreads
  readonly builder: Remote<BuilderHandlers>
  readonly log: (level: 'info' | 'warn', message: string) => void
}): { close(): Promise<void> } {
  const { genesis, threads, builder, log } = options
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    await sleep(DELAY, undefined, { signal: stop.signal, ref: false })
    const start = performance.now()
    await Promise.all([warmUpAdmission(genesis.config, threads), builder.warmUp(undefined)])
    log('info', `warmed up in ${Math.round(performance.now() - start)} ms`)
  }
  const done = run().catch((error: unknown) => {
    if (!stop.signal.aborted) log('warn', `warming up failed: ${String(error)}`)
  })
  return {
    close() {
      stop.abort()
      return done
    },
  }
}
