import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { prepareDataDir } from '../src/local/data-dir.ts'
import { acquireLock, readRecord } from '../src/local/lock.ts'
import { identify, isAlive, waitForExit } from '../src/local/process.ts'
import { altlayer, idleProcess } from './helpers/process.ts'

let dataDir = ''

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'altlayer-cli-')), 'data')
})

afterEach(() => rmSync(join(dataDir, '..'), { recursive: true }))

function writeRecord(pid: number, children: readonly { name: string; pid: number }[] = []) {
  const id = (of: number) => identify(of) ?? { pid: of, started: 'long ago' }
  const record = {
    process: id(pid),
    children: children.map(({ name, pid: child }) => ({ name, ...id(child) })),
  }
  writeFileSync(join(dataDir, 'up.json'), JSON.stringify(record))
}

describe('the identity of a process', () => {
  it('ends with the process', async () => {
    const child = await idleProcess()
    const id = identify(child.pid)
    assert.ok(id && isAlive(id))
    child.kill()
    assert.ok(await waitForExit(id, 60_000))
  })

  it('is not that of another process with the same number', () => {
    assert.equal(isAlive({ pid: process.pid, started: 'another time' }), false)
  })
})

describe('the lock of a data directory', () => {
  it('keeps a second run out and names the first', () => {
    const lock = acquireLock(dataDir)
    assert.throws(() => acquireLock(dataDir), {
      name: 'CommandError',
      message: new RegExp(`already running in .*process ${process.pid}.*altlayer down`),
    })
    lock.release()
    acquireLock(dataDir).release()
  })

  it('of a run that was killed does not keep the next one out', () => {
    prepareDataDir(dataDir)
    writeRecord(2 ** 22 + 1)
    const lock = acquireLock(dataDir)
    assert.equal(readRecord(dataDir)?.process.pid, process.pid)
    lock.release()
  })

  it('notes the started processes', async () => {
    const lock = acquireLock(dataDir)
    const child = await idleProcess()
    lock.addChild('L1', child.pid)
    assert.deepEqual(readRecord(dataDir)?.children, [{ name: 'L1', ...identify(child.pid) }])
    lock.killChildren()
    lock.release()
  })
})

describe('altlayer down', () => {
  it('says when nothing runs', async () => {
    const { code, stdout } = await altlayer(['down', '--data-dir', dataDir])
    assert.equal(code, 0)
    assert.match(stdout, /nothing runs in/)
  })

  it('stops the recorded run and what it left behind, and nothing else', async () => {
    prepareDataDir(dataDir)
    const [run, l1, bystander] = await Promise.all([idleProcess(), idleProcess(), idleProcess()])
    writeRecord(run.pid, [
      { name: 'L1', pid: l1.pid },
      { name: 'gone', pid: 2 ** 22 + 1 },
    ])
    const { code, stdout } = await altlayer(['down', '--data-dir', dataDir])
    assert.equal(code, 0)
    assert.equal(stdout, `stopped altlayer up (process ${run.pid}), L1 (process ${l1.pid})\n`)
    assert.ok(run.signalCode && l1.signalCode)
    assert.equal(bystander.signalCode, null)
    bystander.kill()
    assert.equal(readRecord(dataDir), undefined)
  })

  it('refuses a damaged record rather than guess', async () => {
    prepareDataDir(dataDir)
    writeFileSync(join(dataDir, 'up.json'), '{"process":{"pid":"1"}}')
    const { code, stderr } = await altlayer(['down', '--data-dir', dataDir])
    assert.equal(code, 1)
    assert.match(stderr, /up\.json is damaged/)
  })
})

describe('altlayer clean', () => {
  it('removes a data directory', async () => {
    prepareDataDir(dataDir)
    const { code } = await altlayer(['clean', '--data-dir', dataDir])
    assert.equal(code, 0)
    assert.equal(existsSync(dataDir), false)
    assert.match((await altlayer(['clean', '--data-dir', dataDir])).stdout, /nothing to remove/)
  })

  it('refuses while the network runs', async () => {
    prepareDataDir(dataDir)
    writeRecord(process.pid)
    const { code, stderr } = await altlayer(['clean', '--data-dir', dataDir])
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`process ${process.pid} still uses`))
    assert.ok(existsSync(dataDir))
  })

  it('refuses a directory that is not ours', async () => {
    const stranger = join(dataDir, '..')
    writeFileSync(join(stranger, 'thesis.txt'), 'irreplaceable')
    const { code, stderr } = await altlayer(['clean', '--data-dir', stranger])
    assert.equal(code, 1)
    assert.match(stderr, /is not a data directory of altlayer/)
    assert.equal(readFileSync(join(stranger, 'thesis.txt'), 'utf8'), 'irreplaceable')
    assert.throws(() => prepareDataDir(stranger), { name: 'CommandError' })
  })
})
