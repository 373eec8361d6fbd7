import { BLOB_DATA_MAX } from './blob.ts'
import { FRAME_OVERHEAD, MAX_FRAME_LENGTH } from './frame.ts'

/** How blocks are posted. The names are those of op-batcher's options. */
export interface BatcherSettings {
  /** `span` from Delta on; blocks before it are singular in any case. */
  readonly batchType: 'singular' | 'span'
  /** `brotli` from Fjord on; channels before it are zlib in any case. */
  readonly compression: 'zlib' | 'brotli'
  /** `auto`: whichever costs less at the prices of the moment. */
  readonly dataAvailabilityType: 'calldata' | 'blobs' | 'auto'
  /** L1 blocks that a channel waits for more L2 blocks; 0: until it is full. */
  readonly maxChannelDuration: number
  /** Frames that a channel is closed at: with blobs, those of one transaction. */
  readonly targetNumFrames: number
  /** Bytes of a calldata transaction's data. L1 nodes take 128 KiB of transaction. */
  readonly maxL1TxSize: number
  /** Blobs in one transaction: L1 nodes take 9 under Prague, 6 since Osaka. */
  readonly maxBlobsPerTransaction: number
  /** Transactions that have been sent and are not confirmed. */
  readonly maxPendingTransactions: number
  /** L1 blocks from a transaction's own on, until it counts as confirmed. */
  readonly numConfirmations: number
  /** Milliseconds until a transaction that is not included is sent with higher fees. */
  readonly resubmissionTimeout: number
  /** Least that a transaction offers L1's block builders, wei per gas: a tip of 0 could not be raised. */
  readonly minTipCap: bigint
  /** L1 blocks that are kept in reserve of the channel timeout and the sequencing window. */
  readonly subSafetyMargin: number
  /** Milliseconds between looks at L1 and for new blocks. */
  readonly pollInterval: number
}

export const DEFAULT_BATCHER_SETTINGS: BatcherSettings = {
  batchType: 'span',
  compression: 'brotli',
  dataAvailabilityType: 'auto',
  maxChannelDuration: 10,
  targetNumFrames: 6,
  maxL1TxSize: 120_000,
  maxBlobsPerTransaction: 6,
  maxPendingTransactions: 10,
  numConfirmations: 1,
  resubmissionTimeout: 48_000,
  minTipCap: 1_000_000_000n,
  subSafetyMargin: 10,
  pollInterval: 2_000,
}

/** A setting is out of its range. */
export class BatcherSettingError extends Error {
  override readonly name = 'BatcherSettingError'
}

const RANGES = {
  maxChannelDuration: [0, 100_000],
  targetNumFrames: [1, 1_000],
  maxL1TxSize: [FRAME_OVERHEAD + 2, 130_000],
  maxBlobsPerTransaction: [1, 9],
  maxPendingTransactions: [1, 1_000],
  numConfirmations: [1, 1_000],
  resubmissionTimeout: [100, 86_400_000],
  subSafetyMargin: [0, 100_000],
  pollInterval: [10, 3_600_000],
} as const satisfies Partial<Record<keyof BatcherSettings, readonly [number, number]>>

/** Fills in the defaults. Throws BatcherSettingError, which names the setting. */
export function resolveSettings(settings: Partial<BatcherSettings>): BatcherSettings {
  const resolved = { ...DEFAULT_BATCHER_SETTINGS, ...settings }
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = resolved[name as keyof typeof RANGES]
    if (!Number.isInteger(value) || value < least || value > most)
      throw new BatcherSettingError(
        `${name}: expected an integer from ${least} to ${most}, got ${value}`,
      )
  }
  if (resolved.minTipCap < 1n)
    throw new BatcherSettingError(`minTipCap: expected at least 1 wei, got ${resolved.minTipCap}`)
  return resolved
}

/** What carries frames. */
export type Carrier = 'calldata' | 'blobs'

/** Bytes of a frame that fills a transaction's data, or a blob, behind the version byte. */
export function frameSize(settings: BatcherSettings, carrier: Carrier): number {
  const size = carrier === 'blobs' ? BLOB_DATA_MAX : settings.maxL1TxSize
  return Math.min(size - 1, MAX_FRAME_LENGTH + FRAME_OVERHEAD)
}
