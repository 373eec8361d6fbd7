import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FileResult } from './execute.ts'
import type { TestFile } from './files.ts'

// Each thread has programs of its own, with up to some hundred megabytes in use.
const threadsMax = 8

/**
 * Runs files on as many threads as the machine has cores, the ones with the most gas first so that no long
 * one is left for the end. Results come in the order of the files.
 */
export async function* runFiles(
  files: readonly TestFile[],
  fork: string | undefined,
): AsyncGenerator<FileResult> {
  const order = files
    .map((file, index) => ({ index, gas: mostGas(file) }))
    .sort((a, b) => b.gas - a.gas)
  const results = files.map(() => Promise.withResolvers<FileResult>())
  const next = order.values()
  const threads = Math.min(availableParallelism(), threadsMax, files.length)
  const work = Promise.all(
    Array.from({ length: threads }, () => runThread(files, results, next, fork)),
  )
  for (const { promise } of results) yield await promise
  await work
}

async function runThread(
  files: readonly TestFile[],
  results: readonly PromiseWithResolvers<FileResult>[],
  next: Iterator<{ readonly index: number }>,
  fork: string | undefined,
): Promise<void> {
  let worker: Worker | undefined
  for (let step = next.next(); !step.done; step = next.next()) {
    const { index } = step.value
    const file = files[index] as TestFile
    worker ??= new Worker(new URL('./worker.ts', import.meta.url), { workerData: { fork } })
    const result = await runOn(worker, file)
    if ('crash' in result) worker = undefined
    results[index]?.resolve('crash' in result ? crashed(file, result.crash) : result)
  }
  await worker?.terminate()
}

/** The worker's answer, or how it ended instead. */
function runOn(worker: Worker, file: TestFile): Promise<FileResult | { readonly crash: string }> {
  return new Promise((resolve) => {
    const crash = (error: Error) => settle({ crash: error.message })
    const exit = (code: number) => settle({ crash: `exit code ${code}` })
    const settle = (result: FileResult | { readonly crash: string }) => {
      worker.off('message', settle).off('error', crash).off('exit', exit)
      resolve(result)
    }
    worker.on('message', settle).on('error', crash).on('exit', exit)
    worker.postMessage(file)
  })
}

function crashed({ path }: TestFile, how: string): FileResult {
  const failure = { file: path, reason: `the thread that ran the file stopped: ${how}` }
  return { passed: 0, failures: [failure], skipped: new Map() }
}

/** Largest gas limit among a file's transactions: how long a case may take. 0 for what is no state test. */
function mostGas({ bytes }: TestFile): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const gas = [...text.matchAll(/"gasLimit"\s*:\s*\[([^\]]*)\]/g)].flatMap(([, list]) =>
    [...(list ?? '').matchAll(/0x[0-9a-f]{1,16}/gi)].map(([limit]) => Number(limit)),
  )
  return gas.reduce((most, limit) => Math.max(most, limit), 0)
}
