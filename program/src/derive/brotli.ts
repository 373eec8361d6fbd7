// Brotli (RFC 7932) decoding into one flat buffer; section numbers are the RFC's.
//
// Like `inflate.ts`, output before a fault is kept. Tables live in a region of their own.

import { BROTLI_TABLES } from '../layout'
import { DICTIONARY, LUT0, LUT1, LUT2, TRANSFORM_COUNT, TRANSFORMS } from './brotli-data'
import {
  bitsAlign,
  bitsCopy,
  bitsOpen,
  bitsTake,
  codeBuild,
  codeConstant,
  codeDecode,
  codeSize,
  inputShort,
} from './prefix-code'

export const BROTLI_OK: i32 = 0
/** The stream is malformed, or cut short. */
export const BROTLI_CORRUPT: i32 = 1
/** More output than the caller allows. */
export const BROTLI_LIMIT: i32 = 2

/** Bytes written by the last `brotliDecode`. */
export let brotliLength: usize = 0

const LITERALS: u32 = 256
const COMMANDS: u32 = 704
const BLOCK_COUNTS: u32 = 26
// NDIRECT 120, NPOSTFIX 3: 16 + 120 + (48 << 3).
const MAX_DISTANCES: u32 = 520
const MAX_TYPES: u32 = 256
const DICTIONARY_MIN: u32 = 4
const DICTIONARY_MAX: u32 = 24

// Section 3.5: the order of code length code lengths, and the fixed code they are written in, indexed by
// the next four bits.
const CODE_LENGTH_ORDER: usize = memory.data<u8>([
  1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15,
])
const CODE_LENGTH_BITS: usize = memory.data<u8>([2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4])
const CODE_LENGTH_VALUE: usize = memory.data<u8>([0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5])
// Section 5: insert and copy lengths; for each of the 11 cells of commands, the first code of each.
const INSERT_BASE: usize = memory.data<u16>([
  0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 18, 26, 34, 50, 66, 98, 130, 194, 322, 578, 1090, 2114, 6210, 22594,
])
const INSERT_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24,
])
const COPY_BASE: usize = memory.data<u16>([
  2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 30, 38, 54, 70, 102, 134, 198, 326, 582, 1094, 2118,
])
const COPY_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24,
])
const INSERT_CELL: usize = memory.data<u8>([0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16])
const COPY_CELL: usize = memory.data<u8>([0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16])
// Section 6: block counts.
const COUNT_BASE: usize = memory.data<u16>([
  1, 5, 9, 13, 17, 25, 33, 41, 49, 65, 81, 97, 113, 145, 177, 209, 241, 305, 369, 497, 753, 1265,
  2289, 4337, 8433, 16625,
])
const COUNT_EXTRA: usize = memory.data<u8>([
  2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24,
])
// Section 4: which of the last distances a short code means, and what is added to it.
const SHORT_INDEX: usize = memory.data<u8>([0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
const SHORT_DELTA: usize = memory.data<i8>([0, 0, 0, 0, -1, 1, -2, 2, -3, 3, -1, 1, -2, 2, -3, 3])
// Section 8: log2 of the number of words of each length, and where they begin.
const WORD_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5,
])
const WORD_OFFSET: usize = memory.data<u32>([
  0, 0, 0, 0, 0, 4096, 9216, 21504, 35840, 44032, 53248, 63488, 74752, 87040, 93696, 100864, 104704,
  106752, 108928, 113536, 115968, 118528, 119872, 121280, 122016,
])
// Transform types as `TRANSFORMS` numbers them: 0 identity, 1..9 omit the last n,
// 12..20 omit the first n - 11.
const T_UPPERCASE_FIRST: u32 = 10
const T_UPPERCASE_ALL: u32 = 11

// The three block categories (section 6), by index: literals, commands, distances.
const CATEGORIES: u32 = 3
const typeCount: usize = memory.data(12, 8)
const blockType: usize = memory.data(12, 8)
const lastBlockType: usize = memory.data(12, 8)
const blockLeft: usize = memory.data(12, 8)

// Tables in BROTLI_TABLES: one code of each kind a category, then the prefix codes, then the context maps.
const TYPE_CODE_SIZE: usize = codeSize(MAX_TYPES + 2)
const COUNT_CODE_SIZE: usize = codeSize(BLOCK_COUNTS)
const LITERAL_CODE_SIZE: usize = codeSize(LITERALS)
const COMMAND_CODE_SIZE: usize = codeSize(COMMANDS)
const DISTANCE_CODE_SIZE: usize = codeSize(MAX_DISTANCES)
let typeCodes: usize = 0
let countCodes: usize = 0
let literalCodes: usize = 0
let commandCodes: usize = 0
let distanceCodes: usize = 0
let scratchCode: usize = 0
let literalMap: usize = 0
let distanceMap: usize = 0
let contextModes: usize = 0
let codeLengths: usize = 0

// The last four distances, the most recent at `ringAt`.
const ring: usize = memory.data(16, 8)
let ringAt: u32 = 0

let postfixBits: u32 = 0
let directCodes: u32 = 0

// Output.
let start: usize = 0
let cursor: usize = 0
let limit: usize = 0
let window: usize = 0

/**
 * Decodes the brotli stream in [src, src + len) to `dst`, at most `cap` bytes. Returns BROTLI_*;
 * `brotliLength` bytes are good in every case. Bytes behind the stream are ignored.
 */
export function brotliDecode(src: usize, len: usize, dst: usize, cap: usize): i32 {
  brotliLength = 0
  layTables()
  bitsOpen(src, len)
  start = dst
  cursor = dst
  limit = dst + cap
  store<u32>(ring, 16)
  store<u32>(ring, 15, 4)
  store<u32>(ring, 11, 8)
  store<u32>(ring, 4, 12)
  ringAt = 3
  const status = stream()
  brotliLength = cursor - start
  return status
}

let nextTable: usize = 0

function layTables(): void {
  nextTable = BROTLI_TABLES
  typeCodes = table(TYPE_CODE_SIZE * CATEGORIES)
  countCodes = table(COUNT_CODE_SIZE * CATEGORIES)
  literalCodes = table(LITERAL_CODE_SIZE * MAX_TYPES)
  commandCodes = table(COMMAND_CODE_SIZE * MAX_TYPES)
  distanceCodes = table(DISTANCE_CODE_SIZE * MAX_TYPES)
  scratchCode = table(COMMAND_CODE_SIZE)
  literalMap = table(64 * MAX_TYPES)
  distanceMap = table(4 * MAX_TYPES)
  contextModes = table(MAX_TYPES)
  codeLengths = table(COMMANDS)
  // Constant sizes, 3 MiB together: a fraction of the region.
  memory.fill(BROTLI_TABLES, 0, nextTable - BROTLI_TABLES)
}

function table(size: usize): usize {
  const at = nextTable
  nextTable += (size + 15) & ~15
  return at
}

function stream(): i32 {
  const windowBits = readWindowBits()
  if (windowBits == 0) return BROTLI_CORRUPT
  window = (1 << windowBits) - 16
  while (true) {
    const last = bitsTake(1) != 0
    if (last && bitsTake(1) != 0) return inputShort ? BROTLI_CORRUPT : finished()
    const nibbles: u32 = 4 + bitsTake(2)
    let status = BROTLI_OK
    if (nibbles == 7) {
      status = metadata()
    } else {
      let length: u32 = 0
      for (let i: u32 = 0; i < nibbles; i++) length |= bitsTake(4) << (i << 2)
      // The top nibble of a long form must be used.
      if (inputShort || (nibbles > 4 && length >> ((nibbles - 1) << 2) == 0)) return BROTLI_CORRUPT
      length++
      if (!last && bitsTake(1) != 0) status = uncompressed(length)
      else status = compressed(length)
    }
    if (status != BROTLI_OK) return status
    if (last) return finished()
  }
}

/** The bits left in the last byte must be zero (section 2). */
function finished(): i32 {
  return bitsAlign() == 0 ? BROTLI_OK : BROTLI_CORRUPT
}

/** Section 9.1, WBITS; 0 for the reserved value. */
function readWindowBits(): u32 {
  if (bitsTake(1) == 0) return 16
  const high = bitsTake(3)
  if (high != 0) return 17 + high
  const low = bitsTake(3)
  if (low == 0) return 17
  return low == 1 ? 0 : 8 + low
}

/** Section 9.2, a meta-block without output: skipped. */
function metadata(): i32 {
  if (bitsTake(1) != 0) return BROTLI_CORRUPT
  const bytes = bitsTake(2)
  let length: u32 = 0
  for (let i: u32 = 0; i < bytes; i++) {
    const byte = bitsTake(8)
    if (i + 1 == bytes && bytes > 1 && byte == 0) return BROTLI_CORRUPT
    length |= byte << (i << 3)
  }
  if (bytes > 0) length++
  if (bitsAlign() != 0) return BROTLI_CORRUPT
  for (let i: u32 = 0; i < length && !inputShort; i++) bitsTake(8)
  return inputShort ? BROTLI_CORRUPT : BROTLI_OK
}

function uncompressed(length: usize): i32 {
  if (bitsAlign() != 0) return BROTLI_CORRUPT
  const room = limit - cursor
  cursor += bitsCopy(cursor, length < room ? length : room)
  if (inputShort) return BROTLI_CORRUPT
  return length > room ? BROTLI_LIMIT : BROTLI_OK
}

function compressed(length: usize): i32 {
  if (!readHeader()) return BROTLI_CORRUPT
  // Where the meta-block says it ends. A stream that writes past it is malformed.
  const end = cursor + length
  while (cursor < end) {
    if (!blockStep(1)) return BROTLI_CORRUPT
    const command = codeDecode(commandCodes + COMMAND_CODE_SIZE * load<u32>(blockType, 4))
    if (command < 0) return BROTLI_CORRUPT
    const cell = <usize>command >> 6
    const insertCode = <usize>load<u8>(INSERT_CELL + cell) + ((command >> 3) & 7)
    const copyCode = <usize>load<u8>(COPY_CELL + cell) + (command & 7)
    const insert: usize =
      <usize>load<u16>(INSERT_BASE + (insertCode << 1)) + bitsTake(load<u8>(INSERT_EXTRA + insertCode))
    const copy: usize =
      <usize>load<u16>(COPY_BASE + (copyCode << 1)) + bitsTake(load<u8>(COPY_EXTRA + copyCode))
    if (inputShort || insert > end - cursor) return BROTLI_CORRUPT
    const status = literals(insert)
    if (status != BROTLI_OK) return status
    if (cursor == end) break
    const copied = reference(copy, command < 128, end)
    if (copied != BROTLI_OK) return copied
  }
  return BROTLI_OK
}

/** Section 9.2, the rest of a meta-block's header. */
function readHeader(): bool {
  for (let category: u32 = 0; category < CATEGORIES; category++) {
    const types = readCount()
    store<u32>(typeCount + (category << 2), types)
    store<u32>(blockType + (category << 2), 0)
    store<u32>(lastBlockType + (category << 2), 1)
    if (types < 2) {
      store<u32>(blockLeft + (category << 2), 1 << 24)
      continue
    }
    if (!readCode(typeCodes + TYPE_CODE_SIZE * category, types + 2)) return false
    if (!readCode(countCodes + COUNT_CODE_SIZE * category, BLOCK_COUNTS)) return false
    if (!readBlockCount(category)) return false
  }
  postfixBits = bitsTake(2)
  directCodes = bitsTake(4) << postfixBits
  const literalTypes = load<u32>(typeCount)
  for (let i: u32 = 0; i < literalTypes; i++) store<u8>(contextModes + i, <u8>bitsTake(2))
  const literalTrees = readContextMap(literalMap, literalTypes << 6)
  const distanceTrees = readContextMap(distanceMap, load<u32>(typeCount, 8) << 2)
  if (literalTrees == 0 || distanceTrees == 0) return false
  const distanceAlphabet = 16 + directCodes + (48 << postfixBits)
  return (
    readCodes(literalCodes, LITERAL_CODE_SIZE, literalTrees, LITERALS) &&
    readCodes(commandCodes, COMMAND_CODE_SIZE, load<u32>(typeCount, 4), COMMANDS) &&
    readCodes(distanceCodes, DISTANCE_CODE_SIZE, distanceTrees, distanceAlphabet)
  )
}

function readCodes(table: usize, size: usize, count: u32, alphabet: u32): bool {
  for (let i: u32 = 0; i < count; i++) if (!readCode(table + size * i, alphabet)) return false
  return true
}

/** A count of 1..256 (section 9.2, NBLTYPES). */
function readCount(): u32 {
  if (bitsTake(1) == 0) return 1
  const extra = bitsTake(3)
  return (1 << extra) + bitsTake(extra) + 1
}

/** Section 3.4 and 3.5. */
function readCode(table: usize, alphabet: u32): bool {
  const skip = bitsTake(2)
  return skip == 1 ? readSimpleCode(table, alphabet) : readComplexCode(table, alphabet, skip)
}

function readSimpleCode(table: usize, alphabet: u32): bool {
  const width = 32 - clz(alphabet - 1)
  const count = bitsTake(2) + 1
  let s0: u32 = 0
  let s1: u32 = 0
  let s2: u32 = 0
  let s3: u32 = 0
  s0 = bitsTake(width)
  if (count > 1) s1 = bitsTake(width)
  if (count > 2) s2 = bitsTake(width)
  if (count > 3) s3 = bitsTake(width)
  const deep = count == 4 && bitsTake(1) != 0
  if (inputShort || max(max(s0, s1), max(s2, s3)) >= alphabet) return false
  if (count == 1) {
    codeConstant(table, s0)
    return true
  }
  if (s0 == s1 || (count > 2 && (s2 == s0 || s2 == s1))) return false
  if (count > 3 && (s3 == s0 || s3 == s1 || s3 == s2)) return false
  memory.fill(codeLengths, 0, alphabet)
  store<u8>(codeLengths + s0, count == 4 && !deep ? 2 : 1)
  store<u8>(codeLengths + s1, count == 2 ? 1 : 2)
  if (count > 2) store<u8>(codeLengths + s2, deep ? 3 : 2)
  if (count > 3) store<u8>(codeLengths + s3, deep ? 3 : 2)
  return codeBuild(table, codeLengths, alphabet)
}

function readComplexCode(table: usize, alphabet: u32, skip: u32): bool {
  memory.fill(codeLengths, 0, 18)
  let space: i32 = 32
  let codes: u32 = 0
  let only: u32 = 0
  for (let i = skip; i < 18 && space > 0; i++) {
    const symbol = <u32>load<u8>(CODE_LENGTH_ORDER + i)
    const length = readCodeLengthLength()
    store<u8>(codeLengths + symbol, <u8>length)
    if (length == 0) continue
    space -= 32 >> length
    codes++
    only = symbol
  }
  if (inputShort) return false
  if (codes == 1) codeConstant(scratchCode, only)
  else if (space != 0 || !codeBuild(scratchCode, codeLengths, 18)) return false
  return readSymbolLengths(alphabet) && codeBuild(table, codeLengths, alphabet)
}

/** The fixed code needs four bits of look-ahead, so it is taken bit by bit. */
function readCodeLengthLength(): u32 {
  let index = bitsTake(2)
  if (load<u8>(CODE_LENGTH_BITS + index) > 2) {
    index |= bitsTake(1) << 2
    if (load<u8>(CODE_LENGTH_BITS + index) > 3) index |= bitsTake(1) << 3
  }
  return load<u8>(CODE_LENGTH_VALUE + index)
}

function readSymbolLengths(alphabet: u32): bool {
  memory.fill(codeLengths, 0, alphabet)
  let space: i32 = 32768
  let symbol: u32 = 0
  let previous: u8 = 8
  let repeat: u32 = 0
  let repeated: u8 = 0
  while (symbol < alphabet && space > 0) {
    const code = codeDecode(scratchCode)
    if (code < 0 || inputShort) return false
    if (code < 16) {
      repeat = 0
      store<u8>(codeLengths + symbol++, <u8>code)
      if (code != 0) {
        previous = <u8>code
        space -= 32768 >> code
      }
      continue
    }
    const extra = <u32>code - 14
    const value: u8 = code == 16 ? previous : 0
    if (value != repeated) {
      repeat = 0
      repeated = value
    }
    const before = repeat
    if (repeat > 0) repeat = (repeat - 2) << extra
    repeat += bitsTake(extra) + 3
    const run = repeat - before
    if (inputShort || run > alphabet - symbol) return false
    memory.fill(codeLengths + symbol, value, run)
    symbol += run
    if (value != 0) space -= <i32>(run << (15 - <u32>value))
  }
  return space == 0
}

/** Section 7.3. Returns the number of trees, 0 for a malformed map. */
function readContextMap(map: usize, size: u32): u32 {
  const trees = readCount()
  memory.fill(map, 0, size)
  if (trees < 2) return trees
  const maxRun: u32 = bitsTake(1) == 0 ? 0 : bitsTake(4) + 1
  if (!readCode(scratchCode, trees + maxRun)) return 0
  let i: u32 = 0
  while (i < size) {
    const symbol = codeDecode(scratchCode)
    if (symbol < 0 || inputShort) return 0
    if (symbol == 0) {
      i++
    } else if (<u32>symbol <= maxRun) {
      i += (1 << symbol) + bitsTake(symbol)
      if (i > size) return 0
    } else {
      store<u8>(map + i++, <u8>(<u32>symbol - maxRun))
    }
  }
  if (bitsTake(1) != 0) inverseMoveToFront(map, size)
  return inputShort ? 0 : trees
}

function inverseMoveToFront(map: usize, size: u32): void {
  const order = codeLengths
  for (let i: u32 = 0; i < 256; i++) store<u8>(order + i, <u8>i)
  for (let i: u32 = 0; i < size; i++) {
    const index = <usize>load<u8>(map + i)
    const value = load<u8>(order + index)
    store<u8>(map + i, value)
    memory.copy(order + 1, order, index)
    store<u8>(order, value)
  }
}

function readBlockCount(category: u32): bool {
  const code = codeDecode(countCodes + COUNT_CODE_SIZE * category)
  if (code < 0) return false
  const count = <u32>load<u16>(COUNT_BASE + (code << 1)) + bitsTake(load<u8>(COUNT_EXTRA + code))
  store<u32>(blockLeft + (category << 2), count)
  return !inputShort
}

/** Uses one symbol of the category's current block, after a switch to the next when it is used up. */
function blockStep(category: u32): bool {
  const at = <usize>category << 2
  if (load<u32>(blockLeft + at) == 0) {
    const types = load<u32>(typeCount + at)
    // With one type there is no code to switch by; 2^24 symbols are more than a meta-block has.
    if (types < 2) return false
    const code = codeDecode(typeCodes + TYPE_CODE_SIZE * category)
    if (code < 0) return false
    const current = load<u32>(blockType + at)
    let next: u32 = code == 0 ? load<u32>(lastBlockType + at) : code == 1 ? current + 1 : <u32>code - 2
    if (next >= types) next -= types
    store<u32>(lastBlockType + at, current)
    store<u32>(blockType + at, next)
    if (!readBlockCount(category)) return false
  }
  store<u32>(blockLeft + at, load<u32>(blockLeft + at) - 1)
  return true
}

function literals(count: usize): i32 {
  for (; count > 0; count--) {
    if (!blockStep(0)) return BROTLI_CORRUPT
    const type = load<u32>(blockType)
    const last: usize = cursor > start ? load<u8>(cursor - 1) : 0
    const second: usize = cursor > start + 1 ? load<u8>(cursor - 2) : 0
    const context = literalContext(load<u8>(contextModes + type), last, second)
    const tree = <usize>load<u8>(literalMap + (type << 6) + context)
    const literal = codeDecode(literalCodes + LITERAL_CODE_SIZE * tree)
    if (literal < 0 || inputShort) return BROTLI_CORRUPT
    if (cursor == limit) return BROTLI_LIMIT
    store<u8>(cursor++, <u8>literal)
  }
  return BROTLI_OK
}

/** Section 7.1. */
function literalContext(mode: u32, last: usize, second: usize): u32 {
  if (mode == 0) return <u32>last & 0x3f
  if (mode == 1) return <u32>last >> 2
  if (mode == 2) return load<u8>(LUT0 + last) | load<u8>(LUT1 + second)
  return (<u32>load<u8>(LUT2 + last) << 3) | load<u8>(LUT2 + second)
}

/** Copies `length` bytes from earlier output, or a dictionary word of that length, transformed. */
function reference(length: usize, implicit: bool, end: usize): i32 {
  let code: u32 = 0
  if (!implicit) {
    if (!blockStep(2)) return BROTLI_CORRUPT
    const context: usize = length > 4 ? 3 : length - 2
    const tree = <usize>load<u8>(distanceMap + (load<u32>(blockType, 8) << 2) + context)
    const symbol = codeDecode(distanceCodes + DISTANCE_CODE_SIZE * tree)
    if (symbol < 0) return BROTLI_CORRUPT
    code = symbol
  }
  const distance = readDistance(code)
  if (inputShort || distance <= 0) return BROTLI_CORRUPT
  const produced = cursor - start
  const reach = produced < window ? produced : window
  if (<u64>distance > <u64>reach) return word(<u64>distance - <u64>reach - 1, length, end)
  if (code != 0) {
    ringAt = (ringAt + 1) & 3
    store<u32>(ring + (ringAt << 2), <u32>distance)
  }
  if (length > end - cursor) return BROTLI_CORRUPT
  let status = BROTLI_OK
  if (length > limit - cursor) {
    length = limit - cursor
    status = BROTLI_LIMIT
  }
  // Byte by byte: source and destination may overlap, and then repeat.
  for (const stop = cursor + length; cursor < stop; cursor++) {
    store<u8>(cursor, load<u8>(cursor - <usize>distance))
  }
  return status
}

/** Section 4. Zero or less for what is not a distance. */
function readDistance(code: u32): i64 {
  if (code < 16) {
    const index = (ringAt - load<u8>(SHORT_INDEX + code)) & 3
    return <i64>load<u32>(ring + (index << 2)) + <i64>load<i8>(SHORT_DELTA + code)
  }
  if (code < 16 + directCodes) return <i64>code - 15
  const rest = code - 16 - directCodes
  const extraBits = 1 + (rest >> (postfixBits + 1))
  const high = rest >> postfixBits
  const low = rest & ((1 << postfixBits) - 1)
  const offset = (<i64>(2 + (high & 1)) << extraBits) - 4
  return ((offset + <i64>bitsTake(extraBits)) << postfixBits) + <i64>low + <i64>directCodes + 1
}

/** Section 8: word `id` of the static dictionary, through its transform. */
function word(id: u64, length: usize, end: usize): i32 {
  if (length < DICTIONARY_MIN || length > DICTIONARY_MAX) return BROTLI_CORRUPT
  const wordBits = <u64>load<u8>(WORD_BITS + length)
  const transform = id >> wordBits
  if (transform >= TRANSFORM_COUNT) return BROTLI_CORRUPT
  const index = <usize>(id & ((<u64>1 << wordBits) - 1))
  const source = DICTIONARY + load<u32>(WORD_OFFSET + (length << 2)) + index * length
  const size = transformWord(source, length, <u32>transform)
  if (size > end - cursor) return BROTLI_CORRUPT
  if (size > limit - cursor) {
    memory.copy(cursor, transformed, limit - cursor)
    cursor = limit
    return BROTLI_LIMIT
  }
  memory.copy(cursor, transformed, size)
  cursor += size
  return BROTLI_OK
}

// A word of 24 bytes with the longest prefix and suffix.
const transformed: usize = memory.data(64, 8)

/** Writes the transformed word to `transformed`; returns its length. */
function transformWord(source: usize, length: usize, transform: u32): usize {
  let entry = TRANSFORMS
  for (let i: u32 = 0; i < transform; i++) {
    const suffix = entry + 2 + load<u8>(entry)
    entry = suffix + 1 + load<u8>(suffix)
  }
  const prefixLength = <usize>load<u8>(entry)
  memory.copy(transformed, entry + 1, prefixLength)
  entry += 1 + prefixLength
  const kind = <u32>load<u8>(entry++)
  if (kind > T_UPPERCASE_ALL) {
    const omitted = min<usize>(kind - T_UPPERCASE_ALL, length)
    source += omitted
    length -= omitted
  } else if (kind < T_UPPERCASE_FIRST) {
    length -= min<usize>(kind, length)
  }
  const body = transformed + prefixLength
  memory.copy(body, source, length)
  if (kind == T_UPPERCASE_FIRST) uppercase(body, length)
  if (kind == T_UPPERCASE_ALL) {
    for (let i: usize = 0; i < length; ) i += uppercase(body + i, length - i)
  }
  const suffixLength = <usize>load<u8>(entry)
  memory.copy(body + length, entry + 1, suffixLength)
  return prefixLength + length + suffixLength
}

/** Section 8, "ferment" one UTF-8 character; returns the bytes it has by its first byte. */
function uppercase(ptr: usize, available: usize): usize {
  const first = load<u8>(ptr)
  if (available == 0) return 1
  if (first < 0xc0) {
    if (first >= 0x61 && first <= 0x7a) store<u8>(ptr, first ^ 32)
    return 1
  }
  if (first < 0xe0) {
    if (available > 1) store<u8>(ptr, load<u8>(ptr, 1) ^ 32, 1)
    return 2
  }
  if (available > 2) store<u8>(ptr, load<u8>(ptr, 2) ^ 5, 2)
  return 3
}
