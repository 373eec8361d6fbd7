import { type Command, CommandError, parseOptions, UsageError } from '../command.ts'
import type { Failure } from '../statetest/execute.ts'
import type { TestFile } from '../statetest/files.ts'

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
    const { ensureProgram } = await import('../ensure-program.ts')
    await ensureProgram()
    const tally = await runPaths(
      positionals,
      values.fork,
      values.json ? jsonReport() : textReport(),
    )
    const ran = tally.passed + tally.failed
    // A misspelt fork must not look like success.
    if (values.fork !== undefined && ran === 0)
      throw new CommandError(
        `no case of fork ${values.fork} was run; forks are written as in the tests, such as Prague`,
      )
    if (ran + tally.skipped === 0) throw new CommandError('no state test found')
    return tally.failed === 0 ? 0 : 1
  },
}

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Report {
  failure(failure: Failure): void
  skipped(reason: string, cases: number): void
  totals(tally: Tally): void
}

async function runPaths(
  paths: readonly string[],
  fork: string | undefined,
  report: Report,
): Promise<Tally> {
  const { testFiles } = await import('../statetest/files.ts')
  const { runFiles } = await import('../statetest/pool.ts')
  const files: TestFile[] = []
  for await (const file of testFiles(paths)) files.push(file)
  const skipped = new Map<string, number>()
  let passed = 0
  let failed = 0
  for await (const result of runFiles(files, fork)) {
    passed += result.passed
    failed += result.failures.length
    for (const failure of result.failures) report.failure(failure)
    for (const [reason, cases] of result.skipped) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + cases)
    }
  }
  for (const [reason, cases] of skipped) report.skipped(reason, cases)
  const total = [...skipped.values()].reduce((sum, cases) => sum + cases, 0)
  const tally = { passed, failed, skipped: total }
  report.totals(tally)
  return tally
}

function jsonReport(): Report {
  const print = (value: unknown) => console.log(JSON.stringify(value))
  return {
    failure: print,
    skipped: (reason, cases) => print({ skipped: cases, reason }),
    totals: print,
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
