/** When the block after a parent is begun and sealed, in milliseconds of the wall clock. */
export interface Slot {
  readonly start: number
  readonly seal: number
}

export interface ScheduleInput {
  /** Seconds. */
  readonly parentTimestamp: bigint
  readonly blockTime: bigint
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number
  /** Whether transactions wait to be included. */
  readonly transactionsWaiting: boolean
}

/** Milliseconds that a late block with transactions waiting still takes for them. */
export const CATCH_UP_BUILD_TIME = 50

/**
 * The slot of the next block. Its timestamp is fixed by its parent: a pause of the sequencer shows as
 * late blocks made one right after the other, never as a gap or a jump of timestamps. A block is
 * sealed at its timestamp and begun one block time before; a late one at once.
 */
export function nextSlot(input: ScheduleInput): Slot {
  const timestamp = Number(input.parentTimestamp + input.blockTime) * 1_000
  const start = Math.max(input.now, timestamp - Number(input.blockTime) * 1_000)
  const least = input.transactionsWaiting ? CATCH_UP_BUILD_TIME : 0
  return { start, seal: Math.max(timestamp, start + least) }
}
