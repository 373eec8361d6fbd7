/** Numbers from a seed (mulberry32): the same in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** `bytes` with one byte changed, in a copy. `mask` is not 0. */
export function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  // `slice` of a Buffer would be the same memory.
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] as number) ^ mask
  return copy
}
