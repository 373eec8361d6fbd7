// Test files, each a process of its own that has so long: one that hangs fails by its name, and the others go on.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { each, type RunResult, run } from './run.ts'

export interface Tally {
  readonly passed: number
  readonly failed: number
}

interface Outcome extends Tally {
  readonly file: string
  readonly seconds: number
  readonly output: string
}

export interface TestFilesOptions {
  /** What the files are relative to. */
  readonly root: string
  /** Milliseconds for one test, and for a whole file. */
  readonly testLimit?: number
  readonly fileLimit?: number
  /** Hears what files say, each in one piece. Default: standard output. */
  readonly say?: (text: string) => void
}

/** Long for the slowest there are on a slow machine: they end what hangs. */
const TEST_LIMIT = 15 * 60_000
const FILE_LIMIT = 20 * 60_000

/** So many files at a time. */
const WIDTH = Math.max(1, Math.min(4, availableParallelism()))

/**
 * node:test closes with lines like `ℹ pass 12`. A file that ended in another way, or before it came to them, counts as
 * one failure.
 */
function tallyOf({ code, output }: RunResult): Tally {
  const count = (name: string) =>
    [...output.matchAll(new RegExp(`^[ℹ#] ${name} (\\d+)$`, 'gm'))].at(-1)?.[1]
  const passed = count('pass')
  const failed = Number(count('fail') ?? 0) + Number(count('cancelled') ?? 0)
  const ended = code === 0 && passed !== undefined
  return { passed: Number(passed ?? 0), failed: failed === 0 && !ended ? 1 : failed }
}

/** Runs test files, some at a time. */
export async function runTestFiles(
  files: readonly string[],
  { root, testLimit = TEST_LIMIT, fileLimit = FILE_LIMIT, say = console.log }: TestFilesOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  // What the command line keeps too: each file begins with the modules that those before it compiled.
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/altlayer'), ...process.env }
  await each(files, WIDTH, async (file) => {
    const start = performance.now()
    const result = await run(
      process.execPath,
      [
        `--import=${new URL('properties/hook.ts', import.meta.url).href}`,
        ...['--test-reporter=spec', `--test-timeout=${testLimit}`, file],
      ],
      { cwd: root, env, quiet: true, limit: fileLimit },
    )
    const seconds = Math.round((performance.now() - start) / 1_000)
    const tally = tallyOf(result)
    outcomes.push({ file, seconds, output: result.output, ...tally })
    say(`${tally.failed === 0 ? 'ok' : 'FAILED'} ${file}, ${seconds} s\n${result.output}`)
  })
  return outcomes
}

const SHOWN = 10

/** Says where the time went, and again what failed: the end of a long log is what is read. */
export function report(outcomes: readonly Outcome[]): void {
  console.log('slowest files, seconds:')
  for (const { file, seconds } of outcomes
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SHOWN))
    console.log(`${String(seconds).padStart(5)} ${file}`)
  for (const { file, failed, output } of outcomes)
    if (failed > 0) {
      const details = output.indexOf('✖ failing tests:')
      console.log(`FAILED ${file}\n${details < 0 ? output : output.slice(details)}`)
    }
}
