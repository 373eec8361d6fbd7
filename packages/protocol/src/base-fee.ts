import { MalformedInputError } from './errors.ts'
import { isForkActive } from './fork-schedule.ts'
import { decodeHoloceneExtraData } from './header.ts'
import type { BlobSchedule, ChainConfig, Header } from './types.ts'

// EIP-1559's base fee and EIP-4844's blob base fee, for those who must know a price before the block is
// built (fee suggestions, the pool). Blocks themselves get theirs from the program.

const ETHEREUM = { denominator: 8n, elasticity: 2n }
const MIN_BLOB_BASE_FEE = 1n
/** EIP-4844. */
export const GAS_PER_BLOB = 131_072n

/**
 * Wei per gas of the block after `parent` with this timestamp (seconds): EIP-1559, with the parameters
 * of the OP Stack's Canyon and Holocene in OP mode. Throws MalformedInputError for a parent without
 * base fee or with malformed Holocene parameters.
 */
export function nextBaseFee(config: ChainConfig, parent: Header, timestamp: bigint): bigint {
  const { baseFeePerGas: fee, gasLimit, gasUsed } = parent
  if (fee === undefined) throw new MalformedInputError('header.baseFeePerGas', 'a value', 'nothing')
  const { denominator, elasticity } = eip1559Params(config, parent, timestamp)
  const target = gasLimit / elasticity
  if (target === 0n || gasUsed === target) return fee
  const distance = gasUsed > target ? gasUsed - target : target - gasUsed
  const delta = (fee * distance) / target / denominator
  if (gasUsed > target) return fee + (delta > 1n ? delta : 1n)
  return delta < fee ? fee - delta : 0n
}

function eip1559Params(config: ChainConfig, parent: Header, timestamp: bigint) {
  if (config.mode === 'ethereum') return ETHEREUM
  if (isForkActive(config.forks, 'holocene', parent.timestamp)) {
    const { denominator, elasticity } = decodeHoloceneExtraData(parent.extraData)
    return { denominator: BigInt(denominator), elasticity: BigInt(elasticity) }
  }
  if (config.eip1559 === undefined)
    throw new MalformedInputError(
      'config.eip1559',
      'parameters for a chain before Holocene',
      'none',
    )
  const { denominator, denominatorCanyon, elasticity } = config.eip1559
  const canyon = isForkActive(config.forks, 'canyon', timestamp)
  return { denominator: canyon ? denominatorCanyon : denominator, elasticity }
}

/**
 * Wei per blob gas in a block with this excess blob gas and timestamp (EIP-4844). An OP Stack chain has
 * no blob market: always 1.
 */
export function blobBaseFee(config: ChainConfig, excessBlobGas: bigint, timestamp: bigint): bigint {
  const schedule = activeBlobSchedule(config, timestamp)
  if (schedule === undefined) return MIN_BLOB_BASE_FEE
  return fakeExponential(MIN_BLOB_BASE_FEE, excessBlobGas, schedule.baseFeeUpdateFraction)
}

/**
 * Excess blob gas of the block after `parent` with this timestamp (EIP-4844). An OP Stack chain has no blob
 * market: always 0.
 */
export function nextExcessBlobGas(config: ChainConfig, parent: Header, timestamp: bigint): bigint {
  const schedule = activeBlobSchedule(config, timestamp)
  if (schedule === undefined) return 0n
  const target = BigInt(schedule.target) * GAS_PER_BLOB
  const sum = (parent.excessBlobGas ?? 0n) + (parent.blobGasUsed ?? 0n)
  return sum < target ? 0n : sum - target
}

/** EIP-7840's schedule in force at a time (seconds); undefined where there is no blob market. */
export function activeBlobSchedule(
  { mode, forks, blobSchedule }: ChainConfig,
  timestamp: bigint,
): BlobSchedule | undefined {
  if (mode === 'op') return undefined
  return blobSchedule?.[isForkActive(forks, 'prague', timestamp) ? 'prague' : 'cancun']
}

/** factor * e^(numerator / denominator) by Taylor expansion, as EIP-4844 defines it. */
export function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let output = 0n
  let term = factor * denominator
  for (let i = 1n; term > 0n; i++) {
    output += term
    term = (term * numerator) / (denominator * i)
  }
  return output / denominator
}
