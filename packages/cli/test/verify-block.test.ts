import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Hash } from '@altlayer/protocol'
import { parseFixture, VerificationProblem, verifyFixture } from '@altlayer/verify'
import { testData } from '../../../scripts/testdata.ts'
import { altlayer } from './helpers/process.ts'

const blocks = await testData('op-blocks.tar.xz')
const folder = mkdtempSync(join(tmpdir(), 'altlayer-verify-block-'))
after(() => rmSync(folder, { recursive: true }))

interface Fixture {
  rollup_config: Record<string, unknown>
  parent_header: Record<string, string>
  executing_payload: { transactions: string[]; timestamp: string; prevRandao: string }
  witness: Record<string, string>
  expected_block_hash: string
  expected_header?: Record<string, string>
}

function fixture(chain: string): Fixture {
  const [, bytes] = [...blocks.files].find(([path]) => path.includes(`/${chain}-`)) ?? []
  return JSON.parse(Buffer.from(bytes as Uint8Array).toString())
}

function save(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function json(...paths: readonly string[]) {
  const { code, stdout } = await altlayer(['verify-block', '--json', ...paths])
  const reports = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { code, reports, report: reports[0] }
}

const mainnet = '10'
const sepolia = '11155420'

describe('altlayer verify-block', { skip: blocks.absent }, () => {
  it('re-executes blocks of OP Mainnet and OP Sepolia to their hashes', async () => {
    const paths = [...blocks.files].map(([path, bytes]) =>
      save(path.replaceAll('/', '-'), Buffer.from(bytes).toString()),
    )
    const { code, reports } = await json(...paths)
    assert.equal(code, 0)
    assert.equal(reports.length, paths.length)
    for (const report of reports) {
      assert.equal(report.match, true)
      assert.equal(report.blockHash, report.expectedHash)
      assert.ok(BigInt(report.gasUsed) > 0n && report.milliseconds > 0 && report.mgasPerSecond > 0)
    }
    const text = await altlayer(['verify-block', ...paths])
    assert.equal(text.code, 0)
    assert.equal(text.stdout.match(/^MATCH /gm)?.length, paths.length)
    assert.match(text.stdout, /\d+ transactions, \d+ gas, [\d.]+ ms, [\d.]+ Mgas\/s/)
  })

  it('prints both hashes and the computed header when the hash is another', async () => {
    const wrong = `0x${'12'.repeat(32)}`
    const path = save('hash.json', { ...fixture(sepolia), expected_block_hash: wrong })
    const { code, report } = await json(path)
    assert.equal(code, 1)
    assert.equal(report.match, false)
    assert.equal(report.expectedHash, wrong)
    assert.equal(report.blockHash, fixture(sepolia).expected_block_hash)
    assert.equal(report.header.parentHash.length, 66)
    const text = await altlayer(['verify-block', path])
    assert.equal(text.code, 1)
    assert.match(text.stdout, /^DIFFERS /)
    assert.match(text.stdout, new RegExp(`expected hash ${wrong}`))
    assert.match(text.stdout, /stateRoot 0x/)
  })

  it('names the first header field that differs, where the fixture has the header', async () => {
    const good = save('good.json', {
      ...fixture(sepolia),
      expected_block_hash: `0x${'12'.repeat(32)}`,
    })
    const { report } = await json(good)
    const changed = fixture(sepolia)
    changed.executing_payload.prevRandao = `0x${'56'.repeat(32)}`
    const path = save('field.json', { ...changed, expected_header: report.header })
    const result = await json(path)
    assert.equal(result.code, 1)
    assert.deepEqual(result.report.difference, {
      field: 'mixHash',
      expected: report.header.mixHash,
      actual: `0x${'56'.repeat(32)}`,
    })
    const text = await altlayer(['verify-block', path])
    assert.match(text.stdout, /first difference: mixHash expected 0x\w+, actual 0x5656/)
  })

  it('says which preimage a witness lacks', async () => {
    const lacking = fixture(sepolia)
    const root = lacking.parent_header.stateRoot as string
    delete lacking.witness[root]
    const { code, report } = await json(save('missing.json', lacking))
    assert.equal(code, 1)
    assert.match(
      report.error,
      new RegExp(`missing preimage of ${root}, of account 0x\\w+ \\(MISSING_PREIMAGE\\)`),
    )
  })

  it('ends with the very hash that is lacking, whichever it is', () => {
    const whole = parseFixture(fixture(sepolia))
    const hashes = [...whole.witness.keys()]
    let missed = 0
    for (let i = 0; i < hashes.length; i += 50) {
      const witness = new Map(whole.witness)
      witness.delete(hashes[i] as Hash)
      try {
        // A witness may hold a sibling that the final shape of a trie does not need.
        assert.ok(verifyFixture({ ...whole, witness }).matches)
      } catch (error) {
        assert.ok(error instanceof VerificationProblem)
        assert.ok(error.message.includes(`missing preimage of ${hashes[i]}`))
        missed++
      }
    }
    assert.ok(missed > 20, `${missed} of the preimages were missed`)
  })

  it('does not believe a preimage that hashes to something else', async () => {
    const forged = fixture(mainnet)
    const root = forged.parent_header.stateRoot as string
    const node = forged.witness[root] as string
    forged.witness[root] = `${node.slice(0, -2)}${node.endsWith('80') ? '81' : '80'}`
    const { code, report } = await json(save('forged.json', forged))
    assert.equal(code, 1)
    assert.match(report.error, new RegExp(`${root}.*\\(BAD_PREIMAGE\\)`))
  })

  it('names the transaction that cannot be in the block', async () => {
    const broken = fixture(sepolia)
    broken.executing_payload.transactions[1] = '0x02c0'
    const { code, report } = await json(save('transaction.json', broken))
    assert.equal(code, 1)
    assert.match(report.error, /^transaction 1: malformed transaction \(TX_MALFORMED\)/)
  })

  it('names the member of a fixture that is wrong, and goes on with the next', async () => {
    const timeless = fixture(sepolia)
    timeless.executing_payload.timestamp = 'soon'
    const { code, reports } = await json(
      save('timeless.json', timeless),
      save('text.json', 'no JSON'),
      save('right.json', fixture(sepolia)),
    )
    assert.equal(code, 1)
    assert.match(reports[0].error, /executing_payload\.timestamp/)
    assert.match(reports[1].error, /JSON/)
    assert.equal(reports[2].match, true)
  })
})

describe('altlayer verify-block without a fixture', () => {
  it('asks for one, and says when it cannot read it', async () => {
    assert.equal((await altlayer(['verify-block'])).code, 2)
    const missing = await altlayer(['verify-block', join(folder, 'nothing.json')])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /cannot read .*nothing\.json: ENOENT/)
  })
})
