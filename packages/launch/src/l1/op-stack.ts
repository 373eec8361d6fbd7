import { type Address, type Hash, lowerCaseAddress } from '@altlayer/protocol'
import { type Abi, encodeFunctionData, pad, zeroAddress } from 'viem'
import { type Artifact, opStackArtifact } from '../artifacts.ts'
import type { DeployConfig } from './config.ts'
import { batchInbox, IMPLEMENTATION_SLOT, RESOURCE_CONFIG } from './constants.ts'
import {
  type AddressOf,
  type CallStep,
  type ContractStep,
  SHARED_SCOPE,
  type Step,
  saltOf,
} from './plan.ts'
import { type Dispute, VITAL_READY, vitalSteps } from './vital.ts'

// The OP Stack's L1 contracts as the npm package has them: what its own deployment does, in steps.

/** Name under which the AddressManager keeps the messenger's implementation since OVM 1. */
const MESSENGER_NAME = 'OVM_L1CrossDomainMessenger'

type ProxyKind = 'Proxy' | 'L1ChugSplashProxy' | 'ResolvedDelegateProxy'

/** ProxyAdmin.ProxyType. */
const PROXY_TYPE: Readonly<Record<ProxyKind, number>> = {
  Proxy: 0,
  L1ChugSplashProxy: 1,
  ResolvedDelegateProxy: 2,
}

/** A contract behind a proxy. */
export interface ProxiedContract {
  /** Name of the contract; the proxy's is `<name>Proxy`, the implementation's `<name>Impl`. */
  readonly name: string
  /** Artifact, where its name is another. */
  readonly artifact: Artifact
  readonly proxy: ProxyKind
  /** Constructor arguments of the implementation. */
  readonly constructorArgs?: (address: AddressOf) => readonly unknown[]
  /** Arguments of `initialize`. */
  readonly initialize: (address: AddressOf) => readonly unknown[]
}

/** The proxied contracts that can be initialized before the L2 genesis is known. */
export function proxiedContracts(config: DeployConfig): readonly ProxiedContract[] {
  const { roles } = config
  return [
    {
      name: 'SuperchainConfig',
      artifact: opStackArtifact('SuperchainConfig'),
      proxy: 'Proxy',
      initialize: () => [roles.guardian, false],
    },
    {
      name: 'ProtocolVersions',
      artifact: opStackArtifact('ProtocolVersions'),
      proxy: 'Proxy',
      initialize: () => [roles.owner, 0n, 0n],
    },
    {
      name: 'SystemConfig',
      artifact: opStackArtifact('SystemConfig'),
      proxy: 'Proxy',
      initialize: (address) => [
        roles.owner,
        config.baseFeeScalar,
        config.blobBaseFeeScalar,
        pad(roles.batcher),
        config.l2GasLimit,
        roles.sequencer,
        RESOURCE_CONFIG,
        batchInbox(config.l2ChainId),
        {
          l1CrossDomainMessenger: address('L1CrossDomainMessengerProxy'),
          l1ERC721Bridge: address('L1ERC721BridgeProxy'),
          l1StandardBridge: address('L1StandardBridgeProxy'),
          disputeGameFactory: address('DisputeGameFactoryProxy'),
          optimismPortal: address('OptimismPortalProxy'),
          optimismMintableERC20Factory: address('OptimismMintableERC20FactoryProxy'),
          // Zero: ether.
          gasPayingToken: zeroAddress,
        },
      ],
    },
    {
      name: 'OptimismPortal',
      artifact: opStackArtifact('OptimismPortal2'),
      proxy: 'Proxy',
      constructorArgs: () => [config.proofMaturityDelay, config.disputeGameFinalityDelay],
      initialize: (address) => [
        address('DisputeGameFactoryProxy'),
        address('SystemConfigProxy'),
        address('SuperchainConfigProxy'),
        config.gameType,
      ],
    },
    {
      name: 'L1CrossDomainMessenger',
      artifact: opStackArtifact('L1CrossDomainMessenger'),
      proxy: 'ResolvedDelegateProxy',
      initialize: (address) => [
        address('SuperchainConfigProxy'),
        address('OptimismPortalProxy'),
        address('SystemConfigProxy'),
      ],
    },
    {
      name: 'L1StandardBridge',
      artifact: opStackArtifact('L1StandardBridge'),
      proxy: 'L1ChugSplashProxy',
      initialize: (address) => [
        address('L1CrossDomainMessengerProxy'),
        address('SuperchainConfigProxy'),
        address('SystemConfigProxy'),
      ],
    },
    {
      name: 'L1ERC721Bridge',
      artifact: opStackArtifact('L1ERC721Bridge'),
      proxy: 'Proxy',
      initialize: (address) => [
        address('L1CrossDomainMessengerProxy'),
        address('SuperchainConfigProxy'),
      ],
    },
    {
      name: 'OptimismMintableERC20Factory',
      artifact: opStackArtifact('OptimismMintableERC20Factory'),
      proxy: 'Proxy',
      initialize: (address) => [address('L1StandardBridgeProxy')],
    },
    {
      name: 'DisputeGameFactory',
      artifact: opStackArtifact('DisputeGameFactory'),
      proxy: 'Proxy',
      // The deployer registers games; ownership moves at the end.
      initialize: () => [config.deployer],
    },
    {
      name: 'DelayedWETH',
      artifact: opStackArtifact('DelayedWETH'),
      proxy: 'Proxy',
      constructorArgs: () => [config.bondDelay],
      initialize: (address) => [roles.owner, address('SuperchainConfigProxy')],
    },
  ]
}

/** AnchorStateRegistry: initialized with the output root of the L2 genesis. */
export function anchorStateRegistry(
  config: DeployConfig,
  genesisOutputRoot: Hash | undefined,
): ProxiedContract {
  return {
    name: 'AnchorStateRegistry',
    artifact: opStackArtifact('AnchorStateRegistry'),
    proxy: 'Proxy',
    constructorArgs: (address) => [address('DisputeGameFactoryProxy')],
    initialize: () => {
      if (!genesisOutputRoot) throw new Error('AnchorStateRegistry needs the genesis output root')
      const outputRoot = { root: genesisOutputRoot, l2BlockNumber: 0n }
      return [[{ gameType: config.gameType, outputRoot }]]
    },
  }
}

/** Steps up to contracts that are initialized and work, save for AnchorStateRegistry's roots. */
export function contractSteps(config: DeployConfig): readonly Step[] {
  const scope = rollupScope(config)
  const proxied = proxiedContracts(config)
  const anchor = anchorStateRegistry(config, undefined)
  return [
    ...administration(config, scope),
    ...[...proxied, anchor].flatMap((contract) => contractWithProxy(contract, scope)),
    ...proxied.map(initialization),
  ]
}

/** The steps of `contractSteps`, and those that need the L2 genesis or come last. */
export function allSteps(
  config: DeployConfig,
  genesisOutputRoot: Hash,
  dispute: Dispute,
): readonly Step[] {
  return [
    ...contractSteps(config),
    initialization(anchorStateRegistry(config, genesisOutputRoot)),
    ...vitalSteps(config, dispute),
    ...ownershipTransfers(config),
  ]
}

/** What tells one rollup's contracts from another's: part of every salt of its own. */
function rollupScope(config: DeployConfig): Hash {
  return saltOf(config.salt, `altlayer rollup ${config.l2ChainId} by ${config.deployer}`)
}

function administration(config: DeployConfig, scope: Hash): readonly Step[] {
  const proxyAdmin = opStackArtifact('ProxyAdmin')
  const addressManager = opStackArtifact('AddressManager')
  return [
    {
      kind: 'contract',
      name: 'ProxyAdmin',
      artifact: proxyAdmin,
      args: () => [config.deployer],
      create: { method: 'create2', salt: saltOf(scope, 'ProxyAdmin') },
    },
    {
      kind: 'contract',
      name: 'AddressManager',
      artifact: addressManager,
      // Its constructor gives it to its creator, so the deterministic deployer cannot make it.
      create: {
        method: 'create',
        find: async (chain, address) => {
          const admin = address('ProxyAdmin')
          if ((await chain.code(admin)) === '0x') return undefined
          const found = await chain.read<Address>(admin, proxyAdmin.abi, 'addressManager')
          return found === zeroAddress ? undefined : lowerCaseAddress(found)
        },
      },
    },
    {
      kind: 'call',
      name: 'ProxyAdmin uses AddressManager',
      after: ['AddressManager'],
      to: 'ProxyAdmin',
      abi: proxyAdmin.abi,
      functionName: 'setAddressManager',
      args: (address) => [address('AddressManager')],
      done: async (chain, address) =>
        lowerCaseAddress(
          await chain.read<Address>(address('ProxyAdmin'), proxyAdmin.abi, 'addressManager'),
        ) === address('AddressManager'),
    },
    {
      kind: 'call',
      name: 'AddressManager owned by ProxyAdmin',
      after: ['ProxyAdmin'],
      to: 'AddressManager',
      abi: addressManager.abi,
      functionName: 'transferOwnership',
      args: (address) => [address('ProxyAdmin')],
      done: async (chain, address) =>
        lowerCaseAddress(
          await chain.read<Address>(address('AddressManager'), addressManager.abi, 'owner'),
        ) === address('ProxyAdmin'),
    },
  ]
}

/** Implementation and proxy, and the registration that ProxyAdmin needs for the old kinds. */
function contractWithProxy(contract: ProxiedContract, scope: Hash): readonly Step[] {
  const { name, artifact, constructorArgs, proxy } = contract
  const implementation: ContractStep = {
    kind: 'contract',
    name: `${name}Impl`,
    artifact,
    ...(constructorArgs && { args: constructorArgs }),
    create: { method: 'create2', salt: saltOf(SHARED_SCOPE, name) },
  }
  const proxyStep: ContractStep = {
    kind: 'contract',
    name: `${name}Proxy`,
    artifact: opStackArtifact(proxy),
    args: (address) =>
      proxy === 'ResolvedDelegateProxy'
        ? [address('AddressManager'), MESSENGER_NAME]
        : [address('ProxyAdmin')],
    create: { method: 'create2', salt: saltOf(scope, `${name}Proxy`) },
  }
  return [implementation, proxyStep, ...registrations(contract)]
}

function registrations({ name, proxy }: ProxiedContract): readonly CallStep[] {
  const proxyName = `${name}Proxy`
  const { abi } = opStackArtifact('ProxyAdmin')
  const type: CallStep = {
    kind: 'call',
    name: `${proxyName} registered as ${proxy}`,
    after: [],
    to: 'ProxyAdmin',
    abi,
    functionName: 'setProxyType',
    args: (address) => [address(proxyName), PROXY_TYPE[proxy]],
    done: async (chain, address) =>
      (await chain.read<number>(address('ProxyAdmin'), abi, 'proxyType', [address(proxyName)])) ===
      PROXY_TYPE[proxy],
  }
  const implementationName: CallStep = {
    kind: 'call',
    name: `${proxyName} resolves ${MESSENGER_NAME}`,
    after: [],
    to: 'ProxyAdmin',
    abi,
    functionName: 'setImplementationName',
    args: (address) => [address(proxyName), MESSENGER_NAME],
    done: async (chain, address) =>
      (await chain.read<string>(address('ProxyAdmin'), abi, 'implementationName', [
        address(proxyName),
      ])) === MESSENGER_NAME,
  }
  if (proxy === 'Proxy') return []
  return proxy === 'ResolvedDelegateProxy' ? [type, implementationName] : [type]
}

/** Points the proxy at its implementation and initializes it, in one transaction. */
function initialization(contract: ProxiedContract): CallStep {
  const { name, artifact, proxy } = contract
  const { abi } = opStackArtifact('ProxyAdmin')
  return {
    kind: 'call',
    name: `${name} initialized`,
    after: [
      `${name}Impl`,
      `${name}Proxy`,
      ...registrations(contract).map((step) => step.name),
      ...(proxy === 'ResolvedDelegateProxy'
        ? ['ProxyAdmin uses AddressManager', 'AddressManager owned by ProxyAdmin']
        : []),
    ],
    to: 'ProxyAdmin',
    abi,
    functionName: 'upgradeAndCall',
    args: (address) => [
      address(`${name}Proxy`),
      address(`${name}Impl`),
      encodeFunctionData({
        abi: artifact.abi as Abi,
        functionName: 'initialize',
        args: contract.initialize(address),
      }),
    ],
    done: async (chain, address) =>
      (await implementationOf(contract, chain, address)) === address(`${name}Impl`),
  }
}

/** The implementation that a proxy uses, zero for none. */
export async function implementationOf(
  { name, proxy }: ProxiedContract,
  chain: Parameters<CallStep['done']>[0],
  address: AddressOf,
): Promise<Address> {
  if (proxy !== 'ResolvedDelegateProxy') {
    const word = await chain.storage(address(`${name}Proxy`), IMPLEMENTATION_SLOT)
    return `0x${word.slice(-40)}`
  }
  const { abi } = opStackArtifact('AddressManager')
  return lowerCaseAddress(
    await chain.read<Address>(address('AddressManager'), abi, 'getAddress', [MESSENGER_NAME]),
  )
}

/** Hands over what the deployer owned while deploying. */
function ownershipTransfers(config: DeployConfig): readonly CallStep[] {
  const transfer = (to: string, artifact: Artifact, after: readonly string[]): CallStep => ({
    kind: 'call',
    name: `${to} owned by its owner`,
    after,
    to,
    abi: artifact.abi,
    functionName: 'transferOwnership',
    args: () => [config.roles.owner],
    done: async (chain, address) =>
      lowerCaseAddress(await chain.read<Address>(address(to), artifact.abi, 'owner')) ===
      config.roles.owner,
  })
  return [
    transfer('DisputeGameFactoryProxy', opStackArtifact('DisputeGameFactory'), [
      'DisputeGameFactory initialized',
      ...VITAL_READY,
    ]),
    transfer('ProxyAdmin', opStackArtifact('ProxyAdmin'), [
      ...proxiedContracts(config).map(({ name }) => `${name} initialized`),
      'AnchorStateRegistry initialized',
    ]),
  ]
}
