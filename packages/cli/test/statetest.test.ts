import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { testData, testDataPath } from '../../../scripts/testdata.ts'
import type { FileResult } from '../src/statetest/execute.ts'
import { runFiles } from '../src/statetest/pool.ts'
import { altlayer } from './helpers/process.ts'

const archives = ['ethereum-tests.tar.xz', 'execution-spec-state-tests.tar.xz'] as const
const sample = 'state_tests/cancun/eip1153_tstore/test_basic_tload_works.json'
const specTests = await testData(archives[1], (path) => path === sample)

const folder = mkdtempSync(join(tmpdir(), 'altlayer-statetest-'))
after(() => rmSync(folder, { recursive: true }))

interface Post {
  hash: string
  logs: string
  txbytes?: string
  expectException?: string
}
type StateTestFile = Record<string, { post: Record<string, Post[]>; transaction: object }>

/** A copy of a small file of the suite, changed. */
function saveSample(name: string, change: (file: StateTestFile) => void): string {
  const bytes = specTests.files.get(sample) as Uint8Array
  const file: StateTestFile = JSON.parse(Buffer.from(bytes).toString())
  change(file)
  return save(name, JSON.stringify(file))
}

function save(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function posts(file: StateTestFile): Post[] {
  return Object.values(file).flatMap((test) => Object.values(test.post).flat())
}

async function json(args: readonly string[]) {
  const { code, stdout, stderr } = await altlayer(['statetest', '--json', ...args])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { code, stderr, lines, totals: lines.at(-1), others: lines.slice(0, -1) }
}

describe('altlayer statetest', () => {
  for (const archive of archives) {
    const path = testDataPath(archive)
    it(`passes every case of Paris to Prague in ${archive}`, {
      skip: path === undefined && `../shared/testdata/${archive} is not here`,
    }, async () => {
      const { code, totals, others } = await json([path as string])
      assert.deepEqual(
        others.filter((line) => line.reason === undefined || line.skipped === undefined),
        [],
      )
      assert.equal(totals.failed, 0)
      assert.equal(code, 0)
      assert.ok(totals.passed > 1400, `${totals.passed} cases`)
      const skipped = others.reduce((sum, line) => sum + line.skipped, 0)
      assert.equal(totals.skipped, skipped)
    })
  }

  it('reports a wrong state root with both roots, and fails', {
    skip: specTests.absent,
  }, async () => {
    const wrong = `0x${'12'.repeat(32)}`
    const path = saveSample('root.json', (file) => {
      for (const post of posts(file)) post.hash = wrong
    })
    const { code, totals, others } = await json([path])
    assert.equal(code, 1)
    assert.equal(totals.passed, 0)
    assert.ok(totals.failed > 0)
    const failure = others.find((line) => line.reason === 'another state root')
    assert.equal(failure.file, path)
    assert.equal(failure.expected.root, wrong)
    assert.match(failure.actual.root, /^0x[0-9a-f]{64}$/)
    assert.match(failure.case, /^d\d+g\d+v\d+$/)
    const text = await altlayer(['statetest', path])
    assert.equal(text.code, 1)
    assert.match(text.stdout, new RegExp(`root expected ${wrong}, actual ${failure.actual.root}`))
    assert.match(text.stdout.trim(), /\n0 passed, \d+ failed, \d+ skipped$/)
  })

  it('reports wrong logs, and a transaction that should have been refused', {
    skip: specTests.absent,
  }, async () => {
    const logs = saveSample('logs.json', (file) => {
      for (const post of posts(file)) post.logs = `0x${'34'.repeat(32)}`
    })
    const refused = saveSample('refused.json', (file) => {
      for (const post of posts(file)) post.expectException = 'TransactionException.SENDER_NOT_EOA'
    })
    const { totals, others } = await json([logs, refused])
    assert.equal(totals.passed, 0)
    assert.ok(others.some((line) => line.reason === 'another hash of the logs'))
    assert.ok(others.some((line) => /should be refused.*SENDER_NOT_EOA/.test(line.reason)))
  })

  it('signs the transaction itself where the file has no bytes of it', {
    skip: specTests.absent,
  }, async () => {
    const path = saveSample('unsigned.json', (file) => {
      for (const post of posts(file)) delete post.txbytes
    })
    const { code, totals } = await json(['--fork', 'cancun', path])
    assert.equal(code, 0)
    assert.ok(totals.passed > 0)
    assert.equal(totals.skipped, 0)
  })

  it('does not take a file that lacks the key for a refused transaction', {
    skip: specTests.absent,
  }, async () => {
    const path = saveSample('keyless.json', (file) => {
      for (const test of Object.values(file))
        test.transaction = { ...test.transaction, secretKey: null }
      for (const post of posts(file)) {
        delete post.txbytes
        post.expectException = 'TransactionException.NONCE_IS_MAX'
      }
    })
    const { code, totals, others } = await json(['--fork', 'Cancun', path])
    assert.equal(code, 1)
    assert.equal(totals.passed, 0)
    assert.match(others[0].reason, /transaction\.secretKey: expected a key/)
  })

  it('takes values that no transaction can hold for a refused one', {
    skip: specTests.absent,
  }, async () => {
    const path = saveSample('impossible.json', (file) => {
      for (const test of Object.values(file)) {
        test.transaction = { ...test.transaction, value: [`0x:bigint 0x1${'0'.repeat(64)}`] }
      }
      for (const post of posts(file)) {
        delete post.txbytes
        post.expectException = 'TransactionException.VALUE_OVERFLOW'
      }
    })
    const { others } = await json(['--fork', 'Cancun', path])
    // The state of a refused transaction is the one before it, not the sample's.
    for (const failure of others) assert.equal(failure.reason, 'another state root')
    assert.ok(others.length > 0)
  })

  it('says why a fork is skipped', { skip: specTests.absent }, async () => {
    const path = saveSample('forks.json', (file) => {
      for (const test of Object.values(file))
        test.post = { Berlin: Object.values(test.post).flat() }
    })
    const { code, totals, others } = await json([path])
    assert.equal(code, 0)
    assert.equal(totals.passed + totals.failed, 0)
    assert.match(others[0].reason, /rules of Berlin are not part of the program/)
    assert.equal(others[0].skipped, totals.skipped)
    const text = await altlayer(['statetest', path])
    assert.match(text.stdout, /^SKIP \d+: the rules of Berlin are not part of the program/m)
  })

  it('fails where no case of the fork was run: its name may be misspelt', async () => {
    const other = save('none.json', '{}')
    const { code, totals, stderr } = await json(['--fork', 'prague', other])
    assert.equal(code, 1)
    assert.equal(totals.passed, 0)
    assert.match(stderr, /no case of fork prague was run; .*such as Prague/)
  })

  it('fails for a named file that holds no state tests, whatever it holds', async () => {
    const bad = {
      'text.json': 'not JSON',
      'list.json': '[]',
      'other.json': '{"name": {"in": []}}',
      'members.json': '{"name": {"env": {}, "pre": {}, "transaction": {}, "post": {}}}',
    }
    const paths = Object.entries(bad).map(([name, text]) => save(name, text))
    const { code, totals, others } = await json(paths)
    assert.equal(code, 1)
    assert.equal(totals.failed, paths.length)
    for (const [index, path] of paths.entries()) assert.equal(others[index].file, path)
    assert.match(others[3].reason, /transaction\.data/)
  })

  it('fails a file that cannot be read any more when its turn comes, and runs the others', async () => {
    const read = async () => Buffer.from('{}')
    const gone = async () => Promise.reject(new Error('cannot read gone.json: ENOENT'))
    const files = [gone, read].map((read) => ({ path: 'a.json', named: false, gas: 0, read }))
    const results: FileResult[] = []
    for await (const result of runFiles(files, undefined)) results.push(result)
    assert.deepEqual(
      results.map(({ failures }) => failures.map(({ reason }) => reason)),
      [['cannot read gone.json: ENOENT'], []],
    )
  })

  it('answers a missing path, no path and a damaged archive with what is wrong', async () => {
    const missing = await altlayer(['statetest', join(folder, 'no-such-file')])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /cannot read .*no-such-file: ENOENT/)
    assert.equal((await altlayer(['statetest'])).code, 2)
    const damaged = await altlayer(['statetest', '--json', save('damaged.tar.xz', 'no archive')])
    assert.equal(damaged.code, 1)
    assert.match(damaged.stderr, /damaged\.tar\.xz: not an xz file/)
  })
})
