import { parentPort, workerData } from 'node:worker_threads'
import { createExecutor } from './execute.ts'
import type { LoadedFile } from './files.ts'

// One thread of the pool: runs the files it is sent, answers each with its result.

const port = parentPort
if (port === null) throw new Error('statetest/worker.ts runs as a worker thread')
const execute = createExecutor((workerData as { fork?: string }).fork)
port.on('message', (file: LoadedFile) => port.postMessage(execute(file)))
