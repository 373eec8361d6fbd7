// The chain's configuration, and which rules hold at a timestamp.

import {
  FORK_BEDROCK,
  FORK_CANYON,
  FORK_ECOTONE,
  FORK_ISTHMUS,
  FORK_REGOLITH,
  MODE_ETHEREUM,
  MODE_OP,
  SPEC_CANCUN,
  SPEC_PARIS,
  SPEC_PRAGUE,
  SPEC_SHANGHAI,
} from '../../shared/abi'
import {
  CONFIG_BLOB_CANCUN,
  CONFIG_BLOB_PRAGUE,
  CONFIG_CHAIN_ID,
  CONFIG_DENOMINATOR,
  CONFIG_DENOMINATOR_CANYON,
  CONFIG_DEPOSIT_CONTRACT,
  CONFIG_ELASTICITY,
  CONFIG_HAS_DEPOSIT_CONTRACT,
  CONFIG_MODE,
  CONFIG_REGOLITH,
  CONFIG_SHANGHAI,
  CONFIG_SIZE,
  CONFIG_UNSUPPORTED,
} from '../../shared/config'

export let mode: i32 = MODE_ETHEREUM
export let chainId: u64 = 0
/** OP Stack EIP-1559 parameters before Holocene. */
export let configDenominator: u64 = 0
export let configDenominatorCanyon: u64 = 0
export let configElasticity: u64 = 0

const config: usize = memory.data(256, 8)

/** Takes over the record at `ptr` (shared/config.ts); false when it is none. */
export function setConfig(ptr: usize, len: usize): bool {
  if (len != <usize>CONFIG_SIZE) return false
  const newMode = load<u64>(ptr + CONFIG_MODE)
  if (newMode != MODE_ETHEREUM && newMode != MODE_OP) return false
  memory.copy(config, ptr, CONFIG_SIZE)
  mode = <i32>newMode
  chainId = load<u64>(ptr + CONFIG_CHAIN_ID)
  configDenominator = load<u64>(ptr + CONFIG_DENOMINATOR)
  configDenominatorCanyon = load<u64>(ptr + CONFIG_DENOMINATOR_CANYON)
  configElasticity = load<u64>(ptr + CONFIG_ELASTICITY)
  return true
}

/** Activation time of a fork that never comes; a timestamp can be as large. */
const NEVER: u64 = u64.MAX_VALUE

/** Time from which the chain has rules that the program does not know; 2^64 - 1: never. */
export function unsupportedFrom(): u64 {
  return load<u64>(config + CONFIG_UNSUPPORTED)
}

/** Whether the rules at a timestamp are not known. */
export function isUnsupported(timestamp: u64): bool {
  return unsupportedFrom() != NEVER && timestamp >= unsupportedFrom()
}

/** Last of `count` consecutive activation times, first at `first`, that is not after `timestamp`; -1: none. */
function lastActive(first: i32, count: i32, timestamp: u64): i32 {
  for (let i = count - 1; i >= 0; i--) {
    const time = load<u64>(config + first + (i << 3))
    if (time <= timestamp && time != NEVER) return i
  }
  return -1
}

/** The OP Stack fork in force (FORK_*); FORK_BEDROCK in ethereum mode. */
export function forkAt(timestamp: u64): i32 {
  if (mode != MODE_OP) return FORK_BEDROCK
  const index = lastActive(CONFIG_REGOLITH, FORK_ISTHMUS, timestamp)
  return index < 0 ? FORK_BEDROCK : FORK_REGOLITH + index
}

/** The EVM's rule set in force (SPEC_*). */
export function specAt(timestamp: u64): i32 {
  if (mode != MODE_OP) return SPEC_SHANGHAI + lastActive(CONFIG_SHANGHAI, 3, timestamp)
  const fork = forkAt(timestamp)
  if (fork >= FORK_ISTHMUS) return SPEC_PRAGUE
  if (fork >= FORK_ECOTONE) return SPEC_CANCUN
  if (fork >= FORK_CANYON) return SPEC_SHANGHAI
  return SPEC_PARIS
}

// The blob schedule of a rule set (EIP-7840); the target and maximum count blobs.
export function blobTarget(spec: i32): u64 {
  return load<u64>(blobSchedule(spec))
}

export function blobMaximum(spec: i32): u64 {
  return load<u64>(blobSchedule(spec), 8)
}

export function blobUpdateFraction(spec: i32): u64 {
  return load<u64>(blobSchedule(spec), 16)
}

function blobSchedule(spec: i32): usize {
  return config + (spec >= SPEC_PRAGUE ? CONFIG_BLOB_PRAGUE : CONFIG_BLOB_CANCUN)
}

/** 20 bytes, or 0 when the chain has none. */
export function depositContract(): usize {
  return load<u64>(config + CONFIG_HAS_DEPOSIT_CONTRACT) != 0 ? config + CONFIG_DEPOSIT_CONTRACT : 0
}
