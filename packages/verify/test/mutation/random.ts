import { seeded } from '../../../launch/test/random.ts'

/** Whole numbers from a seed, from 0 up to `below`. */
export function seededBelow(seed: number): (below: number) => number {
  const random = seeded(seed)
  return (below) => Math.floor(random() * below)
}

/** `bytes` with one byte changed, in a copy. `mask` is not 0. */
export function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  // `slice` of a Buffer would be the same memory.
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] as number) ^ mask
  return copy
}
