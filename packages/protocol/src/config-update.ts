import { MalformedInputError } from './errors.ts'
import type { Eip1559Params } from './header.ts'
import { bytesToBigint, bytesToHex, hexToBytes, MAX_UINT64 } from './hex.ts'
import { type SystemConfig, scalarProblem, splitEip1559 } from './system-config.ts'
import type { Address, Hash, Log } from './types.ts'

/** keccak256 of `ConfigUpdate(uint256,uint8,bytes)`. */
export const CONFIG_UPDATE_TOPIC: Hash =
  '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be'

/** One change that SystemConfig announced (OP Stack specs, "System Config Updates"). */
export type ConfigUpdate =
  | { readonly type: 'batcher'; readonly batcherAddress: Address }
  | { readonly type: 'gasConfig'; readonly overhead: bigint; readonly scalar: bigint }
  | { readonly type: 'gasLimit'; readonly gasLimit: bigint }
  | { readonly type: 'unsafeBlockSigner'; readonly unsafeBlockSigner: Address }
  | { readonly type: 'eip1559'; readonly eip1559Params: Eip1559Params }
  | {
      readonly type: 'operatorFee'
      readonly operatorFeeScalar: bigint
      readonly operatorFeeConstant: bigint
    }

/** Whether a log of SystemConfig is a ConfigUpdate. The caller checks the log's address. */
export function isConfigUpdate(log: Log): boolean {
  return log.topics[0] === CONFIG_UPDATE_TOPIC
}

/**
 * Reads a ConfigUpdate log. Throws MalformedInputError for anything but version 0 with a known type and
 * exactly its canonical payload.
 */
export function parseConfigUpdate(log: Log, path = 'ConfigUpdate'): ConfigUpdate {
  if (log.topics.length !== 3 || !isConfigUpdate(log))
    throw new MalformedInputError(
      `${path}.topics`,
      '3 topics of a ConfigUpdate',
      `${log.topics.length}`,
    )
  const version = BigInt(log.topics[1] as Hash)
  if (version !== 0n) throw new MalformedInputError(`${path}.version`, '0', `${version}`)
  const type = BigInt(log.topics[2] as Hash)
  const words = payloadWords(hexToBytes(log.data, `${path}.data`), type === 1n ? 2 : 1, path)
  const word = words[0] as bigint
  switch (type) {
    case 0n:
      return { type: 'batcher', batcherAddress: addressWord(word, path) }
    case 1n:
      return { type: 'gasConfig', overhead: word, scalar: words[1] as bigint }
    case 2n:
      return { type: 'gasLimit', gasLimit: bounded(word, 64, path) }
    case 3n:
      return { type: 'unsafeBlockSigner', unsafeBlockSigner: addressWord(word, path) }
    case 4n:
      return { type: 'eip1559', eip1559Params: splitEip1559(bounded(word, 64, path)) }
    case 5n:
      return {
        type: 'operatorFee',
        operatorFeeScalar: bounded(word, 96, path) >> 64n,
        operatorFeeConstant: word & MAX_UINT64,
      }
    default:
      throw new MalformedInputError(`${path}.type`, 'an update type from 0 to 5', `${type}`)
  }
}

/**
 * The config after an update. `ecotone`: whether Ecotone is active at the L1 block's time; from then on
 * a malformed scalar is ignored and the overhead is dropped.
 */
export function applyConfigUpdate(
  config: SystemConfig,
  update: ConfigUpdate,
  ecotone: boolean,
): SystemConfig {
  if (update.type === 'unsafeBlockSigner') return config
  if (update.type === 'gasConfig') {
    if (!ecotone) return { ...config, overhead: update.overhead, scalar: update.scalar }
    if (scalarProblem(update.scalar) !== undefined) return config
    return { ...config, overhead: 0n, scalar: update.scalar }
  }
  const { type: _, ...change } = update
  return { ...config, ...change }
}

/**
 * The config after the logs of an L1 block, in order. Logs of other addresses are passed over, as are
 * updates that cannot be read: the spec has them skipped, not halt the chain.
 */
export function applyConfigUpdates(
  config: SystemConfig,
  logs: Iterable<Log>,
  systemConfigAddress: Address,
  ecotone: boolean,
): SystemConfig {
  let current = config
  for (const log of logs) {
    if (log.address !== systemConfigAddress || !isConfigUpdate(log)) continue
    let update: ConfigUpdate
    try {
      update = parseConfigUpdate(log)
    } catch (error) {
      if (error instanceof MalformedInputError) continue
      throw error
    }
    current = applyConfigUpdate(current, update, ecotone)
  }
  return current
}

// ABI encoding of one `bytes`: offset 32, length, then whole words, and nothing after them.
function payloadWords(data: Uint8Array, count: number, path: string): readonly bigint[] {
  const words = Array.from({ length: Math.floor(data.length / 32) }, (_, i) =>
    bytesToBigint(data.subarray(32 * i, 32 * i + 32)),
  )
  if (data.length !== 64 + 32 * count || words[0] !== 32n || words[1] !== BigInt(32 * count))
    throw new MalformedInputError(
      `${path}.data`,
      `the ABI encoding of ${32 * count} bytes`,
      bytesToHex(data.subarray(0, 64)),
    )
  return words.slice(2)
}

function bounded(word: bigint, bits: number, path: string): bigint {
  if (word >> BigInt(bits) !== 0n)
    throw new MalformedInputError(`${path}.data`, `an integer of ${bits} bits`, `${word}`)
  return word
}

function addressWord(word: bigint, path: string): Address {
  return `0x${bounded(word, 160, path).toString(16).padStart(40, '0')}`
}
