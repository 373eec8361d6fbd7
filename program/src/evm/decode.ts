// Decoding of contract code into records of 8 bytes, one for each instruction: u16 handler, u16 aux, u32
// immediate. A fused record stands for several instructions; the records of the later ones are there as well,
// for jumps into them. In traced form nothing is fused and a trace record precedes each instruction.
//
// The instruction map turns a pc into a record: for each 64 bytes of code 16 bytes, u64 bits of instruction
// starts, u32 number of instructions before.

import { SPEC_CANCUN, SPEC_SHANGHAI } from '../../shared/abi'
import { CODE_BYTES, CODE_LENGTH, CODE_MAP, CODE_RECORDS, CODE_TRACED, codeAlloc } from './code'
import { envSpec } from './env'
import {
  H_DUP_ADD,
  H_DUP_AND,
  H_DUP_DUP,
  H_DUP_LT,
  H_DUP_MLOAD,
  H_DUP_MSTORE,
  H_DUP_PUSH_JUMPI,
  H_DUP_SUB,
  H_DUP_SWAP1,
  H_ISZERO_PUSH_JUMPI,
  H_LT_JUMPI,
  H_POP_JUMP,
  H_POP_POP,
  H_PUSH32_AND,
  H_PUSH_ADD,
  H_PUSH_AND,
  H_PUSH_DUP,
  H_PUSH_JUMP,
  H_PUSH_JUMPI,
  H_PUSH_MLOAD,
  H_PUSH_MSTORE,
  H_PUSH_SHL,
  H_PUSH_SHR,
  H_PUSH_SUB,
  H_SWAP1_POP,
  H_SWAP_POP,
  H_TRACE,
  H_TRACED_JUMP,
  H_TRACED_JUMPI,
  OP_ADD,
  OP_AND,
  OP_BLOBBASEFEE,
  OP_DUP1,
  OP_DUP16,
  OP_EQ,
  OP_INVALID,
  OP_ISZERO,
  OP_JUMP,
  OP_JUMPDEST,
  OP_JUMPI,
  OP_LOG0,
  OP_LOG4,
  OP_LT,
  OP_MCOPY,
  OP_MLOAD,
  OP_MSTORE,
  OP_PC,
  OP_POP,
  OP_PUSH0,
  OP_PUSH1,
  OP_PUSH32,
  OP_PUSH4,
  OP_SHL,
  OP_SHR,
  OP_STOP,
  OP_SUB,
  OP_SWAP1,
  OP_SWAP16,
  OP_TLOAD,
} from './opcodes'

const RECORD: usize = 8
const RECORD_AUX: usize = 2
const RECORD_IMMEDIATE: usize = 4
const MAP_RANK: usize = 8

// The code being decoded.
let code: usize = 0
let length: usize = 0
let map: usize = 0

/** Upper bound of the room that decoding `size` bytes of code takes. */
export function decodedSize(size: usize, traced: bool): usize {
  const records = (size + 1) * (traced ? 2 * RECORD : RECORD)
  // A constant takes 32 bytes for at least 6 bytes of code, which need one record instead of six.
  return records + (size >> 6 << 4) + 64
}

/** Decodes the code of an entry; the cache has `decodedSize` room. */
export function decode(entry: usize, traced: bool): void {
  code = load<u32>(entry, CODE_BYTES)
  length = load<u32>(entry, CODE_LENGTH)
  map = load<u32>(entry, CODE_MAP)
  if (map == 0) {
    map = codeAlloc(((length >> 6) + 1) << 4)
    store<u32>(entry, <u32>map, CODE_MAP)
    mapInstructions()
  }
  const instructions = rank(length)
  const records = codeAlloc((instructions + 1) * (traced ? 2 * RECORD : RECORD))
  if (traced) {
    store<u32>(entry, <u32>records, CODE_TRACED)
    writeTraced(records)
  } else {
    store<u32>(entry, <u32>records, CODE_RECORDS)
    writeRecords(records)
  }
}

function mapInstructions(): void {
  let count: u32 = 0
  let pc: usize = 0
  for (let block: usize = 0; block <= length >> 6; block++) {
    const blockEnd = min((block + 1) << 6, length)
    let starts: u64 = 0
    const before = count
    while (pc < blockEnd) {
      starts |= (<u64>1) << (<u64>pc & 63)
      count++
      const opcode = <u32>load<u8>(code + pc)
      pc += opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1 ? <usize>(opcode - OP_PUSH0 + 1) : 1
    }
    store<u64>(map + (block << 4), starts)
    store<u32>(map + (block << 4), before, MAP_RANK)
  }
}

/** Number of instructions that start before pc. */
// @ts-ignore: decorator
@inline
function rank(pc: usize): usize {
  const block = map + ((pc >> 6) << 4)
  const before = ((<u64>1) << (<u64>pc & 63)) - 1
  return load<u32>(block, MAP_RANK) + <u32>popcnt(load<u64>(block) & before)
}

/**
 * Number of the instruction that is a JUMPDEST at `pc`, below the code's length; -1 when there is none.
 * `at` is the code, `instructions` its map.
 */
// @ts-ignore: decorator
@inline
export function jumpTarget(at: usize, instructions: usize, pc: usize): i32 {
  const block = instructions + ((pc >> 6) << 4)
  const bit = (<u64>1) << (<u64>pc & 63)
  const starts = load<u64>(block)
  if (load<u8>(at + pc) != <u8>OP_JUMPDEST || (starts & bit) == 0) return -1
  return load<u32>(block, MAP_RANK) + <u32>popcnt(starts & (bit - 1))
}

// @ts-ignore: decorator
@inline
function write(record: usize, handler: u32, aux: u32, immediate: u32): void {
  store<u16>(record, <u16>handler)
  store<u16>(record, <u16>aux, RECORD_AUX)
  store<u32>(record, immediate, RECORD_IMMEDIATE)
}

function writeRecords(records: usize): void {
  let record = records
  let pc: usize = 0
  while (pc < length) {
    const opcode = <u32>load<u8>(code + pc)
    const size: usize = opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1 ? <usize>(opcode - OP_PUSH0 + 1) : 1
    if (!fuse(records, record, pc, opcode, pc + size)) writeInstruction(records, record, pc, opcode)
    record += RECORD
    pc += size
  }
  write(record, OP_STOP, 0, 0)
}

function writeTraced(records: usize): void {
  let record = records
  let pc: usize = 0
  while (pc < length) {
    const opcode = <u32>load<u8>(code + pc)
    write(record, H_TRACE, opcode, <u32>pc)
    record += RECORD
    if (opcode == OP_JUMP) write(record, H_TRACED_JUMP, 0, 0)
    else if (opcode == OP_JUMPI) write(record, H_TRACED_JUMPI, 0, 0)
    else writeInstruction(records, record, pc, opcode)
    record += RECORD
    pc += opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1 ? <usize>(opcode - OP_PUSH0 + 1) : 1
  }
  write(record, H_TRACE, OP_STOP, <u32>length)
  write(record + RECORD, OP_STOP, 0, 0)
}

function writeInstruction(records: usize, record: usize, pc: usize, opcode: u32): void {
  if (opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1) {
    const size = <usize>(opcode - OP_PUSH0)
    if (opcode <= OP_PUSH4) write(record, OP_PUSH1, 0, immediate(pc + 1, size))
    else write(record, OP_PUSH32, 0, <u32>(constant(pc + 1, size) - records))
  } else if (opcode - OP_DUP1 <= OP_DUP16 - OP_DUP1) {
    write(record, OP_DUP1, (opcode - OP_DUP1) << 5, 0)
  } else if (opcode - OP_SWAP1 <= OP_SWAP16 - OP_SWAP1) {
    write(record, OP_SWAP1, (opcode - OP_SWAP1 + 1) << 5, 0)
  } else if (opcode - OP_LOG0 <= OP_LOG4 - OP_LOG0) {
    write(record, OP_LOG0, opcode - OP_LOG0, 0)
  } else if (opcode == OP_PC) {
    write(record, OP_PC, 0, <u32>pc)
  } else {
    write(record, defined(opcode) ? opcode : OP_INVALID, 0, 0)
  }
}

/** Whether the rules know an opcode that is no PUSH1.., DUP, SWAP or LOG. */
function defined(opcode: u32): bool {
  switch (opcode >> 4) {
    case 0x0:
      return opcode <= 0x0b
    case 0x1:
      return opcode <= 0x1d
    case 0x2:
      return opcode == 0x20
    case 0x3:
      return true
    case 0x4:
      return opcode <= 0x48 || (opcode <= OP_BLOBBASEFEE && envSpec >= SPEC_CANCUN)
    case 0x5:
      if (opcode == OP_PUSH0) return envSpec >= SPEC_SHANGHAI
      if (opcode >= OP_TLOAD && opcode <= OP_MCOPY) return envSpec >= SPEC_CANCUN
      return true
    case 0xf:
      return opcode <= 0xf5 || opcode == 0xfa || opcode == 0xfd || opcode == 0xff
    default:
      return false
  }
}

/** Up to 4 big-endian bytes of code; zeros follow its end. */
// @ts-ignore: decorator
@inline
function immediate(pc: usize, size: usize): u32 {
  let value: u32 = 0
  for (let i: usize = 0; i < size; i++) value = (value << 8) | (pc + i < length ? <u32>load<u8>(code + pc + i) : 0)
  return value
}

/** Puts up to 32 big-endian bytes of code into the constant pool as a word. */
function constant(pc: usize, size: usize): usize {
  const word = codeAlloc(32)
  store<u64>(word, 0)
  store<u64>(word, 0, 8)
  store<u64>(word, 0, 16)
  store<u64>(word, 0, 24)
  const present = pc < length ? min(size, length - pc) : 0
  for (let i: usize = 0; i < present; i++) store<u8>(word + (size - 1 - i), load<u8>(code + pc + i))
  return word
}

// @ts-ignore: decorator
@inline
function opcodeAt(pc: usize): u32 {
  return pc < length ? <u32>load<u8>(code + pc) : OP_STOP
}

/** Offset of the record behind the JUMPDEST at `target`; 0 when that is none. */
// @ts-ignore: decorator
@inline
function offsetBehind(target: u32): u32 {
  if (<usize>target >= length) return 0
  return <u32>((jumpTarget(code, map, target) + 1) << 3)
}

// @ts-ignore: decorator
@inline
function isPush(opcode: u32): bool {
  return opcode - OP_PUSH1 <= OP_PUSH4 - OP_PUSH1
}

// @ts-ignore: decorator
@inline
function isDup(opcode: u32): bool {
  return opcode - OP_DUP1 <= OP_DUP16 - OP_DUP1
}

// @ts-ignore: decorator
@inline
function isComparison(opcode: u32): bool {
  return opcode - OP_LT <= OP_EQ - OP_LT
}

/** Writes a fused record for the instructions from `pc` on, the second of which is at `second`, if one fits. */
function fuse(records: usize, record: usize, pc: usize, opcode: u32, second: usize): bool {
  if (isPush(opcode)) return fusePush(record, pc, opcode, second)
  const next = opcodeAt(second)
  if (isDup(opcode)) return fuseDup(record, (opcode - OP_DUP1) << 5, second, next)
  if (isComparison(opcode)) return fuseComparison(record, opcode, second)
  if (opcode - OP_SWAP1 <= OP_SWAP16 - OP_SWAP1 && next == OP_POP) {
    write(record, opcode == OP_SWAP1 ? H_SWAP1_POP : H_SWAP_POP, (opcode - OP_SWAP1 + 1) << 5, 0)
    return true
  }
  if (opcode == OP_ISZERO) {
    const offset = branchTarget(second)
    if (offset == 0) return false
    write(record, isBehind ? H_ISZERO_PUSH_JUMPI + 1 : H_ISZERO_PUSH_JUMPI, 0, offset)
    return true
  }
  if (opcode == OP_POP && (next == OP_POP || next == OP_JUMP)) {
    write(record, next == OP_POP ? H_POP_POP : H_POP_JUMP, 0, 0)
    return true
  }
  if (opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1 && next == OP_AND) {
    write(record, H_PUSH32_AND, 0, <u32>(constant(pc + 1, <usize>(opcode - OP_PUSH0)) - records))
    return true
  }
  return false
}

/** Whether the last `branchTarget` lies behind the instruction that jumps there. */
let isBehind: bool = false

/** Offset of the record behind the target of PUSH1..PUSH4, JUMPI at `pc`; 0 when the code there is another. */
function branchTarget(pc: usize): u32 {
  const opcode = opcodeAt(pc)
  if (!isPush(opcode)) return 0
  const size = <usize>(opcode - OP_PUSH0)
  if (opcodeAt(pc + 1 + size) != OP_JUMPI) return 0
  const target = immediate(pc + 1, size)
  isBehind = <usize>target <= pc
  return offsetBehind(target)
}

function fusePush(record: usize, pc: usize, opcode: u32, second: usize): bool {
  const value = immediate(pc + 1, <usize>(opcode - OP_PUSH0))
  const next = opcodeAt(second)
  if (isDup(next)) {
    // DUP1 would repeat the push.
    if (next == OP_DUP1) return false
    write(record, H_PUSH_DUP, (next - OP_DUP1 - 1) << 5, value)
    return true
  }
  let handler: u32
  switch (next) {
    case OP_JUMP:
    case OP_JUMPI: {
      const offset = offsetBehind(value)
      if (offset == 0) return false
      handler = next == OP_JUMP ? H_PUSH_JUMP : H_PUSH_JUMPI
      write(record, <usize>value > pc ? handler : handler + 1, 0, offset)
      return true
    }
    case OP_ADD:
      handler = H_PUSH_ADD
      break
    case OP_SUB:
      handler = H_PUSH_SUB
      break
    case OP_AND:
      handler = H_PUSH_AND
      break
    case OP_SHL:
      handler = H_PUSH_SHL
      break
    case OP_SHR:
      handler = H_PUSH_SHR
      break
    case OP_MLOAD:
      handler = H_PUSH_MLOAD
      break
    case OP_MSTORE:
      handler = H_PUSH_MSTORE
      break
    default:
      return false
  }
  if ((next == OP_SHL || next == OP_SHR) && value > 255) return false
  write(record, handler, 0, value)
  return true
}

/** A DUP of the word at `offset` and what follows. */
function fuseDup(record: usize, offset: u32, second: usize, next: u32): bool {
  if (isDup(next)) {
    write(record, H_DUP_DUP, offset, (next - OP_DUP1) << 5)
    return true
  }
  const target = branchTarget(second)
  if (target != 0 && !isBehind) {
    write(record, H_DUP_PUSH_JUMPI, offset, target)
    return true
  }
  let handler: u32
  switch (next) {
    case OP_ADD:
      handler = H_DUP_ADD
      break
    case OP_SUB:
      handler = H_DUP_SUB
      break
    case OP_LT:
      // Better with the branch that follows it.
      if (comparisonLength(second + 1) != 0) return false
      handler = H_DUP_LT
      break
    case OP_AND:
      handler = H_DUP_AND
      break
    case OP_MLOAD:
      handler = H_DUP_MLOAD
      break
    case OP_MSTORE:
      handler = H_DUP_MSTORE
      break
    case OP_SWAP1:
      // DUP1 SWAP1 is DUP1.
      handler = H_DUP_SWAP1
      break
    default:
      return false
  }
  write(record, handler, offset, 0)
  return true
}

/** Records from a comparison to its JUMPI, whose operands begin at `pc`; 0 when no forward branch follows. */
function comparisonLength(pc: usize): u32 {
  const negated = opcodeAt(pc) == OP_ISZERO
  const target = branchTarget(negated ? pc + 1 : pc)
  return target == 0 || isBehind ? 0 : negated ? 4 : 3
}

function fuseComparison(record: usize, opcode: u32, second: usize): bool {
  const records = comparisonLength(second)
  if (records == 0) return false
  const target = branchTarget(records == 4 ? second + 1 : second)
  write(record, H_LT_JUMPI + (opcode - OP_LT), records == 4 ? 1 : 0, target)
  return true
}
