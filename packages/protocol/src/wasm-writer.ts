// Writes small WebAssembly modules: one memory of one page, one function. For loops over 64-bit integers
// that are several times slower in JavaScript (Keccak's and BLAKE2b's permutations, Montgomery
// multiplication), so that they need neither a build step nor a binary in the repository.

/** Value types and opcodes of the WebAssembly core specification, as far as they are used here. */
export const op = {
  block: 0x02,
  loop: 0x03,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i64Load: 0x29,
  i64Load32U: 0x35,
  i64Store: 0x37,
  i64Store32: 0x3e,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64LtS: 0x53,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64And: 0x83,
  i64Xor: 0x85,
  i64ShrU: 0x88,
  i64Rotl: 0x89,
  i64Rotr: 0x8a,
} as const

const I32 = 0x7f
const I64 = 0x7e
const VOID = 0x40

/** Unsigned LEB128. */
export function uleb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

/** Signed LEB128 of a small non-negative constant. */
export function sleb(value: number): number[] {
  // One more bit than the value needs, so that the sign bit is zero.
  const bytes = uleb(value)
  const last = bytes[bytes.length - 1] as number
  if (last < 0x40) return bytes
  return [...bytes.slice(0, -1), last + 128, 0]
}

export const get = (local: number): number[] => [op.localGet, ...uleb(local)]
export const set = (local: number): number[] => [op.localSet, ...uleb(local)]
export const tee = (local: number): number[] => [op.localTee, ...uleb(local)]
/** The 64-bit word at address (top of the stack) + offset. */
export const load64 = (offset: number): number[] => [op.i64Load, 3, ...uleb(offset)]
export const store64 = (offset: number): number[] => [op.i64Store, 3, ...uleb(offset)]
/** The 32-bit word at address + offset, zero-extended. */
export const load32 = (offset: number): number[] => [op.i64Load32U, 2, ...uleb(offset)]
/** Stores the low 32 bits. */
export const store32 = (offset: number): number[] => [op.i64Store32, 2, ...uleb(offset)]
export const const32 = (value: number): number[] => [op.i32Const, ...sleb(value)]
export const const64 = (value: number): number[] => [op.i64Const, ...sleb(value)]
export const rotl64 = (count: number): number[] => [...const64(count), op.i64Rotl]
export const rotr64 = (count: number): number[] => [...const64(count), op.i64Rotr]
/** Repeats `body` until it branches out; `body` ends with its own condition. */
export const loop = (body: readonly number[]): number[] => [op.loop, VOID, ...body, op.end]
export const block = (body: readonly number[]): number[] => [op.block, VOID, ...body, op.end]

export interface Routine {
  /** The module's memory, one page. */
  readonly memory: Uint8Array
  /** Runs the function. */
  readonly run: (...args: number[]) => void
}

/**
 * Compiles and instantiates a function of `parameters` i32 parameters and `locals64` i64 locals, which
 * are numbered after them. Its one memory is a page.
 */
export function instantiate(
  parameters: number,
  locals64: number,
  body: readonly number[],
): Routine {
  const code = [1, ...uleb(locals64), I64, ...body, op.end]
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
  const section = (id: number, content: readonly number[]) => [
    id,
    ...uleb(content.length),
    ...content,
  ]
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, parameters, ...new Array<number>(parameters).fill(I32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, 1, 1]),
    ...section(7, [2, ...name('m'), 2, 0, ...name('f'), 0, 0]),
    ...section(10, [1, ...uleb(code.length), ...code]),
  ])
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return {
    memory: new Uint8Array((exports.m as WebAssembly.Memory).buffer),
    run: exports.f as (...args: number[]) => void,
  }
}
