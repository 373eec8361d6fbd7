import type { Block } from '@altlayer/engine'
import {
  attributesBlobBaseFee,
  decodeHoloceneExtraData,
  decodeTransaction,
  encodeEcotoneScalars,
  type Hash,
  type Header,
  hexToBytes,
  isForkActive,
  type L1Attributes,
  type L1AttributesVersion,
  type L1BlockInfo,
  MalformedInputError,
  PREDEPLOYS,
  parseL1Attributes,
  type RollupConfig,
  type SystemConfig,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import type { L1Block } from '../l1/client.ts'

/** What an L2 block takes over from its L1 origin. */
export interface L1OriginInfo extends L1BlockInfo {
  readonly prevRandao: Hash
  /** Undefined: before Ecotone. */
  readonly parentBeaconBlockRoot?: Hash
}

/** All that the next block needs of an L2 block: it says by itself where L1 and its config stand. */
export interface L2Parent {
  readonly hash: Hash
  readonly number: bigint
  /** Seconds. */
  readonly timestamp: bigint
  readonly origin: L1OriginInfo
  readonly sequenceNumber: bigint
  /** As of the origin. */
  readonly systemConfig: SystemConfig
  /** Undefined: genesis, which has no L1 attributes. */
  readonly attributesVersion?: L1AttributesVersion
}

/**
 * Reads the L1 origin, the sequence number and the system config back from an L2 block.
 * @throws MalformedInputError for a block that does not begin with L1 attributes.
 */
export function parentOf(config: RollupConfig, block: Block, l1Genesis: L1Block): L2Parent {
  const { number, timestamp } = block.header
  const own = { hash: block.hash, number, timestamp }
  if (number === config.genesis.l2.number) {
    return {
      ...own,
      origin: originInfo(l1Genesis, config),
      sequenceNumber: 0n,
      systemConfig: config.genesis.systemConfig,
    }
  }
  const attributes = l1AttributesIn(block)
  return {
    ...own,
    origin: originOf(attributes, block.header),
    sequenceNumber: attributes.sequenceNumber,
    systemConfig: systemConfigOf(config, attributes, block.header),
    attributesVersion: attributes.version,
  }
}

/** What an L1 block gives to the L2 blocks whose origin it is. */
export function originInfo({ hash, header }: L1Block, config: RollupConfig): L1OriginInfo {
  if (header.baseFeePerGas === undefined) {
    throw new MalformedInputError(`L1 block ${header.number}`, 'a base fee', 'none')
  }
  return {
    number: header.number,
    timestamp: header.timestamp,
    hash,
    baseFee: header.baseFeePerGas,
    blobBaseFee: attributesBlobBaseFee(header, config),
    prevRandao: header.mixHash,
    ...(header.parentBeaconBlockRoot && { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  }
}

/** The L1 attributes that the first transaction of an L2 block sets. */
export function l1AttributesIn(block: Block): L1Attributes {
  const path = `L2 block ${block.header.number}`
  const [raw] = block.transactions
  if (!raw) throw new MalformedInputError(path, 'a first transaction with L1 attributes', 'none')
  const transaction = decodeTransaction(raw, `${path}.transactions[0]`)
  if (transaction.type !== TX_DEPOSIT || transaction.to !== PREDEPLOYS.L1Block) {
    throw new MalformedInputError(`${path}.transactions[0]`, 'a deposit to L1Block', 'another one')
  }
  return parseL1Attributes(hexToBytes(transaction.data), `${path}.l1Attributes`)
}

/** The L2 header repeats what L1 attributes do not carry. */
function originOf(attributes: L1Attributes, header: Header): L1OriginInfo {
  return {
    number: attributes.number,
    timestamp: attributes.timestamp,
    hash: attributes.hash,
    baseFee: attributes.baseFee,
    blobBaseFee: attributes.version === 'bedrock' ? 1n : attributes.blobBaseFee,
    prevRandao: header.mixHash,
    ...(header.parentBeaconBlockRoot && { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  }
}

function systemConfigOf(
  config: RollupConfig,
  attributes: L1Attributes,
  header: Header,
): SystemConfig {
  const scalars =
    attributes.version === 'bedrock'
      ? { overhead: attributes.overhead, scalar: attributes.scalar }
      : { overhead: 0n, scalar: encodeEcotoneScalars(attributes) }
  const operatorFee =
    attributes.version === 'isthmus'
      ? attributes
      : { operatorFeeScalar: 0n, operatorFeeConstant: 0n }
  return {
    batcherAddress: attributes.batcherAddress,
    ...scalars,
    gasLimit: header.gasLimit,
    eip1559Params: isForkActive(config.forks, 'holocene', header.timestamp)
      ? decodeHoloceneExtraData(header.extraData)
      : { denominator: 0, elasticity: 0 },
    operatorFeeScalar: operatorFee.operatorFeeScalar,
    operatorFeeConstant: operatorFee.operatorFeeConstant,
  }
}
