import type { ContractName } from '@altlayer/contracts'
import type { Address, Hash } from '@altlayer/protocol'
import { type Abi, pad } from 'viem'
import { opStackArtifact, ownArtifact } from '../artifacts.ts'
import type { DeployConfig } from './config.ts'
import { ADMIN_SLOT, batchInbox } from './constants.ts'
import { anchorStateRegistry, implementationOf, proxiedContracts } from './op-stack.ts'
import type { AddressOf, ChainReader } from './plan.ts'

/** Versions that this package was written for. */
const VERSIONS: Readonly<Record<string, string>> = {
  SuperchainConfig: '1.1.0',
  ProtocolVersions: '1.0.0',
  SystemConfig: '2.3.0-beta.2',
  OptimismPortal: '3.10.0',
  L1CrossDomainMessenger: '2.4.0',
  L1StandardBridge: '2.2.0',
  L1ERC721Bridge: '2.1.0',
  OptimismMintableERC20Factory: '1.9.0',
  DisputeGameFactory: '1.0.0',
  DelayedWETH: '1.0.0',
  AnchorStateRegistry: '1.0.0',
}

/** Something on chain that is not as it was to be deployed. */
export interface Mismatch {
  readonly what: string
  readonly expected: string
  readonly found: string
}

/** The deployment on chain is not the one that was asked for. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  readonly mismatches: readonly Mismatch[]
  constructor(mismatches: readonly Mismatch[]) {
    const lines = mismatches.map(
      ({ what, expected, found }) => `${what}: expected ${expected}, found ${found}`,
    )
    super(`the deployment on L1 is not the one asked for:\n${lines.join('\n')}`)
    this.mismatches = mismatches
  }
}

interface View {
  readonly contract: string
  readonly abi: Abi
  readonly functionName: string
  readonly args?: readonly unknown[]
  readonly expected: unknown
}

/**
 * Reads the whole deployment back: versions, implementations, proxy admins, owners, references
 * between the contracts, and the configuration. Throws VerificationError with everything that
 * differs.
 */
export async function verifyDeployment(
  config: DeployConfig,
  chain: ChainReader,
  address: AddressOf,
  genesisOutputRoot: Hash,
): Promise<void> {
  const found = await Promise.all([
    ...expectedViews(config, address).map((view) => checkView(view, chain, address)),
    ...proxyChecks(config, chain, address),
    checkAnchor(config, chain, address, genesisOutputRoot),
  ])
  const mismatches = found.filter((mismatch) => mismatch !== undefined)
  if (mismatches.length > 0) throw new VerificationError(mismatches)
}

async function checkView(
  view: View,
  chain: ChainReader,
  address: AddressOf,
): Promise<Mismatch | undefined> {
  const { contract, abi, functionName, args = [], expected } = view
  const found = await chain.read(address(contract), abi, functionName, args)
  if (text(found) === text(expected)) return undefined
  return { what: `${contract}.${functionName}`, expected: text(expected), found: text(found) }
}

// Games that resolve move the anchor; until then it is the L2 genesis.
async function checkAnchor(
  config: DeployConfig,
  chain: ChainReader,
  address: AddressOf,
  genesisOutputRoot: Hash,
): Promise<Mismatch | undefined> {
  const { abi } = opStackArtifact('AnchorStateRegistry')
  const [root, block] = await chain.read<readonly [Hash, bigint]>(
    address('AnchorStateRegistryProxy'),
    abi,
    'anchors',
    [config.gameType],
  )
  if (block > 0n || root === genesisOutputRoot) return undefined
  const what = `AnchorStateRegistryProxy.anchors(${config.gameType})`
  return { what, expected: genesisOutputRoot, found: root }
}

function proxyChecks(
  config: DeployConfig,
  chain: ChainReader,
  address: AddressOf,
): readonly Promise<Mismatch | undefined>[] {
  const contracts = [...proxiedContracts(config), anchorStateRegistry(config, undefined)]
  return contracts.flatMap((contract) => {
    const check = async (what: string, expected: Address, found: Promise<Address>) => {
      const got = await found
      return got === expected
        ? undefined
        : { what: `${contract.name}Proxy ${what}`, expected, found: got }
    }
    const implementation = check(
      'implementation',
      address(`${contract.name}Impl`),
      implementationOf(contract, chain, address),
    )
    // The resolved proxy has no admin of its own: AddressManager's owner is.
    if (contract.proxy === 'ResolvedDelegateProxy') return [implementation]
    const admin = chain
      .storage(address(`${contract.name}Proxy`), ADMIN_SLOT)
      .then((word): Address => `0x${word.slice(-40)}`)
    return [implementation, check('admin', address('ProxyAdmin'), admin)]
  })
}

function expectedViews(config: DeployConfig, address: AddressOf): readonly View[] {
  const { roles } = config
  const view = (contract: string, artifact: string) => {
    const { abi } = opStackArtifact(artifact)
    return (functionName: string, expected: unknown, args?: readonly unknown[]): View => ({
      contract,
      abi,
      functionName,
      expected,
      ...(args && { args }),
    })
  }
  const own =
    (contract: ContractName) =>
    (functionName: string, expected: unknown): View => ({
      contract,
      abi: ownArtifact(contract).abi,
      functionName,
      expected,
    })
  const versions = [...proxiedContracts(config), anchorStateRegistry(config, undefined)].map(
    ({ name, artifact }): View => ({
      contract: `${name}Proxy`,
      abi: artifact.abi,
      functionName: 'version',
      expected: VERSIONS[name],
    }),
  )
  const proxyAdmin = view('ProxyAdmin', 'ProxyAdmin')
  const manager = view('AddressManager', 'AddressManager')
  const superchain = view('SuperchainConfigProxy', 'SuperchainConfig')
  const protocolVersions = view('ProtocolVersionsProxy', 'ProtocolVersions')
  const system = view('SystemConfigProxy', 'SystemConfig')
  const portal = view('OptimismPortalProxy', 'OptimismPortal2')
  const messenger = view('L1CrossDomainMessengerProxy', 'L1CrossDomainMessenger')
  const bridge = view('L1StandardBridgeProxy', 'L1StandardBridge')
  const nftBridge = view('L1ERC721BridgeProxy', 'L1ERC721Bridge')
  const factory = view('OptimismMintableERC20FactoryProxy', 'OptimismMintableERC20Factory')
  const games = view('DisputeGameFactoryProxy', 'DisputeGameFactory')
  const weth = view('DelayedWETHProxy', 'DelayedWETH')
  const anchors = view('AnchorStateRegistryProxy', 'AnchorStateRegistry')
  const game = own('VitalDisputeGame')
  const machine = own('RiscV')
  return [
    ...versions,
    proxyAdmin('owner', roles.owner),
    proxyAdmin('addressManager', address('AddressManager')),
    manager('owner', address('ProxyAdmin')),
    superchain('guardian', roles.guardian),
    superchain('paused', false),
    protocolVersions('owner', roles.owner),
    system('owner', roles.owner),
    system('basefeeScalar', config.baseFeeScalar),
    system('blobbasefeeScalar', config.blobBaseFeeScalar),
    system('batcherHash', pad(roles.batcher)),
    system('gasLimit', config.l2GasLimit),
    system('unsafeBlockSigner', roles.sequencer),
    system('batchInbox', batchInbox(config.l2ChainId)),
    system('isCustomGasToken', false),
    system('l1CrossDomainMessenger', address('L1CrossDomainMessengerProxy')),
    system('l1ERC721Bridge', address('L1ERC721BridgeProxy')),
    system('l1StandardBridge', address('L1StandardBridgeProxy')),
    system('disputeGameFactory', address('DisputeGameFactoryProxy')),
    system('optimismPortal', address('OptimismPortalProxy')),
    system('optimismMintableERC20Factory', address('OptimismMintableERC20FactoryProxy')),
    portal('disputeGameFactory', address('DisputeGameFactoryProxy')),
    portal('systemConfig', address('SystemConfigProxy')),
    portal('superchainConfig', address('SuperchainConfigProxy')),
    portal('guardian', roles.guardian),
    portal('respectedGameType', config.gameType),
    portal('proofMaturityDelaySeconds', config.proofMaturityDelay),
    portal('disputeGameFinalityDelaySeconds', config.disputeGameFinalityDelay),
    messenger('superchainConfig', address('SuperchainConfigProxy')),
    messenger('portal', address('OptimismPortalProxy')),
    messenger('systemConfig', address('SystemConfigProxy')),
    messenger('otherMessenger', '0x4200000000000000000000000000000000000007'),
    bridge('messenger', address('L1CrossDomainMessengerProxy')),
    bridge('superchainConfig', address('SuperchainConfigProxy')),
    bridge('systemConfig', address('SystemConfigProxy')),
    bridge('otherBridge', '0x4200000000000000000000000000000000000010'),
    nftBridge('messenger', address('L1CrossDomainMessengerProxy')),
    nftBridge('superchainConfig', address('SuperchainConfigProxy')),
    nftBridge('otherBridge', '0x4200000000000000000000000000000000000014'),
    factory('bridge', address('L1StandardBridgeProxy')),
    games('owner', roles.owner),
    weth('owner', roles.owner),
    weth('config', address('SuperchainConfigProxy')),
    weth('delay', config.bondDelay),
    anchors('disputeGameFactory', address('DisputeGameFactoryProxy')),
    {
      contract: 'DisputeGameFactoryProxy',
      abi: opStackArtifact('DisputeGameFactory').abi,
      functionName: 'gameImpls',
      args: [config.gameType],
      expected: address('VitalDisputeGame'),
    },
    game('gameType', config.gameType),
    game('weth', address('DelayedWETHProxy')),
    game('anchorStateRegistry', address('AnchorStateRegistryProxy')),
    game('vm', address('RiscV')),
    game('maxClockDuration', config.maxClockDuration),
    game('clockExtension', config.clockExtension),
    game('l2ChainId', config.l2ChainId),
    machine('oracle', address('PreimageOracle')),
  ]
}

/** Values of views as comparable text; addresses in lower case. */
function text(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('0x') ? value.toLowerCase() : value
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  return String(value)
}
