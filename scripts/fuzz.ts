// `npm run fuzz -- [--minutes N] [--times N] [--seed S] [FILE…]`: every test file with properties, or those that are
// given, with each property's runs multiplied and one seed after the other, from a random one on or from S, until the
// time is over; one round at least. A file that failed rests. Exit code 1 when one did.
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { integer, toVariables } from './properties/env.ts'
import { each, run } from './run.ts'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string' }, times: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const minutes = integer('--minutes', values.minutes, 0, 10_000) ?? 60
const times = integer('--times', values.times, 1, 10_000) ?? 10
const SEEDS = 2 ** 31
/** Milliseconds for one file, whose properties may run ten thousand times as often. */
const FUZZ_LIMIT = 24 * 60 * 60_000
const first = integer('--seed', values.seed, 0, SEEDS - 1) ?? Math.floor(Math.random() * SEEDS)

const withProperties = () =>
  globSync('{packages/*,program}/test/**/*.test.ts', { cwd: root })
    .filter((file) => readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"))
    .sort()

const files = new Set(positionals.length > 0 ? positionals : withProperties())
const failures: string[] = []

/** Runs a file. Where it fails, prints what it said, with fast-check's seed, path and counterexample. */
async function fuzz(file: string, seed: number): Promise<void> {
  const start = performance.now()
  const { code, output } = await run(
    process.execPath,
    ['--import=./scripts/properties/hook.ts', file],
    {
      cwd: root,
      env: { ...process.env, ...toVariables({ seed, times }) },
      quiet: true,
      limit: FUZZ_LIMIT,
    },
  )
  const seconds = Math.round((performance.now() - start) / 1_000)
  console.log(`${code === 0 ? 'ok' : 'FAILED'} ${file}, ${seconds} s`)
  if (code === 0) return
  console.log(output)
  files.delete(file)
  failures.push(`npm run fuzz -- --minutes 0 --times ${times} --seed ${seed} ${file}`)
}

const end = performance.now() + minutes * 60_000
const inTime = () => performance.now() < end
for (let round = 0; files.size > 0 && (round === 0 || inTime()); round++) {
  const seed = (first + round) % SEEDS
  console.log(`seed ${seed}, ${times} times the runs, ${files.size} files`)
  await each([...files], Math.min(4, availableParallelism()), async (file) => {
    if (round === 0 || inTime()) await fuzz(file, seed)
  })
}

for (const failure of failures) console.log(`failed; again with: ${failure}`)
process.exit(failures.length === 0 ? 0 : 1)
