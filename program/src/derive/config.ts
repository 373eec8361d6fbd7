// The rollup's configuration, and the protocol parameters that follow from it at a time of L1 (OP Stack specs,
// "Protocol parameters", Fjord and Granite). Fork times are the chain's (block/rules.ts); stages that work on L1
// data compare them with the L1 block's time.

import {
  DERIVE_BLOB_FORK,
  DERIVE_BLOB_FORKS,
  DERIVE_BLOB_FORKS_MAX,
  DERIVE_BLOCK_TIME,
  DERIVE_CONFIG_SIZE,
  DERIVE_DELTA,
  DERIVE_GENESIS_L1,
  DERIVE_GENESIS_L1_HASH,
  DERIVE_GENESIS_L2,
  DERIVE_GENESIS_L2_HASH,
  DERIVE_GENESIS_SYSTEM,
  DERIVE_GENESIS_TIME,
  DERIVE_INBOX,
  DERIVE_L1_CHAIN_ID,
  DERIVE_MAX_DRIFT,
  DERIVE_PECTRA_BLOBS,
  DERIVE_PORTAL,
  DERIVE_SYSTEM_CONFIG,
  DERIVE_TIMEOUT,
  DERIVE_TIMEOUT_GRANITE,
  DERIVE_WINDOW,
  DERIVE_WINDOW_MAX,
} from '../../shared/derive'
import { FORK_CANYON, FORK_FJORD, FORK_GRANITE, FORK_HOLOCENE } from '../../shared/abi'
import { forkAt } from '../block/rules'

const config: usize = memory.data(608, 8)

export let l1ChainId: u64 = 0
/** Seconds between L2 blocks. */
export let blockTime: u64 = 0
/** L1 blocks within which a batch must be included. */
export let sequencingWindow: u64 = 0
export let genesisL1Number: u64 = 0
export let genesisL2Number: u64 = 0
export let genesisL2Time: u64 = 0
/** 32 bytes each. */
export const genesisL1Hash: usize = config + DERIVE_GENESIS_L1_HASH
export const genesisL2Hash: usize = config + DERIVE_GENESIS_L2_HASH
/** SYSTEM_SIZE bytes. */
export const genesisSystemConfig: usize = config + DERIVE_GENESIS_SYSTEM
/** 20 bytes each. */
export const inboxAddress: usize = config + DERIVE_INBOX
export const portalAddress: usize = config + DERIVE_PORTAL
export const systemConfigAddress: usize = config + DERIVE_SYSTEM_CONFIG

/** Takes over the record at `ptr` (shared/derive.ts); false when it is none. */
export function setDeriveConfig(ptr: usize, len: usize): bool {
  if (len != <usize>DERIVE_CONFIG_SIZE) return false
  const window = load<u64>(ptr + DERIVE_WINDOW)
  if (load<u64>(ptr + DERIVE_BLOCK_TIME) == 0 || window == 0 || window > <u64>DERIVE_WINDOW_MAX) return false
  if (load<u64>(ptr + DERIVE_BLOB_FORKS) > <u64>DERIVE_BLOB_FORKS_MAX) return false
  memory.copy(config, ptr, DERIVE_CONFIG_SIZE)
  l1ChainId = load<u64>(config + DERIVE_L1_CHAIN_ID)
  blockTime = load<u64>(config + DERIVE_BLOCK_TIME)
  sequencingWindow = window
  genesisL1Number = load<u64>(config + DERIVE_GENESIS_L1)
  genesisL2Number = load<u64>(config + DERIVE_GENESIS_L2)
  genesisL2Time = load<u64>(config + DERIVE_GENESIS_TIME)
  return true
}

const FJORD_MAX_DRIFT: u64 = 1800

/** Most seconds that an L2 block may be ahead of an L1 origin with this timestamp. */
export function maxSequencerDrift(originTime: u64): u64 {
  return forkAt(originTime) >= FORK_FJORD ? FJORD_MAX_DRIFT : load<u64>(config + DERIVE_MAX_DRIFT)
}

/** L1 blocks that a channel may stay open, at an L1 block with this timestamp. */
export function channelTimeout(l1Time: u64): u64 {
  return load<u64>(config + (forkAt(l1Time) >= FORK_GRANITE ? DERIVE_TIMEOUT_GRANITE : DERIVE_TIMEOUT))
}

/** MAX_CHANNEL_BANK_SIZE. */
export function maxChannelBankSize(l1Time: u64): u64 {
  return forkAt(l1Time) >= FORK_FJORD ? 1_000_000_000 : 100_000_000
}

/** MAX_RLP_BYTES_PER_CHANNEL. */
export function maxChannelBytes(l1Time: u64): usize {
  return forkAt(l1Time) >= FORK_FJORD ? 100_000_000 : 10_000_000
}

export function isDelta(time: u64): bool {
  return load<u64>(config + DERIVE_DELTA) <= time
}

export function isCanyon(time: u64): bool {
  return forkAt(time) >= FORK_CANYON
}

export function isHolocene(time: u64): bool {
  return forkAt(time) >= FORK_HOLOCENE
}

/** True in the one block that activates `fork`: the block before does not have it. Not for the genesis. */
export function isActivation(fork: i32, timestamp: u64): bool {
  return forkAt(timestamp) >= fork && timestamp >= blockTime && forkAt(timestamp - blockTime) < fork
}

// EIP-4844 and EIP-7691.
const FRACTION_CANCUN: u64 = 3_338_477
const FRACTION_PRAGUE: u64 = 5_007_716

/**
 * Base fee update fraction of L1's blob market in a block (`prague`: its header has a requests hash). Where
 * `pectra_blob_schedule_time` is set, L1 blocks before it count by Cancun's (specs, "Pectra Blob Schedule").
 */
export function l1BlobFraction(time: u64, prague: bool): u64 {
  const fix = load<u64>(config + DERIVE_PECTRA_BLOBS)
  if (fix != u64.MAX_VALUE && time < fix) return FRACTION_CANCUN
  for (let i = load<u64>(config + DERIVE_BLOB_FORKS); i > 0; i--) {
    const fork = config + DERIVE_BLOB_FORK + (<usize>(i - 1) << 4)
    if (load<u64>(fork) <= time) return load<u64>(fork, 8)
  }
  return prague ? FRACTION_PRAGUE : FRACTION_CANCUN
}
