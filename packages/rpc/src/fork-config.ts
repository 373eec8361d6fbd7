import { crc32 } from 'node:zlib'
import {
  type Address,
  type ChainConfig,
  ETHEREUM_FORKS,
  type ForkName,
  type Hash,
  hexToBytes,
  isForkActive,
  OP_FORKS,
  quantity,
  SYSTEM_CONTRACTS,
} from '@altlayer/protocol'
import { precompilesAt } from './precompiles.ts'
import type { Json } from './rollup.ts'

// EIP-7910, with the fork identifier of EIP-6122. An OP Stack chain has neither blobs nor requests to the
// consensus layer: its blob schedule is null, the contracts of requests are left out.

// EIP-7002 and EIP-7251.
const WITHDRAWAL_REQUESTS: Address = '0x00000961ef480eb55e80d19ad83579a64c007002'
const CONSOLIDATION_REQUESTS: Address = '0x0000bbddc7ce488642fb579f8b00f3a590007251'

/** What identifies a chain's first block. */
export interface GenesisId {
  readonly hash: Hash
  /** Seconds. */
  readonly timestamp: bigint
}

/** eth_config's answer while the head has this timestamp (seconds). `last` is the last fork that is yet to come. */
export function forkConfigs(config: ChainConfig, genesis: GenesisId, head: bigint): Json {
  const forks = forkTimes(config, genesis)
  const current = forks.findLast((time) => time <= head) ?? genesis.timestamp
  const at = (time: bigint | undefined) =>
    time === undefined ? null : forkConfig(config, genesis, time)
  const coming = forks.filter((time) => time > head)
  return { current: at(current), next: at(coming[0]), last: at(coming.at(-1)) }
}

/** When the rules of execution change after the first block, ascending, each time once. */
function forkTimes({ mode, forks }: ChainConfig, genesis: GenesisId): readonly bigint[] {
  // Delta changes derivation alone.
  const names = mode === 'op' ? OP_FORKS.filter((fork) => fork !== 'delta') : ETHEREUM_FORKS
  const times = names.flatMap((name) => forks[name] ?? [])
  return [...new Set(times.filter((time) => time > genesis.timestamp))]
}

function forkConfig(config: ChainConfig, genesis: GenesisId, time: bigint): Json {
  const precompiles = [...precompilesAt(config, time)].map(([address, name]) => [name, address])
  return {
    activationTime: time > genesis.timestamp ? Number(time) : 0,
    blobSchedule: blobSchedule(config, time),
    chainId: quantity(config.chainId),
    forkId: forkId(config, genesis, time),
    precompiles: Object.fromEntries(precompiles.toSorted()),
    systemContracts: systemContracts(config, time),
  }
}

function blobSchedule({ blobSchedule: schedules, forks }: ChainConfig, time: bigint): Json {
  const active = (fork: ForkName) => isForkActive(forks, fork, time)
  const schedule = active('prague') ? schedules?.prague : active('cancun') && schedules?.cancun
  if (!schedule) return null
  const { baseFeeUpdateFraction, max, target } = schedule
  return { baseFeeUpdateFraction: Number(baseFeeUpdateFraction), max, target }
}

/** EIP-6122: CRC-32 of the genesis hash and of the times of the forks up to this one. */
function forkId(config: ChainConfig, genesis: GenesisId, time: bigint): string {
  let sum = crc32(hexToBytes(genesis.hash))
  for (const fork of forkTimes(config, genesis)) {
    if (fork > time) break
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(fork)
    sum = crc32(bytes, sum)
  }
  return `0x${sum.toString(16).padStart(8, '0')}`
}

function systemContracts(
  { mode, forks, depositContract }: ChainConfig,
  time: bigint,
): Record<string, Address> {
  const active = (fork: ForkName) => isForkActive(forks, fork, time)
  const prague = active(mode === 'op' ? 'isthmus' : 'prague')
  const requests = mode === 'ethereum' && prague
  return {
    ...(active(mode === 'op' ? 'ecotone' : 'cancun') && {
      BEACON_ROOTS_ADDRESS: SYSTEM_CONTRACTS.BeaconBlockRoots,
    }),
    ...(requests && { CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS: CONSOLIDATION_REQUESTS }),
    ...(requests && depositContract && { DEPOSIT_CONTRACT_ADDRESS: depositContract }),
    ...(prague && { HISTORY_STORAGE_ADDRESS: SYSTEM_CONTRACTS.HistoryStorage }),
    ...(requests && { WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS: WITHDRAWAL_REQUESTS }),
  }
}
