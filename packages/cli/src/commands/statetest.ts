import { type Command, CommandError, parseOptions, UsageError } from '../command.ts'
import type { TestFile } from '../statetest/files.ts'
import type { StateTest, TestCase } from '../statetest/parse.ts'
import type { CaseResult, Runner } from '../statetest/run.ts'

const options = {
  fork: { summary: 'run only the cases of this fork', value: 'NAME' },
  json: { summary: 'print JSON lines only, the totals last' },
} as const

export const statetest: Command = {
  name: 'statetest',
  summary: 'run standard Ethereum state tests in the program',
  usage: '[--fork NAME] [--json] PATH...',
  options,
  example: 'altlayer statetest ../shared/testdata/execution-spec-state-tests.tar.xz',
  details: `PATH is a JSON file, a folder of them or a .tar.xz archive, in the format of ethereum/tests
and execution-spec-tests (GeneralStateTests). For every failure the file, the case, the fork, the
expected and the actual root are printed; what is skipped is listed with the reason. The exit
code is 1 when a case failed.`,
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    if (positionals.length === 0) throw new UsageError('name a file, a folder or an archive')
    const report = values.json ? jsonReport() : textReport()
    const tally = await runFiles(positionals, values.fork, report)
    report.totals(tally)
    if (tally.passed + tally.failed + tally.skipped === 0) {
      throw new CommandError(
        values.fork === undefined ? 'no state test found' : `no case of fork ${values.fork} found`,
      )
    }
    return tally.failed === 0 ? 0 : 1
  },
}

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Failure {
  readonly file: string
  readonly test?: string
  readonly fork?: string
  /** `d0g0v0`: indexes of data, gas limit and value. */
  readonly case?: string
  readonly reason: string
  readonly expected?: { readonly root: string; readonly logs: string }
  readonly actual?: { readonly root: string | undefined; readonly logs: string | undefined }
}

interface Report {
  failure(failure: Failure): void
  skipped(reason: string, cases: number): void
  totals(tally: Tally): void
}

/** Runs every case of the files that the fork, if one is given, selects. */
async function runFiles(
  paths: readonly string[],
  fork: string | undefined,
  report: Report,
): Promise<Tally> {
  const { testFiles } = await import('../statetest/files.ts')
  const { createRunner, unsupported } = await import('../statetest/run.ts')
  const runner = createRunner()
  const skipped = new Map<string, number>()
  let passed = 0
  let failed = 0
  const skip = (reason: string, cases: number) =>
    skipped.set(reason, (skipped.get(reason) ?? 0) + cases)
  const fail = (failure: Failure) => {
    failed++
    report.failure(failure)
  }
  for await (const file of testFiles(paths)) {
    const tests = await readTests(file, fail, () => skip('the file holds no state tests', 1))
    for (const test of tests) {
      for (const [name, cases] of test.cases) {
        if (fork !== undefined && fork.toLowerCase() !== name.toLowerCase()) continue
        const reason = unsupported(name)
        if (reason !== undefined) {
          skip(reason, cases.length)
          continue
        }
        for (const testCase of cases) {
          const result = runSafely(runner, test, name, testCase)
          if (result.failure === undefined) passed++
          else fail(describeFailure(file, test, name, testCase, result))
        }
      }
    }
  }
  for (const [reason, cases] of skipped) report.skipped(reason, cases)
  const total = [...skipped.values()].reduce((sum, cases) => sum + cases, 0)
  return { passed, failed, skipped: total }
}

async function readTests(
  { path, bytes, named }: TestFile,
  fail: (failure: Failure) => void,
  skip: () => void,
): Promise<readonly StateTest[]> {
  const { isStateTestFile, parseStateTests } = await import('../statetest/parse.ts')
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString())
    if (named || isStateTestFile(json)) return parseStateTests(json)
    skip()
  } catch (error) {
    fail({ file: path, reason: `not a state test file: ${(error as Error).message}` })
  }
  return []
}

/** A case that the program cannot run at all has failed; the ones after it still run. */
function runSafely(runner: Runner, test: StateTest, fork: string, testCase: TestCase): CaseResult {
  try {
    return runner.run(test, fork, testCase)
  } catch (error) {
    return { failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

function describeFailure(
  file: TestFile,
  test: StateTest,
  fork: string,
  { indexes, root, logs }: TestCase,
  result: CaseResult,
): Failure {
  return {
    file: file.path,
    test: test.name,
    fork,
    case: `d${indexes.data}g${indexes.gas}v${indexes.value}`,
    reason: result.failure ?? '',
    expected: { root, logs },
    actual: { root: result.root, logs: result.logs },
  }
}

function jsonReport(): Report {
  const print = (value: unknown) => console.log(JSON.stringify(value))
  return {
    failure: print,
    skipped: (reason, cases) => print({ skipped: cases, reason }),
    totals: ({ passed, failed, skipped }) => print({ passed, failed, skipped }),
  }
}

function textReport(): Report {
  return {
    failure({ file, test, fork, case: place, reason, expected, actual }) {
      console.log(`FAIL ${file}`)
      if (test !== undefined) console.log(`  ${test} ${fork} ${place}`)
      console.log(`  ${reason}`)
      if (expected === undefined) return
      console.log(`  root expected ${expected.root}, actual ${actual?.root ?? 'none'}`)
      console.log(`  logs expected ${expected.logs}, actual ${actual?.logs ?? 'none'}`)
    },
    skipped: (reason, cases) => console.log(`SKIP ${cases}: ${reason}`),
    totals: ({ passed, failed, skipped }) =>
      console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`),
  }
}
