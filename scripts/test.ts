// `npm test`: build, static checks, then every runner. The last line sums them all.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { checks, runChecks } from './check.ts'
import { type RunResult, run } from './run.ts'
import { report, runTestFiles, type Tally } from './test-files.ts'

const root = join(import.meta.dirname, '..')

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

const files = globSync('{packages/*,program,scripts}/test/**/*.test.ts', { cwd: root }).sort()
// Tests of whole networks wait for blocks most of the time, so others run beside them.
const networks = globSync('packages/{cli/test/e2e-*,node/test/processes/*}.test.ts', {
  cwd: root,
}).sort()
const others = files.filter((file) => !networks.includes(file))
const outcomes = (
  await Promise.all([networks, others].map((some) => runTestFiles(some, { root })))
).flat()
tallies.push(...outcomes)

tallies.push(forgeTally(await run(process.execPath, ['contracts/scripts/test.ts'], { cwd: root })))

report(outcomes)
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
