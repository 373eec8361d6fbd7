// L1 data fee and operator fee (OP Stack specs, "L2 Execution Engine" of Bedrock, Ecotone, Fjord, Isthmus).
//
// The parameters are read from the L1Block predeploy's storage when the block's first non-deposit transaction
// comes: after the L1 attributes deposit of the same block has written them.

import { FORK_ECOTONE, FORK_FJORD, FORK_ISTHMUS, FORK_REGOLITH } from '../../shared/abi'
import {
  naturalAdd,
  naturalDivU32,
  naturalMul,
  naturalMulU64,
  naturalSetU64,
  naturalSetWord,
  naturalToU64,
  naturalToWord,
} from '../block/natural'
import { wordIsZero, wordSet } from '../num/word'
import { countNonzero } from '../tx/intrinsic'
import { fastLzLength } from './fastlz'

// Slots of L1Block.
export const SLOT_BASE_FEE: i32 = 1
export const SLOT_FEE_SCALARS: i32 = 3
export const SLOT_OVERHEAD: i32 = 5
export const SLOT_SCALAR: i32 = 6
export const SLOT_BLOB_BASE_FEE: i32 = 7
export const SLOT_OPERATOR_FEE: i32 = 8

// Fee parameters of the block, as words.
export const l1BaseFee: usize = memory.data(32, 8)
/** Bedrock and Regolith. */
export const l1Overhead: usize = memory.data(32, 8)
/** Bedrock and Regolith. */
export const l1Scalar: usize = memory.data(32, 8)
export const l1BlobBaseFee: usize = memory.data(32, 8)
/** Slot 3: base fee scalar at bits 96..127, blob base fee scalar at bits 64..95. */
export const l1FeeScalars: usize = memory.data(32, 8)
/** Slot 8: operator fee scalar at bits 64..95, constant at bits 0..63. */
export const operatorFeeParams: usize = memory.data(32, 8)

const TRANSACTION_SIZE_FLOOR: u64 = 100_000_000
const FASTLZ_INTERCEPT: u64 = 42_585_600
const FASTLZ_COEFFICIENT: u64 = 836_500
// What unsigned transactions lacked on the pre-Bedrock chain.
const PRE_REGOLITH_BYTES: u64 = 68

/** Data gas behind the last `l1DataFee`, as receipts show it; 2^64 - 1 when larger. */
export let l1DataGas: u64 = 0

const cost: usize = memory.data(128, 8)
const factor: usize = memory.data(128, 8)

/**
 * L1 data fee in wei of the signed transaction encoding [ptr, ptr + len), to the word at `out`; 2^256 - 1 and
 * false when it has more than 256 bits.
 */
export function l1DataFee(fork: i32, ptr: usize, len: usize, out: usize): bool {
  // In the first Ecotone block the L1 attributes are still Bedrock's: no Ecotone parameter is set.
  if (fork < FORK_ECOTONE || !hasEcotoneParameters()) return bedrockFee(fork, ptr, len, out)
  scaledFeePerByte(factor)
  if (fork >= FORK_FJORD) {
    // max(100e6, 836500 * fastLz - 42585600) * feePerByte / 1e12
    const scaled = FASTLZ_COEFFICIENT * <u64>fastLzLength(ptr, len)
    const size = scaled > FASTLZ_INTERCEPT ? scaled - FASTLZ_INTERCEPT : 0
    naturalSetU64(cost, max(TRANSACTION_SIZE_FLOOR, size))
    l1DataGas = (max(TRANSACTION_SIZE_FLOOR, size) * 16) / 1_000_000
    naturalMul(cost, factor)
    naturalDivU32(cost, 1_000_000)
    naturalDivU32(cost, 1_000_000)
  } else {
    l1DataGas = calldataGas(ptr, len, 0)
    naturalSetU64(cost, l1DataGas)
    naturalMul(cost, factor)
    naturalDivU32(cost, 16_000_000)
  }
  return naturalToWord(cost, out)
}

function hasEcotoneParameters(): bool {
  return !wordIsZero(l1BlobBaseFee) || load<u64>(l1FeeScalars, 8) != 0
}

/** (calldata gas + overhead) * l1BaseFee * scalar / 1e6 */
function bedrockFee(fork: i32, ptr: usize, len: usize, out: usize): bool {
  naturalSetU64(cost, calldataGas(ptr, len, fork < FORK_REGOLITH ? PRE_REGOLITH_BYTES : 0))
  naturalSetWord(factor, l1Overhead)
  naturalAdd(cost, factor)
  l1DataGas = naturalToU64(cost)
  naturalSetWord(factor, l1BaseFee)
  naturalMul(cost, factor)
  naturalSetWord(factor, l1Scalar)
  naturalMul(cost, factor)
  naturalDivU32(cost, 1_000_000)
  return naturalToWord(cost, out)
}

function calldataGas(ptr: usize, len: usize, extraNonzero: u64): u64 {
  const nonzero = <u64>countNonzero(ptr, len)
  return (<u64>len - nonzero) * 4 + (nonzero + extraNonzero) * 16
}

const blobTerm: usize = memory.data(128, 8)

/** 16 * l1BaseFee * baseFeeScalar + l1BlobBaseFee * blobBaseFeeScalar */
function scaledFeePerByte(out: usize): void {
  naturalSetWord(out, l1BaseFee)
  naturalMulU64(out, 16 * <u64>load<u32>(l1FeeScalars, 12))
  naturalSetWord(blobTerm, l1BlobBaseFee)
  naturalMulU64(blobTerm, <u64>load<u32>(l1FeeScalars, 8))
  naturalAdd(out, blobTerm)
}

/** Operator fee in wei for `gas`, to the word at `out`: gas * scalar / 1e6 + constant. 0 before Isthmus. */
export function operatorFee(fork: i32, gas: u64, out: usize): void {
  if (fork < FORK_ISTHMUS || wordIsZero(operatorFeeParams)) return wordSet(out, 0)
  naturalSetU64(cost, gas)
  naturalMulU64(cost, <u64>load<u32>(operatorFeeParams, 8))
  naturalDivU32(cost, 1_000_000)
  naturalSetU64(factor, load<u64>(operatorFeeParams))
  naturalAdd(cost, factor)
  naturalToWord(cost, out)
}
