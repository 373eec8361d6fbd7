import type { AccountOverride } from '@altlayer/engine'
import type { Address, ChainConfig } from '@altlayer/protocol'
import { isForkActive } from '@altlayer/protocol'
import { RpcError, SERVER_ERROR } from './errors.ts'

// By address from 0x01 on, with EIP-7910's names.
const PARIS = [
  'ECREC',
  'SHA256',
  'RIPEMD160',
  'ID',
  'MODEXP',
  'BN254_ADD',
  'BN254_MUL',
  'BN254_PAIRING',
  'BLAKE2F',
]
const CANCUN = [...PARIS, 'KZG_POINT_EVALUATION']
const PRAGUE = [
  ...CANCUN,
  'BLS12_G1ADD',
  'BLS12_G1MSM',
  'BLS12_G2ADD',
  'BLS12_G2MSM',
  'BLS12_PAIRING_CHECK',
  'BLS12_MAP_FP_TO_G1',
  'BLS12_MAP_FP2_TO_G2',
]
const P256_VERIFY: Address = `0x${'0'.repeat(37)}100`

/** The precompiled contracts of a block with this timestamp (seconds): EIP-7910's names by address. */
export function precompilesAt(
  { mode, forks }: ChainConfig,
  timestamp: bigint,
): ReadonlyMap<Address, string> {
  const [cancun, prague] =
    mode === 'op' ? (['ecotone', 'isthmus'] as const) : (['cancun', 'prague'] as const)
  const active = (fork: Parameters<typeof isForkActive>[1]) => isForkActive(forks, fork, timestamp)
  const names = active(prague) ? PRAGUE : active(cancun) ? CANCUN : PARIS
  const precompiles = new Map(names.map((name, index) => [addressOf(index + 1), name]))
  if (mode === 'op' && active('fjord')) precompiles.set(P256_VERIFY, 'P256VERIFY')
  return precompiles
}

function addressOf(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`
}

/** Throws RpcError in geth's words when an override moves a precompile from where there is none. */
export function requireMovedPrecompiles(
  overrides: readonly AccountOverride[],
  config: ChainConfig,
  timestamp: bigint,
): void {
  const precompiles = precompilesAt(config, timestamp)
  for (const { address, movePrecompileTo } of overrides)
    if (movePrecompileTo !== undefined && !precompiles.has(address))
      throw new RpcError(SERVER_ERROR, `account ${address} is not a precompile`)
}
