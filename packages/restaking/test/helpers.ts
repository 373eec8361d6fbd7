import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildContracts } from '@altlayer/contracts/build'
import { type Anvil, devAccount, startAnvil } from '@altlayer/launch'
import { connectL1, type L1Client, opStackArtifact, ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hex } from '@altlayer/protocol'
import { type Abi, encodeDeployData, encodeFunctionData } from 'viem'
import { rpc } from '../../launch/src/l1/rpc.ts'
import { type AltConfig, deployAlt, readAltConfig, serviceKind } from '../src/index.ts'

// Nothing is compiled when nothing changed.
buildContracts()

export const LOCAL_CONFIG = fileURLToPath(new URL('../config/local.json', import.meta.url))

interface TestContext {
  after(fn: () => void | Promise<void>): void
}

/**
 * A chain whose blocks come when a transaction is waited for, each a second after the one before whatever the clock on
 * the wall says: no epoch and no vote ends because a machine is slow.
 */
export interface TestChain {
  readonly anvil: Anvil
  readonly statePath: string
  /** A client that signs with development account `index`. */
  client(index: number): Promise<L1Client>
  /** Lets `seconds` pass. */
  wait(seconds: number): Promise<void>
  /** Sends a call of account `index` and waits; throws when it reverts. */
  send(index: number, to: Address, abi: Abi, name: string, args: readonly unknown[]): Promise<void>
  /** As `send`, with the call encoded. */
  sendData(index: number, to: Address, data: Hex): Promise<void>
  /** Creates a contract by account `index`. */
  create(index: number, abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Address>
}

export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'altlayer-restaking-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function startChain(test: TestContext, chainId: number): Promise<TestChain> {
  const folder = temporaryFolder(test)
  const anvil = await startAnvil({ folder, port: 0, chainId, blockTime: 600 })
  test.after(anvil.stop)
  await rpc(anvil.url, 'anvil_setBlockTimestampInterval', [1])
  const clients = new Map<number, Promise<L1Client>>()
  const client = (index: number) => {
    const known = clients.get(index)
    if (known) return known
    const { privateKey: key } = devAccount(index)
    const made = connectL1({ url: anvil.url, key, chainId, mine: anvil.mine })
    clients.set(index, made)
    return made
  }
  const transact = async (index: number, request: { to?: Address; data: Hex }) => {
    const l1 = await client(index)
    const [estimate] = await l1.estimate([request])
    const { pending } = await l1.nonces()
    const gas = ((estimate as bigint) * 13n) / 10n
    const [receipt] = await l1.receipts(await l1.send([{ ...request, gas }], pending))
    if (receipt?.status !== 'success') throw new Error(`reverted: ${receipt?.transactionHash}`)
    return receipt
  }
  return {
    anvil,
    statePath: join(folder, 'deployment.json'),
    client,
    async wait(seconds) {
      const { timestamp } = await (await client(0)).public.getBlock()
      await rpc(anvil.url, 'evm_setNextBlockTimestamp', [Number(timestamp) + seconds])
      await anvil.mine()
    },
    async send(index, to, abi, functionName, args) {
      await transact(index, { to, data: encodeFunctionData({ abi, functionName, args }) })
    },
    async sendData(index, to, data) {
      await transact(index, { to, data })
    },
    async create(index, abi, bytecode, args) {
      const receipt = await transact(index, { data: encodeDeployData({ abi, bytecode, args }) })
      return receipt.contractAddress as Address
    },
  }
}

/** WETH, and an LST that account 0 mints. */
export async function testAssets(chain: TestChain): Promise<{ weth: Address; lst: Address }> {
  const weth = opStackArtifact('WETH98')
  const lst = opStackArtifact('OptimismMintableERC20')
  const minter = devAccount(0).address
  return {
    weth: await chain.create(0, weth.abi, weth.bytecode, []),
    lst: await chain.create(0, lst.abi, lst.bytecode, [minter, minter, 'Staked ether', 'LST', 18]),
  }
}

/** The local configuration on these assets: a vault each for the curator, account 1. */
export function testConfig(assets: { weth: Address; lst: Address }): AltConfig {
  const config = readAltConfig(LOCAL_CONFIG)
  const curator = devAccount(1).address
  const epochDuration = config.restaking.slashingWindow
  const vaults = [assets.weth, assets.lst, 'ALT' as const].map((asset) => ({
    asset,
    curator,
    epochDuration,
  }))
  return {
    ...config,
    restaking: { ...config.restaking, assets: [assets.weth, assets.lst], vaults },
  }
}

/** The beneficiary of the launchpool's allocation, vested from the start. */
export const LAUNCHPOOL = 26

export async function releaseLaunchpool(chain: TestChain, alt: Address): Promise<void> {
  const { public: reader } = await chain.client(0)
  const wallets = await reader.getContractEvents({
    abi: ownArtifact('AltDistribution').abi,
    eventName: 'WalletCreated',
    args: { beneficiary: devAccount(LAUNCHPOOL).address },
    fromBlock: 0n,
    strict: true,
  })
  assert.ok(wallets[0])
  const { wallet } = wallets[0].args as unknown as { wallet: Address }
  await chain.send(0, wallet, ownArtifact('AltVestingWallet').abi, 'release', [alt])
}

/** Development accounts: who deploys, and who owns the rollup. */
export const DEPLOYER = 10
export const ROLLUP_OWNER = 2
export const ROLLUP = 901n
/** Wei, by quorum. */
const MIN_STAKE = [32n * 10n ** 18n, 10_000n * 10n ** 18n] as const

/** Answers every call with its own address: a SystemConfig of which only addresses are asked. */
const SYSTEM_CONFIG: Hex = '0x66305f5260205ff35f5260076019f3'
/** ALT and restaking, with a rollup that has a MACH service. */
export async function launchServed(chain: TestChain) {
  const assets = await testAssets(chain)
  const systemConfig = await chain.create(0, [], SYSTEM_CONFIG, [])
  const base = testConfig(assets)
  const owner = devAccount(ROLLUP_OWNER).address
  const rollups = [{ chainId: ROLLUP, systemConfig, owner, restitutionFund: owner }]
  const config = { ...base, restaking: { ...base.restaking, rollups } }
  const client = await chain.client(DEPLOYER)
  const { statePath } = chain
  const deployment = await deployAlt({ client, config, statePath })
  await chain.send(
    ROLLUP_OWNER,
    deployment.contracts.RollupRegistry as Address,
    ownArtifact('RollupRegistry').abi,
    'configureService',
    [ROLLUP, serviceKind('mach'), { enabled: true, minStake: MIN_STAKE }],
  )
  return { deployment, assets }
}
