import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { runTestFiles } from '../test-files.ts'

const root = join(import.meta.dirname, '../..')
const fixture = (name: string) => `scripts/test/fixtures/${name}.ts`
/** Milliseconds; the file never ends by itself. */
const SHORT = 4_000
const say = () => undefined

test('test files are counted, and one that fails does not stop the others', async () => {
  const outcomes = await runTestFiles([fixture('false-property'), fixture('passing')], {
    root,
    say,
  })
  const byFile = Object.fromEntries(outcomes.map(({ file, ...rest }) => [file, rest]))
  assert.equal(byFile[fixture('passing')]?.passed, 2)
  assert.equal(byFile[fixture('passing')]?.failed, 0)
  assert.equal(byFile[fixture('false-property')]?.failed, 1)
})

test('a file that ends before its tests are over fails', async () => {
  const [outcome] = await runTestFiles([fixture('leaving')], { root, say })
  assert.deepEqual([outcome?.passed, outcome?.failed], [0, 1])
})

test('a file that hangs fails by its name, and what it started ends with it', async () => {
  // Its output is at its end only when nobody can write to it any more.
  const [outcome] = await runTestFiles([fixture('hanging')], { root, say, fileLimit: SHORT })
  assert.equal(outcome?.failed, 1)
  assert.match(outcome.output, /hanging\.ts is not over after 4 s: ended/)
})
