/** The first `size` bytes of `input`, zeros where it is shorter: how the older precompiles read. */
export function padded(input: Uint8Array, size: number): Uint8Array {
  if (input.length >= size) return input.subarray(0, size)
  const bytes = new Uint8Array(size)
  bytes.set(input)
  return bytes
}

export function isZero(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false
  return true
}

/** Whether `bytes`, from `at` on, are below `bound` as big-endian integers of the bound's length. */
export function isBelow(bytes: Uint8Array, at: number, bound: Uint8Array): boolean {
  for (let i = 0; i < bound.length; i++) {
    const difference = (bytes[at + i] as number) - (bound[i] as number)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** 32 bytes: 1. */
export function one(): Uint8Array {
  const word = new Uint8Array(32)
  word[31] = 1
  return word
}
