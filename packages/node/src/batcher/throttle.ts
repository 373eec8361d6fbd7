import { BatcherSettingError } from './settings.ts'

/**
 * How block building is held back while L1 is behind: op-batcher's linear controller. Sizes are estimates of
 * bytes on L1; the limits are those of `miner_setMaxDASize`, 0 for none.
 */
export interface ThrottleSettings {
  /** Bytes that wait for L1 from which on blocks are made smaller; 0: never. */
  readonly lowerThreshold: number
  /** Bytes at which the limits are at their lowest. */
  readonly upperThreshold: number
  /** Bytes of a transaction, at the upper threshold and at the lower. */
  readonly txSizeLowerLimit: number
  readonly txSizeUpperLimit: number
  /** Bytes of a block, at the upper threshold and at the lower. */
  readonly blockSizeLowerLimit: number
  readonly blockSizeUpperLimit: number
}

export const DEFAULT_THROTTLE: ThrottleSettings = {
  lowerThreshold: 3_200_000,
  upperThreshold: 12_800_000,
  txSizeLowerLimit: 150,
  txSizeUpperLimit: 20_000,
  blockSizeLowerLimit: 2_000,
  blockSizeUpperLimit: 130_000,
}

/** Fills in the defaults. Throws BatcherSettingError, which names the setting. */
export function resolveThrottle(settings: Partial<ThrottleSettings>): ThrottleSettings {
  const resolved = { ...DEFAULT_THROTTLE, ...settings }
  for (const [name, value] of Object.entries(resolved))
    if (!Number.isSafeInteger(value) || value < (name === 'lowerThreshold' ? 0 : 1))
      throw new BatcherSettingError(`throttle.${name}: expected a number of bytes, got ${value}`)
  const pairs = [
    ['lowerThreshold', 'upperThreshold'],
    ['txSizeLowerLimit', 'txSizeUpperLimit'],
    ['blockSizeLowerLimit', 'blockSizeUpperLimit'],
  ] as const
  for (const [low, high] of pairs)
    if (resolved[low] > resolved[high])
      throw new BatcherSettingError(
        `throttle.${low}: expected at most ${high}, ${resolved[high]}, got ${resolved[low]}`,
      )
  return resolved
}

export interface Throttle {
  /** From 0, nothing is held back, to 1. */
  readonly intensity: number
  /** Bytes; 0: no limit. */
  readonly maxTxSize: number
  readonly maxBlockSize: number
}

/** The limits for this many bytes that wait. */
export function throttleFor(settings: ThrottleSettings, unsafeBytes: number): Throttle {
  const { lowerThreshold: lower, upperThreshold: upper } = settings
  if (lower === 0 || unsafeBytes <= lower) return { intensity: 0, maxTxSize: 0, maxBlockSize: 0 }
  const intensity = upper <= lower ? 1 : Math.min(1, (unsafeBytes - lower) / (upper - lower))
  const between = (low: number, high: number) => Math.round(high - (high - low) * intensity)
  return {
    intensity,
    maxTxSize: between(settings.txSizeLowerLimit, settings.txSizeUpperLimit),
    maxBlockSize: between(settings.blockSizeLowerLimit, settings.blockSizeUpperLimit),
  }
}
