import {
  block,
  const32,
  get,
  instantiate,
  load64,
  loop,
  op,
  type Routine,
  rotl64,
  set,
  store64,
  tee,
} from './wasm-writer.ts'

// Keccak-f[1600] (FIPS 202) with Ethereum's padding, for inputs of one block: public keys and signing
// payloads. The program has its own for everything it executes.

const RATE = 136
const STATE_BYTES = 200
// Memory: the state, then the 24 round constants.
const CONSTANTS = 256

// Round constants and rotations from their definitions (FIPS 202, 3.2.5 and 3.2.2).
function roundConstants(): bigint[] {
  let register = 1
  return Array.from({ length: 24 }, () => {
    let constant = 0n
    for (let j = 0; j < 7; j++) {
      if (register & 1) constant |= 1n << BigInt((1 << j) - 1)
      register = register & 0x80 ? (register << 1) ^ 0x171 : register << 1
    }
    return constant
  })
}

function rotations(): number[] {
  const offsets = new Array<number>(25).fill(0)
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    offsets[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return offsets
}

// Local 0: address of the round constant; 1 to 25 the lanes A; 26 to 50 the lanes B; 51 to 55 the columns C; 56 D.
const A = (x: number, y: number) => 1 + (x % 5) + 5 * (y % 5)
const B = (x: number, y: number) => 26 + (x % 5) + 5 * (y % 5)
const C = (x: number) => 51 + (x % 5)
const D = 56
const FIVE = [0, 1, 2, 3, 4]

function permutation(): number[] {
  const rotation = rotations()
  const round = [
    ...FIVE.flatMap((x) => [
      ...get(A(x, 0)),
      ...[1, 2, 3, 4].flatMap((y) => [...get(A(x, y)), op.i64Xor]),
      ...set(C(x)),
    ]),
    ...FIVE.flatMap((x) => [
      ...[...get(C(x + 1)), ...rotl64(1), ...get(C(x + 4)), op.i64Xor, ...set(D)],
      ...FIVE.flatMap((y) => [
        ...[...get(A(x, y)), ...get(D), op.i64Xor, ...rotl64(rotation[x + 5 * y] as number)],
        ...set(B(y, 2 * x + 3 * y)),
      ]),
    ]),
    ...FIVE.flatMap((y) =>
      FIVE.flatMap((x) => [
        // ~b & c as (b & c) ^ c.
        ...[...get(B(x + 1, y)), ...get(B(x + 2, y)), op.i64And, ...get(B(x + 2, y)), op.i64Xor],
        ...[...get(B(x, y)), op.i64Xor, ...set(A(x, y))],
      ]),
    ),
    ...[...get(A(0, 0)), ...get(0), ...load64(0), op.i64Xor, ...set(A(0, 0))],
  ]
  const lanes = Array.from({ length: 25 }, (_, i) => i)
  return [
    ...lanes.flatMap((i) => [...const32(0), ...load64(8 * i), ...set(1 + i)]),
    ...block(
      loop([
        ...round,
        ...[...get(0), ...const32(8), op.i32Add, ...tee(0)],
        ...[...const32(CONSTANTS + 24 * 8), op.i32Sub, op.brIf, 0],
      ]),
    ),
    ...lanes.flatMap((i) => [...const32(0), ...get(1 + i), ...store64(8 * i)]),
  ]
}

let routine: Routine | undefined

/** Compiles the permutation; needed once before `keccakBlock`. */
export function initKeccak(): void {
  if (routine !== undefined) return
  const made = instantiate(1, 56, permutation())
  const view = new DataView(made.memory.buffer)
  roundConstants().forEach((constant, i) => {
    view.setBigUint64(CONSTANTS + 8 * i, constant, true)
  })
  routine = made
}

/** keccak256 of fewer than 136 bytes. The result owns its memory. */
export function keccakBlock(input: Uint8Array): Uint8Array {
  if (input.length >= RATE)
    throw new RangeError(`keccakBlock takes less than ${RATE} bytes, got ${input.length}`)
  initKeccak()
  const { memory, run } = routine as Routine
  memory.fill(0, input.length, STATE_BYTES)
  memory.set(input)
  memory[input.length] = 1
  memory[RATE - 1] = (memory[RATE - 1] as number) | 0x80
  run(CONSTANTS)
  return memory.slice(0, 32)
}
