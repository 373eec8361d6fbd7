// The run loop: one table jump an instruction. `ip` points to the record, `block` to the records of its page,
// whose guest address is `base`.

import { div, divu, divuw, divw, mulh, mulhsu, mulhu, rem, remu, remuw, remw } from './arithmetic'
import {
  ECALL_DONE,
  ECALL_EXIT,
  ECALL_OUTPUT,
  ECALL_PREIMAGE,
  EXIT_OUT_OF_RANGE,
  ecall,
  ecallExitCode,
} from './ecall'
import { BAD_PC_RECORD, CODE_TABLE, NO_MEMORY_RECORD, READ_TABLE, REGISTERS, SLOW, WRITE_TABLE } from './layout'
import {
  OP_ADD, OP_ADDI, OP_ADDIW, OP_ADDW, OP_AND, OP_ANDI, OP_BAD, OP_BAD_PC, OP_BEQ, OP_BEQ_FAR, OP_BGE, OP_BGE_FAR,
  OP_BGEU, OP_BGEU_FAR, OP_BLT, OP_BLT_FAR, OP_BLTU, OP_BLTU_FAR, OP_BNE, OP_BNE_FAR, OP_CONSTANT, OP_DIV, OP_DIVU,
  OP_DIVUW, OP_DIVW, OP_EBREAK, OP_ECALL, OP_FENCE, OP_JAL, OP_JAL_FAR, OP_JALR, OP_LB, OP_LBU, OP_LD, OP_LH,
  OP_LHU, OP_LW, OP_LWU, OP_MUL, OP_MULH, OP_MULHSU, OP_MULHU, OP_MULW, OP_NEXT_PAGE, OP_NO_MEMORY, OP_OR, OP_ORI,
  OP_REM, OP_REMU, OP_REMUW, OP_REMW, OP_SB, OP_SD, OP_SH, OP_SLL, OP_SLLI, OP_SLLIW, OP_SLLW, OP_SLT, OP_SLTI,
  OP_SLTIU, OP_SLTU, OP_SRA, OP_SRAI, OP_SRAIW, OP_SRAW, OP_SRL, OP_SRLI, OP_SRLIW, OP_SRLW, OP_SUB, OP_SUBW, OP_SW,
  OP_XOR, OP_XORI,
} from './operations'
import { pageCode, readGuest, writeGuest } from './pages'

/** The steps asked for are done. */
export const RUN_LIMIT: i32 = 0
/** The machine has exited. */
export const RUN_EXITED: i32 = 1
/** Before an instruction that needs the preimage of the key. */
export const RUN_PREIMAGE: i32 = 2
/** After an instruction that wrote to fd 1, 2 or 4. */
export const RUN_OUTPUT: i32 = 3
/** Before an instruction for which there is no more memory. */
export const RUN_NO_MEMORY: i32 = 4

const EXIT_BAD_INSTRUCTION: i32 = 224
const EXIT_BAD_PC: i32 = 225
const EXIT_BREAKPOINT: i32 = 229

const SPACE: u64 = 0x100000000
/** Bits that are 0 in an address below 2^32, and in one that is aligned, too: the fast way, in one page. */
const RANGE: u64 = 0xffffffff00000000
const HALF: u64 = RANGE | 1
const WORD: u64 = RANGE | 3
const DOUBLE: u64 = RANGE | 7

export let pc: u64 = 0
export let step: u64 = 0
export let exited: bool = false
export let exitCode: i32 = 0

let block: usize = 0
let base: u64 = 0
/** The bytes of an access that takes the slow way. */
const pending: usize = memory.data(8, 8)

export function runInit(): void {
  store<u16>(BAD_PC_RECORD, OP_BAD_PC)
  store<u16>(NO_MEMORY_RECORD, OP_NO_MEMORY)
}

export function setState(newPc: u64, newStep: u64, newExited: bool, newExitCode: i32): void {
  pc = newPc
  step = newStep
  exited = newExited
  exitCode = newExitCode
}

/** The record of the instruction at `target`, which becomes the page that is run. */
function locate(target: u64): usize {
  if ((target & WORD) != 0) return special(target, BAD_PC_RECORD)
  const page = <usize>target >> 12
  let code: usize = load<u32>(CODE_TABLE + (page << 2))
  if (code == 0) {
    code = pageCode(page)
    if (code == 0) return special(target, NO_MEMORY_RECORD)
  }
  block = code
  base = target & ~4095
  return code + ((<usize>target & 4095) << 2)
}

function special(target: u64, record: usize): usize {
  block = record
  base = target
  return record
}

// @ts-ignore: decorator
@inline
function address(ip: usize): u64 {
  return base + (<u64>(ip - block) >> 2)
}

/** Ends a run of which `left` steps were not made, before the instruction at `ip`. */
function leave(ip: usize, left: i64, limit: i64, status: i32): i32 {
  pc = address(ip)
  step += limit - left
  return status
}

/** The instruction at `ip` exits the machine. */
function exit(ip: usize, left: i64, limit: i64, code: i32): i32 {
  exited = true
  exitCode = code
  return leave(ip, left, limit, RUN_EXITED)
}

// Operands of the record at `ip`.

// @ts-ignore: decorator
@inline
function rs1(ip: usize): i64 {
  return load<i64>(<usize>load<u16>(ip, 4), REGISTERS)
}

// @ts-ignore: decorator
@inline
function rs2(ip: usize): i64 {
  return load<i64>(<usize>load<u16>(ip, 6), REGISTERS)
}

// @ts-ignore: decorator
@inline
function immediate(ip: usize): i64 {
  return load<i64>(ip, 8)
}

// @ts-ignore: decorator
@inline
function rd(ip: usize, value: i64): void {
  store<i64>(<usize>load<u16>(ip, 2), value, REGISTERS)
}

// @ts-ignore: decorator
@inline
function rdw(ip: usize, value: i32): void {
  rd(ip, <i64>value)
}

// @ts-ignore: decorator
@inline
function target(ip: usize): u64 {
  return <u64>(rs1(ip) + immediate(ip))
}

/** Where guest address `at` is to be read. */
// @ts-ignore: decorator
@inline
function readable(at: u64): usize {
  return <usize>at + <usize>load<u32>((<usize>at >> 10) & 0x3ffffc, READ_TABLE)
}

/** What leads from guest address `at` to where it is written, or SLOW. */
// @ts-ignore: decorator
@inline
function writable(at: u64): u32 {
  return load<u32>((<usize>at >> 10) & 0x3ffffc, WRITE_TABLE)
}

/** Whether a byte of an access of `size` bytes is at 2^32 or above. */
// @ts-ignore: decorator
@inline
function beyond(at: u64, size: u64): bool {
  return at > SPACE - size
}

/** Where the bytes of a misaligned load, which may lie in two pages, are to be read. */
function gather(at: u64, size: usize): usize {
  readGuest(<u32>at, pending, size)
  return pending
}

/**
 * A store that is misaligned, or to a page that is not there, not dirty or code. False, with nothing written, when
 * there is no more memory.
 */
function slowStore(at: u64, value: i64, size: usize): bool {
  store<i64>(pending, value)
  return writeGuest(<u32>at, pending, size)
}

/** Runs at most `limit` (above 0) steps. Returns RUN_*. */
export function run(limit: i64): i32 {
  if (exited) return RUN_EXITED
  let left = limit
  let ip = locate(pc)
  while (left != 0) {
    left--
    switch (load<u16>(ip)) {
      case OP_BAD: return exit(ip, left, limit, EXIT_BAD_INSTRUCTION)
      case OP_CONSTANT: rd(ip, immediate(ip)); break
      case OP_JAL: rd(ip, immediate(ip)); ip += load<i32>(ip, 4); continue
      case OP_JAL_FAR: rd(ip, <i64>(address(ip) + 4)); ip = locate(<u64>immediate(ip)); continue
      case OP_JALR: {
        const to = <u64>(rs1(ip) + <i64>load<i16>(ip, 6)) & ~1
        rd(ip, immediate(ip))
        ip = locate(to)
        continue
      }
      case OP_BEQ: if (rs1(ip) != rs2(ip)) break; ip += <usize>immediate(ip); continue
      case OP_BNE: if (rs1(ip) == rs2(ip)) break; ip += <usize>immediate(ip); continue
      case OP_BLT: if (rs1(ip) >= rs2(ip)) break; ip += <usize>immediate(ip); continue
      case OP_BGE: if (rs1(ip) < rs2(ip)) break; ip += <usize>immediate(ip); continue
      case OP_BLTU: if (<u64>rs1(ip) >= <u64>rs2(ip)) break; ip += <usize>immediate(ip); continue
      case OP_BGEU: if (<u64>rs1(ip) < <u64>rs2(ip)) break; ip += <usize>immediate(ip); continue
      case OP_BEQ_FAR: if (rs1(ip) != rs2(ip)) break; ip = locate(<u64>immediate(ip)); continue
      case OP_BNE_FAR: if (rs1(ip) == rs2(ip)) break; ip = locate(<u64>immediate(ip)); continue
      case OP_BLT_FAR: if (rs1(ip) >= rs2(ip)) break; ip = locate(<u64>immediate(ip)); continue
      case OP_BGE_FAR: if (rs1(ip) < rs2(ip)) break; ip = locate(<u64>immediate(ip)); continue
      case OP_BLTU_FAR: if (<u64>rs1(ip) >= <u64>rs2(ip)) break; ip = locate(<u64>immediate(ip)); continue
      case OP_BGEU_FAR: if (<u64>rs1(ip) < <u64>rs2(ip)) break; ip = locate(<u64>immediate(ip)); continue
      case OP_LB: {
        const at = target(ip)
        if ((at & RANGE) != 0) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        rd(ip, <i64>load<i8>(readable(at)))
        break
      }
      case OP_LH: {
        const at = target(ip)
        if ((at & HALF) == 0) rd(ip, <i64>load<i16>(readable(at)))
        else if (beyond(at, 2)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else rd(ip, <i64>load<i16>(gather(at, 2)))
        break
      }
      case OP_LW: {
        const at = target(ip)
        if ((at & WORD) == 0) rd(ip, <i64>load<i32>(readable(at)))
        else if (beyond(at, 4)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else rd(ip, <i64>load<i32>(gather(at, 4)))
        break
      }
      case OP_LD: {
        const at = target(ip)
        if ((at & DOUBLE) == 0) rd(ip, load<i64>(readable(at)))
        else if (beyond(at, 8)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else rd(ip, load<i64>(gather(at, 8)))
        break
      }
      case OP_LBU: {
        const at = target(ip)
        if ((at & RANGE) != 0) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        rd(ip, <i64>load<u8>(readable(at)))
        break
      }
      case OP_LHU: {
        const at = target(ip)
        if ((at & HALF) == 0) rd(ip, <i64>load<u16>(readable(at)))
        else if (beyond(at, 2)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else rd(ip, <i64>load<u16>(gather(at, 2)))
        break
      }
      case OP_LWU: {
        const at = target(ip)
        if ((at & WORD) == 0) rd(ip, <i64>load<u32>(readable(at)))
        else if (beyond(at, 4)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else rd(ip, <i64>load<u32>(gather(at, 4)))
        break
      }
      case OP_SB: {
        const at = target(ip)
        if ((at & RANGE) != 0) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        const way = writable(at)
        if (way != SLOW) store<u8>(<usize>at + way, <u8>rs2(ip))
        else if (!slowStore(at, rs2(ip), 1)) return leave(ip, left + 1, limit, RUN_NO_MEMORY)
        break
      }
      case OP_SH: {
        const at = target(ip)
        const way = (at & HALF) == 0 ? writable(at) : SLOW
        if (way != SLOW) store<u16>(<usize>at + way, <u16>rs2(ip))
        else if (beyond(at, 2)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else if (!slowStore(at, rs2(ip), 2)) return leave(ip, left + 1, limit, RUN_NO_MEMORY)
        break
      }
      case OP_SW: {
        const at = target(ip)
        const way = (at & WORD) == 0 ? writable(at) : SLOW
        if (way != SLOW) store<u32>(<usize>at + way, <u32>rs2(ip))
        else if (beyond(at, 4)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else if (!slowStore(at, rs2(ip), 4)) return leave(ip, left + 1, limit, RUN_NO_MEMORY)
        break
      }
      case OP_SD: {
        const at = target(ip)
        const way = (at & DOUBLE) == 0 ? writable(at) : SLOW
        if (way != SLOW) store<i64>(<usize>at + way, rs2(ip))
        else if (beyond(at, 8)) return exit(ip, left, limit, EXIT_OUT_OF_RANGE)
        else if (!slowStore(at, rs2(ip), 8)) return leave(ip, left + 1, limit, RUN_NO_MEMORY)
        break
      }
      case OP_ADDI: rd(ip, rs1(ip) + immediate(ip)); break
      case OP_SLTI: rd(ip, <i64>(rs1(ip) < immediate(ip))); break
      case OP_SLTIU: rd(ip, <i64>(<u64>rs1(ip) < <u64>immediate(ip))); break
      case OP_XORI: rd(ip, rs1(ip) ^ immediate(ip)); break
      case OP_ORI: rd(ip, rs1(ip) | immediate(ip)); break
      case OP_ANDI: rd(ip, rs1(ip) & immediate(ip)); break
      case OP_SLLI: rd(ip, rs1(ip) << immediate(ip)); break
      case OP_SRLI: rd(ip, <i64>(<u64>rs1(ip) >> <u64>immediate(ip))); break
      case OP_SRAI: rd(ip, rs1(ip) >> immediate(ip)); break
      case OP_ADDIW: rdw(ip, <i32>rs1(ip) + <i32>immediate(ip)); break
      case OP_SLLIW: rdw(ip, <i32>rs1(ip) << <i32>immediate(ip)); break
      case OP_SRLIW: rdw(ip, <i32>(<u32>rs1(ip) >> <u32>immediate(ip))); break
      case OP_SRAIW: rdw(ip, <i32>rs1(ip) >> <i32>immediate(ip)); break
      case OP_ADD: rd(ip, rs1(ip) + rs2(ip)); break
      case OP_SUB: rd(ip, rs1(ip) - rs2(ip)); break
      case OP_SLL: rd(ip, rs1(ip) << rs2(ip)); break
      case OP_SLT: rd(ip, <i64>(rs1(ip) < rs2(ip))); break
      case OP_SLTU: rd(ip, <i64>(<u64>rs1(ip) < <u64>rs2(ip))); break
      case OP_XOR: rd(ip, rs1(ip) ^ rs2(ip)); break
      case OP_SRL: rd(ip, <i64>(<u64>rs1(ip) >> <u64>rs2(ip))); break
      case OP_SRA: rd(ip, rs1(ip) >> rs2(ip)); break
      case OP_OR: rd(ip, rs1(ip) | rs2(ip)); break
      case OP_AND: rd(ip, rs1(ip) & rs2(ip)); break
      case OP_MUL: rd(ip, rs1(ip) * rs2(ip)); break
      case OP_MULH: rd(ip, mulh(rs1(ip), rs2(ip))); break
      case OP_MULHSU: rd(ip, mulhsu(rs1(ip), rs2(ip))); break
      case OP_MULHU: rd(ip, <i64>mulhu(rs1(ip), rs2(ip))); break
      case OP_DIV: rd(ip, div(rs1(ip), rs2(ip))); break
      case OP_DIVU: rd(ip, divu(rs1(ip), rs2(ip))); break
      case OP_REM: rd(ip, rem(rs1(ip), rs2(ip))); break
      case OP_REMU: rd(ip, remu(rs1(ip), rs2(ip))); break
      case OP_ADDW: rdw(ip, <i32>rs1(ip) + <i32>rs2(ip)); break
      case OP_SUBW: rdw(ip, <i32>rs1(ip) - <i32>rs2(ip)); break
      case OP_SLLW: rdw(ip, <i32>rs1(ip) << <i32>rs2(ip)); break
      case OP_SRLW: rdw(ip, <i32>(<u32>rs1(ip) >> <u32>rs2(ip))); break
      case OP_SRAW: rdw(ip, <i32>rs1(ip) >> <i32>rs2(ip)); break
      case OP_MULW: rdw(ip, <i32>rs1(ip) * <i32>rs2(ip)); break
      case OP_DIVW: rdw(ip, divw(<i32>rs1(ip), <i32>rs2(ip))); break
      case OP_DIVUW: rdw(ip, divuw(<u32>rs1(ip), <u32>rs2(ip))); break
      case OP_REMW: rdw(ip, remw(<i32>rs1(ip), <i32>rs2(ip))); break
      case OP_REMUW: rdw(ip, remuw(<u32>rs1(ip), <u32>rs2(ip))); break
      case OP_FENCE: break
      case OP_ECALL: {
        const outcome = ecall()
        if (outcome == ECALL_DONE) break
        if (outcome == ECALL_EXIT) return exit(ip, left, limit, ecallExitCode)
        if (outcome == ECALL_OUTPUT) return leave(ip + 16, left, limit, RUN_OUTPUT)
        return leave(ip, left + 1, limit, outcome == ECALL_PREIMAGE ? RUN_PREIMAGE : RUN_NO_MEMORY)
      }
      case OP_EBREAK: return exit(ip, left, limit, EXIT_BREAKPOINT)
      case OP_NEXT_PAGE: left++; ip = locate(base + 4096); continue
      case OP_BAD_PC: return exit(ip, left, limit, EXIT_BAD_PC)
      default: return leave(ip, left + 1, limit, RUN_NO_MEMORY)
    }
    ip += 16
  }
  return leave(ip, 0, limit, RUN_LIMIT)
}
