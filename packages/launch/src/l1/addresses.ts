import { type Address, getAddress } from 'viem'
import type { DeployConfig } from './config.ts'
import type { AddressOf } from './plan.ts'

// The superchain registry's naming of an OP Stack chain's L1 contracts and roles.

/** Contracts, by the registry's name, and the plan's name for them where it is another. */
const CONTRACTS: Readonly<Record<string, string>> = {
  AddressManager: 'AddressManager',
  AnchorStateRegistryProxy: 'AnchorStateRegistryProxy',
  DelayedWETHProxy: 'DelayedWETHProxy',
  DisputeGameFactoryProxy: 'DisputeGameFactoryProxy',
  L1CrossDomainMessengerProxy: 'L1CrossDomainMessengerProxy',
  L1ERC721BridgeProxy: 'L1ERC721BridgeProxy',
  L1StandardBridgeProxy: 'L1StandardBridgeProxy',
  OptimismMintableERC20FactoryProxy: 'OptimismMintableERC20FactoryProxy',
  OptimismPortalProxy: 'OptimismPortalProxy',
  ProtocolVersions: 'ProtocolVersionsProxy',
  ProxyAdmin: 'ProxyAdmin',
  SuperchainConfig: 'SuperchainConfigProxy',
  SystemConfigProxy: 'SystemConfigProxy',
}

/** Contracts and roles of a deployment, lower case, sorted by name. */
export function registryAddresses(
  config: DeployConfig,
  address: AddressOf,
): Readonly<Record<string, Address>> {
  const { roles } = config
  const entries: [string, Address][] = [
    ...Object.entries(CONTRACTS).map(([name, planned]): [string, Address] => [
      name,
      address(planned),
    ]),
    ['BatchSubmitter', roles.batcher],
    ['Challenger', roles.challenger],
    ['Guardian', roles.guardian],
    ['Proposer', roles.proposer],
    ['ProxyAdminOwner', roles.owner],
    ['SystemConfigOwner', roles.owner],
    ['UnsafeBlockSigner', roles.sequencer],
  ]
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** VITAL's contracts, whose addresses depend on the L2 genesis. */
export function vitalAddresses(address: AddressOf): Readonly<Record<string, Address>> {
  const names = ['PreimageOracle', 'RiscV', 'VitalDisputeGame']
  return Object.fromEntries(names.map((name) => [name, address(name)]))
}

/** The same as a file's text, addresses with their checksum (EIP-55). */
export function addressesJson(addresses: Readonly<Record<string, Address>>): string {
  const checksummed = Object.entries(addresses).map(([name, value]) => [name, getAddress(value)])
  const sorted = checksummed.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`
}
