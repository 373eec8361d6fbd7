import type { Address } from './types.ts'

// OP Stack specs, "Predeploys". Lower case, as addresses are compared.

/** System contracts of an OP Stack chain, at the same address on each. */
export const PREDEPLOYS = {
  LegacyMessagePasser: '0x4200000000000000000000000000000000000000',
  L1MessageSender: '0x4200000000000000000000000000000000000001',
  DeployerWhitelist: '0x4200000000000000000000000000000000000002',
  WETH: '0x4200000000000000000000000000000000000006',
  L2CrossDomainMessenger: '0x4200000000000000000000000000000000000007',
  GasPriceOracle: '0x420000000000000000000000000000000000000f',
  L2StandardBridge: '0x4200000000000000000000000000000000000010',
  SequencerFeeVault: '0x4200000000000000000000000000000000000011',
  OptimismMintableERC20Factory: '0x4200000000000000000000000000000000000012',
  L1BlockNumber: '0x4200000000000000000000000000000000000013',
  L2ERC721Bridge: '0x4200000000000000000000000000000000000014',
  L1Block: '0x4200000000000000000000000000000000000015',
  L2ToL1MessagePasser: '0x4200000000000000000000000000000000000016',
  OptimismMintableERC721Factory: '0x4200000000000000000000000000000000000017',
  ProxyAdmin: '0x4200000000000000000000000000000000000018',
  BaseFeeVault: '0x4200000000000000000000000000000000000019',
  L1FeeVault: '0x420000000000000000000000000000000000001a',
  OperatorFeeVault: '0x420000000000000000000000000000000000001b',
  SchemaRegistry: '0x4200000000000000000000000000000000000020',
  EAS: '0x4200000000000000000000000000000000000021',
  GovernanceToken: '0x4200000000000000000000000000000000000042',
  LegacyERC20ETH: '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000',
} as const satisfies Record<string, Address>

/** Contracts that system calls reach: EIP-4788 and EIP-2935. */
export const SYSTEM_CONTRACTS = {
  BeaconBlockRoots: '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
  HistoryStorage: '0x0000f90827f1c53a10cb7a02335b175320002935',
} as const satisfies Record<string, Address>

/** Sender of the L1 attributes deposit. */
export const L1_ATTRIBUTES_DEPOSITOR: Address = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001'

/** Where a proxied predeploy's implementation stands: the last two bytes in the code namespace. */
export function predeployImplementation(predeploy: Address): Address {
  return `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${predeploy.slice(-4)}`
}
