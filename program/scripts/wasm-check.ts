// What a wasm module may hold that becomes a program of the proof machine: integers, one memory of a fixed size,
// imports of `host`, no tables. Anything else is refused by name before it is compiled.

/** The module has something that the proof machine's program must not have. */
export class WasmCheckError extends Error {
  override readonly name = 'WasmCheckError'
}

const SECTION_TYPE = 1
const SECTION_IMPORT = 2
const SECTION_FUNCTION = 3
const SECTION_MEMORY = 5
const SECTION_GLOBAL = 6
const SECTION_EXPORT = 7
const SECTION_CODE = 10

const I32 = 0x7f
const I64 = 0x7e
const EXTERNAL_FUNCTION = 0

interface Cursor {
  readonly bytes: Uint8Array
  at: number
  readonly end: number
}

interface FunctionType {
  readonly parameters: readonly number[]
  readonly results: readonly number[]
}

/** Throws WasmCheckError unless the module can become a program whose export `entry` runs. */
export function checkModule(bytes: Uint8Array, entry: string): void {
  const sections = readSections(bytes)
  const types = vector(sections.get(SECTION_TYPE), readType)
  const imported = vector(sections.get(SECTION_IMPORT), readImport)
  const functions = [...imported, ...vector(sections.get(SECTION_FUNCTION), unsigned)]
  vector(sections.get(SECTION_GLOBAL), checkGlobal)
  const exported = vector(sections.get(SECTION_EXPORT), readExport).find(
    ({ name, kind }) => name === entry && kind === EXTERNAL_FUNCTION,
  )
  if (exported === undefined) throw new WasmCheckError(`no function '${entry}' is exported`)
  const type = types[functions[exported.index] ?? -1]
  if (type?.parameters.length !== 0 || type.results.length !== 1 || type.results[0] !== I32)
    throw new WasmCheckError(`'${entry}' takes nothing and returns an i32`)
  memoryPages(bytes)
  let index = imported.length
  vector(sections.get(SECTION_CODE), (cursor) => checkBody(cursor, index++))
  if (index !== functions.length)
    throw new WasmCheckError(`${functions.length} functions are declared, ${index} are there`)
}

/** Size of the module's memory in pages of 64 KiB. Throws WasmCheckError when it is not one of a fixed size. */
export function memoryPages(bytes: Uint8Array): number {
  const [limits, ...more] = vector(readSections(bytes).get(SECTION_MEMORY), (cursor) => {
    const flags = byte(cursor)
    const minimum = unsigned(cursor)
    return { minimum, maximum: (flags & 1) === 1 ? unsigned(cursor) : undefined }
  })
  if (limits === undefined || more.length > 0)
    throw new WasmCheckError('a program has one memory of its own')
  if (limits.maximum !== limits.minimum)
    throw new WasmCheckError(
      `the memory has a fixed size, not ${limits.minimum} to ${limits.maximum ?? 'any number of'} pages`,
    )
  return limits.minimum
}

function readSections(bytes: Uint8Array): ReadonlyMap<number, Cursor> {
  const sections = new Map<number, Cursor>()
  const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8 || magic.getUint32(0) !== 0x0061736d || magic.getUint32(4, true) !== 1)
    throw new WasmCheckError('not a wasm module')
  const cursor = { bytes, at: 8, end: bytes.length }
  while (cursor.at < cursor.end) {
    const id = byte(cursor)
    const size = unsigned(cursor)
    sections.set(id, { bytes, at: cursor.at, end: cursor.at + size })
    skip(cursor, size)
  }
  return sections
}

function readType(cursor: Cursor): FunctionType {
  if (byte(cursor) !== 0x60) throw new WasmCheckError(`a function type at offset ${cursor.at - 1}`)
  const values = (): readonly number[] => list(cursor, () => integerType(cursor, 'a function type'))
  return { parameters: values(), results: values() }
}

function readImport(cursor: Cursor): number {
  const module = name(cursor)
  const field = name(cursor)
  if (module !== 'host' || byte(cursor) !== EXTERNAL_FUNCTION)
    throw new WasmCheckError(`only functions of 'host' are imported, not ${module}.${field}`)
  return unsigned(cursor)
}

function readExport(cursor: Cursor): { name: string; kind: number; index: number } {
  return { name: name(cursor), kind: byte(cursor), index: unsigned(cursor) }
}

function checkGlobal(cursor: Cursor): void {
  integerType(cursor, 'a global')
  byte(cursor)
  checkExpression(cursor, 'a global')
}

function checkBody(cursor: Cursor, index: number): void {
  const size = unsigned(cursor)
  const end = cursor.at + size
  const where = `function ${index}`
  list(cursor, () => {
    unsigned(cursor)
    integerType(cursor, where)
  })
  while (cursor.at < end) checkInstruction(cursor, where)
}

/** Instructions up to the `end` that closes them. */
function checkExpression(cursor: Cursor, where: string): void {
  while (cursor.bytes[cursor.at] !== 0x0b) checkInstruction(cursor, where)
  cursor.at++
}

function checkInstruction(cursor: Cursor, where: string): void {
  const at = cursor.at
  const opcode = byte(cursor)
  switch (immediates(opcode)) {
    case 'none':
      return
    case 'index':
      unsigned(cursor)
      return
    case 'memory':
      unsigned(cursor)
      unsigned(cursor)
      return
    case 'signed':
      signed(cursor)
      return
    case 'table':
      list(cursor, () => unsigned(cursor))
      unsigned(cursor)
      return
    case 'bulk': {
      const operation = unsigned(cursor)
      if (operation === 10) skip(cursor, 2)
      else if (operation === 11) skip(cursor, 1)
      else throw new WasmCheckError(`${where}: opcode 0xfc ${operation} at offset ${at}`)
      return
    }
    default:
      throw new WasmCheckError(
        `${where}: opcode 0x${opcode.toString(16)} at offset ${at} is none of wasm's integer instructions`,
      )
  }
}

type Immediates = 'none' | 'index' | 'memory' | 'signed' | 'table' | 'bulk' | undefined

/** What follows an opcode; undefined for one that is refused (floats, SIMD, tables, references). */
function immediates(opcode: number): Immediates {
  const within = (low: number, high: number): boolean => opcode >= low && opcode <= high
  // block, loop, if; i32.const, i64.const
  if (within(0x02, 0x04) || within(0x41, 0x42)) return 'signed'
  // unreachable, nop, else, end, return, drop, select
  if (within(0x00, 0x01) || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f) return 'none'
  if (within(0x1a, 0x1b)) return 'none'
  // br, br_if, call, locals and globals, memory.size, memory.grow
  if (within(0x0c, 0x0d) || opcode === 0x10 || within(0x20, 0x24)) return 'index'
  if (within(0x3f, 0x40)) return 'index'
  if (opcode === 0x0e) return 'table'
  // Loads and stores but those of f32 and f64.
  if (within(0x28, 0x29) || within(0x2c, 0x37) || within(0x3a, 0x3e)) return 'memory'
  // Comparisons; arithmetic; wrap, extend; sign extension.
  if (within(0x45, 0x5a) || within(0x67, 0x8a)) return 'none'
  if (opcode === 0xa7 || within(0xac, 0xad) || within(0xc0, 0xc4)) return 'none'
  return opcode === 0xfc ? 'bulk' : undefined
}

function integerType(cursor: Cursor, where: string): number {
  const type = byte(cursor)
  if (type !== I32 && type !== I64)
    throw new WasmCheckError(`${where}: value type 0x${type.toString(16)} is not an integer`)
  return type
}

function vector<T>(section: Cursor | undefined, item: (cursor: Cursor) => T): readonly T[] {
  if (section === undefined) return []
  const cursor = { ...section }
  return list(cursor, () => item(cursor))
}

function list<T>(cursor: Cursor, item: () => T): readonly T[] {
  const items: T[] = []
  for (let count = unsigned(cursor); count > 0; count--) items.push(item())
  return items
}

function name(cursor: Cursor): string {
  const length = unsigned(cursor)
  const from = cursor.at
  skip(cursor, length)
  return Buffer.from(cursor.bytes.subarray(from, cursor.at)).toString()
}

function byte(cursor: Cursor): number {
  skip(cursor, 1)
  return cursor.bytes[cursor.at - 1] as number
}

function skip(cursor: Cursor, count: number): void {
  if (count > cursor.end - cursor.at)
    throw new WasmCheckError(`the module ends short at offset ${cursor.at}`)
  cursor.at += count
}

/** An unsigned LEB128 of 32 bits. */
function unsigned(cursor: Cursor): number {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const next = byte(cursor)
    value += (next & 0x7f) * 2 ** shift
    if (next < 0x80) return value
  }
  throw new WasmCheckError(`a number of more than 32 bits at offset ${cursor.at}`)
}

/** Passes over a signed LEB128 of at most 64 bits. */
function signed(cursor: Cursor): void {
  for (let length = 0; length < 10; length++) if (byte(cursor) < 0x80) return
  throw new WasmCheckError(`a number of more than 64 bits at offset ${cursor.at}`)
}
