// Decoding of contract code into records of 8 bytes, one for each instruction: u16 handler, u16 aux, u32
// immediate. A fused record (fuse.ts) stands for several instructions; the records of the later ones are there as
// well, for jumps into them. Pages of 64 bytes are decoded when they are reached: a zero record calls `decodeAt`.
// In traced form nothing is fused, a trace record precedes each instruction, and all is decoded at once.

import { SPEC_CANCUN, SPEC_SHANGHAI } from '../../shared/abi'
import {
  CODE_BYTES,
  CODE_INSTRUCTIONS,
  CODE_LENGTH,
  CODE_RECORDS,
  clearRecords,
  recordAlloc,
  recordRoom,
} from './code'
import { envSpec } from './env'
import { fuse } from './fuse'
import { instructionSize, pageOf, pageRank, pageStarts, preparePage } from './map'
import {
  H_STOP,
  H_TRACE,
  H_TRACED_JUMP,
  H_TRACED_JUMPI,
  OP_BLOBBASEFEE,
  OP_DUP1,
  OP_DUP16,
  OP_INVALID,
  OP_JUMP,
  OP_JUMPI,
  OP_LOG0,
  OP_LOG4,
  OP_MCOPY,
  OP_PC,
  OP_PUSH0,
  OP_PUSH1,
  OP_PUSH32,
  OP_PUSH4,
  OP_STOP,
  OP_SWAP1,
  OP_SWAP16,
  OP_TLOAD,
} from './opcodes'

const RECORD: usize = 8
const RECORD_AUX: usize = 2
const RECORD_IMMEDIATE: usize = 4

/** Most that the constants of one page take: PUSH5 and longer, six bytes of code each at least. */
const PAGE_CONSTANTS: usize = 12 * 32

// The code being decoded.
let code: usize = 0
let length: usize = 0

/** Room that the records of an entry take; those of traced form with their constants. */
export function recordsSize(entry: usize, traced: bool): usize {
  const instructions = <usize>load<u32>(entry, CODE_INSTRUCTIONS)
  return traced ? tracedSize(instructions, load<u32>(entry, CODE_LENGTH)) : pagedSize(instructions)
}

/** Upper bound of `recordsSize` for code of this length. */
export function mostRecordsSize(size: usize, traced: bool): usize {
  return traced ? tracedSize(size, size) : pagedSize(size)
}

function pagedSize(instructions: usize): usize {
  return (instructions + 1) * RECORD + PAGE_CONSTANTS
}

function tracedSize(instructions: usize, size: usize): usize {
  return (instructions + 1) * 2 * RECORD + (size / 6 + 1) * 32
}

/** Places the records of an entry, none of them decoded; the first page is initialised. */
export function openPages(entry: usize): usize {
  const records = recordAlloc((<usize>load<u32>(entry, CODE_INSTRUCTIONS) + 1) * RECORD)
  store<u32>(entry, <u32>records, CODE_RECORDS)
  preparePage(entry, 0)
  return records
}

/**
 * Decodes the page of the record with this number. False when there was no room for its constants: the records were
 * emptied and the frame has to be opened anew.
 */
export function decodeAt(entry: usize, index: u32): bool {
  if (recordRoom() < PAGE_CONSTANTS) {
    clearRecords()
    return false
  }
  begin(entry)
  const records = <usize>load<u32>(entry, CODE_RECORDS)
  const page = pageOf(entry, index)
  preparePage(entry, page)
  let record = records + <usize>pageRank(entry, page) * RECORD
  for (let starts = pageStarts(entry, page); starts != 0; starts &= starts - 1) {
    const pc = (page << 6) + <usize>ctz(starts)
    const opcode = <u32>load<u8>(code + pc)
    if (!fuse(entry, records, record, pc, opcode)) writeInstruction(records, record, pc, opcode)
    record += RECORD
  }
  if (page == length >> 6) writeRecord(record, H_STOP, 0, 0)
  return true
}

/** Places and writes the records of the traced form. */
export function writeTraced(entry: usize): usize {
  begin(entry)
  const records = recordAlloc((<usize>load<u32>(entry, CODE_INSTRUCTIONS) + 1) * 2 * RECORD)
  let record = records
  let pc: usize = 0
  while (pc < length) {
    const opcode = <u32>load<u8>(code + pc)
    writeRecord(record, H_TRACE, opcode, <u32>pc)
    record += RECORD
    if (opcode == OP_JUMP) writeRecord(record, H_TRACED_JUMP, 0, 0)
    else if (opcode == OP_JUMPI) writeRecord(record, H_TRACED_JUMPI, 0, 0)
    else writeInstruction(records, record, pc, opcode)
    record += RECORD
    pc += instructionSize(opcode)
  }
  writeRecord(record, H_TRACE, OP_STOP, <u32>length)
  writeRecord(record + RECORD, H_STOP, 0, 0)
  return records
}

function begin(entry: usize): void {
  code = load<u32>(entry, CODE_BYTES)
  length = load<u32>(entry, CODE_LENGTH)
}

// @ts-ignore: decorator
@inline
export function writeRecord(record: usize, handler: u32, aux: u32, immediate: u32): void {
  store<u16>(record, <u16>handler)
  store<u16>(record, <u16>aux, RECORD_AUX)
  store<u32>(record, immediate, RECORD_IMMEDIATE)
}

function writeInstruction(records: usize, record: usize, pc: usize, opcode: u32): void {
  if (opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1) {
    const size = <usize>(opcode - OP_PUSH0)
    if (opcode <= OP_PUSH4) writeRecord(record, OP_PUSH1, 0, immediate(pc + 1, size))
    else writeRecord(record, OP_PUSH32, 0, <u32>(constant(pc + 1, size) - records))
  } else if (opcode - OP_DUP1 <= OP_DUP16 - OP_DUP1) {
    writeRecord(record, OP_DUP1, (opcode - OP_DUP1) << 5, 0)
  } else if (opcode - OP_SWAP1 <= OP_SWAP16 - OP_SWAP1) {
    writeRecord(record, OP_SWAP1, (opcode - OP_SWAP1 + 1) << 5, 0)
  } else if (opcode - OP_LOG0 <= OP_LOG4 - OP_LOG0) {
    writeRecord(record, OP_LOG0, opcode - OP_LOG0, 0)
  } else if (opcode == OP_PC) {
    writeRecord(record, OP_PC, 0, <u32>pc)
  } else {
    writeRecord(record, handlerOf(opcode), 0, 0)
  }
}

// @ts-ignore: decorator
@inline
function handlerOf(opcode: u32): u32 {
  // Handler 0 means that the record is not decoded.
  if (opcode == OP_STOP) return H_STOP
  return defined(opcode) ? opcode : OP_INVALID
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
export function immediate(pc: usize, size: usize): u32 {
  let value: u32 = 0
  for (let i: usize = 0; i < size; i++) value = (value << 8) | (pc + i < length ? <u32>load<u8>(code + pc + i) : 0)
  return value
}

/** Puts up to 32 big-endian bytes of code into the constant pool as a word. */
export function constant(pc: usize, size: usize): usize {
  const word = recordAlloc(32)
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
export function opcodeAt(pc: usize): u32 {
  return pc < length ? <u32>load<u8>(code + pc) : OP_STOP
}
