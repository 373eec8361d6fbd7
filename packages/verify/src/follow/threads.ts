import { Worker } from 'node:worker_threads'
import { type Connection, connect, stopThread } from '@altlayer/engine'
import type { Verdict } from '../verdict.ts'
import type { WorkerData, WorkerHandlers } from './worker.ts'

/** Threads that verify blocks. */
export interface VerifyThreads {
  /** Threads that work for each rollup. */
  readonly width: number
  /** Verifies a block of a rollup. Never rejects: a thread that dies is a problem, and is started again. */
  verify(rollup: number, number: bigint): Promise<Verdict>
  close(): Promise<void>
}

interface Thread {
  readonly worker: Worker
  readonly connection: Connection<WorkerHandlers>
  jobs: number
  dead: boolean
}

/** MiB of JavaScript heap a thread may use: answers at their limit, unpacked and parsed, with room to spare. */
const HEAP_MEGABYTES = 2048

/**
 * Starts `count` threads for the rollups of `data`. Each rollup has threads of its own as far as there are enough, so
 * that one whose blocks take long, or whose RPC makes up such, is slow by itself; and a thread holds the caches of few.
 */
export function startThreads(count: number, data: WorkerData): VerifyThreads {
  const start = (): Thread => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    })
    const thread: Thread = {
      worker,
      connection: connect<WorkerHandlers>(worker),
      jobs: 0,
      dead: false,
    }
    const died = () => {
      thread.dead = true
    }
    worker.on('error', died)
    worker.on('exit', died)
    return thread
  }
  const threads = Array.from({ length: count }, start)
  const rollups = data.rollups.length
  const width = Math.max(1, Math.floor(count / rollups))

  /** The thread of a rollup with the least to do. */
  const choose = (rollup: number): Thread => {
    const first = Math.floor((rollup * count) / rollups)
    const own = Array.from({ length: width }, (_, i) => (first + i) % count)
    const jobs = (at: number) => (threads[at] as Thread).jobs
    const at = own.reduce((least, one) => (jobs(one) < jobs(least) ? one : least))
    if (threads[at]?.dead) threads[at] = start()
    return threads[at] as Thread
  }

  return {
    width,
    async verify(rollup, number) {
      const thread = choose(rollup)
      thread.jobs++
      try {
        return await thread.connection.remote.verify({ rollup, number })
      } catch (error) {
        const message = `the thread that verified it failed: ${(error as Error).message}`
        return {
          status: 'unverified',
          number,
          problem: { code: 'LIMIT', message },
          milliseconds: { total: 0, execution: 0 },
        }
      } finally {
        thread.jobs--
      }
    },
    async close() {
      await Promise.all(threads.map(({ worker, connection }) => stopThread(worker, connection)))
    },
  }
}
