import { fastLzLength } from './da-size.ts'
import { isForkActive } from './fork-schedule.ts'
import type { L1Attributes } from './l1-attributes.ts'
import type { ForkTimes } from './types.ts'

// What a rollup takes of a transaction beyond its gas: the L1 data fee and the operator fee (OP Stack specs, "L2
// Execution Engine" of Bedrock, Ecotone, Fjord, Isthmus), for those who must know before a block is built (the pool).
// Blocks themselves charge what the program computes.

export interface RollupFees {
  /** Wei for a signed transaction with this gas limit. */
  of(raw: Uint8Array, gas: bigint): bigint
  /** Not less than `of` for any transaction of `length` bytes, which need not be looked at. */
  atMost(length: number, gas: bigint): bigint
}

const MILLION = 1_000_000n
const FASTLZ_INTERCEPT = 42_585_600n
const FASTLZ_COEFFICIENT = 836_500n
const SIZE_FLOOR = 100n * MILLION
/** What unsigned transactions lacked on the chain before Bedrock. */
const PRE_REGOLITH_BYTES = 68n
const GAS_NONZERO = 16n
const GAS_ZERO = 4n

/** The fees in a block with this timestamp (seconds) and these L1 attributes. */
export function rollupFees(
  attributes: L1Attributes,
  forks: ForkTimes,
  timestamp: bigint,
): RollupFees {
  const operator = (gas: bigint): bigint =>
    attributes.version === 'isthmus'
      ? (gas * attributes.operatorFeeScalar) / MILLION + attributes.operatorFeeConstant
      : 0n
  if (attributes.version !== 'bedrock' && isForkActive(forks, 'fjord', timestamp)) {
    const perByte = scaledFeePerByte(attributes)
    const fee = (compressed: number): bigint => {
      const size = FASTLZ_COEFFICIENT * BigInt(compressed) - FASTLZ_INTERCEPT
      return ((size > SIZE_FLOOR ? size : SIZE_FLOOR) * perByte) / (MILLION * MILLION)
    }
    return {
      of: (raw, gas) => fee(fastLzLength(raw)) + operator(gas),
      // A run of 32 literals takes one byte more; a match never takes more than what it stands for.
      atMost: (length, gas) => fee(length + Math.ceil(length / 32)) + operator(gas),
    }
  }
  const fee = dataGasFee(attributes, isForkActive(forks, 'regolith', timestamp))
  return {
    of: (raw, gas) => fee(calldataGas(raw)) + operator(gas),
    atMost: (length, gas) => fee(GAS_NONZERO * BigInt(length)) + operator(gas),
  }
}

/** The L1 data fee before Fjord by a transaction's calldata gas. */
function dataGasFee(attributes: L1Attributes, regolith: boolean): (gas: bigint) => bigint {
  if (attributes.version !== 'bedrock') {
    const perByte = scaledFeePerByte(attributes)
    return (gas) => (gas * perByte) / (GAS_NONZERO * MILLION)
  }
  const { overhead, baseFee, scalar } = attributes
  const more = overhead + (regolith ? 0n : GAS_NONZERO * PRE_REGOLITH_BYTES)
  return (gas) => ((gas + more) * baseFee * scalar) / MILLION
}

function scaledFeePerByte(attributes: Exclude<L1Attributes, { version: 'bedrock' }>): bigint {
  const { baseFee, baseFeeScalar, blobBaseFee, blobBaseFeeScalar } = attributes
  return 16n * baseFee * baseFeeScalar + blobBaseFee * blobBaseFeeScalar
}

function calldataGas(raw: Uint8Array): bigint {
  let zeros = 0
  for (const byte of raw) if (byte === 0) zeros++
  return GAS_ZERO * BigInt(zeros) + GAS_NONZERO * BigInt(raw.length - zeros)
}
