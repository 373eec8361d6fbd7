import { Worker } from 'node:worker_threads'
import { type Connection, connect, stopThread } from '@altlayer/engine'
import type { Verdict } from '../verdict.ts'
import type { WorkerData, WorkerHandlers } from './worker.ts'

/** Threads that verify blocks. */
export interface VerifyThreads {
  /** Jobs that fit besides those that run. */
  readonly free: number
  readonly slots: number
  /** Verifies a block of a rollup on the thread with the least to do. Never rejects: a thread that dies is a problem. */
  verify(rollup: number, number: bigint): Promise<Verdict>
  close(): Promise<void>
}

interface Thread {
  readonly worker: Worker
  readonly connection: Connection<WorkerHandlers>
  jobs: number
}

/** MiB of JavaScript heap a thread may use: an answer at its limit, unpacked and parsed, with room to spare. */
const HEAP_MEGABYTES = 2048

export function startThreads(
  count: number,
  jobsPerThread: number,
  data: WorkerData,
): VerifyThreads {
  const start = (): Thread => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    })
    return { worker, connection: connect<WorkerHandlers>(worker), jobs: 0 }
  }
  const threads = Array.from({ length: count }, start)
  let closed = false
  return {
    slots: count * jobsPerThread,
    get free() {
      return threads.reduce((sum, { jobs }) => sum + Math.max(jobsPerThread - jobs, 0), 0)
    },
    async verify(rollup, number) {
      const thread = threads.reduce((least, one) => (one.jobs < least.jobs ? one : least))
      thread.jobs++
      try {
        return await thread.connection.remote.verify({ rollup, number })
      } catch (error) {
        const at = threads.indexOf(thread)
        if (!closed && at >= 0) threads[at] = start()
        const message = `the thread that verified it ended: ${(error as Error).message}`
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
      closed = true
      await Promise.all(threads.map(({ worker, connection }) => stopThread(worker, connection)))
    },
  }
}
