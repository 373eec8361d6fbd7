import { wasm } from '@altlayer/protocol'

const { block, const32, get, instantiate, load64, loop, op, rotr64, set, store64, tee } = wasm

// EIP-152: BLAKE2b's compression function F with a variable number of rounds (RFC 7693).

const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]
const MIXES: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
]
const IV: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]

// Memory: the working vector v (16 words), then the message (16 words).
const MESSAGE = 128

// Local 0 is the number of rounds; 1 to 16 are v.
function mix(
  [a, b, c, d]: readonly [number, number, number, number],
  x: number,
  y: number,
): number[] {
  const half = (word: number, first: number, second: number) => [
    ...[...get(a + 1), ...get(b + 1), op.i64Add],
    ...[...const32(0), ...load64(MESSAGE + 8 * word), op.i64Add, ...tee(a + 1)],
    ...[...get(d + 1), op.i64Xor, ...rotr64(first), ...tee(d + 1)],
    ...[...get(c + 1), op.i64Add, ...tee(c + 1)],
    ...[...get(b + 1), op.i64Xor, ...rotr64(second), ...set(b + 1)],
  ]
  return [...half(x, 32, 24), ...half(y, 16, 63)]
}

function rounds(): number[] {
  const words = Array.from({ length: 16 }, (_, i) => i)
  const body = SIGMA.flatMap((sigma) => [
    ...[...get(0), op.i32Eqz, op.brIf, 1],
    ...[...get(0), ...const32(1), op.i32Sub, ...set(0)],
    ...MIXES.flatMap((lanes, i) => mix(lanes, sigma[2 * i] as number, sigma[2 * i + 1] as number)),
  ])
  return [
    ...words.flatMap((i) => [...const32(0), ...load64(8 * i), ...set(i + 1)]),
    ...block(loop([...body, op.br, 0])),
    ...words.flatMap((i) => [...const32(0), ...get(i + 1), ...store64(8 * i)]),
  ]
}

// V8 does not replace the baseline code of a call that runs, so a long run is cut into calls: they soon
// go to the optimised code, ten times as fast. A multiple of the ten rounds after which SIGMA repeats.
const ROUNDS_PER_CALL = 10_000

let routine: wasm.Routine | undefined

/** Compiles the function; needed once before `blake2f`. */
export function initBlake2f(): void {
  routine ??= instantiate(1, 16, rounds())
}

/**
 * Input: rounds (4 bytes, big-endian), h (8 words), m (16 words), t (2 words), all little-endian, and the
 * final flag. Undefined when the length is not 213 or the flag not 0 or 1.
 */
export function blake2f(input: Uint8Array): Uint8Array | undefined {
  const final = input[212]
  if (input.length !== 213 || final === undefined || final > 1) return undefined
  initBlake2f()
  const { memory, run } = routine as wasm.Routine
  const view = new DataView(memory.buffer)
  const given = new DataView(input.buffer, input.byteOffset, input.byteLength)
  memory.set(input.subarray(4, 68), 0)
  IV.forEach((word, i) => {
    view.setBigUint64(64 + 8 * i, word, true)
  })
  const mask = (index: number, value: bigint) =>
    view.setBigUint64(8 * index, view.getBigUint64(8 * index, true) ^ value, true)
  mask(12, given.getBigUint64(196, true))
  mask(13, given.getBigUint64(204, true))
  if (final === 1) mask(14, 0xffff_ffff_ffff_ffffn)
  memory.set(input.subarray(68, 196), MESSAGE)
  for (let left = given.getUint32(0); left > 0; left -= ROUNDS_PER_CALL)
    run(Math.min(left, ROUNDS_PER_CALL))
  const output = new Uint8Array(64)
  for (let i = 0; i < 64; i++)
    output[i] = (input[4 + i] as number) ^ (memory[i] as number) ^ (memory[64 + i] as number)
  return output
}
