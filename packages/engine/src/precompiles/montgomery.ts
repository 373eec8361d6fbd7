import { wasm } from '@altlayer/protocol'

// Exponentiation modulo an odd number of at most 256 bits by Montgomery multiplication (CIOS, Koc et al.
// 1996) on 32-bit limbs, as wasm. V8's BigInt takes several times as long at these sizes, and modexp's gas
// (EIP-2565) is lowest there.

const { op, block, const32, const64, get, load32, loop, set, store32 } = wasm

// Memory: modulus, its negated inverse modulo 2^32, the accumulator, the table of powers.
const MODULUS = 0
const INVERSE = 32
const ACCUMULATOR = 64
const TABLE = 128
const ENTRY = 32
const WINDOW = 4

const MASK = 0xffffffff
const low = (): number[] => [...const64(MASK), op.i64And]
const high = (): number[] => [...const64(32), op.i64ShrU]

// Parameters: how often to square the accumulator, then what to multiply it with (an address).
const SQUARINGS = 0
const FACTOR = 1

// Locals, all i64, for `n` limbs: operand a, modulus q, result t (n + 2), and five more.
function layout(n: number) {
  const first = 2
  const scalars = first + 3 * n + 2
  return {
    a: (i: number) => first + i,
    q: (i: number) => first + n + i,
    t: (i: number) => first + 2 * n + i,
    limb: scalars,
    carry: scalars + 1,
    sum: scalars + 2,
    reduce: scalars + 3,
    inverse: scalars + 4,
    count: 3 * n + 2 + 5,
  }
}

// sum = t[from] + x * y + carry; t[to] = its low half, carry = its high half. Never above 2^64 - 1.
function multiplyAdd(
  at: ReturnType<typeof layout>,
  from: number,
  x: number,
  y: number,
  to?: number,
) {
  return [
    ...[...get(at.t(from)), ...get(x), ...get(y), op.i64Mul, op.i64Add],
    ...[...get(at.carry), op.i64Add, ...set(at.sum)],
    ...(to === undefined ? [] : [...get(at.sum), ...low(), ...set(at.t(to))]),
    ...[...get(at.sum), ...high(), ...set(at.carry)],
  ]
}

// accumulator = accumulator * factor / 2^(32 n) mod q; `factor` pushes the factor's address.
function multiply(n: number, factor: readonly number[]): number[] {
  const at = layout(n)
  const limbs = Array.from({ length: n }, (_, i) => i)
  const zero = (local: number) => [...const64(0), ...set(local)]
  return [
    ...limbs.flatMap((i) => [...const32(ACCUMULATOR), ...load32(4 * i), ...set(at.a(i))]),
    ...[...limbs, n, n + 1].flatMap((i) => zero(at.t(i))),
    ...limbs.flatMap((i) => [
      ...[...factor, ...load32(4 * i), ...set(at.limb)],
      ...zero(at.carry),
      ...limbs.flatMap((j) => multiplyAdd(at, j, at.a(j), at.limb, j)),
      ...[...get(at.t(n)), ...get(at.carry), op.i64Add, ...set(at.sum)],
      ...[...get(at.sum), ...low(), ...set(at.t(n))],
      ...[...get(at.sum), ...high(), ...set(at.t(n + 1))],
      ...[...get(at.t(0)), ...get(at.inverse), op.i64Mul, ...low(), ...set(at.reduce)],
      ...zero(at.carry),
      ...limbs.flatMap((j) => multiplyAdd(at, j, at.reduce, at.q(j), j === 0 ? undefined : j - 1)),
      ...[...get(at.t(n)), ...get(at.carry), op.i64Add, ...set(at.sum)],
      ...[...get(at.sum), ...low(), ...set(at.t(n - 1))],
      ...[...get(at.t(n + 1)), ...get(at.sum), ...high(), op.i64Add, ...set(at.t(n))],
    ]),
    ...subtractOnce(n),
  ]
}

// Stores t - q, or t when that is negative: the result is below 2q.
function subtractOnce(n: number): number[] {
  const at = layout(n)
  const limbs = Array.from({ length: n }, (_, i) => i)
  return [
    ...[...const64(0), ...set(at.carry)],
    // The differences go where the operand was; carry is 0 or -1 here.
    ...limbs.flatMap((i) => [
      ...[...get(at.t(i)), ...get(at.q(i)), op.i64Sub, ...get(at.carry), op.i64Add],
      ...set(at.sum),
      ...[...get(at.sum), ...low(), ...set(at.a(i))],
      ...[...const64(0), ...get(at.sum), ...const64(63), op.i64ShrU, op.i64Sub, ...set(at.carry)],
    ]),
    ...[...get(at.t(n)), ...get(at.carry), op.i64Add, ...set(at.sum)],
    ...limbs.flatMap((i) => [
      ...const32(ACCUMULATOR),
      ...[...get(at.t(i)), ...get(at.a(i)), ...get(at.sum), ...const64(0), op.i64LtS, op.select],
      ...store32(4 * i),
    ]),
  ]
}

function body(n: number): number[] {
  const at = layout(n)
  return [
    ...Array.from({ length: n }, (_, i) => i).flatMap((i) => [
      ...[...const32(MODULUS), ...load32(4 * i), ...set(at.q(i))],
    ]),
    ...[...const32(INVERSE), ...load32(0), ...set(at.inverse)],
    ...block(
      loop([
        ...[...get(SQUARINGS), op.i32Eqz, op.brIf, 1],
        ...[...get(SQUARINGS), ...const32(1), op.i32Sub, ...set(SQUARINGS)],
        ...multiply(n, const32(ACCUMULATOR)),
        ...[op.br, 0],
      ]),
    ),
    ...multiply(n, get(FACTOR)),
  ]
}

const routines = new Map<number, wasm.Routine>()

function routineOf(limbs: number): wasm.Routine {
  const known = routines.get(limbs)
  if (known !== undefined) return known
  const made = wasm.instantiate(2, layout(limbs).count, body(limbs))
  routines.set(limbs, made)
  return made
}

/** Longest modulus, bits. */
export const MAX_MODULUS_BITS = 256

/**
 * base^exponent mod modulus. `modulus` is odd, above 1 and of at most 256 bits, `base` below it;
 * `digits` is the exponent in hexadecimal.
 */
export function montgomeryPower(base: bigint, digits: string, modulus: bigint): bigint {
  const limbs = modulus >> 64n === 0n ? 2 : modulus >> 128n === 0n ? 4 : 8
  const { memory, run } = routineOf(limbs)
  const view = new DataView(memory.buffer)
  const bits = BigInt(32 * limbs)
  const enter = (value: bigint) => (value << bits) % modulus
  write(view, MODULUS, modulus, limbs)
  view.setUint32(INVERSE, negatedInverse(modulus), true)
  const table = (index: number) => TABLE + ENTRY * index
  const one = enter(1n)
  write(view, table(0), one, limbs)
  write(view, table(1), enter(base), limbs)
  write(view, ACCUMULATOR, one, limbs)
  for (let i = 1; i < 1 << WINDOW; i++) {
    run(0, table(1))
    memory.copyWithin(table(i), ACCUMULATOR, ACCUMULATOR + ENTRY)
  }
  write(view, ACCUMULATOR, one, limbs)
  for (let i = 0; i < digits.length; i++) run(WINDOW, table(digitAt(digits, i)))
  // Out of Montgomery's form: times one.
  write(view, TABLE, 1n, limbs)
  run(0, TABLE)
  let result = 0n
  for (let i = limbs - 1; i >= 0; i--)
    result = (result << 32n) | BigInt(view.getUint32(ACCUMULATOR + 4 * i, true))
  return result
}

/** Value of a lower-case hexadecimal digit. */
export function digitAt(digits: string, index: number): number {
  const code = digits.charCodeAt(index)
  return code < 58 ? code - 48 : code - 87
}

function write(view: DataView, at: number, value: bigint, limbs: number): void {
  for (let i = 0; i < limbs; i++)
    view.setUint32(at + 4 * i, Number((value >> BigInt(32 * i)) & 0xffffffffn), true)
}

// -1/modulus modulo 2^32 by Newton's iteration: every step doubles the bits that are right, from 3.
function negatedInverse(modulus: bigint): number {
  const low32 = Number(modulus & 0xffffffffn)
  let inverse = low32
  for (let i = 0; i < 4; i++) inverse = Math.imul(inverse, 2 - Math.imul(low32, inverse))
  return -inverse >>> 0
}
