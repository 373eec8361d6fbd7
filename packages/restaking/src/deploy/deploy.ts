import {
  type AddressOf,
  addressesOf,
  type L1Client,
  openStateFile,
  type RunContext,
  runSteps,
  type Step,
} from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import type { AltConfig, VaultConfig } from '../config.ts'
import { distributionSteps } from './distribution.ts'
import { handoverSteps, openingSteps, tokenSteps } from './governance.ts'
import { sameAddress } from './names.ts'
import { registrySteps, rollupCalls, serviceSteps, stakedAltStep, stakeSteps } from './restaking.ts'
import { planName, vaultFinder, vaultStepName } from './symbiotic.ts'

/** A vault that the deployment made. */
export interface DeployedVault extends VaultConfig {
  readonly address: Address
}

/** What stands on one chain. */
export interface AltDeployment {
  readonly chainId: number
  /** By the plan's names: `AltToken`, `StakeTable`, `SymbioticVaultFactory`... */
  readonly contracts: Readonly<Record<string, Address>>
  readonly vaults: readonly DeployedVault[]
}

export interface DeployOptions {
  readonly client: L1Client
  readonly config: AltConfig
  /** The journal: keep it, it alone tells where Slasher and vaults are. */
  readonly statePath: string
  readonly progress?: RunContext['progress']
  /**
   * Called on the home chain once vaults stand and while there is no stake table yet: what is staked
   * until then counts in the first epoch.
   */
  readonly beforeTable?: (deployment: AltDeployment) => Promise<void>
}

/** The deployer gives up every role at the end, so it cannot be the one that keeps proposing. */
export class DeployerProposesError extends Error {
  override readonly name = 'DeployerProposesError'
  constructor(deployer: Address) {
    super(`governance.remoteProposer is the deployer ${deployer}: name an account that stays`)
  }
}

/**
 * Brings about ALT on the client's chain and, on its home chain, its distribution, its governor and
 * restaking. Run again, it sends only what is missing. The deployer keeps no role in ours. Its account
 * and the configuration must be the same on every chain, or ALT has another address there.
 * Throws DeployerProposesError, PlanError, StepFailedError, DeploymentStateError, and what the client throws.
 */
export async function deployAlt(options: DeployOptions): Promise<AltDeployment> {
  const { client, config } = options
  const chainId = await client.public.getChainId()
  const deployer = client.account
  if (sameAddress(config.governance.remoteProposer, deployer))
    throw new DeployerProposesError(deployer)
  const state = openStateFile(options.statePath, {
    l1ChainId: chainId,
    deployer,
    salt: config.salt,
  })
  const context: RunContext = {
    client,
    state,
    reported: new Set(),
    ...(options.progress && { progress: options.progress }),
  }
  const home = chainId === config.homeChainId
  const token = [
    ...tokenSteps(config, chainId, deployer),
    ...openingSteps(config, chainId, deployer, home ? rollupCalls(config) : []),
  ]
  if (!home) {
    const steps = [...token, ...handoverSteps(config, chainId, deployer)]
    const address = await runSteps(steps, context)
    return { chainId, contracts: contractsOf(steps, address), vaults: [] }
  }
  return deployHome(options, context, chainId, token)
}

/** Contracts of `stakeSteps` beside the vaults, and reALT. */
const PAIR_AND_STAKED_ALT = 3

async function deployHome(
  { client, config, beforeTable }: DeployOptions,
  context: RunContext,
  chainId: number,
  token: readonly Step[],
): Promise<AltDeployment> {
  const deployer = client.account
  const first = [...token, ...distributionSteps(config), ...registrySteps(config, deployer)]
  const services = serviceSteps(config)
  const handover = handoverSteps(config, chainId, deployer)
  const parts = [first, config.restaking.vaults, services, handover]
  const total = parts.reduce((sum, { length }) => sum + length, PAIR_AND_STAKED_ALT)
  const core = await runSteps(first, { ...context, total })
  const find = vaultFinder(client, context.state, core(planName('VaultFactory')))
  const second = [...first, ...stakeSteps(config, find)]
  const staked = await runSteps(second, { ...context, total })
  const vaults = await Promise.all(
    config.restaking.vaults.map(async (vault) => ({
      ...vault,
      address: (await find(vaultStepName(vault))) as Address,
    })),
  )
  const contracts = contractsOf(second, staked)
  const table = addressesOf([...second, ...services], new Map(Object.entries(contracts)))
  if (beforeTable && (await client.code(table('StakeTable'))) === '0x')
    await beforeTable({ chainId, contracts, vaults })
  const bond = vaults.find(({ asset }) => asset === 'ALT') as DeployedVault
  const steps = [...second, ...services, stakedAltStep(config, bond.address), ...handover]
  const all = await runSteps(steps, { ...context, total })
  return { chainId, contracts: contractsOf(steps, all), vaults }
}

function contractsOf(steps: readonly Step[], address: AddressOf): AltDeployment['contracts'] {
  return Object.fromEntries(
    steps.flatMap(({ kind, name }) => (kind === 'contract' ? [[name, address(name)]] : [])),
  )
}
