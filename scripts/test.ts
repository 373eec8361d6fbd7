// `npm test`: build, static checks, then every runner. The last line sums them all.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { checks, runChecks } from './check.ts'
import { type RunResult, run } from './run.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
}

const root = join(import.meta.dirname, '..')

/** node:test closes with lines like `ℹ pass 12`. A crash of the runner itself counts as one failure. */
function nodeTally({ code, output }: RunResult): Tally {
  const count = (name: string) =>
    [...output.matchAll(new RegExp(`^[ℹ#] ${name} (\\d+)$`, 'gm'))].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    )
  const failed = count('fail') + count('cancelled')
  return { passed: count('pass'), failed: failed === 0 && code !== 0 ? 1 : failed }
}

/** forge closes with `... : 20 tests passed, 0 failed, 0 skipped (20 total tests)`. */
function forgeTally({ code, output }: RunResult): Tally {
  const match = /(\d+) tests? passed, (\d+) failed, \d+ skipped/.exec(output)
  if (match === null) return { passed: 0, failed: 1 }
  const failed = Number(match[2])
  return { passed: Number(match[1]), failed: failed === 0 && code !== 0 ? 1 : failed }
}

const built = await run(process.execPath, ['scripts/build.ts'], { cwd: root })
if (built.code !== 0) {
  console.log('0 passed, 1 failed')
  process.exit(1)
}

const failedChecks = await runChecks()
const tallies: Tally[] = [
  { passed: checks.length - failedChecks.length, failed: failedChecks.length },
]

// First, since it may install the RISC-V toolchain, which a few tests need. 3: there is none to compare with,
// which is said, and counted as neither.
const elf = await run(process.execPath, ['scripts/build-elf.ts', '--check'], { cwd: root })
if (elf.code !== 3) tallies.push({ passed: elf.code === 0 ? 1 : 0, failed: elf.code === 0 ? 0 : 1 })

/** Runs test files, so many at a time. Quiet: what they say comes in one piece at the end. */
async function nodeTests(files: readonly string[], { quiet }: { readonly quiet: boolean }) {
  const result = await run(
    process.execPath,
    [
      '--import=./scripts/properties/hook.ts',
      '--test',
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=./scripts/slowest.ts', '--test-reporter-destination=stdout'],
      `--test-concurrency=${Math.max(1, Math.min(4, availableParallelism()))}`,
      '--test-timeout=900000',
      ...files,
    ],
    // What the command line keeps too: each file begins with the modules that those before it compiled.
    {
      cwd: root,
      env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/altlayer'), ...process.env },
      quiet,
    },
  )
  if (quiet) console.log(result.output)
  return nodeTally(result)
}

const files = globSync('{packages/*,program,scripts}/test/**/*.test.ts', { cwd: root }).sort()
// Tests of whole networks wait for blocks most of the time, so others run beside them.
const networks = globSync('packages/{cli/test/e2e-*,node/test/processes/*}.test.ts', {
  cwd: root,
}).sort()
tallies.push(
  ...(await Promise.all([
    nodeTests(networks, { quiet: true }),
    nodeTests(
      files.filter((file) => !networks.includes(file)),
      { quiet: false },
    ),
  ])),
)

tallies.push(forgeTally(await run(process.execPath, ['contracts/scripts/test.ts'], { cwd: root })))

const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
