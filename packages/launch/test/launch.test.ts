import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  genesisHeader,
  headerHash,
  PREDEPLOYS,
  parseGenesis,
  parseRollupConfig,
  type RollupConfig,
} from '@altlayer/protocol'
import { getAddress } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { devAccount, devRoles } from '../src/accounts.ts'
import { PortTakenError } from '../src/anvil/anvil.ts'
import type { LaunchedRollup, LaunchOptions, ProgressEvent } from '../src/api.ts'
import { stateRoot, storageRoot } from '../src/genesis/state-root.ts'
import { rpc } from '../src/l1/rpc.ts'
import { L1MismatchError, launchRollup } from '../src/launch.ts'
import { LaunchOptionsError } from '../src/settings.ts'
import { bareAnvil, temporaryFolder } from './helpers.ts'

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const rollupOf = (launched: LaunchedRollup): RollupConfig =>
  parseRollupConfig(json(launched.rollupConfigPath))

async function launch(
  t: { after(fn: () => Promise<void>): void },
  options: LaunchOptions,
): Promise<{ launched: LaunchedRollup; events: readonly ProgressEvent[] }> {
  const events: ProgressEvent[] = []
  const launched = await launchRollup({ l1: { port: 0 }, ...options }, (event) =>
    events.push(event),
  )
  t.after(launched.stop)
  return { launched, events }
}

test('a launch gives an L1 with contracts and the files a node starts from', async (t) => {
  const { launched, events } = await launch(t, { dataDir: temporaryFolder(t) })
  const rollup = rollupOf(launched)

  // The L2 begins where the L1 has its contracts.
  const l1Block = await rpc<{ hash: string; timestamp: string }>(
    launched.l1Url,
    'eth_getBlockByNumber',
    [`0x${rollup.genesis.l1.number.toString(16)}`, false],
  )
  assert.equal(rollup.genesis.l1.hash, l1Block.hash)
  assert.equal(rollup.genesis.l2Time, BigInt(l1Block.timestamp))
  assert.equal(rollup.depositContractAddress, launched.addresses.OptimismPortalProxy)
  assert.equal(rollup.l1SystemConfigAddress, launched.addresses.SystemConfigProxy)
  assert.equal(rollup.genesis.systemConfig.batcherAddress, launched.roles.batcher)
  assert.equal(rollup.forks.isthmus, 0n)

  // The genesis file hashes to what the rollup config says.
  const genesis = parseGenesis(json(launched.genesisPath))
  const passer = genesis.alloc.find(({ address }) => address === PREDEPLOYS.L2ToL1MessagePasser)
  const header = genesisHeader(
    genesis,
    stateRoot(genesis.alloc),
    storageRoot(passer?.storage ?? []),
  )
  assert.equal(headerHash(header), launched.genesisHash)
  assert.equal(rollup.genesis.l2.hash, launched.genesisHash)

  // The registry's names, checksummed in the file.
  const addresses = json(launched.addressesPath)
  for (const name of [
    'AddressManager',
    'AnchorStateRegistryProxy',
    'DelayedWETHProxy',
    'DisputeGameFactoryProxy',
    'L1CrossDomainMessengerProxy',
    'L1ERC721BridgeProxy',
    'L1StandardBridgeProxy',
    'OptimismMintableERC20FactoryProxy',
    'OptimismPortalProxy',
    'ProxyAdmin',
    'SuperchainConfig',
    'SystemConfigProxy',
  ]) {
    assert.equal(addresses[name], getAddress(launched.addresses[name] as `0x${string}`))
  }

  // Every step was told, in order, once.
  const steps = events.filter(({ stage, done }) => stage === 'deploy' && done !== undefined)
  assert.deepEqual(
    steps.map(({ done }) => done),
    steps.map((_, index) => index + 1),
  )
  assert.ok(steps.every(({ total }) => total === steps.length))
  assert.deepEqual(launched.roles, devRoles())
  for (const [role, key] of Object.entries(launched.roleKeys)) {
    const address = launched.roles[role as keyof typeof launched.roles]
    assert.equal(privateKeyToAddress(key).toLowerCase(), address)
  }
})

test('a second launch in the same place finds everything and changes nothing', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = await launch(t, { dataDir })
  const files = () =>
    [first.launched.rollupConfigPath, first.launched.genesisPath, first.launched.addressesPath].map(
      (path) => readFileSync(path, 'utf8'),
    )
  const before = files()
  await first.launched.stop()

  const second = await launch(t, { dataDir })
  assert.deepEqual(files(), before)
  assert.equal(second.launched.genesisHash, first.launched.genesisHash)
  assert.deepEqual(second.launched.addresses, first.launched.addresses)
  const sent = second.events.filter(({ done, found }) => done !== undefined && !found)
  assert.deepEqual(sent, [])
})

test('a launch that is called off midway is finished by the next one', async (t) => {
  const dataDir = temporaryFolder(t)
  const abort = new AbortController()
  await assert.rejects(
    launchRollup({ dataDir, l1: { port: 0 }, signal: abort.signal }, ({ done }) => {
      if (done === 10) abort.abort()
    }),
    { name: 'AbortError' },
  )
  const { launched, events } = await launch(t, { dataDir })
  assert.ok(events.some(({ found }) => found))
  assert.ok(events.some(({ done, found }) => done !== undefined && !found))
  assert.equal(rollupOf(launched).genesis.l2.hash, launched.genesisHash)
})

test('an L1 that forgot the rollup is an error, not another rollup', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = await launch(t, { dataDir })
  await first.launched.stop()
  rmSync(join(dataDir, 'l1'), { recursive: true })
  await assert.rejects(launchRollup({ dataDir, l1: { port: 0 } }), L1MismatchError)
})

test('options that contradict the data directory are refused before anything starts', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = await launch(t, { dataDir })
  await first.launched.stop()
  await assert.rejects(
    launchRollup({ dataDir, l1: { port: 0 }, l2ChainId: 12_345 }),
    LaunchOptionsError,
  )
})

test('a taken port is an error', async (t) => {
  const { launched } = await launch(t, { dataDir: temporaryFolder(t) })
  const port = Number(new URL(launched.l1Url).port)
  await assert.rejects(launchRollup({ dataDir: temporaryFolder(t), l1: { port } }), PortTakenError)
})

test('on an L1 of someone else the deployer has all roles, and the L1 is left running', async (t) => {
  const url = await bareAnvil(t, temporaryFolder(t), ['--chain-id', '1337', '--block-time', '1'])
  const deployer = devAccount(4)
  const { launched } = await launch(t, {
    dataDir: temporaryFolder(t),
    l1: { url, deployerKey: deployer.privateKey },
  })
  assert.equal(launched.l1ChainId, 1_337)
  assert.deepEqual(launched.accounts, [])
  assert.ok(Object.values(launched.roles).every((role) => role === deployer.address))
  assert.equal(launched.roleKeys.batcher, deployer.privateKey)
  const { alloc } = parseGenesis(json(launched.genesisPath))
  assert.ok(!alloc.some(({ address }) => address === devAccount(0).address))
  await launched.stop()
  assert.equal(await rpc(url, 'eth_chainId', []), '0x539')
})

test('our L1 tells when it ends by itself', async (t) => {
  const pids: number[] = []
  const { launched } = await launch(t, {
    dataDir: temporaryFolder(t),
    onProcess: (_, pid) => pids.push(pid),
  })
  process.kill(pids[0] as number, 'SIGTERM')
  await launched.l1Exited
  await assert.rejects(rpc(launched.l1Url, 'eth_chainId', []))
})
