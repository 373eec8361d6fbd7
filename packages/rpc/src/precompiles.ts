import type { AccountOverride } from '@altlayer/engine'
import { type Address, type ChainConfig, isForkActive } from '@altlayer/protocol'
import { RpcError, SERVER_ERROR } from './errors.ts'

const P256_VERIFY: Address = `0x${'0'.repeat(37)}100`

/** Whether a precompiled contract stands at this address in a block with this timestamp (seconds). */
export function isPrecompile(address: Address, config: ChainConfig, timestamp: bigint): boolean {
  const { forks } = config
  if (address === P256_VERIFY)
    return config.mode === 'op' && isForkActive(forks, 'fjord', timestamp)
  const number = BigInt(address)
  return number >= 1n && number <= lastPrecompile(config, timestamp)
}

/** 0x09 BLAKE2f, 0x0a KZG point evaluation (Cancun), 0x11 the last of BLS12-381 (Prague). */
function lastPrecompile({ mode, forks }: ChainConfig, timestamp: bigint): bigint {
  const [cancun, prague] =
    mode === 'op' ? (['ecotone', 'isthmus'] as const) : (['cancun', 'prague'] as const)
  if (isForkActive(forks, prague, timestamp)) return 0x11n
  return isForkActive(forks, cancun, timestamp) ? 0x0an : 0x09n
}

/** Throws RpcError in geth's words when an override moves a precompile from where there is none. */
export function requireMovedPrecompiles(
  overrides: readonly AccountOverride[],
  config: ChainConfig,
  timestamp: bigint,
): void {
  for (const { address, movePrecompileTo } of overrides)
    if (movePrecompileTo !== undefined && !isPrecompile(address, config, timestamp))
      throw new RpcError(SERVER_ERROR, `account ${address} is not a precompile`)
}
