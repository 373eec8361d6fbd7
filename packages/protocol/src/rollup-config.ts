import { describe, MalformedInputError } from './errors.ts'
import { OP_FORKS, orderForks, UNSUPPORTED_FORKS } from './fork-schedule.ts'
import { MAX_UINT64, parseAddress, parseHash, parseInteger } from './hex.ts'
import { type JsonObject, jsonNumber, optional, parseObject, unknownMembers } from './json.ts'
import type { BlobFork } from './l1-blob-fee.ts'
import { parseSystemConfig, type SystemConfig, systemConfigToJson } from './system-config.ts'
import type { Address, ChainConfig, ForkTimes, Hash } from './types.ts'

/** Block number and hash. */
export interface BlockId {
  readonly number: bigint
  readonly hash: Hash
}

/** The OP Stack's `rollup.json`: all that derivation and execution need to know of a rollup. */
export interface RollupConfig {
  readonly genesis: {
    /** The L1 block after which derivation begins. */
    readonly l1: BlockId
    readonly l2: BlockId
    /** Timestamp of the L2 genesis block, seconds. */
    readonly l2Time: bigint
    readonly systemConfig: SystemConfig
  }
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint
  /** Most seconds an L2 block may be ahead of its L1 origin, before Fjord (1800 from then on). */
  readonly maxSequencerDrift: bigint
  /** L1 blocks within which a batch must be included. */
  readonly seqWindowSize: bigint
  /** L1 blocks a channel may stay open, before Granite. */
  readonly channelTimeout: bigint
  /** The same since Granite. */
  readonly channelTimeoutGranite: bigint
  readonly l1ChainId: bigint
  readonly l2ChainId: bigint
  readonly forks: ForkTimes
  /** First fork in the file that this software does not execute; blocks from `time` on are not ours to judge. */
  readonly unsupportedFrom?: { readonly fork: string; readonly time: bigint }
  /**
   * Where set, L1 blocks before it (seconds) count by Cancun's blob schedule (specs, "Pectra Blob Schedule").
   */
  readonly pectraBlobScheduleTime?: bigint
  /**
   * Blob parameter forks of L1, oldest first, where a file gave them (`parseL1ChainConfig`): not a member of `rollup.json`.
   */
  readonly l1BlobForks?: readonly BlobFork[]
  readonly batchInboxAddress: Address
  readonly depositContractAddress: Address
  readonly l1SystemConfigAddress: Address
  readonly protocolVersionsAddress?: Address
  /** EIP-1559 parameters before Holocene. */
  readonly eip1559: NonNullable<ChainConfig['eip1559']>
  /** Members of the file that mean nothing here, kept for writing it back. */
  readonly other: JsonObject
}

/** OP Stack protocol constants (specs, "Fjord" and "Granite: Derivation"). */
export const FJORD_MAX_SEQUENCER_DRIFT = 1800n
export const GRANITE_CHANNEL_TIMEOUT = 50n

/** OP Mainnet's: what the specs give for a chain whose config is silent. */
export const DEFAULT_OP_EIP1559 = {
  denominator: 50n,
  denominatorCanyon: 250n,
  elasticity: 6n,
} as const

const KNOWN = new Set([
  'genesis',
  'block_time',
  'max_sequencer_drift',
  'seq_window_size',
  'channel_timeout',
  'granite_channel_timeout',
  'l1_chain_id',
  'l2_chain_id',
  'batch_inbox_address',
  'deposit_contract_address',
  'l1_system_config_address',
  'protocol_versions_address',
  'chain_op_config',
  'base_fee_params',
  'canyon_base_fee_params',
  'pectra_blob_schedule_time',
  ...OP_FORKS.map((fork) => `${fork}_time`),
])

/**
 * Reads `rollup.json` as op-node writes it and as kona's fixtures do. Unknown members are kept, a bad
 * one throws MalformedInputError with its path, what was expected and what came.
 *
 * @example
 * const config = parseRollupConfig(JSON.parse(await readFile('rollup.json', 'utf8')))
 */
export function parseRollupConfig(value: unknown, path = 'rollup'): RollupConfig {
  const json = parseObject(value, path)
  const integer = (name: string, minimum = 0n) => {
    const read = parseInteger(json[name], `${path}.${name}`, MAX_UINT64)
    if (read < minimum)
      throw new MalformedInputError(`${path}.${name}`, `at least ${minimum}`, `${read}`)
    return read
  }
  const address = (name: string) => parseAddress(json[name], `${path}.${name}`)
  rejectAltDa(json, path)
  const unsupportedFrom = firstUnsupported(json, path)
  const pectraBlobScheduleTime = optional(
    json.pectra_blob_schedule_time,
    `${path}.pectra_blob_schedule_time`,
    parseTime,
  )
  const protocolVersionsAddress = optional(
    json.protocol_versions_address,
    `${path}.protocol_versions_address`,
    parseAddress,
  )
  const config: RollupConfig = {
    genesis: parseGenesis(json.genesis, `${path}.genesis`),
    blockTime: integer('block_time', 1n),
    maxSequencerDrift: integer('max_sequencer_drift', 1n),
    seqWindowSize: integer('seq_window_size', 2n),
    channelTimeout: integer('channel_timeout', 1n),
    channelTimeoutGranite:
      optional(json.granite_channel_timeout, `${path}.granite_channel_timeout`, (v, at) =>
        parseInteger(v, at, MAX_UINT64),
      ) ?? GRANITE_CHANNEL_TIMEOUT,
    l1ChainId: integer('l1_chain_id', 1n),
    l2ChainId: integer('l2_chain_id', 1n),
    forks: parseForks(json, path),
    ...(unsupportedFrom && { unsupportedFrom }),
    ...(pectraBlobScheduleTime !== undefined && { pectraBlobScheduleTime }),
    batchInboxAddress: address('batch_inbox_address'),
    depositContractAddress: address('deposit_contract_address'),
    l1SystemConfigAddress: address('l1_system_config_address'),
    ...(protocolVersionsAddress && { protocolVersionsAddress }),
    eip1559: parseEip1559(json, path),
    other: unknownMembers(json, KNOWN),
  }
  if (config.l1ChainId === config.l2ChainId)
    throw new MalformedInputError(
      `${path}.l2_chain_id`,
      'another id than l1_chain_id',
      `${config.l2ChainId}`,
    )
  return config
}

/** The config as op-node's `rollup.json`; `JSON.stringify` it. Inverse of `parseRollupConfig`. */
export function rollupConfigToJson(config: RollupConfig): JsonObject {
  const { genesis } = config
  return {
    genesis: {
      l1: { hash: genesis.l1.hash, number: jsonNumber(genesis.l1.number, 'l1.number') },
      l2: { hash: genesis.l2.hash, number: jsonNumber(genesis.l2.number, 'l2.number') },
      l2_time: jsonNumber(genesis.l2Time, 'l2Time'),
      system_config: systemConfigToJson(genesis.systemConfig),
    },
    block_time: jsonNumber(config.blockTime, 'blockTime'),
    max_sequencer_drift: jsonNumber(config.maxSequencerDrift, 'maxSequencerDrift'),
    seq_window_size: jsonNumber(config.seqWindowSize, 'seqWindowSize'),
    channel_timeout: jsonNumber(config.channelTimeout, 'channelTimeout'),
    ...(config.channelTimeoutGranite !== GRANITE_CHANNEL_TIMEOUT && {
      granite_channel_timeout: jsonNumber(config.channelTimeoutGranite, 'channelTimeoutGranite'),
    }),
    l1_chain_id: jsonNumber(config.l1ChainId, 'l1ChainId'),
    l2_chain_id: jsonNumber(config.l2ChainId, 'l2ChainId'),
    ...Object.fromEntries(
      OP_FORKS.flatMap((fork) => {
        const time = config.forks[fork]
        return time === undefined ? [] : [[`${fork}_time`, jsonNumber(time, `${fork}_time`)]]
      }),
    ),
    ...(config.pectraBlobScheduleTime !== undefined && {
      pectra_blob_schedule_time: jsonNumber(
        config.pectraBlobScheduleTime,
        'pectraBlobScheduleTime',
      ),
    }),
    batch_inbox_address: config.batchInboxAddress,
    deposit_contract_address: config.depositContractAddress,
    l1_system_config_address: config.l1SystemConfigAddress,
    ...(config.protocolVersionsAddress && {
      protocol_versions_address: config.protocolVersionsAddress,
    }),
    chain_op_config: {
      eip1559Elasticity: jsonNumber(config.eip1559.elasticity, 'eip1559.elasticity'),
      eip1559Denominator: jsonNumber(config.eip1559.denominator, 'eip1559.denominator'),
      eip1559DenominatorCanyon: jsonNumber(
        config.eip1559.denominatorCanyon,
        'eip1559.denominatorCanyon',
      ),
    },
    ...config.other,
  }
}

/** What execution needs of a rollup config. */
export function chainConfigOf(config: RollupConfig): ChainConfig {
  return {
    mode: 'op',
    chainId: config.l2ChainId,
    forks: config.forks,
    eip1559: config.eip1559,
    ...(config.unsupportedFrom && { unsupportedFrom: config.unsupportedFrom }),
  }
}

function parseGenesis(value: unknown, path: string): RollupConfig['genesis'] {
  const json = parseObject(value, path)
  return {
    l1: parseBlockId(json.l1, `${path}.l1`),
    l2: parseBlockId(json.l2, `${path}.l2`),
    l2Time: parseInteger(json.l2_time, `${path}.l2_time`, MAX_UINT64),
    systemConfig: parseSystemConfig(json.system_config, `${path}.system_config`),
  }
}

function parseBlockId(value: unknown, path: string): BlockId {
  const json = parseObject(value, path)
  return {
    number: parseInteger(json.number, `${path}.number`, MAX_UINT64),
    hash: parseHash(json.hash, `${path}.hash`),
  }
}

function parseForks(json: JsonObject, path: string): ForkTimes {
  const field = (fork: string) => `${path}.${fork}_time`
  const times = Object.fromEntries(
    OP_FORKS.flatMap((fork) => {
      const time = optional(json[`${fork}_time`], field(fork), parseTime)
      return time === undefined ? [] : [[fork, time]]
    }),
  )
  return orderForks(times, OP_FORKS, field)
}

function firstUnsupported(json: JsonObject, path: string): RollupConfig['unsupportedFrom'] {
  for (const fork of UNSUPPORTED_FORKS.op) {
    const time = optional(json[`${fork}_time`], `${path}.${fork}_time`, parseTime)
    if (time !== undefined) return { fork, time }
  }
  return undefined
}

function parseTime(value: unknown, path: string): bigint {
  return parseInteger(value, path, MAX_UINT64)
}

// Batches of such a chain are commitments to data held elsewhere: deriving it as a plain rollup would
// silently give another chain.
function rejectAltDa(json: JsonObject, path: string): void {
  for (const name of ALT_DA) {
    const value = json[name]
    // op-node up to its 1.7 wrote these members into every file, with nothing in them.
    const isNothing = value === undefined || value === null || value === false || value === ZERO
    if (!isNothing)
      throw new MalformedInputError(
        `${path}.${name}`,
        'nothing (alternative data availability is not supported)',
        describe(value),
      )
  }
}

/** What says that batches are elsewhere: today's name first, then those of older versions. */
const ALT_DA = [
  'alt_da',
  'plasma_config',
  'use_plasma',
  'da_challenge_contract_address',
  'da_challenge_address',
]
const ZERO = `0x${'0'.repeat(40)}`

function parseEip1559(json: JsonObject, path: string): RollupConfig['eip1559'] {
  if (json.chain_op_config !== undefined && json.chain_op_config !== null)
    return parseOptimismEip1559(json.chain_op_config, `${path}.chain_op_config`)
  const bedrock = parseBaseFeeParams(json, 'base_fee_params', path)
  const canyon = parseBaseFeeParams(json, 'canyon_base_fee_params', path)
  if (bedrock === undefined) return DEFAULT_OP_EIP1559
  return {
    denominator: bedrock.denominator,
    elasticity: bedrock.elasticity,
    denominatorCanyon: canyon?.denominator ?? DEFAULT_OP_EIP1559.denominatorCanyon,
  }
}

function parseBaseFeeParams(json: JsonObject, name: string, path: string) {
  return optional(json[name], `${path}.${name}`, (value, at) => {
    const params = parseObject(value, at)
    return {
      denominator: positiveUint32(params.max_change_denominator, `${at}.max_change_denominator`),
      elasticity: positiveUint32(params.elasticity_multiplier, `${at}.elasticity_multiplier`),
    }
  })
}

/** The `optimism` object of a genesis file's config, `chain_op_config` of a rollup config. */
export function parseOptimismEip1559(value: unknown, path: string): RollupConfig['eip1559'] {
  const json = parseObject(value, path)
  const read = (name: string) => positiveUint32(json[name], `${path}.${name}`)
  return {
    elasticity: read('eip1559Elasticity'),
    denominator: read('eip1559Denominator'),
    denominatorCanyon:
      optional(json.eip1559DenominatorCanyon, `${path}.eip1559DenominatorCanyon`, positiveUint32) ??
      DEFAULT_OP_EIP1559.denominatorCanyon,
  }
}

function positiveUint32(value: unknown, path: string): bigint {
  const read = parseInteger(value, path, 0xffffffffn)
  if (read === 0n) throw new MalformedInputError(path, 'a positive integer', '0')
  return read
}
