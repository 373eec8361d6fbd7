import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createPublicClient, type Hash, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { eventually } from '../../launch/test/eventually.ts'
import { freePort } from '../../launch/test/free-port.ts'
import { type Clients, clientsOf } from './helpers/clients.ts'
import { L1_BLOCK_TIME, mineL1Every, originOf } from './helpers/l1.ts'
import { type Network, startNetwork } from './helpers/network.ts'
import { altlayer, binary } from './helpers/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-derive-'))
const dataDir = join(folder, 'network')
const rollupConfig = join(dataDir, 'rollup', 'rollup.json')
let network: Network
let viem: Clients
const nodes: VerifyingNode[] = []

interface VerifyingNode {
  readonly url: string
  output(): string
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts `altlayer node` as a process of its own, with nothing but L1 and the config. */
async function startVerifier(directory: string): Promise<VerifyingNode> {
  const port = await freePort()
  const child: ChildProcess = spawn(
    process.execPath,
    [
      binary,
      ...['node', '--l1', network.l1.url, '--config', rollupConfig],
      ...['--data-dir', directory, '--port', String(port)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const node: VerifyingNode = {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async stop(signal = 'SIGINT') {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, 'close')
    },
  }
  nodes.push(node)
  await eventually('the node listens', () => output.includes('node listens on'), said)
  return node
}

const said = () => [...nodes, network].map((one) => one.output()).join('\n---\n')

const clientOf = ({ url }: { readonly url: string }) => createPublicClient({ transport: http(url) })

async function blockHash(of: { readonly url: string }, number: bigint): Promise<Hash | undefined> {
  const found = await clientOf(of)
    .getBlock({ blockNumber: number })
    .catch(() => undefined)
  return found?.hash ?? undefined
}

/** -1 until derivation has begun. */
async function safeNumber(of: { readonly url: string }): Promise<bigint> {
  const found = await clientOf(of)
    .getBlock({ blockTag: 'safe' })
    .catch(() => undefined)
  return found?.number ?? -1n
}

before(async () => {
  network = await startNetwork(dataDir)
  viem = clientsOf(network)
})

after(async () => {
  for (const node of nodes) await node.stop()
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('derivation from L1', () => {
  it('makes the blocks of the sequencer safe, then finalized', async () => {
    const to = privateKeyToAddress(generatePrivateKey())
    const hash = await viem.l2Wallet.sendTransaction({ to, value: parseEther('0.25') })
    const { blockNumber } = await viem.l2.waitForTransactionReceipt({ hash })
    await eventually(
      'the block is safe',
      async () => (await safeNumber(network.l2)) >= blockNumber,
      said,
    )
    await eventually(
      'the block is finalized',
      async () =>
        (await clientOf(network.l2).getBlock({ blockTag: 'finalized' })).number >= blockNumber,
      said,
    )
  })

  it('gives another node the same blocks, deposits included, from an empty disk', async () => {
    const to = privateKeyToAddress(generatePrivateKey())
    const args = await viem.l2.buildDepositTransaction({ mint: parseEther('1.5'), to })
    await viem.l1.waitForTransactionReceipt({ hash: await viem.l1Wallet.depositTransaction(args) })
    await eventually(
      'the deposit arrives',
      async () => (await viem.l2.getBalance({ address: to })) === parseEther('1.5'),
      said,
    )
    const target = await viem.l2.getBlockNumber()
    const node = await startVerifier(join(folder, 'verifier'))
    await eventually(
      `block ${target} is derived`,
      async () => (await safeNumber(node)) >= target,
      said,
    )
    for (let number = 0n; number <= target; number++)
      assert.equal(await blockHash(node, number), await blockHash(network.l2, number))
    assert.equal(await clientOf(node).getBalance({ address: to }), parseEther('1.5'))
    const status = (await clientOf(node).request({ method: 'optimism_syncStatus' } as never)) as {
      readonly [name: string]: { readonly number: number; readonly hash: Hash }
    }
    assert.ok((status.safe_l2?.number ?? 0) >= Number(target))
    assert.ok((status.finalized_l2?.number ?? 0) <= (status.safe_l2?.number ?? 0))
    assert.equal(status.safe_l2?.hash, status.unsafe_l2?.hash)
  })

  it('goes on after the verifier was killed', async () => {
    const [first] = nodes
    await first?.stop('SIGKILL')
    const target = await viem.l2.getBlockNumber()
    const node = await startVerifier(join(folder, 'verifier'))
    await eventually(
      `block ${target} is derived`,
      async () => (await safeNumber(node)) >= target,
      said,
    )
    assert.equal(await blockHash(node, target), await blockHash(network.l2, target))
  })
})

describe('an L1 that is reorganised', () => {
  it('changes the chain of every node alike, and posting goes on', async () => {
    const node = nodes.at(-1) as VerifyingNode
    // Three blocks by hand, so that what is final on L1 stays below them.
    await mineL1Every(viem, 0)
    const snapshot = await viem.l1.request({ method: 'evm_snapshot' } as never)
    for (let mined = 0; mined < 3; mined++) {
      await viem.l1.request({ method: 'evm_mine' } as never)
      const head = await viem.l1.getBlockNumber({ cacheTime: 0 })
      await eventually('L2 follows', async () => (await originOf(viem)) === head, said)
    }
    const before = await viem.l2.getBlock()
    // They are gone, with the batches and the origins that were in them, and others come.
    assert.ok(await viem.l1.request({ method: 'evm_revert', params: [snapshot] } as never))
    await viem.l1Wallet.sendTransaction({ to: viem.account.address, value: 1n })
    await mineL1Every(viem, L1_BLOCK_TIME)
    await eventually(
      'both nodes have safe blocks beyond the reorganisation',
      async () => {
        const [a, b] = await Promise.all([safeNumber(network.l2), safeNumber(node)])
        return a > before.number && b > before.number
      },
      said,
    )
    const safe = await safeNumber(node)
    for (let number = 0n; number <= before.number + 1n; number++)
      assert.equal(await blockHash(node, number), await blockHash(network.l2, number))
    assert.ok(safe > before.number)
  })
})

describe('altlayer node', () => {
  it('needs to know L1 and the rollup', async () => {
    for (const args of [[], ['--l1', network.l1.url], ['--l1', 'nonsense', '--config', 'x']]) {
      const { code, stderr } = await altlayer(['node', ...args])
      assert.equal(code, 2)
      assert.match(stderr, /--(l1|config)/)
    }
  })

  it('says which file it cannot read', async () => {
    const { code, stderr } = await altlayer([
      ...['node', '--l1', network.l1.url, '--config', join(folder, 'none.json')],
      ...['--data-dir', join(folder, 'none')],
    ])
    assert.equal(code, 1)
    assert.match(stderr, /none\.json cannot be read/)
  })
})
