import type { Address } from './types.ts'

// OP Stack specs, "Predeploys" and "Preinstalls". Lower case, as addresses are compared.

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

/** Predeploys that are not behind a proxy. */
export const UNPROXIED_PREDEPLOYS: readonly Address[] = [
  PREDEPLOYS.GovernanceToken,
  PREDEPLOYS.WETH,
  PREDEPLOYS.LegacyERC20ETH,
]

/** Contracts of third parties that stand in a chain's genesis for convenience. */
export const PREINSTALLS = {
  Safe: '0x69f4d1788e39c87893c980c06edf4b7f686e2938',
  SafeL2: '0xfb1bffc9d739b8d520daf37df666da4c687191ea',
  MultiSend: '0x998739bfdaadde7c933b942a68053933098f9eda',
  MultiSendCallOnly: '0xa1dabef33b3b82c7814b6d82a79e50f4ac44102b',
  SafeSingletonFactory: '0x914d7fec6aac8cd542e72bca78b30650d45643d7',
  Multicall3: '0xca11bde05977b3631167028862be2a173976ca11',
  Create2Deployer: '0x13b0d85ccb8bf860b6b79af3029fca081ae9bef2',
  DeterministicDeploymentProxy: '0x4e59b44847b379578588920ca78fbf26c0b4956c',
  Permit2: '0x000000000022d473030f116ddee9f6b43ac78ba3',
  EntryPoint: '0x5ff137d4b0fdcd49dca30c7cf57e578a026d2789',
  SenderCreator: '0x7fc98430eaedbb6070b35b39d798725049088348',
} as const satisfies Record<string, Address>

/** Contracts that system calls reach: EIP-4788 and EIP-2935. */
export const SYSTEM_CONTRACTS = {
  BeaconBlockRoots: '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
  HistoryStorage: '0x0000f90827f1c53a10cb7a02335b175320002935',
} as const satisfies Record<string, Address>

/** Accounts that receive the fees of a chain. */
export const FEE_VAULTS: readonly Address[] = [
  PREDEPLOYS.SequencerFeeVault,
  PREDEPLOYS.BaseFeeVault,
  PREDEPLOYS.L1FeeVault,
  PREDEPLOYS.OperatorFeeVault,
]

/** Sender of the L1 attributes deposit. */
export const L1_ATTRIBUTES_DEPOSITOR: Address = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001'

/** Where a proxied predeploy's implementation stands: the last two bytes in the code namespace. */
export function predeployImplementation(predeploy: Address): Address {
  return `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${predeploy.slice(-4)}`
}
