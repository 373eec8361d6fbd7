// Base fee (EIP-1559 with the chain's parameters) and blob base fee (EIP-4844) of a block.

import { FORK_CANYON, FORK_HOLOCENE, MODE_OP } from '../../shared/abi'
import { STATUS_BAD_PARENT, STATUS_OK } from '../../shared/status'
import { wordSet } from '../num/word'
import {
  headerBaseFee,
  headerBlobGasUsed,
  headerExcessBlobGas,
  headerExtraData,
  headerExtraDataLen,
  headerGasLimit,
  headerGasUsed,
  headerHasBaseFee,
  headerTimestamp,
} from './header'
import {
  naturalAdd,
  naturalDivU64,
  naturalIsZero,
  naturalMulU64,
  naturalSetU64,
  naturalSetWord,
  naturalSub,
  naturalToWord,
} from './natural'
import {
  blobTarget,
  blobUpdateFraction,
  configDenominator,
  configDenominatorCanyon,
  configElasticity,
  forkAt,
  mode,
} from './rules'

const ETHEREUM_ELASTICITY: u64 = 2
const ETHEREUM_DENOMINATOR: u64 = 8
export const GAS_PER_BLOB: u64 = 131_072
/** Holocene extra data: version 0, denominator, elasticity as big-endian u32. */
export const HOLOCENE_EXTRA_DATA_SIZE: usize = 9

const fee: usize = memory.data(128, 8)
const change: usize = memory.data(128, 8)

let elasticity: u64 = 0
let denominator: u64 = 0

/** Denominator of the constants that hold before Holocene, at `fork`. */
export function constantDenominator(fork: i32): u64 {
  return fork >= FORK_CANYON ? configDenominatorCanyon : configDenominator
}

/**
 * Parameters for the base fee of a block at `timestamp` whose parent is the decoded header. Since Holocene
 * they are the parent's own, from its extra data; the fork that counts is the parent's.
 */
function readParameters(timestamp: u64): bool {
  if (mode != MODE_OP) {
    elasticity = ETHEREUM_ELASTICITY
    denominator = ETHEREUM_DENOMINATOR
  } else if (forkAt(headerTimestamp) >= FORK_HOLOCENE) {
    if (headerExtraDataLen != HOLOCENE_EXTRA_DATA_SIZE || load<u8>(headerExtraData) != 0) return false
    denominator = bswap(load<u32>(headerExtraData, 1))
    elasticity = bswap(load<u32>(headerExtraData, 5))
  } else {
    elasticity = configElasticity
    denominator = constantDenominator(forkAt(timestamp))
  }
  return elasticity != 0 && denominator != 0
}

/** Base fee of a block at `timestamp` after the decoded header, to the word at `out`. Returns a status. */
export function nextBaseFee(timestamp: u64, out: usize): i32 {
  if (!headerHasBaseFee || !readParameters(timestamp)) return STATUS_BAD_PARENT
  const target = headerGasLimit / elasticity
  if (target == 0) return STATUS_BAD_PARENT
  memory.copy(out, headerBaseFee, 32)
  if (headerGasUsed == target) return STATUS_OK
  const rises = headerGasUsed > target
  naturalSetWord(change, headerBaseFee)
  naturalMulU64(change, rises ? headerGasUsed - target : target - headerGasUsed)
  naturalDivU64(change, target)
  naturalDivU64(change, denominator)
  naturalSetWord(fee, headerBaseFee)
  if (rises) {
    if (naturalIsZero(change)) naturalSetU64(change, 1)
    naturalAdd(fee, change)
  } else {
    // Below the base fee: the delta is at most the target.
    naturalSub(fee, change)
  }
  return naturalToWord(fee, out) ? STATUS_OK : STATUS_BAD_PARENT
}

/** Excess blob gas of the block after the decoded header (EIP-4844), by the schedule of the block's spec. */
export function nextExcessBlobGas(spec: i32): u64 {
  const target = blobTarget(spec) * GAS_PER_BLOB
  const sum = headerExcessBlobGas + headerBlobGasUsed
  if (sum < headerExcessBlobGas) return u64.MAX_VALUE - target
  return sum < target ? 0 : sum - target
}

const output: usize = memory.data(128, 8)
const term: usize = memory.data(128, 8)

/** e^178 exceeds 2^256. */
const LARGEST_EXPONENT: u64 = 178

/** Blob base fee in wei (EIP-4844's fake_exponential), to the word at `out`; 2^256 - 1 when larger. */
export function blobBaseFee(spec: i32, excess: u64, out: usize): void {
  blobFee(blobUpdateFraction(spec), excess, out)
}

/** As `blobBaseFee`, by the base fee update fraction itself. */
export function blobFee(fraction: u64, excess: u64, out: usize): void {
  if (fraction == 0 || excess == 0) return wordSet(out, 1)
  if (excess / fraction >= LARGEST_EXPONENT) {
    memory.fill(out, 0xff, 32)
    return
  }
  naturalSetU64(output, 0)
  naturalSetU64(term, fraction)
  for (let i: u64 = 1; !naturalIsZero(term); i++) {
    naturalAdd(output, term)
    naturalMulU64(term, excess)
    naturalDivU64(term, fraction)
    naturalDivU64(term, i)
  }
  naturalDivU64(output, fraction)
  naturalToWord(output, out)
}
