import { parentPort, workerData } from 'node:worker_threads'
import { serve } from '@altlayer/engine'

// A thread that dies in any way it is asked to.

const port = parentPort
if (port === null) throw new Error('mortal-worker.ts runs as a worker thread')
port.postMessage({ kind: 'born', of: workerData })

const handlers = {
  exit(code: number): void {
    process.exit(code)
  },
  fail(): void {
    setImmediate(() => {
      throw new Error('out of luck')
    })
  },
  close(): void {},
}

export type MortalHandlers = typeof handlers

serve(port, handlers)
