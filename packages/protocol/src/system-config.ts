import { MalformedInputError } from './errors.ts'
import type { Eip1559Params } from './header.ts'
import {
  bigintToHex,
  bytesToBigint,
  hexToBytes,
  MAX_UINT64,
  parseAddress,
  parseData,
  parseInteger,
  quantity,
} from './hex.ts'
import { type JsonObject, jsonNumber, optional, parseObject } from './json.ts'
import type { Address, Hex } from './types.ts'

/** What the L1 contract SystemConfig sets for derivation (OP Stack specs, "System Config"). */
export interface SystemConfig {
  /** Sender whose data in the batch inbox counts. */
  readonly batcherAddress: Address
  /** Gas, before Ecotone. */
  readonly overhead: bigint
  /** A plain factor of 10^-6 before Ecotone; since then versioned, see `ecotoneScalars`. */
  readonly scalar: bigint
  readonly gasLimit: bigint
  /** Since Holocene; both zero: the chain's Canyon parameters. */
  readonly eip1559Params: Eip1559Params
  /** Since Isthmus: 10^-6 wei per gas. */
  readonly operatorFeeScalar: bigint
  /** Since Isthmus: wei per transaction. */
  readonly operatorFeeConstant: bigint
}

export interface FeeScalars {
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
}

const MAX_UINT32 = 0xffffffffn

/**
 * The scalars in the versioned encoding: byte 0 the version; version 0 holds a base fee scalar, version
 * 1 a blob base fee scalar before it. Padding in version 0 makes the base fee scalar 2^32-1.
 * Throws MalformedInputError for padding in version 1 and for other versions.
 */
export function ecotoneScalars(scalar: bigint): FeeScalars {
  const problem = scalarProblem(scalar)
  if (problem === 'padding in version 0')
    return { baseFeeScalar: MAX_UINT32, blobBaseFeeScalar: 0n }
  if (problem !== undefined)
    throw new MalformedInputError('scalar', 'version 0 or 1 without padding', problem)
  return {
    baseFeeScalar: scalar & MAX_UINT32,
    blobBaseFeeScalar: (scalar >> 32n) & MAX_UINT32,
  }
}

/** Why a scalar is not in Ecotone's encoding; undefined when it is. */
export function scalarProblem(scalar: bigint): string | undefined {
  const version = scalar >> 248n
  const rest = scalar & ((1n << 248n) - 1n)
  if (version === 0n) return rest >> 32n === 0n ? undefined : 'padding in version 0'
  if (version === 1n) return rest >> 64n === 0n ? undefined : 'padding in version 1'
  return `version ${version}`
}

/** Version 1 of the encoding. Scalars are of 32 bits. */
export function encodeEcotoneScalars({ baseFeeScalar, blobBaseFeeScalar }: FeeScalars): bigint {
  if (baseFeeScalar > MAX_UINT32 || blobBaseFeeScalar > MAX_UINT32)
    throw new MalformedInputError(
      'scalars',
      'integers of 32 bits',
      `${baseFeeScalar}, ${blobBaseFeeScalar}`,
    )
  return (1n << 248n) | (blobBaseFeeScalar << 32n) | baseFeeScalar
}

/** `system_config` of a rollup config, in op-node's words or kona's. Throws MalformedInputError. */
export function parseSystemConfig(value: unknown, path: string): SystemConfig {
  const json = parseObject(value, path)
  const batcher = json.batcherAddr === undefined ? 'batcherAddress' : 'batcherAddr'
  return {
    batcherAddress: parseAddress(json[batcher], `${path}.${batcher}`),
    overhead: parseInteger(json.overhead, `${path}.overhead`),
    scalar: parseInteger(json.scalar, `${path}.scalar`),
    gasLimit: parseInteger(json.gasLimit, `${path}.gasLimit`, MAX_UINT64),
    eip1559Params: parseEip1559Params(json, path),
    ...parseOperatorFee(json, path),
  }
}

/** The inverse of `parseSystemConfig`, in op-node's words. */
export function systemConfigToJson(config: SystemConfig): JsonObject {
  return {
    batcherAddr: config.batcherAddress,
    overhead: bigintToHex(config.overhead),
    scalar: bigintToHex(config.scalar),
    gasLimit: jsonNumber(config.gasLimit, 'gasLimit'),
    eip1559Params: eip1559ParamsHex(config.eip1559Params),
    operatorFeeParams: bigintToHex((config.operatorFeeScalar << 64n) | config.operatorFeeConstant),
  }
}

/** The 8 bytes of payload attributes (Holocene): denominator, then elasticity. */
export function eip1559ParamsHex({ denominator, elasticity }: Eip1559Params): Hex {
  return bigintToHex((BigInt(denominator) << 32n) | BigInt(elasticity), 8)
}

/** The inverse of `eip1559ParamsHex`. Throws MalformedInputError. */
export function parseEip1559ParamsHex(value: unknown, path = 'eip1559Params'): Eip1559Params {
  return splitEip1559(bytesToBigint(hexToBytes(parseData(value, path, 8))))
}

/** Denominator in the upper, elasticity in the lower 32 bits. */
export function splitEip1559(word: bigint): Eip1559Params {
  return { denominator: Number((word >> 32n) & MAX_UINT32), elasticity: Number(word & MAX_UINT32) }
}

function parseEip1559Params(json: JsonObject, path: string): Eip1559Params {
  const packed = optional(json.eip1559Params, `${path}.eip1559Params`, parseEip1559ParamsHex)
  if (packed !== undefined) return packed
  return {
    denominator: Number(readUint32(json, 'eip1559Denominator', path)),
    elasticity: Number(readUint32(json, 'eip1559Elasticity', path)),
  }
}

function parseOperatorFee(json: JsonObject, path: string) {
  const packed = optional(json.operatorFeeParams, `${path}.operatorFeeParams`, parseInteger)
  if (packed === undefined)
    return {
      operatorFeeScalar: readUint32(json, 'operatorFeeScalar', path),
      operatorFeeConstant:
        optional(json.operatorFeeConstant, `${path}.operatorFeeConstant`, (v, at) =>
          parseInteger(v, at, MAX_UINT64),
        ) ?? 0n,
    }
  if (packed >> 96n !== 0n)
    throw new MalformedInputError(`${path}.operatorFeeParams`, 'a u32 and a u64', quantity(packed))
  return { operatorFeeScalar: packed >> 64n, operatorFeeConstant: packed & MAX_UINT64 }
}

function readUint32(json: JsonObject, name: string, path: string): bigint {
  const read = (value: unknown, at: string) => parseInteger(value, at, MAX_UINT32)
  return optional(json[name], `${path}.${name}`, read) ?? 0n
}
