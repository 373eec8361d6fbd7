// Instructions, decoded once into 16-byte records: u16 operation, u16 rd, rs1, rs2 (as offsets into the
// register file), i64 immediate. A page's 1024 records are followed by one that leads to the next page.

import {
  OP_ADD,
  OP_ADDI,
  OP_ADDIW,
  OP_ADDW,
  OP_AND,
  OP_ANDI,
  OP_BAD,
  OP_BEQ,
  OP_BEQ_FAR,
  OP_CONSTANT,
  OP_DIV,
  OP_DIVU,
  OP_DIVUW,
  OP_DIVW,
  OP_EBREAK,
  OP_ECALL,
  OP_FENCE,
  OP_JAL,
  OP_JAL_FAR,
  OP_JALR,
  OP_LB,
  OP_MUL,
  OP_MULW,
  OP_NEXT_PAGE,
  OP_OR,
  OP_ORI,
  OP_REMUW,
  OP_REMW,
  OP_SB,
  OP_SLL,
  OP_SLLI,
  OP_SLLIW,
  OP_SLLW,
  OP_SLT,
  OP_SLTI,
  OP_SLTIU,
  OP_SLTU,
  OP_SRA,
  OP_SRAI,
  OP_SRAIW,
  OP_SRAW,
  OP_SRL,
  OP_SRLI,
  OP_SRLIW,
  OP_SRLW,
  OP_SUB,
  OP_SUBW,
  OP_XOR,
  OP_XORI,
} from './operations'

export const RECORD_SIZE: usize = 16
/** Offset of the slot that takes what is written to x0. */
const SINK: u32 = 32 << 3

/** Decodes a page of 1024 words at `bytes`, guest address `base`, to `code`. */
export function decodePage(code: usize, bytes: usize, base: u64): void {
  for (let at: usize = 0; at < 4096; at += 4) {
    decodeWord(code + (at << 2), load<u32>(bytes + at), base + at)
  }
  store<u16>(code + (4096 << 2), OP_NEXT_PAGE)
}

/** Decodes the instruction `word` at guest address `pc` to the record `at`. Strict: docs/riscv.md, "Instructions". */
export function decodeWord(at: usize, word: u32, pc: u64): void {
  const f3 = (word >> 12) & 7
  const f7 = word >> 25
  const immediateI = <i64>(<i32>word >> 20)
  const immediateU = <i64>(<i32>(word & 0xfffff000))
  switch (word & 0x7f) {
    case 0x37:
      return record(at, word, OP_CONSTANT, immediateU)
    case 0x17:
      return record(at, word, OP_CONSTANT, immediateU + <i64>pc)
    case 0x6f:
      return jal(at, word, pc)
    case 0x67:
      if (f3 != 0) break
      // The link in the immediate's place, the immediate in that of rs2.
      record(at, word, OP_JALR, <i64>(pc + 4))
      store<u16>(at, <u16>immediateI, 6)
      return
    case 0x63:
      return branch(at, word, f3, pc)
    case 0x03:
      if (f3 == 7) break
      return record(at, word, <u16>(OP_LB + f3), immediateI)
    case 0x23:
      if (f3 > 3) break
      return record(
        at,
        word,
        <u16>(OP_SB + f3),
        <i64>((<i32>(word & 0xfe000000) >> 20) | <i32>((word >> 7) & 31)),
      )
    case 0x13:
      return immediateOperation(at, word, f3, immediateI)
    case 0x1b:
      return wordImmediateOperation(at, word, f3, f7, immediateI)
    case 0x33:
      return registerOperation(at, word, f3, f7)
    case 0x3b:
      return wordRegisterOperation(at, word, f3, f7)
    case 0x0f:
      if (f3 > 1) break
      return record(at, word, OP_FENCE, 0)
    case 0x73:
      if (word == 0x00000073) return record(at, word, OP_ECALL, 0)
      if (word == 0x00100073) return record(at, word, OP_EBREAK, 0)
      break
  }
  record(at, word, OP_BAD, 0)
}

function record(at: usize, word: u32, operation: u16, immediate: i64): void {
  const rd = (word >> 7) & 31
  store<u16>(at, operation)
  store<u16>(at, <u16>(rd == 0 ? SINK : rd << 3), 2)
  store<u16>(at, <u16>(((word >> 15) & 31) << 3), 4)
  store<u16>(at, <u16>(((word >> 20) & 31) << 3), 6)
  store<i64>(at, immediate, 8)
}

/** Distance between records; 0 when the target is in another page, or none. */
function near(pc: u64, target: u64): i32 {
  if ((pc ^ target) >> 12 != 0 || (target & 3) != 0) return 0
  // An instruction that jumps to itself has the distance 0, too: it takes the far way, which is right for any.
  return (<i32>(target & 4095) - <i32>(pc & 4095)) << 2
}

function jal(at: usize, word: u32, pc: u64): void {
  const offset = <i64>(
    ((<i32>(word & 0x80000000) >> 11) |
      <i32>(word & 0xff000) |
      <i32>((word >> 9) & 0x800) |
      <i32>((word >> 20) & 0x7fe))
  )
  const target = pc + offset
  const distance = near(pc, target)
  if (distance == 0) {
    record(at, word, OP_JAL_FAR, <i64>target)
    return
  }
  // The link in the immediate's place, the distance in that of rs1 and rs2.
  record(at, word, OP_JAL, <i64>(pc + 4))
  store<i32>(at, distance, 4)
}

function branch(at: usize, word: u32, f3: u32, pc: u64): void {
  if (f3 == 2 || f3 == 3) return record(at, word, OP_BAD, 0)
  const offset = <i64>(
    ((<i32>(word & 0x80000000) >> 19) |
      <i32>((word & 0x80) << 4) |
      <i32>((word >> 20) & 0x7e0) |
      <i32>((word >> 7) & 0x1e))
  )
  const which = f3 < 2 ? f3 : f3 - 2
  const target = pc + offset
  const distance = near(pc, target)
  if (distance == 0) record(at, word, <u16>(OP_BEQ_FAR + which), <i64>target)
  else record(at, word, <u16>(OP_BEQ + which), <i64>distance)
}

function immediateOperation(at: usize, word: u32, f3: u32, immediate: i64): void {
  const f6 = word >> 26
  const count = <i64>((word >> 20) & 63)
  switch (f3) {
    case 0:
      return record(at, word, OP_ADDI, immediate)
    case 1:
      return record(at, word, f6 == 0 ? OP_SLLI : OP_BAD, count)
    case 2:
      return record(at, word, OP_SLTI, immediate)
    case 3:
      return record(at, word, OP_SLTIU, immediate)
    case 4:
      return record(at, word, OP_XORI, immediate)
    case 5:
      return record(at, word, f6 == 0 ? OP_SRLI : f6 == 0x10 ? OP_SRAI : OP_BAD, count)
    case 6:
      return record(at, word, OP_ORI, immediate)
    default:
      return record(at, word, OP_ANDI, immediate)
  }
}

function wordImmediateOperation(at: usize, word: u32, f3: u32, f7: u32, immediate: i64): void {
  const count = <i64>((word >> 20) & 31)
  if (f3 == 0) return record(at, word, OP_ADDIW, immediate)
  if (f3 == 1 && f7 == 0) return record(at, word, OP_SLLIW, count)
  if (f3 == 5 && f7 == 0) return record(at, word, OP_SRLIW, count)
  if (f3 == 5 && f7 == 0x20) return record(at, word, OP_SRAIW, count)
  record(at, word, OP_BAD, 0)
}

function registerOperation(at: usize, word: u32, f3: u32, f7: u32): void {
  if (f7 == 1) return record(at, word, <u16>(OP_MUL + f3), 0)
  if (f7 == 0x20 && f3 == 0) return record(at, word, OP_SUB, 0)
  if (f7 == 0x20 && f3 == 5) return record(at, word, OP_SRA, 0)
  if (f7 != 0) return record(at, word, OP_BAD, 0)
  switch (f3) {
    case 0:
      return record(at, word, OP_ADD, 0)
    case 1:
      return record(at, word, OP_SLL, 0)
    case 2:
      return record(at, word, OP_SLT, 0)
    case 3:
      return record(at, word, OP_SLTU, 0)
    case 4:
      return record(at, word, OP_XOR, 0)
    case 5:
      return record(at, word, OP_SRL, 0)
    case 6:
      return record(at, word, OP_OR, 0)
    default:
      return record(at, word, OP_AND, 0)
  }
}

function wordRegisterOperation(at: usize, word: u32, f3: u32, f7: u32): void {
  let operation: u16 = OP_BAD
  if (f7 == 0) {
    if (f3 == 0) operation = OP_ADDW
    else if (f3 == 1) operation = OP_SLLW
    else if (f3 == 5) operation = OP_SRLW
  } else if (f7 == 0x20) {
    if (f3 == 0) operation = OP_SUBW
    else if (f3 == 5) operation = OP_SRAW
  } else if (f7 == 1) {
    if (f3 == 0) operation = OP_MULW
    else if (f3 == 4) operation = OP_DIVW
    else if (f3 == 5) operation = OP_DIVUW
    else if (f3 == 6) operation = OP_REMW
    else if (f3 == 7) operation = OP_REMUW
  }
  record(at, word, operation, 0)
}
