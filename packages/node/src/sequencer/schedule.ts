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
 * sealed at its timestamp, or as much before as sealing takes (`SealingTime`), and begun one block time
 * before; a late one at once.
 */
export function nextSlot(input: ScheduleInput): Slot {
  const timestamp = Number(input.parentTimestamp + input.blockTime) * 1_000
  const start = Math.max(input.now, timestamp - Number(input.blockTime) * 1_000)
  const least = input.transactionsWaiting ? CATCH_UP_BUILD_TIME : 0
  return { start, seal: Math.max(timestamp, start + least) }
}

/** Blocks with fewer transactions tell nothing of what each of them costs. */
const TELLING = 100
/** Weight of the last block in what is known. */
const WEIGHT = 0.5
/** Most of the block time that sealing may begin early. */
const MOST_LEAD = 0.25

/**
 * How long sealing a block takes, learnt from those before: a full one's roots and its commit take a while,
 * and it should be there at its timestamp, not be begun then.
 */
export interface SealingTime {
  /** Milliseconds; `lead` is never more. */
  readonly most: number
  /** Milliseconds before its timestamp at which a block with so many transactions should be sealed. */
  lead(transactions: number): number
  /** Tells how long it took. */
  took(transactions: number, milliseconds: number): void
}

/** `blockTime` in seconds. */
export function createSealingTime(blockTime: bigint): SealingTime {
  const most = Number(blockTime) * 1_000 * MOST_LEAD
  let perTransaction = 0
  return {
    most,
    lead: (transactions) => Math.min(most, Math.round(perTransaction * transactions)),
    took(transactions, milliseconds) {
      if (transactions < TELLING) return
      const seen = milliseconds / transactions
      perTransaction = perTransaction === 0 ? seen : WEIGHT * seen + (1 - WEIGHT) * perTransaction
    },
  }
}
