import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FileResult } from './execute.ts'
import type { LoadedFile, TestFile } from './files.ts'

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
  const order = files.map(({ gas }, index) => ({ index, gas })).sort((a, b) => b.gas - a.gas)
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

/** The worker's answer, or how it ended instead; a file that cannot be read any more has failed. */
async function runOn(
  worker: Worker,
  { path, named, read }: TestFile,
): Promise<FileResult | { readonly crash: string }> {
  let bytes: Uint8Array
  try {
    bytes = await read()
  } catch (error) {
    return failed(path, (error as Error).message)
  }
  return answerOf(worker, { path, named, bytes })
}

function answerOf(
  worker: Worker,
  file: LoadedFile,
): Promise<FileResult | { readonly crash: string }> {
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
  return failed(path, `the thread that ran the file stopped: ${how}`)
}

function failed(file: string, reason: string): FileResult {
  return { passed: 0, failures: [{ file, reason }], skipped: new Map() }
}
