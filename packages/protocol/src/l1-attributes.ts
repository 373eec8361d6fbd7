import { l1AttributesSourceHash } from './deposit.ts'
import { MalformedInputError } from './errors.ts'
import { isForkActivation, isForkActive } from './fork-schedule.ts'
import {
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  hexToBytes,
  MAX_UINT64,
} from './hex.ts'
import { L1_ATTRIBUTES_DEPOSITOR, PREDEPLOYS } from './predeploys.ts'
import { ecotoneScalars, type SystemConfig } from './system-config.ts'
import { type DepositTransaction, TX_DEPOSIT } from './transaction.ts'
import type { Address, ForkTimes, Hash, Hex } from './types.ts'

// OP Stack specs, "L1 Attributes Deposited Transaction" of Bedrock, Ecotone and Isthmus.

/** Which function of L1Block a block calls, and so which fields its L1 attributes have. */
export type L1AttributesVersion = 'bedrock' | 'ecotone' | 'isthmus'

interface CommonAttributes {
  readonly number: bigint
  /** Seconds. */
  readonly timestamp: bigint
  /** Wei per gas. */
  readonly baseFee: bigint
  readonly hash: Hash
  /** L2 blocks since the first with this L1 origin. */
  readonly sequenceNumber: bigint
  readonly batcherAddress: Address
}

export interface BedrockAttributes extends CommonAttributes {
  readonly version: 'bedrock'
  readonly overhead: bigint
  readonly scalar: bigint
}

interface EcotoneFields extends CommonAttributes {
  /** Wei per blob gas. */
  readonly blobBaseFee: bigint
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
}

export interface EcotoneAttributes extends EcotoneFields {
  readonly version: 'ecotone'
}

export interface IsthmusAttributes extends EcotoneFields {
  readonly version: 'isthmus'
  readonly operatorFeeScalar: bigint
  readonly operatorFeeConstant: bigint
}

export type L1Attributes = BedrockAttributes | EcotoneAttributes | IsthmusAttributes

/** Selectors of setL1BlockValues(...), setL1BlockValuesEcotone() and setL1BlockValuesIsthmus(). */
const SELECTORS: Readonly<Record<L1AttributesVersion, Hex>> = {
  bedrock: '0x015d8eb9',
  ecotone: '0x440a5e20',
  isthmus: '0x098999be',
}
const LENGTHS: Readonly<Record<L1AttributesVersion, number>> = {
  bedrock: 4 + 8 * 32,
  ecotone: 164,
  isthmus: 176,
}

/** Gas of the deposit before Regolith, and since. */
const GAS_BEDROCK = 150_000_000n
const GAS_REGOLITH = 1_000_000n

/**
 * The version that the block with `timestamp` uses, its parent being at `parentTimestamp` (seconds). A
 * block that activates a fork still calls the older function: the contract is upgraded later in it.
 */
export function l1AttributesVersion(
  forks: ForkTimes,
  timestamp: bigint,
  parentTimestamp: bigint,
): L1AttributesVersion {
  const settled = (fork: 'ecotone' | 'isthmus') =>
    isForkActive(forks, fork, timestamp) &&
    !isForkActivation(forks, fork, timestamp, parentTimestamp)
  if (settled('isthmus')) return 'isthmus'
  return settled('ecotone') ? 'ecotone' : 'bedrock'
}

/** What an L1 block contributes. */
export interface L1BlockInfo {
  readonly number: bigint
  readonly timestamp: bigint
  readonly baseFee: bigint
  readonly hash: Hash
  /** 1 when the L1 block has no blob gas (EIP-4844's minimum). */
  readonly blobBaseFee: bigint
}

/** The L1 attributes of an L2 block from its L1 origin and the system config there. */
export function l1AttributesOf(
  version: L1AttributesVersion,
  origin: L1BlockInfo,
  config: SystemConfig,
  sequenceNumber: bigint,
): L1Attributes {
  const common = {
    number: origin.number,
    timestamp: origin.timestamp,
    baseFee: origin.baseFee,
    hash: origin.hash,
    sequenceNumber,
    batcherAddress: config.batcherAddress,
  }
  if (version === 'bedrock')
    return { version, ...common, overhead: config.overhead, scalar: config.scalar }
  const ecotone = { ...common, blobBaseFee: origin.blobBaseFee, ...ecotoneScalars(config.scalar) }
  if (version === 'ecotone') return { version, ...ecotone }
  return {
    version,
    ...ecotone,
    operatorFeeScalar: config.operatorFeeScalar,
    operatorFeeConstant: config.operatorFeeConstant,
  }
}

/** The calldata of the L1 attributes deposit. Throws MalformedInputError for a value out of its range. */
export function encodeL1Attributes(attributes: L1Attributes): Uint8Array {
  const selector = hexToBytes(SELECTORS[attributes.version])
  const uint = (value: bigint, size: number, name: string) =>
    bigintToBytes(value, size, `l1Attributes.${name}`)
  const uint64 = (name: 'number' | 'timestamp' | 'sequenceNumber', size = 8) => {
    if (attributes[name] > MAX_UINT64)
      throw new MalformedInputError(
        `l1Attributes.${name}`,
        'an integer of 64 bits',
        `${attributes[name]}`,
      )
    return uint(attributes[name], size, name)
  }
  const baseFee = uint(attributes.baseFee, 32, 'baseFee')
  const hash = hexToBytes(attributes.hash, 'l1Attributes.hash', 32)
  const batcherHash = concatBytes(
    new Uint8Array(12),
    hexToBytes(attributes.batcherAddress, 'l1Attributes.batcherAddress', 20),
  )
  if (attributes.version === 'bedrock')
    return concatBytes(
      selector,
      uint64('number', 32),
      uint64('timestamp', 32),
      baseFee,
      hash,
      uint64('sequenceNumber', 32),
      batcherHash,
      uint(attributes.overhead, 32, 'overhead'),
      uint(attributes.scalar, 32, 'scalar'),
    )
  const ecotone = concatBytes(
    selector,
    uint(attributes.baseFeeScalar, 4, 'baseFeeScalar'),
    uint(attributes.blobBaseFeeScalar, 4, 'blobBaseFeeScalar'),
    uint64('sequenceNumber'),
    uint64('timestamp'),
    uint64('number'),
    baseFee,
    uint(attributes.blobBaseFee, 32, 'blobBaseFee'),
    hash,
    batcherHash,
  )
  if (attributes.version === 'ecotone') return ecotone
  return concatBytes(
    ecotone,
    uint(attributes.operatorFeeScalar, 4, 'operatorFeeScalar'),
    uint(attributes.operatorFeeConstant, 8, 'operatorFeeConstant'),
  )
}

/** The inverse of `encodeL1Attributes`. Throws MalformedInputError. */
export function parseL1Attributes(calldata: Uint8Array, path = 'l1Attributes'): L1Attributes {
  const selector = bytesToHex(calldata.subarray(0, 4))
  const version = (['isthmus', 'ecotone', 'bedrock'] as const).find(
    (v) => SELECTORS[v] === selector,
  )
  if (version === undefined)
    throw new MalformedInputError(`${path}.selector`, 'a selector of L1Block', selector)
  if (calldata.length !== LENGTHS[version])
    throw new MalformedInputError(path, `${LENGTHS[version]} bytes`, `${calldata.length} bytes`)
  return version === 'bedrock'
    ? parseBedrock(calldata, path)
    : parseEcotone(version, calldata, path)
}

/**
 * The first transaction of an L2 block: sets the L1 attributes. `regolith`: whether that fork is active
 * in the block.
 */
export function l1AttributesDeposit(
  attributes: L1Attributes,
  regolith: boolean,
): DepositTransaction {
  return {
    type: TX_DEPOSIT,
    sourceHash: l1AttributesSourceHash(attributes.hash, attributes.sequenceNumber),
    from: L1_ATTRIBUTES_DEPOSITOR,
    to: PREDEPLOYS.L1Block,
    mint: 0n,
    value: 0n,
    gas: regolith ? GAS_REGOLITH : GAS_BEDROCK,
    isSystemTransaction: !regolith,
    data: bytesToHex(encodeL1Attributes(attributes)),
  }
}

function parseBedrock(calldata: Uint8Array, path: string): BedrockAttributes {
  const word = (index: number) => calldata.subarray(4 + 32 * index, 36 + 32 * index)
  const uint64 = (index: number, name: string) => {
    const value = bytesToBigint(word(index))
    if (value > MAX_UINT64)
      throw new MalformedInputError(`${path}.${name}`, 'an integer of 64 bits', `${value}`)
    return value
  }
  return {
    version: 'bedrock',
    number: uint64(0, 'number'),
    timestamp: uint64(1, 'timestamp'),
    baseFee: bytesToBigint(word(2)),
    hash: bytesToHex(word(3)),
    sequenceNumber: uint64(4, 'sequenceNumber'),
    batcherAddress: batcherAddress(word(5), path),
    overhead: bytesToBigint(word(6)),
    scalar: bytesToBigint(word(7)),
  }
}

function parseEcotone(
  version: 'ecotone' | 'isthmus',
  calldata: Uint8Array,
  path: string,
): EcotoneAttributes | IsthmusAttributes {
  const uint = (from: number, to: number) => bytesToBigint(calldata.subarray(from, to))
  const common = {
    number: uint(28, 36),
    timestamp: uint(20, 28),
    baseFee: uint(36, 68),
    hash: bytesToHex(calldata.subarray(100, 132)),
    sequenceNumber: uint(12, 20),
    batcherAddress: batcherAddress(calldata.subarray(132, 164), path),
    blobBaseFee: uint(68, 100),
    baseFeeScalar: uint(4, 8),
    blobBaseFeeScalar: uint(8, 12),
  }
  if (version === 'ecotone') return { version, ...common }
  return {
    version,
    ...common,
    operatorFeeScalar: uint(164, 168),
    operatorFeeConstant: uint(168, 176),
  }
}

// Version 0 of the batcher hash, the only one there is: an address.
function batcherAddress(word: Uint8Array, path: string): Address {
  if (word.subarray(0, 12).some((byte) => byte !== 0))
    throw new MalformedInputError(`${path}.batcherHash`, 'version 0: an address', bytesToHex(word))
  return bytesToHex(word.subarray(12))
}
