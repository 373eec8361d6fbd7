import type { BatcherSettings, ThrottleSettings } from '@altlayer/node'
import { type OptionTable, type OptionValues, parseNumber, UsageError } from './command.ts'

/** Options of the batcher, under the names that op-batcher gives them. */
export const batcherOptions = {
  'batch-type': {
    summary: '0: a batch for every block, 1: span batches',
    value: 'N',
    default: '1',
  },
  'compression-algo': {
    summary: "'zlib' or 'brotli' (from Fjord on)",
    value: 'NAME',
    default: 'brotli',
  },
  'data-availability-type': {
    summary: "what is posted: 'calldata', 'blobs', or 'auto': what costs less at the moment",
    value: 'TYPE',
    default: 'auto',
  },
  'max-channel-duration': {
    summary: 'L1 blocks that a channel is kept open for more; 0: until it is full',
    value: 'N',
    default: '10',
  },
  'target-num-frames': { summary: 'frames of a full channel', value: 'N', default: '6' },
  'max-l1-tx-size-bytes': {
    summary: "bytes of a calldata transaction's data",
    value: 'N',
    default: '120000',
  },
  'max-blobs-per-tx': {
    summary: 'blobs in one transaction: L1 takes 9 under Prague, 6 since Osaka',
    value: 'N',
    default: '6',
  },
  'max-pending-tx': {
    summary: 'transactions that may wait for L1 at once',
    value: 'N',
    default: '10',
  },
  'num-confirmations': {
    summary: 'L1 blocks until a transaction does not count as waiting',
    value: 'N',
    default: '1',
  },
  'resubmission-timeout': {
    summary: 'seconds until a waiting transaction is sent with higher fees',
    value: 'S',
    default: '48',
  },
  'sub-safety-margin': {
    summary: 'L1 blocks in reserve before the sequencing window ends',
    value: 'N',
    default: '10',
  },
  'poll-interval': {
    summary: 'time between looks of the batcher at L1',
    value: 'MS',
    default: '2000',
  },
  'txmgr.min-tip-cap': {
    summary: "least that L1's block builders are offered",
    value: 'GWEI',
    default: '1',
  },
  'throttle.unsafe-da-bytes-lower-threshold': {
    summary: 'bytes waiting for L1 from which on blocks are made smaller; 0: never',
    value: 'N',
    default: '3200000',
  },
  'throttle.unsafe-da-bytes-upper-threshold': {
    summary: 'bytes at which they are smallest',
    value: 'N',
    default: '12800000',
  },
  'throttle.tx-size-lower-limit': {
    summary: 'L1 bytes of a transaction then, at most',
    value: 'N',
    default: '150',
  },
  'throttle.tx-size-upper-limit': {
    summary: '... and at the lower threshold',
    value: 'N',
    default: '20000',
  },
  'throttle.block-size-lower-limit': {
    summary: 'L1 bytes of a block then, at most',
    value: 'N',
    default: '2000',
  },
  'throttle.block-size-upper-limit': {
    summary: '... and at the lower threshold',
    value: 'N',
    default: '130000',
  },
} as const satisfies OptionTable

type Name = keyof typeof batcherOptions

/** What the options ask for; what is not asked for is not in it. */
export interface ParsedBatcherOptions {
  readonly settings: Partial<BatcherSettings>
  readonly throttle: Partial<ThrottleSettings>
}

/** @throws UsageError */
export function parseBatcherOptions(
  values: OptionValues<typeof batcherOptions>,
): ParsedBatcherOptions {
  const number = <K extends string>(key: K, name: Name, min: number, max: number, unit = 1) => {
    const text = values[name]
    if (text === undefined) return {}
    return { [key]: parseNumber(name, text, min, max) * unit } as { readonly [P in K]: number }
  }
  const choice = <K extends string, T extends string>(
    key: K,
    name: Name,
    names: Readonly<Record<string, T>>,
  ) => {
    const text = values[name]
    if (text === undefined) return {}
    const chosen = Object.hasOwn(names, text) ? names[text] : undefined
    if (chosen === undefined)
      throw new UsageError(`--${name} takes ${Object.keys(names).join(', ')}, not '${text}'`)
    return { [key]: chosen } as { readonly [P in K]: T }
  }
  const bytes = 10 ** 12
  return {
    settings: {
      ...choice('batchType', 'batch-type', { '0': 'singular', '1': 'span' }),
      ...choice('compression', 'compression-algo', { zlib: 'zlib', brotli: 'brotli' }),
      ...choice('dataAvailabilityType', 'data-availability-type', {
        calldata: 'calldata',
        blobs: 'blobs',
        auto: 'auto',
      }),
      ...number('maxChannelDuration', 'max-channel-duration', 0, 100_000),
      ...number('targetNumFrames', 'target-num-frames', 1, 1_000),
      ...number('maxL1TxSize', 'max-l1-tx-size-bytes', 25, 130_000),
      ...number('maxBlobsPerTransaction', 'max-blobs-per-tx', 1, 9),
      ...number('maxPendingTransactions', 'max-pending-tx', 1, 1_000),
      ...number('numConfirmations', 'num-confirmations', 1, 1_000),
      ...number('resubmissionTimeout', 'resubmission-timeout', 1, 86_400, 1_000),
      ...number('subSafetyMargin', 'sub-safety-margin', 0, 100_000),
      ...number('pollInterval', 'poll-interval', 10, 3_600_000),
      ...tip(values['txmgr.min-tip-cap']),
    },
    throttle: {
      ...number('lowerThreshold', 'throttle.unsafe-da-bytes-lower-threshold', 0, bytes),
      ...number('upperThreshold', 'throttle.unsafe-da-bytes-upper-threshold', 1, bytes),
      ...number('txSizeLowerLimit', 'throttle.tx-size-lower-limit', 1, bytes),
      ...number('txSizeUpperLimit', 'throttle.tx-size-upper-limit', 1, bytes),
      ...number('blockSizeLowerLimit', 'throttle.block-size-lower-limit', 1, bytes),
      ...number('blockSizeUpperLimit', 'throttle.block-size-upper-limit', 1, bytes),
    },
  }
}

/** Gwei with up to nine decimals. */
function tip(text: string | undefined): { readonly minTipCap?: bigint } {
  if (text === undefined) return {}
  const [, whole, decimals = ''] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text) ?? []
  const wei = whole === undefined ? 0n : BigInt(whole + decimals.padEnd(9, '0'))
  if (wei > 0n) return { minTipCap: wei }
  throw new UsageError(`--txmgr.min-tip-cap takes gwei above 0, not '${text}'`)
}
