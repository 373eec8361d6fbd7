import { type Address, PREDEPLOYS } from '@altlayer/protocol'

const { L1MessageSender, LegacyERC20ETH, GovernanceToken, ...current } = PREDEPLOYS

/** Predeploys of a new chain: without those of former versions, and without the token of OP Mainnet. */
export const GENESIS_PREDEPLOYS = current

export type PredeployName = keyof typeof GENESIS_PREDEPLOYS

/** Addresses 0x4200...0000 to 0x4200...07ff belong to the protocol. */
export const PREDEPLOY_COUNT = 2_048

/** The address `index` of the predeploy namespace. */
export function predeploy(index: number): Address {
  return `0x4200${index.toString(16).padStart(36, '0')}`
}
