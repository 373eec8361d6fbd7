import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hash, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { eventually } from '../../launch/test/eventually.ts'
import { freePort } from '../../launch/test/free-port.ts'
import { identify, isAlive, type ProcessId, waitForExit } from '../src/local/process.ts'
import { type Clients, clientsOf } from './helpers/clients.ts'
import { L1_BLOCK_TIME, mineL1Every, originOf, reorganiseL1, stands } from './helpers/l1.ts'
import { type Network, startNetwork } from './helpers/network.ts'
import { altlayer, binary, descendants } from './helpers/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-life-'))
const dataDir = join(folder, 'data')
let network: Network
let viem: Clients

async function start(): Promise<void> {
  // It still runs where a test before failed.
  await network?.stop()
  network = await startNetwork(dataDir)
  viem = clientsOf(network)
}

before(start)

after(async () => {
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const said = () => network.output()

/** The processes of a network, so that their end can be asserted. */
function processesOf(of: Network): readonly ProcessId[] {
  const pids = [of.process.pid, ...descendants(of.process.pid).map(({ pid }) => pid)]
  return pids.flatMap((pid) => identify(pid) ?? [])
}

function l1Process(): number {
  const found = descendants(network.process.pid).find(({ name }) => name.startsWith('anvil'))
  assert.ok(found, 'the network runs no anvil')
  return found.pid
}

/** A transfer that L2 has acknowledged in a block. */
async function transfer(): Promise<{ hash: Hash; block: Hash; number: bigint; to: `0x${string}` }> {
  const to = privateKeyToAddress(generatePrivateKey())
  const hash = await viem.l2Wallet.sendTransaction({ to, value: parseEther('0.5') })
  const receipt = await viem.l2.waitForTransactionReceipt({ hash })
  return { hash, block: receipt.blockHash, number: receipt.blockNumber, to }
}

async function assertKept(made: Awaited<ReturnType<typeof transfer>>) {
  const block = await viem.l2.getBlock({ blockNumber: made.number })
  assert.equal(block.hash, made.block, `block ${made.number} is another:\n${said()}`)
  assert.equal((await viem.l2.getTransactionReceipt({ hash: made.hash })).blockHash, made.block)
  assert.equal(await viem.l2.getBalance({ address: made.to }), parseEther('0.5'))
}

describe('a running network', () => {
  it('keeps a second one out of its data directory', async () => {
    const ports = ['--l1-port', String(await freePort()), '--l2-port', String(await freePort())]
    const { code, stderr } = await altlayer(['up', '--data-dir', dataDir, ...ports])
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`already running in .*process ${network.process.pid}`))
    assert.match(stderr, /altlayer down/)
  })

  it('names a port that is taken, and the option that chooses another', async () => {
    const other = join(folder, 'other')
    for (const [option, url] of [
      ['--l1-port', network.l1.url],
      ['--l2-port', network.l2.url],
    ] as const) {
      const taken = new URL(url).port
      const free = option === '--l1-port' ? '--l2-port' : '--l1-port'
      const { code, stderr } = await altlayer([
        ...['up', '--data-dir', other, option, taken, free, String(await freePort())],
      ])
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`port ${taken} for L[12] is in use.*${option}`))
    }
  })

  it('makes blocks while L1 does not answer, and follows it again', async () => {
    const l1 = l1Process()
    process.kill(l1, 'SIGSTOP')
    try {
      await eventually(
        'the log says that L1 is silent',
        () => said().includes('L1 does not answer'),
        said,
      )
      const head = await viem.l2.getBlockNumber()
      await transfer()
      await eventually(
        'blocks go on',
        async () => (await viem.l2.getBlockNumber()) > head + 2n,
        said,
      )
    } finally {
      process.kill(l1, 'SIGCONT')
    }
    await eventually(
      'the log says that L1 answers',
      () => said().includes('L1 answers again'),
      said,
    )
    const to = privateKeyToAddress(generatePrivateKey())
    const args = await viem.l2.buildDepositTransaction({ mint: 1n, to })
    await viem.l1Wallet.depositTransaction(args)
    await eventually(
      'a deposit arrives',
      async () => (await viem.l2.getBalance({ address: to })) === 1n,
      said,
    )
  })
})

describe('L1 reorganised', () => {
  it('takes L2 back to the last block whose origin stands, and on with its transactions', async () => {
    const made = await transfer()
    const origin = await originOf(viem, made.number)
    await eventually(
      'L2 has come four L1 blocks further',
      async () => (await originOf(viem)) >= origin + 4n,
      said,
    )
    // L1 stands still meanwhile: the depth holds however long this takes, and what is final on L1 is deeper.
    await mineL1Every(viem, 0)
    const head = await viem.l1.getBlockNumber({ cacheTime: 0 })
    await eventually(
      'L2 has come to the head of L1',
      async () => (await originOf(viem)) === head,
      said,
    )
    const dropped = await transfer()
    assert.equal(await originOf(viem, dropped.number), head)
    const before = await viem.l2.getBlock()
    await reorganiseL1(viem, network, 3)
    await mineL1Every(viem, L1_BLOCK_TIME)
    // Whether the sequencer or derivation notices first.
    await eventually(
      'L2 goes back, and on',
      async () => {
        const { number } = await viem.l2.getBlock()
        if (number <= before.number || !(await stands(viem, number))) return false
        return (await viem.l2.getBlock({ blockNumber: dropped.number })).hash !== dropped.block
      },
      said,
    )
    const end = await viem.l2.getBlockNumber({ cacheTime: 0 })
    for (let number = end; number > end - 20n && number > 0n; number--) {
      assert.ok(await stands(viem, number), `the origin of block ${number} does not stand`)
    }
    assert.notEqual((await viem.l2.getBlock({ blockNumber: before.number })).hash, before.hash)
    await assertKept(made)
    // Its block is gone, the transaction is not.
    assert.notEqual((await viem.l2.getBlock({ blockNumber: dropped.number })).hash, dropped.block)
    await eventually(
      'the transaction is in a block again',
      async () => (await viem.l2.getBalance({ address: dropped.to })) === parseEther('0.5'),
      said,
    )
    await viem.l2.getTransactionReceipt({ hash: dropped.hash })
    await assertKept(await transfer())
  })
})

describe('the chain', () => {
  it('survives Ctrl-C, which leaves no process behind', async () => {
    const made = await transfer()
    const processes = processesOf(network)
    assert.ok(processes.length >= 2)
    assert.equal(await network.stop('SIGINT'), 0)
    assert.deepEqual(processes.filter(isAlive), [])
    await start()
    await assertKept(made)
    await assertKept(await transfer())
  })

  it('survives kill -9, and no process stays behind for long', async () => {
    const made = await transfer()
    const processes = processesOf(network)
    assert.equal(await network.stop('SIGKILL'), null)
    await start()
    for (const old of processes) assert.ok(await waitForExit(old, 180_000), `${old.pid} still runs`)
    await assertKept(made)
    await assertKept(await transfer())
  })

  it('is stopped by altlayer down from elsewhere, and removed by altlayer clean', async () => {
    const made = await transfer()
    assert.equal((await altlayer(['clean', '--data-dir', dataDir])).code, 1)
    const processes = processesOf(network)
    const ended = once(network.process, 'close')
    const { code, stdout } = await altlayer(['down', '--data-dir', dataDir])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`stopped altlayer up \\(process ${network.process.pid}\\)`))
    assert.deepEqual(await ended, [0, null])
    assert.deepEqual(processes.filter(isAlive), [])
    await start()
    await assertKept(made)
    await network.stop()
    assert.equal((await altlayer(['clean', '--data-dir', dataDir])).code, 0)
    assert.equal(existsSync(dataDir), false)
  })
})

describe('Ctrl-C', () => {
  it('while the network starts stops what was started', async () => {
    const ports = ['--l1-port', String(await freePort()), '--l2-port', String(await freePort())]
    const args = [binary, 'up', '--data-dir', join(folder, 'early'), ...ports]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(child, 'close')
    let output = ''
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        output += chunk
        if (output.includes('  deploy ')) resolve()
      })
    })
    const started = [child.pid as number, ...descendants(child.pid as number).map(({ pid }) => pid)]
    const processes = started.flatMap((pid) => identify(pid) ?? [])
    child.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
    for (const id of processes) assert.ok(await waitForExit(id, 180_000))
  })

  it('is what the end of its reader means', async () => {
    const ports = ['--l1-port', String(await freePort()), '--l2-port', String(await freePort())]
    const args = [binary, 'up', '--verbose', '--data-dir', join(folder, 'piped'), ...ports]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    child.stdout.destroy()
    assert.deepEqual(await ended, [0, null])
  })

  it('twice does not wait for an L1 that hangs', async () => {
    await start()
    const processes = processesOf(network)
    const ended = once(network.process, 'close')
    process.kill(l1Process(), 'SIGSTOP')
    network.process.kill('SIGINT')
    await eventually('it is stopping', () => said().includes('Ctrl-C again'), said)
    // One that comes at once counts as the same, passed on by a launcher.
    await sleep(1_000)
    network.process.kill('SIGINT')
    assert.deepEqual(await ended, [130, null])
    for (const id of processes) assert.ok(await waitForExit(id, 180_000), `${id.pid} still runs`)
  })
})
