import type { LoadedFile } from './files.ts'
import { isStateTestFile, parseStateTests, type StateTest, type TestCase } from './parse.ts'
import { type CaseResult, createRunner, type Runner, unsupported } from './run.ts'

/** A case that did not end as its file says, or a file that could not be read. */
export interface Failure {
  readonly file: string
  readonly test?: string
  readonly fork?: string
  /** `d0g0v0`: indexes of data, gas limit and value. */
  readonly case?: string
  readonly reason: string
  readonly expected?: { readonly root: string; readonly logs: string }
  readonly actual?: { readonly root: string | undefined; readonly logs: string | undefined }
}

/** What the cases of one file came to. */
export interface FileResult {
  readonly passed: number
  readonly failures: readonly Failure[]
  /** Cases by the reason for which they were skipped. */
  readonly skipped: ReadonlyMap<string, number>
}

/** Runs the cases of files, those of one fork if it is given; keeps program instances between files. */
export function createExecutor(fork: string | undefined): (file: LoadedFile) => FileResult {
  const runner = createRunner()
  return (file) => {
    const skipped = new Map<string, number>()
    const failures: Failure[] = []
    let tests: readonly StateTest[] = []
    try {
      const json: unknown = JSON.parse(Buffer.from(file.bytes).toString())
      if (file.named || isStateTestFile(json)) tests = parseStateTests(json)
      else skipped.set('the file holds no state tests', 1)
    } catch (error) {
      const reason = `not a state test file: ${(error as Error).message}`
      return { passed: 0, failures: [{ file: file.path, reason }], skipped }
    }
    let passed = 0
    for (const [test, name, cases] of selected(tests, fork)) {
      const reason = unsupported(name)
      if (reason !== undefined) {
        skipped.set(reason, (skipped.get(reason) ?? 0) + cases.length)
        continue
      }
      for (const testCase of cases) {
        const result = runSafely(runner, test, name, testCase)
        if (result.failure === undefined) passed++
        else failures.push(describeFailure(file, test, name, testCase, result))
      }
    }
    return { passed, failures, skipped }
  }
}

function* selected(tests: readonly StateTest[], fork: string | undefined) {
  for (const test of tests) {
    for (const [name, cases] of test.cases) {
      if (fork === undefined || fork.toLowerCase() === name.toLowerCase()) {
        yield [test, name, cases] as const
      }
    }
  }
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
  file: LoadedFile,
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
