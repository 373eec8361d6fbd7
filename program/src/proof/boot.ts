// The boot information: local preimages, and the configuration that one of them names.

import { CONFIG_SIZE } from '../../shared/config'
import { DERIVE_CONFIG_SIZE } from '../../shared/derive'
import {
  BOOT_AGREED_OUTPUT,
  BOOT_CHAIN_ID,
  BOOT_CLAIMED_NUMBER,
  BOOT_CLAIMED_OUTPUT,
  BOOT_CONFIG,
  BOOT_L1_HEAD,
} from '../../shared/proof'
import { KEY_LOCAL, MODE_OP } from '../../shared/abi'
import { STATUS_BAD_BOOT, STATUS_MISSING_PREIMAGE } from '../../shared/status'
import { chainId, mode, setConfig } from '../block/rules'
import { setDeriveConfig } from '../derive/config'
import { hostError, keccakPreimage, preimage, setHostError } from '../host'
import { reject } from '../tx/reject'

const HASH_SIZE: usize = 32
const NUMBER_SIZE: usize = 8

export const bootL1Head: usize = memory.data(32, 8)
export const bootAgreedOutput: usize = memory.data(32, 8)
export const bootClaimedOutput: usize = memory.data(32, 8)
export let bootClaimedNumber: u64 = 0

const key: usize = memory.data(32, 8)
const number: usize = memory.data(8, 8)
const configHash: usize = memory.data(32, 8)
const config: usize = memory.data(816, 8)

/** Reads it all and configures the program. False with `hostError` set. */
export function readBoot(): bool {
  if (!readLocal(BOOT_L1_HEAD, bootL1Head, HASH_SIZE)) return false
  if (!readLocal(BOOT_AGREED_OUTPUT, bootAgreedOutput, HASH_SIZE)) return false
  if (!readLocal(BOOT_CLAIMED_OUTPUT, bootClaimedOutput, HASH_SIZE)) return false
  if (!readLocal(BOOT_CLAIMED_NUMBER, number, NUMBER_SIZE)) return false
  bootClaimedNumber = bswap(load<u64>(number))
  if (!readLocal(BOOT_CHAIN_ID, number, NUMBER_SIZE)) return false
  return readConfig() && (bswap(load<u64>(number)) == chainId || bad(BOOT_CHAIN_ID))
}

function readConfig(): bool {
  if (!readLocal(BOOT_CONFIG, configHash, HASH_SIZE)) return false
  const size = <usize>(CONFIG_SIZE + DERIVE_CONFIG_SIZE)
  const length = keccakPreimage(configHash, config, size)
  if (length < 0) return false
  if (<usize>length != size || !setConfig(config, CONFIG_SIZE) || mode != MODE_OP) return bad(BOOT_CONFIG)
  return setDeriveConfig(config + CONFIG_SIZE, DERIVE_CONFIG_SIZE) || bad(BOOT_CONFIG)
}

/** A local key is its type and, in the last 8 bytes, a big-endian index. */
function readLocal(index: i32, dst: usize, size: usize): bool {
  memory.fill(key, 0, 32)
  store<u8>(key, <u8>KEY_LOCAL)
  store<u8>(key, <u8>index, 31)
  const length = preimage(key, dst, size)
  if (length < 0) setHostError(STATUS_MISSING_PREIMAGE, key)
  else if (<usize>length != size) bad(index)
  return hostError == 0
}

function bad(index: i32): bool {
  reject(STATUS_BAD_BOOT, index, 0)
  setHostError(STATUS_BAD_BOOT, 0)
  return false
}
