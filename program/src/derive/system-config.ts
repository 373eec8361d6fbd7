// The system config (record in shared/derive.ts) and its updates by logs of the L1 contract SystemConfig (OP Stack
// specs, "System Config", Holocene and Isthmus).

import {
  SYSTEM_BATCHER,
  SYSTEM_EIP1559,
  SYSTEM_GAS_LIMIT,
  SYSTEM_OPERATOR_FEE,
  SYSTEM_OVERHEAD,
  SYSTEM_SCALAR,
} from '../../shared/derive'
import { isZero, sameAddress, sameHash, wordToU64 } from './bytes'
import { systemConfigAddress } from './config'
import { logAddress, logData, logDataLength, logTopic, logTopicCount, logsNext, logsOpen } from './receipts'

/** keccak256 of `ConfigUpdate(uint256,uint8,bytes)`. */
const CONFIG_UPDATE: usize = memory.data<u8>([
  0x1d, 0x2b, 0x0b, 0xda, 0x21, 0xd5, 0x6b, 0x8b, 0xd1, 0x2d, 0x4f, 0x94, 0xeb, 0xac, 0xff, 0xdf,
  0xb3, 0x5f, 0x5e, 0x22, 0x6f, 0x84, 0xb4, 0x61, 0x10, 0x3b, 0xb8, 0xbe, 0xab, 0x63, 0x53, 0xbe,
], 8)

const UPDATE_BATCHER: u64 = 0
const UPDATE_GAS_CONFIG: u64 = 1
const UPDATE_GAS_LIMIT: u64 = 2
const UPDATE_EIP1559: u64 = 4
const UPDATE_OPERATOR_FEE: u64 = 5

/**
 * Applies the updates in `count` receipts to the config at `config`; `ecotone`: whether that fork is active at the
 * L1 block's time. Updates of other versions, types or layouts are passed over. False when a receipt is malformed.
 */
export function applyConfigUpdates(config: usize, receipts: usize, count: u32, ecotone: bool): bool {
  logsOpen(receipts, count)
  let state = logsNext()
  for (; state > 0; state = logsNext()) {
    if (!sameAddress(logAddress, systemConfigAddress)) continue
    if (logTopicCount == 3 && sameHash(logTopic(0), CONFIG_UPDATE)) applyUpdate(config, ecotone)
  }
  return state == 0
}

function applyUpdate(config: usize, ecotone: bool): void {
  if (!isZero(logTopic(1), 32)) return
  const type = wordToU64(logTopic(2))
  const words: u64 = type == UPDATE_GAS_CONFIG ? 2 : 1
  // ABI encoding of one `bytes`: offset, length, content.
  if (<u64>logDataLength != 64 + 32 * words) return
  if (wordToU64(logData) != 32 || wordToU64(logData + 32) != 32 * words) return
  const word = logData + 64
  if (type == UPDATE_BATCHER) {
    if (isZero(word, 12)) memory.copy(config + SYSTEM_BATCHER, word + 12, 20)
  } else if (type == UPDATE_GAS_CONFIG) {
    applyGasConfig(config, word, ecotone)
  } else if (type == UPDATE_GAS_LIMIT) {
    if (isZero(word, 24)) store<u64>(config + SYSTEM_GAS_LIMIT, bswap(load<u64>(word, 24)))
  } else if (type == UPDATE_EIP1559) {
    if (isZero(word, 24)) memory.copy(config + SYSTEM_EIP1559, word + 24, 8)
  } else if (type == UPDATE_OPERATOR_FEE) {
    if (isZero(word, 20)) memory.copy(config + SYSTEM_OPERATOR_FEE, word + 20, 12)
  }
}

function applyGasConfig(config: usize, words: usize, ecotone: bool): void {
  if (!ecotone) {
    memory.copy(config + SYSTEM_OVERHEAD, words, 64)
    return
  }
  // A scalar that the versioned encoding does not know is ignored, the overhead means nothing any more.
  if (scalarForm(words + 32) != SCALAR_OK) return
  memory.fill(config + SYSTEM_OVERHEAD, 0, 32)
  memory.copy(config + SYSTEM_SCALAR, words + 32, 32)
}

const SCALAR_OK: i32 = 0
/** Version 0 with more than a base fee scalar: what a chain before Ecotone may have. */
const SCALAR_PADDED: i32 = 1
const SCALAR_UNKNOWN: i32 = 2

/** The 32-byte scalar's form: version 0 has 4 bytes at the end, version 1 has 8. */
function scalarForm(scalar: usize): i32 {
  const version = load<u8>(scalar)
  if (version == 0) return isZero(scalar, 28) ? SCALAR_OK : SCALAR_PADDED
  return version == 1 && isZero(scalar + 1, 23) ? SCALAR_OK : SCALAR_UNKNOWN
}

/** Writes base fee and blob base fee scalar, big-endian u32 each; false when the encoding is unknown. */
export function ecotoneScalars(config: usize, out: usize): bool {
  const scalar = config + SYSTEM_SCALAR
  const form = scalarForm(scalar)
  if (form == SCALAR_UNKNOWN) return false
  store<u32>(out, form == SCALAR_PADDED ? u32.MAX_VALUE : load<u32>(scalar, 28))
  store<u32>(out, load<u8>(scalar) == 0 ? 0 : load<u32>(scalar, 24), 4)
  return true
}
