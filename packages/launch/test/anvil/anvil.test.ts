import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { identify, isAlive } from '../../../cli/src/local/process.ts'
import { AnvilStartError, PortTakenError, startAnvil } from '../../src/anvil/anvil.ts'
import { DamagedStateError } from '../../src/anvil/state.ts'
import { rpc } from '../../src/l1/rpc.ts'
import { eventually } from '../eventually.ts'
import { temporaryFolder } from '../helpers.ts'

const blockNumber = async (url: string) => Number(await rpc<string>(url, 'eth_blockNumber', []))
const blockHash = async (url: string, number: number) =>
  (await rpc<{ hash: string }>(url, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false]))
    .hash

// Blocks come only when a test mines them.
const options = (folder: string) => ({ folder, port: 0, chainId: 900, blockTime: 600 })

test('anvil serves the chain that was asked for and ends when asked, as often as asked', async (t) => {
  const anvil = await startAnvil(options(temporaryFolder(t)))
  t.after(anvil.stop)
  assert.equal(await rpc(anvil.url, 'eth_chainId', []), '0x384')
  await anvil.mine()
  assert.equal(await blockNumber(anvil.url), 1)
  await Promise.all([anvil.stop(), anvil.stop()])
  await anvil.stop()
  await assert.rejects(rpc(anvil.url, 'eth_chainId', []))
})

test('the chain goes on where it stopped', async (t) => {
  const folder = temporaryFolder(t)
  const first = await startAnvil(options(folder))
  t.after(first.stop)
  await first.mine()
  await first.mine()
  const hash = await blockHash(first.url, 2)
  await first.stop()

  const second = await startAnvil(options(folder))
  t.after(second.stop)
  assert.equal(await blockNumber(second.url), 2)
  assert.equal(await blockHash(second.url, 2), hash)
  assert.equal(second.rolledBackTo, undefined)
  await second.stop()
})

test('anvil writes its state and ends when its starter is killed', async (t) => {
  const folder = temporaryFolder(t)
  const starter = spawn(process.execPath, [
    fileURLToPath(new URL('fixture.ts', import.meta.url)),
    folder,
  ])
  t.after(() => starter.kill('SIGKILL'))
  const said = await new Promise<string>((resolve, reject) => {
    starter.stdout.once('data', (data) => resolve(String(data).trim()))
    starter.once('exit', (code) => reject(new Error(`fixture ended with ${code}`)))
  })
  const [url = '', group] = said.split(' ')
  const keeper = identify(Number(group))
  assert.ok(keeper)
  const hash = await blockHash(url, 1)
  starter.kill('SIGKILL')
  // It answers no more before its state is written.
  await eventually('it is gone', () => !isAlive(keeper))

  const anvil = await startAnvil(options(folder))
  t.after(anvil.stop)
  assert.equal(await blockHash(anvil.url, 1), hash)
})

test('a taken port is an error that names it', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  await assert.rejects(
    startAnvil({ ...options(temporaryFolder(t)), port }),
    (error) => error instanceof PortTakenError && error.message.includes(String(port)),
  )
})

test('half a state file is dropped for the older whole one, and that is told', async (t) => {
  const folder = temporaryFolder(t)
  const first = await startAnvil(options(folder))
  t.after(first.stop)
  await first.mine()
  const hash = await blockHash(first.url, 1)
  await first.stop()
  const second = await startAnvil(options(folder))
  t.after(second.stop)
  await second.mine()
  await second.stop()
  writeFileSync(join(folder, 'state.next.json'), '{"blocks":[{"header":')

  const third = await startAnvil(options(folder))
  t.after(third.stop)
  assert.ok(third.rolledBackTo instanceof Date)
  assert.equal(await blockNumber(third.url), 1)
  assert.equal(await blockHash(third.url, 1), hash)
})

test('a folder with nothing but damaged state is an error, not a new chain', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'state.next.json'), '{')
  await assert.rejects(startAnvil(options(folder)), DamagedStateError)
  assert.ok(existsSync(join(folder, 'state.next.json')), 'left for whoever wants to look at it')
})

test('a state that anvil itself refuses is reported with its words', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'state.json'), '{"blocks":7,"accounts":[]}')
  await assert.rejects(
    startAnvil(options(folder)),
    (error) => error instanceof AnvilStartError && /ended with code/.test(error.message),
  )
})

test('a start that is called off leaves nothing behind', async (t) => {
  const folder = temporaryFolder(t)
  const abort = new AbortController()
  const starting = startAnvil({ ...options(folder), signal: abort.signal })
  abort.abort()
  await assert.rejects(starting, { name: 'AbortError' })
})
