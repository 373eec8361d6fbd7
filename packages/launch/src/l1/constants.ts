import type { Address, Hash } from '@altlayer/protocol'
import { keccak256, toHex } from 'viem'

/** ERC-1967: keccak256("eip1967.proxy.implementation") - 1. */
export const IMPLEMENTATION_SLOT: Hash =
  '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

/** ERC-1967: keccak256("eip1967.proxy.admin") - 1. */
export const ADMIN_SLOT: Hash = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103'

/** ResourceMetering's configuration that the OP Stack recommends for production. */
export const RESOURCE_CONFIG = {
  maxResourceLimit: 20_000_000,
  elasticityMultiplier: 10,
  baseFeeMaxChangeDenominator: 8,
  minimumBaseFee: 1_000_000_000,
  systemTxMaxGas: 1_000_000,
  maximumBaseFee: (1n << 128n) - 1n,
} as const

/**
 * Address that batches are sent to: version byte 0 and the first 19 bytes of the chain id's keccak256
 * (OP Stack specs, "Standard Rollup Configuration": batch inbox address).
 */
export function batchInbox(l2ChainId: number): Address {
  const hash = keccak256(toHex(l2ChainId, { size: 32 }))
  return `0x00${hash.slice(2, 40)}`
}
