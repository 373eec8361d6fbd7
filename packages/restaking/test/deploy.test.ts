import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import {
  ALT_SUPPLY,
  type AltConfig,
  DeployerProposesError,
  deployAlt,
  serviceKind,
} from '../src/index.ts'
import {
  DEPLOYER,
  LAUNCHPOOL,
  releaseLaunchpool,
  startChain,
  type TestChain,
  testAssets,
  testConfig,
} from './helpers.ts'

const BRIDGE = 2
const DELAY = 2 * 86_400
const abi = ownArtifact('AltToken').abi

async function deploy(chain: TestChain, config: AltConfig) {
  const client = await chain.client(DEPLOYER)
  const sent: string[] = []
  const progress = ({ step, found }: { step: string; found: boolean }) => {
    if (!found) sent.push(step)
  }
  const { statePath } = chain
  return { ...(await deployAlt({ client, config, statePath, progress })), sent }
}

const supplyOf = async (chain: TestChain, alt: Address) =>
  (await chain.client(0)).read<bigint>(alt, abi, 'totalSupply')

test('ALT, governance and restaking are deployed, found again, and ALT moves between chains', async (t) => {
  const [home, bsc] = await Promise.all([startChain(t, 900), startChain(t, 56)])
  const bridge = devAccount(BRIDGE).address
  const caps = { bridge, mintCap: 1_000n * 10n ** 18n, burnCap: 1_000n * 10n ** 18n }
  const config: AltConfig = {
    ...testConfig(await testAssets(home)),
    bridges: [900, 56].map((chainId) => ({ chainId, ...caps })),
  }
  const first = await deploy(home, config)
  const { contracts } = first
  const alt = contracts.AltToken as Address
  assert.equal(first.vaults.length, 3)
  assert.equal(await supplyOf(home, alt), ALT_SUPPLY)

  const again = await deploy(home, config)
  assert.deepEqual(again.sent, [])
  assert.deepEqual(again.contracts, contracts)
  assert.deepEqual(again.vaults, first.vaults)

  const remote = await deploy(bsc, config)
  assert.equal(remote.contracts.AltToken, alt)
  assert.equal(remote.contracts.TimelockController, contracts.TimelockController)
  assert.equal(await supplyOf(bsc, alt), 0n)

  await t.test('each beneficiary has a wallet with its amount and schedule', async () => {
    const reader = await home.client(0)
    const events = await reader.public.getContractEvents({
      address: contracts.AltDistribution as Address,
      abi: ownArtifact('AltDistribution').abi,
      eventName: 'WalletCreated',
      fromBlock: 0n,
      strict: true,
    })
    const wallet = ownArtifact('AltVestingWallet').abi
    const found = await Promise.all(
      events.map(async ({ args }) => {
        const at = (args as unknown as { readonly wallet: Address }).wallet
        const [beneficiary, amount, start, duration, cliff] = await Promise.all([
          reader.read<Address>(at, wallet, 'owner'),
          reader.read<bigint>(alt, abi, 'balanceOf', [at]),
          reader.read<bigint>(at, wallet, 'start'),
          reader.read<bigint>(at, wallet, 'duration'),
          reader.read<bigint>(at, wallet, 'cliff'),
        ])
        // The wallet tells the time of its cliff.
        return {
          beneficiary: beneficiary.toLowerCase(),
          amount,
          start,
          duration,
          cliff: cliff - start,
        }
      }),
    )
    assert.deepEqual(
      found,
      config.allocations.map(({ name: _, ...allocation }) => allocation),
    )
    assert.equal(await reader.read(alt, abi, 'balanceOf', [contracts.AltDistribution]), 0n)
  })

  await t.test('the deployer keeps no role', async () => {
    const timelock = ownArtifact('TimelockController')
    const deployer = devAccount(DEPLOYER).address
    for (const chain of [home, bsc]) {
      const reader = await chain.client(0)
      const at = contracts.TimelockController as Address
      for (const name of ['DEFAULT_ADMIN_ROLE', 'PROPOSER_ROLE', 'CANCELLER_ROLE']) {
        const role = await reader.read(at, timelock.abi, name)
        assert.equal(await reader.read(at, timelock.abi, 'hasRole', [role, deployer]), false)
      }
      assert.equal(
        (await reader.read<Address>(alt, abi, 'owner')).toLowerCase(),
        contracts.TimelockController,
      )
      assert.equal(await reader.read(alt, abi, 'balanceOf', [deployer]), 0n)
    }
  })

  await t.test('decisions wait for the timelock from then on', async () => {
    const { abi } = ownArtifact('TimelockController')
    const at = contracts.TimelockController as Address
    for (const chain of [home, bsc]) {
      const reader = await chain.client(0)
      assert.equal(await reader.read(at, abi, 'getMinDelay'), BigInt(DELAY))
    }
  })

  await t.test('services cost what the configuration says from the first epoch on', async () => {
    const reader = await home.client(0)
    const fees = contracts.ServiceFees as Address
    for (const { kind, rate } of config.restaking.rates) {
      const found = await reader.read(fees, ownArtifact('ServiceFees').abi, 'rateAt', [
        serviceKind(kind),
        1,
      ])
      assert.equal(found, rate)
    }
    assert.equal(config.restaking.rates.length, 3)
  })

  await t.test('a vault that another made to look like ours is not taken for it', async () => {
    const reader = await home.client(0)
    const ours = first.vaults[2]
    const step = Object.entries(JSON.parse(readFileSync(home.statePath, 'utf8')).steps).find(
      ([name]) => name.startsWith('Vault of ALT'),
    ) as [string, { transaction: Hash }]
    // The very call that made ours, by someone else.
    const { to, input } = await reader.public.getTransaction({ hash: step[1].transaction })
    await home.sendData(3, to as Address, input)
    const { vaults, sent } = await deploy(home, config)
    assert.deepEqual(vaults[2], ours)
    assert.deepEqual(sent, [])
  })

  await t.test('a deployer that is to propose afterwards is refused', async () => {
    const governance = { ...config.governance, remoteProposer: devAccount(DEPLOYER).address }
    await assert.rejects(deploy(bsc, { ...config, governance }), DeployerProposesError)
  })

  await t.test('bridges mint what they burned, the supply of both chains is constant', async () => {
    await releaseLaunchpool(home, alt)
    const holder = devAccount(LAUNCHPOOL).address
    const amount = 250n * 10n ** 18n
    await home.send(BRIDGE, alt, abi, 'crosschainBurn', [holder, amount])
    await bsc.send(BRIDGE, alt, abi, 'crosschainMint', [holder, amount])
    assert.equal(await supplyOf(home, alt), ALT_SUPPLY - amount)
    assert.equal(await supplyOf(bsc, alt), amount)
    await bsc.send(BRIDGE, alt, abi, 'crosschainBurn', [holder, amount / 2n])
    await home.send(BRIDGE, alt, abi, 'crosschainMint', [holder, amount / 2n])
    assert.equal((await supplyOf(home, alt)) + (await supplyOf(bsc, alt)), ALT_SUPPLY)
    await assert.rejects(
      bsc.send(BRIDGE, alt, abi, 'crosschainMint', [holder, caps.mintCap]),
      /BridgeLimitExceeded|revert/,
    )
    await assert.rejects(bsc.send(3, alt, abi, 'crosschainMint', [holder, 1n]), /NotBridge|revert/)
  })
})
