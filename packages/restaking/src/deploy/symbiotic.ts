import type { SymbioticContract } from '@altlayer/contracts'
import type { AddressOf, L1Client, RunContext, Step } from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import {
  encodeAbiParameters,
  parseEventLogs,
  TransactionReceiptNotFoundError,
  zeroAddress,
} from 'viem'
import { type AltConfig, CORE_CONTRACTS, type VaultConfig } from '../config.ts'
import { call, create2, sameAddress, symbioticPlanArtifact } from './names.ts'

// Symbiotic Core put together as its own deployment does, or the one that the chain has; and vaults
// of it whose stake our source can count: NetworkRestakeDelegator, instant Slasher, the source as
// burner.

type CoreContract = (typeof CORE_CONTRACTS)[number]

const ARTIFACT_OF: Partial<Record<CoreContract, SymbioticContract>> = {
  OperatorVaultOptInService: 'OptInService',
  OperatorNetworkOptInService: 'OptInService',
}

function coreArtifact(name: CoreContract) {
  return symbioticPlanArtifact(ARTIFACT_OF[name] ?? (name as SymbioticContract))
}

/** Name of a contract of the core in the plan. */
export const planName = (name: string): string => `Symbiotic${name}`

/** Steps that bring Symbiotic Core about, or find the configured one. Its factories are `owner`'s. */
export function coreSteps(config: AltConfig, owner: Address): readonly Step[] {
  const standing = config.restaking.symbiotic
  if (standing)
    return CORE_CONTRACTS.map((name) => ({
      kind: 'contract',
      name: planName(name),
      artifact: coreArtifact(name),
      create: { method: 'create', find: async () => standing[name] },
    }))
  const part = (
    name: string,
    artifact: SymbioticContract,
    args: (core: (name: string) => Address) => readonly unknown[] = () => [],
    after: readonly string[] = [],
  ): Step =>
    create2(config.salt, planName(name), symbioticPlanArtifact(artifact), {
      args: (address) => args((other) => address(planName(other))),
      after: after.map(planName),
    })
  const delegator = (core: (name: string) => Address, type: bigint) => [
    core('NetworkRegistry'),
    core('VaultFactory'),
    core('OperatorVaultOptInService'),
    core('OperatorNetworkOptInService'),
    core('DelegatorFactory'),
    type,
  ]
  return [
    part('VaultFactory', 'VaultFactory', () => [owner]),
    part('DelegatorFactory', 'DelegatorFactory', () => [owner]),
    part('SlasherFactory', 'SlasherFactory', () => [owner]),
    part('NetworkRegistry', 'NetworkRegistry'),
    part('OperatorRegistry', 'OperatorRegistry'),
    part('NetworkMiddlewareService', 'NetworkMiddlewareService', (core) => [
      core('NetworkRegistry'),
    ]),
    part('OperatorVaultOptInService', 'OptInService', (core) => [
      core('OperatorRegistry'),
      core('VaultFactory'),
      'OperatorVaultOptInService',
    ]),
    part('OperatorNetworkOptInService', 'OptInService', (core) => [
      core('OperatorRegistry'),
      core('NetworkRegistry'),
      'OperatorNetworkOptInService',
    ]),
    part('VaultConfigurator', 'VaultConfigurator', (core) => [
      core('VaultFactory'),
      core('DelegatorFactory'),
      core('SlasherFactory'),
    ]),
    part(
      'Vault',
      'Vault',
      (core) => [core('DelegatorFactory'), core('SlasherFactory'), core('VaultFactory')],
      ['VaultFactory'],
    ),
    part(
      'NetworkRestakeDelegator',
      'NetworkRestakeDelegator',
      (core) => delegator(core, NETWORK_RESTAKE),
      ['DelegatorFactory'],
    ),
    part(
      'Slasher',
      'Slasher',
      (core) => [
        core('VaultFactory'),
        core('NetworkMiddlewareService'),
        core('SlasherFactory'),
        INSTANT_SLASHER,
      ],
      ['SlasherFactory'],
    ),
    whitelisted('VaultFactory', 'Vault', VAULT_VERSION),
    whitelisted('DelegatorFactory', 'NetworkRestakeDelegator', NETWORK_RESTAKE),
    whitelisted('SlasherFactory', 'Slasher', INSTANT_SLASHER),
  ]
}

const VAULT_VERSION = 1n
/** Types of these parts in Symbiotic's factories. */
const NETWORK_RESTAKE = 0n
const INSTANT_SLASHER = 0n

function whitelisted(
  factory: 'VaultFactory' | 'DelegatorFactory' | 'SlasherFactory',
  part: SymbioticContract,
  type: bigint,
): Step {
  const { abi } = symbioticPlanArtifact(factory)
  const count = factory === 'VaultFactory' ? 'lastVersion' : 'totalTypes'
  const needed = factory === 'VaultFactory' ? type : type + 1n
  return call({
    name: `${part} in Symbiotic's ${factory}`,
    to: planName(factory),
    abi,
    after: [planName(part)],
    functionName: 'whitelist',
    args: (address) => [address(planName(part))],
    done: async (chain, address) =>
      (await chain.read<bigint>(address(planName(factory)), abi, count)) >= needed,
  })
}

/** Name of a vault's step. */
export function vaultStepName(vault: VaultConfig): string {
  return `Vault of ${vault.asset} by ${vault.curator}`
}

/** Where the vault of a step is, undefined before it is made. */
export type VaultFinder = (step: string) => Promise<Address | undefined>

/** Makes a vault. */
export function vaultStep(config: AltConfig, vault: VaultConfig, find: VaultFinder): Step {
  const configurator = 'VaultConfigurator'
  const name = vaultStepName(vault)
  return call({
    name,
    to: planName(configurator),
    abi: coreArtifact(configurator).abi,
    after: ['SymbioticStakeSource', ...coreSteps(config, zeroAddress).map(({ name }) => name)],
    functionName: 'create',
    args: (address) => [creation(vault, address)],
    done: async () => (await find(name)) !== undefined,
  })
}

/**
 * Finds vaults by the transactions that made them, as the journal knows them. Not by what they are:
 * anyone can make a vault of the same asset, owner and burner whose delegator obeys someone else.
 */
export function vaultFinder(
  client: L1Client,
  state: RunContext['state'],
  factory: Address,
): VaultFinder {
  const { abi } = symbioticPlanArtifact('VaultFactory')
  return async (step) => {
    const hash = state.steps[step]?.transaction
    if (hash === undefined) return undefined
    const receipt = await client.public.getTransactionReceipt({ hash }).catch((error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    })
    if (receipt?.status !== 'success') return undefined
    const logs = receipt.logs.filter((log) => sameAddress(log.address, factory))
    const [made] = parseEventLogs({ abi, eventName: 'AddEntity', logs })
    const entity = (made?.args as { readonly entity?: Address } | undefined)?.entity
    return entity?.toLowerCase() as Address | undefined
  }
}

function assetOf(vault: VaultConfig, address: AddressOf): Address {
  return vault.asset === 'ALT' ? address('AltToken') : vault.asset
}

const VAULT_PARAMS = {
  type: 'tuple',
  components: [
    { name: 'collateral', type: 'address' },
    { name: 'burner', type: 'address' },
    { name: 'epochDuration', type: 'uint48' },
    { name: 'depositWhitelist', type: 'bool' },
    { name: 'isDepositLimit', type: 'bool' },
    { name: 'depositLimit', type: 'uint256' },
    { name: 'defaultAdminRoleHolder', type: 'address' },
    { name: 'depositWhitelistSetRoleHolder', type: 'address' },
    { name: 'depositorWhitelistRoleHolder', type: 'address' },
    { name: 'isDepositLimitSetRoleHolder', type: 'address' },
    { name: 'depositLimitSetRoleHolder', type: 'address' },
  ],
} as const

const DELEGATOR_PARAMS = {
  type: 'tuple',
  components: [
    {
      name: 'baseParams',
      type: 'tuple',
      components: [
        { name: 'defaultAdminRoleHolder', type: 'address' },
        { name: 'hook', type: 'address' },
        { name: 'hookSetRoleHolder', type: 'address' },
      ],
    },
    { name: 'networkLimitSetRoleHolders', type: 'address[]' },
    { name: 'operatorNetworkSharesSetRoleHolders', type: 'address[]' },
  ],
} as const

const SLASHER_PARAMS = {
  type: 'tuple',
  components: [
    {
      name: 'baseParams',
      type: 'tuple',
      components: [{ name: 'isBurnerHook', type: 'bool' }],
    },
  ],
} as const

/** VaultConfigurator's InitParams. */
function creation(vault: VaultConfig, address: AddressOf) {
  const { curator, epochDuration } = vault
  return {
    version: VAULT_VERSION,
    owner: curator,
    vaultParams: encodeAbiParameters(
      [VAULT_PARAMS],
      [
        {
          collateral: assetOf(vault, address),
          burner: address('SymbioticStakeSource'),
          epochDuration,
          depositWhitelist: false,
          isDepositLimit: false,
          depositLimit: 0n,
          defaultAdminRoleHolder: curator,
          depositWhitelistSetRoleHolder: zeroAddress,
          depositorWhitelistRoleHolder: zeroAddress,
          isDepositLimitSetRoleHolder: zeroAddress,
          depositLimitSetRoleHolder: zeroAddress,
        },
      ],
    ),
    delegatorIndex: NETWORK_RESTAKE,
    delegatorParams: encodeAbiParameters(
      [DELEGATOR_PARAMS],
      [
        {
          baseParams: {
            defaultAdminRoleHolder: curator,
            hook: zeroAddress,
            hookSetRoleHolder: curator,
          },
          networkLimitSetRoleHolders: [curator],
          operatorNetworkSharesSetRoleHolders: [curator],
        },
      ],
    ),
    withSlasher: true,
    slasherIndex: INSTANT_SLASHER,
    slasherParams: encodeAbiParameters([SLASHER_PARAMS], [{ baseParams: { isBurnerHook: false } }]),
  }
}
