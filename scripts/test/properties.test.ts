import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { toVariables } from '../properties/env.ts'
import { run } from '../run.ts'

const cwd = join(import.meta.dirname, '../..')

/** Runs code with fast-check under the hook; resolves to what it printed. */
async function underHook(code: string, variables: NodeJS.ProcessEnv = {}): Promise<string> {
  const args = ['--import=./scripts/properties/hook.ts', '--input-type=module', '-e']
  const source = `import fc from 'fast-check'; ${code}`
  const result = await run(process.execPath, [...args, source], {
    cwd,
    env: { ...process.env, ...variables },
    quiet: true,
  })
  assert.equal(result.code, 0, result.output)
  return result.output
}

const SAMPLES = 'fc.assert(fc.property(fc.integer(), (number) => console.log(number)))'
const samples = async (variables?: NodeJS.ProcessEnv) =>
  (await underHook(SAMPLES, variables)).trimEnd().split('\n')

test('the hook gives properties the same values each time', async () => {
  const [once, again] = await Promise.all([samples(), samples()])
  assert.equal(once.length, 100)
  assert.ok(new Set(once).size > 20)
  assert.deepEqual(again, once)
})

test('another seed gives others, and more runs go on from the first', async () => {
  const [once, other, more] = await Promise.all([
    samples(),
    samples(toVariables({ seed: 2, times: 1 })),
    samples(toVariables({ seed: 1, times: 3 })),
  ])
  assert.notDeepEqual(other, once)
  assert.equal(more.length, 300)
  assert.deepEqual(more.slice(0, 100), once)
})

test('a property that gives a seed keeps it and its number of runs', async () => {
  const output = await underHook(
    'let runs = 0; fc.assert(fc.property(fc.integer(), () => { runs++ }), { seed: 3, numRuns: 7 }); console.log(runs)',
    toVariables({ seed: 1, times: 3 }),
  )
  assert.equal(output, '7\n')
})

test('a seed that is none is refused', async () => {
  await assert.rejects(samples({ PROPERTY_SEED: '1e3' }), /PROPERTY_SEED: expected an integer/)
})

test('npm run fuzz names seed, path and command of a failure, which the command repeats', async () => {
  const fuzz = (seed: number) =>
    run(
      process.execPath,
      [
        'scripts/fuzz.ts',
        ...['--minutes', '0', '--times', '2', '--seed', String(seed)],
        'scripts/test/fixtures/false-property.ts',
      ],
      { cwd, quiet: true },
    )
  const { code, output } = await fuzz(11)
  assert.equal(code, 1)
  const found = /\{ seed: 11, path: "[\d:]+".*\n.*Counterexample: .*/.exec(output)?.[0]
  assert.ok(found, output)
  assert.match(
    output,
    /^failed; again with: npm run fuzz -- --minutes 0 --times 2 --seed 11 scripts\/.*\.ts$/m,
  )
  assert.ok((await fuzz(11)).output.includes(found))
})
