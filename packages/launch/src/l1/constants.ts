import type { Address } from '@altlayer/protocol'
import { keccak256, toHex } from 'viem'

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
