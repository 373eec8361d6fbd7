import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { ownArtifact } from '@altlayer/launch/deploy'
import { LOCAL_ACCOUNTS, LOCAL_SERVICES, serviceId } from '@altlayer/restaking'
import { type Address, erc20Abi, parseEther } from 'viem'
import { eventually } from '../../launch/test/eventually.ts'
import { restakingPaths } from '../src/local/files.ts'
import { clientsOf } from './helpers/clients.ts'
import { type Network, type RestakingInfo, startNetwork } from './helpers/network.ts'
import { altlayer } from './helpers/process.ts'

// ALT and restaking as `altlayer up` brings them about: killed on the way, gone on with, used, found
// again.

const folder = mkdtempSync(join(tmpdir(), 'altlayer-restaking-'))
const dataDir = join(folder, 'data')
const files = restakingPaths(dataDir)
const operator = devAccount(LOCAL_ACCOUNTS.operator).address
/** Steps of the deployment on L1 after which it is killed: the Slasher is there, its stake table is not. */
const KILLED_AFTER = 20

let network: Network
let info: RestakingInfo

const said = () => network.output()

function stepsDone(): number {
  const journal = files.l1.replace('.json', '.journal.json')
  if (!existsSync(journal)) return 0
  return Object.keys(JSON.parse(readFileSync(journal, 'utf8')).steps).length
}

/** Transactions that the deployment's accounts have sent; the operator rolls tables all the time. */
async function nonces(): Promise<readonly number[]> {
  const { l1, l2 } = clientsOf(network)
  const { launchpool, curator, restaker } = LOCAL_ACCOUNTS
  const owner = devAccount(10).address
  const accounts = [launchpool, curator, restaker].map((index) => devAccount(index).address)
  return Promise.all([
    l2.getTransactionCount({ address: owner }),
    ...[owner, ...accounts].map((address) => l1.getTransactionCount({ address })),
  ])
}

/** A command in the network's data directory. */
async function command(...args: string[]) {
  const { code, stdout, stderr } = await altlayer([...args, '--data-dir', dataDir, '--json'])
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Starts a network and kills it while it deploys; anew, where that was over before the kill. */
async function killOnTheWay(): Promise<void> {
  for (;;) {
    network = await startNetwork(dataDir, [], true)
    await eventually('part of the deployment is done', () => stepsDone() >= KILLED_AFTER, said)
    await network.stop('SIGKILL')
    if (!existsSync(files.l1)) return
    for (const command of ['down', 'clean'])
      assert.equal((await altlayer([command, '--data-dir', dataDir])).code, 0)
  }
}

before(async () => {
  await killOnTheWay()
  network = await startNetwork(dataDir, [], true)
  info = await network.restaking
})

after(async () => {
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('ALT and restaking on a local network', () => {
  it('stand after a kill in the middle, and files tell where', () => {
    assert.equal(info.ready, true, network.output())
    const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
    assert.deepEqual(read(files.l1).contracts, info.l1.contracts)
    assert.deepEqual(read(files.l2).contracts, info.l2.contracts)
    assert.equal(info.operator, operator)
  })

  it('have a vault of WETH, of the LST and of ALT', () => {
    const { WETH, LST } = info.l1.contracts
    assert.deepEqual(
      info.l1.vaults.map(({ asset }) => asset),
      [WETH, LST, 'ALT'],
    )
  })

  it('have the operator in the table of every service', async () => {
    const { l1 } = clientsOf(network)
    const { abi } = ownArtifact('StakeTable')
    const address = info.l1.contracts.StakeTable as Address
    for (const kind of LOCAL_SERVICES) {
      const service = serviceId(BigInt(network.l2.chainId), kind)
      const entries = (await l1.readContract({
        ...{ address, abi },
        functionName: 'entriesOf',
        args: [service, info.epoch],
      })) as readonly { readonly operator: Address; readonly weights: readonly bigint[] }[]
      assert.deepEqual(
        entries.map((entry) => [entry.operator.toLowerCase(), entry.weights]),
        [[operator, [parseEther('2000'), parseEther('10000000')]]],
      )
    }
  })

  it('are found by the commands without options', async () => {
    const status = await command('operator', 'status', '--key', 'operator', '--service', 'vital')
    assert.equal(status.seated, true)
    assert.equal(status.networkOptedIn, true)
    assert.deepEqual(status.stake, [String(parseEther('2000')), String(parseEther('10000000'))])
    const { alt } = await command('alt', 'balance', network.accounts[0]?.address as Address)
    assert.equal(alt, String(parseEther('1000000')))
    const { rewards } = await command('vault', 'rewards', operator, operator)
    assert.deepEqual(rewards, [], 'nothing is earned in the first epochs')
  })

  it('have ALT on the rollup at the same address, and a bridge to and fro', async () => {
    const alt = info.l1.contracts.AltToken as Address
    assert.equal(info.l2.contracts.AltToken, alt)
    const { l2 } = clientsOf(network)
    const balance = () =>
      l2.readContract({
        ...{ address: alt, abi: erc20Abi },
        functionName: 'balanceOf',
        args: [operator],
      })
    await command('alt', 'bridge', '25', '--key', 'operator')
    await eventually(
      'ALT is on the rollup',
      async () => (await balance()) === parseEther('25'),
      said,
    )
    await command('alt', 'bridge', '10', '--key', 'operator', '--chain', 'l2')
    assert.equal(await balance(), parseEther('15'))
  })

  it('are found again by the next start, which deploys nothing', async () => {
    const sent = await nonces()
    await network.stop()
    network = await startNetwork(dataDir, [], true)
    const again = await network.restaking
    assert.deepEqual(again.l1, info.l1)
    assert.deepEqual(again.l2, info.l2)
    assert.deepEqual(await nonces(), sent)
  })
})
