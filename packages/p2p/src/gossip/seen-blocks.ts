import type { Hash } from '@altlayer/protocol'

/** Heights remembered. */
export const SEEN_HEIGHTS = 1_000
/** Different blocks at one height that are relayed. */
export const MAX_BLOCKS_PER_HEIGHT = 5

/** A block that passed validation. */
export interface SeenBlock {
  readonly blockHash: Hash
  /** keccak256 of its encoded payload: equal for equal blocks, as the encoding is canonical. */
  readonly payloadHash: Hash
}

/** Blocks seen by height; at most `SEEN_HEIGHTS` heights of `MAX_BLOCKS_PER_HEIGHT` + 1 blocks. */
export interface SeenBlocks {
  at(height: bigint): readonly SeenBlock[]
  mark(height: bigint, block: SeenBlock): void
}

/** The height used longest ago is forgotten first. */
export function createSeenBlocks(heights = SEEN_HEIGHTS): SeenBlocks {
  const byHeight = new Map<bigint, readonly SeenBlock[]>()
  return {
    at: (height) => byHeight.get(height) ?? [],
    mark(height, block) {
      const blocks = [...(byHeight.get(height) ?? []), block]
      byHeight.delete(height)
      byHeight.set(height, blocks)
      if (byHeight.size > heights) byHeight.delete(byHeight.keys().next().value as bigint)
    },
  }
}
