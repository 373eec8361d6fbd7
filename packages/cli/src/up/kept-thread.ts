import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type Connection, connect, type Handlers, stopThread } from '@altlayer/engine'
import type { Logger } from 'pino'

/** A thread that is started anew when it dies, until it is closed. */
export interface KeptThread<T extends Handlers> {
  /** To the thread that runs now. */
  readonly connection: Connection<T>
  close(): Promise<void>
}

export interface KeptThreadOptions<T extends Handlers> {
  readonly file: URL
  readonly workerData: unknown
  /** For the log: what the thread is for. */
  readonly name: string
  readonly logger: Logger
  /** Told what the thread posts, answers to requests among it. */
  readonly onMessage: (message: object) => void
  /** Told after each start but the first. */
  readonly onRestart?: (connection: Connection<T>) => void
  /** Milliseconds from a death to the next start. */
  readonly restartAfter?: number
}

const RESTART_AFTER = 5_000

/**
 * Starts a thread whose work can be taken up again from what is on chain or disk: one that dies takes
 * neither the process nor its work with it.
 */
export function keepThread<T extends Handlers>(options: KeptThreadOptions<T>): KeptThread<T> {
  const { file, workerData, name, logger, onMessage, onRestart } = options
  const { restartAfter = RESTART_AFTER } = options
  const stop = new AbortController()
  let running = start()

  function start() {
    const worker = new Worker(file, { workerData })
    const connection = connect<T>(worker)
    worker.on('message', onMessage)
    // `connect` tells those who ask.
    worker.on('error', (error) => logger.error({ err: error }, `${name}: the thread failed`))
    worker.once('exit', () => void restart())
    return { worker, connection }
  }

  async function restart(): Promise<void> {
    if (stop.signal.aborted) return
    logger.error(`${name}: the thread died; starting again`)
    await sleep(restartAfter, undefined, { signal: stop.signal }).catch(() => undefined)
    if (stop.signal.aborted) return
    running = start()
    onRestart?.(running.connection)
  }

  return {
    get connection() {
      return running.connection
    },
    async close() {
      stop.abort()
      await stopThread(running.worker, running.connection)
    },
  }
}
