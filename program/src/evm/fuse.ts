// Fused instructions: one record for a sequence that Solidity emits often. Gas, stack checks and results are those
// of the sequence; when gas or stack end in its middle the frame halts, and what it did is taken back either way.

import { constant, immediate, opcodeAt, writeRecord } from './decode'
import { instructionSize, recordBehind } from './map'
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
  OP_ADD,
  OP_AND,
  OP_DUP1,
  OP_DUP16,
  OP_EQ,
  OP_ISZERO,
  OP_JUMP,
  OP_JUMPI,
  OP_LT,
  OP_MLOAD,
  OP_MSTORE,
  OP_POP,
  OP_PUSH0,
  OP_PUSH1,
  OP_PUSH32,
  OP_PUSH4,
  OP_SHL,
  OP_SHR,
  OP_SUB,
  OP_SWAP1,
  OP_SWAP16,
} from './opcodes'

/** The entry being decoded. */
let decoded: usize = 0

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

/** Writes a fused record for the instructions from `pc` on, the first of which is `opcode`, if one fits. */
export function fuse(entry: usize, records: usize, record: usize, pc: usize, opcode: u32): bool {
  decoded = entry
  const second = pc + instructionSize(opcode)
  if (isPush(opcode)) return fusePush(record, pc, opcode, second)
  const next = opcodeAt(second)
  if (isDup(opcode)) return fuseDup(record, (opcode - OP_DUP1) << 5, second, next)
  if (isComparison(opcode)) return fuseComparison(record, opcode, second)
  if (opcode - OP_SWAP1 <= OP_SWAP16 - OP_SWAP1 && next == OP_POP) {
    writeRecord(record, opcode == OP_SWAP1 ? H_SWAP1_POP : H_SWAP_POP, (opcode - OP_SWAP1 + 1) << 5, 0)
    return true
  }
  if (opcode == OP_ISZERO) {
    const offset = branchTarget(second)
    if (offset == 0) return false
    writeRecord(record, isBehind ? H_ISZERO_PUSH_JUMPI + 1 : H_ISZERO_PUSH_JUMPI, 0, offset)
    return true
  }
  if (opcode == OP_POP && (next == OP_POP || next == OP_JUMP)) {
    writeRecord(record, next == OP_POP ? H_POP_POP : H_POP_JUMP, 0, 0)
    return true
  }
  if (opcode - OP_PUSH1 <= OP_PUSH32 - OP_PUSH1 && next == OP_AND) {
    writeRecord(record, H_PUSH32_AND, 0, <u32>(constant(pc + 1, <usize>(opcode - OP_PUSH0)) - records))
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
  return recordBehind(decoded, target) << 3
}

function fusePush(record: usize, pc: usize, opcode: u32, second: usize): bool {
  const value = immediate(pc + 1, <usize>(opcode - OP_PUSH0))
  const next = opcodeAt(second)
  if (isDup(next)) {
    // DUP1 would repeat the push.
    if (next == OP_DUP1) return false
    writeRecord(record, H_PUSH_DUP, (next - OP_DUP1 - 1) << 5, value)
    return true
  }
  let handler: u32
  switch (next) {
    case OP_JUMP:
    case OP_JUMPI: {
      const offset = recordBehind(decoded, value) << 3
      if (offset == 0) return false
      handler = next == OP_JUMP ? H_PUSH_JUMP : H_PUSH_JUMPI
      writeRecord(record, <usize>value > pc ? handler : handler + 1, 0, offset)
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
  writeRecord(record, handler, 0, value)
  return true
}

/** A DUP of the word at `offset` and what follows. */
function fuseDup(record: usize, offset: u32, second: usize, next: u32): bool {
  if (isDup(next)) {
    writeRecord(record, H_DUP_DUP, offset, (next - OP_DUP1) << 5)
    return true
  }
  const target = branchTarget(second)
  if (target != 0 && !isBehind) {
    writeRecord(record, H_DUP_PUSH_JUMPI, offset, target)
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
  writeRecord(record, handler, offset, 0)
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
  writeRecord(record, H_LT_JUMPI + (opcode - OP_LT), records == 4 ? 1 : 0, target)
  return true
}
