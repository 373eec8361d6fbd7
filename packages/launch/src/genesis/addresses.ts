import type { Address } from '@altlayer/protocol'

/** OP Stack predeploys by name (specs, "Predeploys"). */
export const PREDEPLOYS = {
  LegacyMessagePasser: predeploy(0x00),
  DeployerWhitelist: predeploy(0x02),
  WETH: predeploy(0x06),
  L2CrossDomainMessenger: predeploy(0x07),
  GasPriceOracle: predeploy(0x0f),
  L2StandardBridge: predeploy(0x10),
  SequencerFeeVault: predeploy(0x11),
  OptimismMintableERC20Factory: predeploy(0x12),
  L1BlockNumber: predeploy(0x13),
  L2ERC721Bridge: predeploy(0x14),
  L1Block: predeploy(0x15),
  L2ToL1MessagePasser: predeploy(0x16),
  OptimismMintableERC721Factory: predeploy(0x17),
  ProxyAdmin: predeploy(0x18),
  BaseFeeVault: predeploy(0x19),
  L1FeeVault: predeploy(0x1a),
  OperatorFeeVault: predeploy(0x1b),
  SchemaRegistry: predeploy(0x20),
  EAS: predeploy(0x21),
} as const satisfies Record<string, Address>

export type PredeployName = keyof typeof PREDEPLOYS

/** Addresses 0x4200...0000 to 0x4200...07ff belong to the protocol. */
export const PREDEPLOY_COUNT = 2_048

/** The address `index` of the predeploy namespace. */
export function predeploy(index: number): Address {
  return `0x4200${index.toString(16).padStart(36, '0')}`
}

/** Where the implementation behind a predeploy's proxy stands at genesis. */
export function implementationAddress(address: Address): Address {
  return `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${address.slice(-4)}`
}
