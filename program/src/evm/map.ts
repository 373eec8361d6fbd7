// Instruction maps: which bytes of code begin an instruction, and the number of the record that stands for it.
// For each 64 bytes of code, a page, 16 bytes: u64 bits of instruction starts, u32 number of instructions before,
// u32 stamp. The stamp says for which generation of records the page's own are initialised, to zero at least, and
// whether the next page's are as well: a jump lands behind its JUMPDEST, a fused record may lead there.

import { CODE_BYTES, CODE_INSTRUCTIONS, CODE_LENGTH, CODE_MAP, CODE_RECORDS, recordGeneration } from './code'
import { OP_JUMPDEST, OP_PUSH0, OP_PUSH1, OP_PUSH32 } from './opcodes'

const MAP_RANK: usize = 8
const MAP_STAMP: usize = 12

/** Bytes of the map of `length` bytes of code; the last page may be empty. */
// @ts-ignore: decorator
@inline
export function mapSize(length: usize): usize {
  return ((length >> 6) + 1) << 4
}

/** Bytes that an instruction takes with its immediate. */
// @ts-ignore: decorator
@inline
export function instructionSize(opcode: u32): usize {
  return opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1 ? <usize>(opcode - OP_PUSH0 + 1) : 1
}

/** Whether none of 8 bytes of code is a PUSH1 to PUSH32, 0x60 to 0x7f. */
// @ts-ignore: decorator
@inline
function hasNoPush(bytes: u64): bool {
  const differs = (bytes & 0xe0e0e0e0e0e0e0e0) ^ 0x6060606060606060
  // A byte of `differs` is 0 for a PUSH.
  return ((differs - 0x0101010101010101) & ~differs & 0x8080808080808080) == 0
}

/** Writes the map of an entry and returns the number of instructions. */
export function mapInstructions(entry: usize): u32 {
  const code = <usize>load<u32>(entry, CODE_BYTES)
  const length = <usize>load<u32>(entry, CODE_LENGTH)
  const map = <usize>load<u32>(entry, CODE_MAP)
  let count: u32 = 0
  let pc: usize = 0
  for (let page: usize = 0; page <= length >> 6; page++) {
    const end = min((page + 1) << 6, length)
    let starts: u64 = 0
    while (pc < end) {
      if (end - pc >= 8 && hasNoPush(load<u64>(code + pc))) {
        starts |= (<u64>0xff) << (<u64>pc & 63)
        pc += 8
      } else {
        starts |= (<u64>1) << (<u64>pc & 63)
        pc += instructionSize(load<u8>(code + pc))
      }
    }
    const at = map + (page << 4)
    store<u64>(at, starts)
    store<u32>(at, count, MAP_RANK)
    store<u32>(at, 0, MAP_STAMP)
    count += <u32>popcnt(starts)
  }
  return count
}

/** Bits of the instruction starts of a page. */
// @ts-ignore: decorator
@inline
export function pageStarts(entry: usize, page: usize): u64 {
  return load<u64>(<usize>load<u32>(entry, CODE_MAP) + (page << 4))
}

/** Number of the first instruction of a page. */
// @ts-ignore: decorator
@inline
export function pageRank(entry: usize, page: usize): u32 {
  return load<u32>(<usize>load<u32>(entry, CODE_MAP) + (page << 4), MAP_RANK)
}

/** The page of the instruction with this number; the last one for the number behind all. */
export function pageOf(entry: usize, index: u32): usize {
  let low: usize = 0
  let high = <usize>load<u32>(entry, CODE_LENGTH) >> 6
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pageRank(entry, middle) <= index) low = middle
    else high = middle - 1
  }
  return low
}

/** Number of the instruction behind the JUMPDEST at `pc`; 0 when there is no JUMPDEST. */
// @ts-ignore: decorator
@inline
export function instructionBehind(entry: usize, pc: u64): u32 {
  if (pc >= <u64>load<u32>(entry, CODE_LENGTH)) return 0
  const at = <usize>load<u32>(entry, CODE_MAP) + ((<usize>pc >> 6) << 4)
  const bit = (<u64>1) << (pc & 63)
  const starts = load<u64>(at)
  if (load<u8>(<usize>load<u32>(entry, CODE_BYTES) + <usize>pc) != <u8>OP_JUMPDEST || (starts & bit) == 0) return 0
  return load<u32>(at, MAP_RANK) + <u32>popcnt(starts & (bit - 1)) + 1
}

/** As `instructionBehind`, and the record with that number is initialised. The entry has records, not traced ones. */
// @ts-ignore: decorator
@inline
export function recordBehind(entry: usize, pc: u64): u32 {
  const behind = instructionBehind(entry, pc)
  if (behind != 0) {
    const page = <usize>pc >> 6
    const stamp = load<u32>(<usize>load<u32>(entry, CODE_MAP) + (page << 4), MAP_STAMP)
    if (stamp != ((recordGeneration << 1) | 1)) preparePage(entry, page)
  }
  return behind
}

/** Initialises the records of a page and of the one behind it. */
export function preparePage(entry: usize, page: usize): void {
  const at = <usize>load<u32>(entry, CODE_MAP) + (page << 4)
  const prepared = (recordGeneration << 1) | 1
  if (load<u32>(at, MAP_STAMP) == prepared) return
  initialisePage(entry, page)
  if (page < <usize>load<u32>(entry, CODE_LENGTH) >> 6) initialisePage(entry, page + 1)
  store<u32>(at, prepared, MAP_STAMP)
}

/** Zeroes the records of a page unless that was done in this generation. */
function initialisePage(entry: usize, page: usize): void {
  const at = <usize>load<u32>(entry, CODE_MAP) + (page << 4)
  if (load<u32>(at, MAP_STAMP) >> 1 == recordGeneration) return
  store<u32>(at, recordGeneration << 1, MAP_STAMP)
  const first = pageRank(entry, page)
  // The last page has the record of the implicit STOP.
  const isLast = page == <usize>load<u32>(entry, CODE_LENGTH) >> 6
  const end = isLast ? load<u32>(entry, CODE_INSTRUCTIONS) + 1 : pageRank(entry, page + 1)
  memory.fill(<usize>load<u32>(entry, CODE_RECORDS) + (<usize>first << 3), 0, <usize>(end - first) << 3)
}
