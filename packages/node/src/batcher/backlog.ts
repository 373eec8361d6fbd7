import type { Block, Engine } from '@altlayer/engine'
import { estimatedDaSize, type Hash, TX_DEPOSIT } from '@altlayer/protocol'

/** How much the blocks that L1 does not hold yet will take there. */
export interface Backlog {
  /**
   * Bytes, estimated, of the blocks after `submitted` up to the unsafe head. A chain that is long behind is counted
   * over several calls.
   */
  measure(submitted: bigint): number
}

/** Blocks that are looked at in one call. */
const BLOCKS_PER_CALL = 64

interface Measured {
  readonly hash: Hash
  readonly daBytes: number
}

export function createBacklog(engine: Pick<Engine, 'block'>): Backlog {
  /** By number, in order, without gaps. */
  const sizes = new Map<bigint, Measured>()

  function dropFrom(number: bigint): void {
    for (let each = number; sizes.delete(each); each++);
  }

  return {
    measure(submitted) {
      for (const number of sizes.keys()) {
        if (number > submitted) break
        sizes.delete(number)
      }
      const [first] = sizes.keys()
      if (first !== submitted + 1n) sizes.clear()
      let last = [...sizes.keys()].at(-1) ?? submitted
      // Blocks that were reorganised away, newest first.
      while (last > submitted && engine.block({ number: last })?.hash !== sizes.get(last)?.hash)
        dropFrom(last--)
      for (let count = 0; count < BLOCKS_PER_CALL; count++) {
        const block = engine.block({ number: last + 1n })
        if (block === undefined) break
        last += 1n
        sizes.set(last, { hash: block.hash, daBytes: blockDaSize(block) })
      }
      let sum = 0
      for (const { daBytes } of sizes.values()) sum += daBytes
      return sum
    },
  }
}

/** Estimated bytes on L1 of a block's transactions, deposits aside: those are there already. */
export function blockDaSize({ transactions }: Pick<Block, 'transactions'>): number {
  let sum = 0
  for (const raw of transactions) if (raw[0] !== TX_DEPOSIT) sum += estimatedDaSize(raw)
  return sum
}
