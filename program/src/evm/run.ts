// The interpreter's loop: executes one frame from decoded records until it ends, needs another frame, or has
// used about a million gas.
//
// One file and one function beyond the usual length: every handler shares the locals pc, sp and gas, and a
// call would cost more than most instructions. A handler checks the stack, charges gas, does its work, and
// goes on with `continue`; `break` leaves the loop with `halt` set. Gas below zero is noticed before the next
// instruction: until then the frame can only change what its halt takes back. What may not happen without gas
// (memory growth, host requests) is done by functions that return the gas left, negative if it did not suffice.
// A fused handler that finds the stack at fault charges what comes before the instruction at fault, so that the
// halt is the one of the sequence: out of gas, if that came first.
// Records are 8 bytes: u16 handler, u16 aux, u32 immediate (decode.ts).

import {
  HALT_INVALID_JUMP,
  HALT_INVALID_OPCODE,
  HALT_OUT_OF_GAS,
  HALT_RETURN_DATA_OUT_OF_BOUNDS,
  HALT_REVERT,
  HALT_STACK_OVERFLOW,
  HALT_STACK_UNDERFLOW,
  HALT_SUCCESS,
  HALT_WRITE_PROTECTION,
} from '../../shared/halt'
import { STACK_SIZE } from '../layout'
import { wordDiv, wordMod, wordSdiv, wordSmod } from '../num/divide'
import { wordAddMod, wordMulMod } from '../num/modular'
import { wordMul, wordPower } from '../num/multiply'
import { wordByte, wordSar, wordShl, wordShr, wordSignExtend } from '../num/shift'
import {
  wordAdd,
  wordBytes,
  wordCopy,
  wordEqual,
  wordFromBytes,
  wordHigh,
  wordIsZero,
  wordLess,
  wordLessSigned,
  wordSet,
  wordSub,
  wordToBytes,
} from '../num/word'
import { ACCOUNT_BALANCE, ACCOUNT_WORD } from '../state/records'
import { opBalance, opBlobHash, opBlockHash, opExtCodeCopy, opExtCodeHash, opExtCodeSize } from './access'
import { CODE_BYTES, CODE_LENGTH, recordGeneration } from './code'
import {
  copyInMemory,
  copyOutput,
  copyReturnData,
  copyToMemory,
  hashMemory,
  isInsideReturnData,
  loadPartialInput,
} from './copy'
import { decodeAt } from './decode'
import {
  ENV_BASE_FEE,
  ENV_BLOB_BASE_FEE,
  ENV_CHAIN_ID,
  ENV_COINBASE,
  ENV_GAS_LIMIT,
  ENV_GAS_PRICE,
  ENV_NUMBER,
  ENV_ORIGIN,
  ENV_PREV_RANDAO,
  ENV_TIMESTAMP,
} from './env'
import {
  FRAME_ACCOUNT,
  FRAME_CALLER,
  FRAME_CODE,
  FRAME_GAS,
  FRAME_INPUT,
  FRAME_INPUT_LENGTH,
  FRAME_PC,
  FRAME_RECORDS,
  FRAME_SP,
  FRAME_STACK,
  FRAME_STATIC,
  FRAME_VALUE,
} from './frame'
import { GAS_EXP, GAS_EXP_BYTE, GAS_WARM } from './gas'
import { opLog } from './log'
import { instructionBehind, recordBehind } from './map'
import { expandAccess, expandMemory, memoryBase, memorySize, returnDataLength, setReturnDataLength } from './memory'
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
  H_EQ_JUMPI,
  H_GT_JUMPI,
  H_ISZERO_PUSH_JUMPI,
  H_ISZERO_PUSH_JUMPI_BACK,
  H_LT_JUMPI,
  H_POP_JUMP,
  H_POP_POP,
  H_PUSH32_AND,
  H_PUSH_ADD,
  H_PUSH_AND,
  H_PUSH_DUP,
  H_PUSH_JUMP,
  H_PUSH_JUMPI,
  H_PUSH_JUMPI_BACK,
  H_PUSH_JUMP_BACK,
  H_PUSH_MLOAD,
  H_PUSH_MSTORE,
  H_PUSH_SHL,
  H_PUSH_SHR,
  H_PUSH_SUB,
  H_SGT_JUMPI,
  H_SLT_JUMPI,
  H_STOP,
  H_SWAP1_POP,
  H_SWAP_POP,
  H_TRACE,
  H_TRACED_JUMP,
  H_TRACED_JUMPI,
  H_UNDECODED,
  OP_ADD,
  OP_ADDMOD,
  OP_ADDRESS,
  OP_AND,
  OP_BALANCE,
  OP_BASEFEE,
  OP_BLOBBASEFEE,
  OP_BLOBHASH,
  OP_BLOCKHASH,
  OP_BYTE,
  OP_CALL,
  OP_CALLCODE,
  OP_CALLDATACOPY,
  OP_CALLDATALOAD,
  OP_CALLDATASIZE,
  OP_CALLER,
  OP_CALLVALUE,
  OP_CHAINID,
  OP_CODECOPY,
  OP_CODESIZE,
  OP_COINBASE,
  OP_CREATE,
  OP_CREATE2,
  OP_DELEGATECALL,
  OP_DIV,
  OP_DUP1,
  OP_EQ,
  OP_EXP,
  OP_EXTCODECOPY,
  OP_EXTCODEHASH,
  OP_EXTCODESIZE,
  OP_GAS,
  OP_GASLIMIT,
  OP_GASPRICE,
  OP_GT,
  OP_ISZERO,
  OP_JUMP,
  OP_JUMPDEST,
  OP_JUMPI,
  OP_KECCAK256,
  OP_LOG0,
  OP_LT,
  OP_MCOPY,
  OP_MLOAD,
  OP_MOD,
  OP_MSIZE,
  OP_MSTORE,
  OP_MSTORE8,
  OP_MUL,
  OP_MULMOD,
  OP_NOT,
  OP_NUMBER,
  OP_OR,
  OP_ORIGIN,
  OP_PC,
  OP_POP,
  OP_PREVRANDAO,
  OP_PUSH0,
  OP_PUSH1,
  OP_PUSH32,
  OP_RETURN,
  OP_RETURNDATACOPY,
  OP_RETURNDATASIZE,
  OP_REVERT,
  OP_SAR,
  OP_SDIV,
  OP_SELFBALANCE,
  OP_SELFDESTRUCT,
  OP_SGT,
  OP_SHL,
  OP_SHR,
  OP_SIGNEXTEND,
  OP_SLOAD,
  OP_SLT,
  OP_SMOD,
  OP_SSTORE,
  OP_STATICCALL,
  OP_SUB,
  OP_SWAP1,
  OP_TIMESTAMP,
  OP_TLOAD,
  OP_TSTORE,
  OP_XOR,
} from './opcodes'
import { opSelfdestruct } from './selfdestruct'
import { opSload, opSstore, opTload, opTstore } from './storage'
import { traceStep } from './trace'

/** `run` is to be called again: V8 replaces its baseline code only between calls, or the code cache moved. */
export const RUN_PAUSE: i32 = -2
/** `runOpcode` is a call or creation to be started; the operands are on the stack. */
export const RUN_NEST: i32 = -3

/** Gas after which a jump leaves the loop. */
const SLICE: i64 = 1_000_000

export let runOpcode: u32 = 0

/**
 * Executes the frame from where it stands and returns its halt code, RUN_PAUSE or RUN_NEST. Position, stack
 * pointer and gas are in the frame's record again; the output of RETURN or REVERT is the return data.
 */
export function run(frame: usize): i32 {
  const records = <usize>load<u32>(frame, FRAME_RECORDS)
  const base = <usize>load<u32>(frame, FRAME_STACK)
  const limit = base - STACK_SIZE
  let pc = records + <usize>load<u32>(frame, FRAME_PC)
  let sp = <usize>load<u32>(frame, FRAME_SP)
  let gas = load<i64>(frame, FRAME_GAS)
  const pauseBelow = gas - SLICE
  let halt = HALT_OUT_OF_GAS

  while (gas >= 0) {
    switch (<u32>load<u16>(pc)) {
      case H_UNDECODED: {
        if (decodeAt(load<u32>(frame, FRAME_CODE), <u32>(pc - records) >> 3)) continue
        halt = RUN_PAUSE
        break
      }
      case H_STOP: {
        setReturnDataLength(0)
        halt = HALT_SUCCESS
        break
      }
      case OP_ADD: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        wordAdd(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_MUL: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordMul(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_SUB: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        wordSub(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_DIV: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordDiv(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_SDIV: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordSdiv(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_MOD: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordMod(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_SMOD: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordSmod(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_ADDMOD: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 8
        wordAddMod(sp + 64, sp, sp + 32, sp + 64)
        sp += 64
        pc += 8
        continue
      }
      case OP_MULMOD: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 8
        wordMulMod(sp + 64, sp, sp + 32, sp + 64)
        sp += 64
        pc += 8
        continue
      }
      case OP_EXP: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const bytes = wordBytes(sp + 32)
        gas -= GAS_EXP + GAS_EXP_BYTE * <i64>bytes
        if (gas < 0) break
        wordPower(sp + 32, sp, sp + 32, bytes)
        sp += 32
        pc += 8
        continue
      }
      case OP_SIGNEXTEND: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordSignExtend(sp + 32, sp)
        sp += 32
        pc += 8
        continue
      }
      case OP_LT: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const result = u64(wordLess(sp, sp + 32))
        sp += 32
        wordSet(sp, result)
        pc += 8
        continue
      }
      case OP_GT: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const result = u64(wordLess(sp + 32, sp))
        sp += 32
        wordSet(sp, result)
        pc += 8
        continue
      }
      case OP_SLT: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const result = u64(wordLessSigned(sp, sp + 32))
        sp += 32
        wordSet(sp, result)
        pc += 8
        continue
      }
      case OP_SGT: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const result = u64(wordLessSigned(sp + 32, sp))
        sp += 32
        wordSet(sp, result)
        pc += 8
        continue
      }
      case OP_EQ: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const result = u64(wordEqual(sp, sp + 32))
        sp += 32
        wordSet(sp, result)
        pc += 8
        continue
      }
      case OP_ISZERO: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        wordSet(sp, u64(wordIsZero(sp)))
        pc += 8
        continue
      }
      case OP_AND: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        store<u64>(sp, load<u64>(sp, 0) & load<u64>(sp, 32), 32)
        store<u64>(sp, load<u64>(sp, 8) & load<u64>(sp, 40), 40)
        store<u64>(sp, load<u64>(sp, 16) & load<u64>(sp, 48), 48)
        store<u64>(sp, load<u64>(sp, 24) & load<u64>(sp, 56), 56)
        sp += 32
        pc += 8
        continue
      }
      case OP_OR: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        store<u64>(sp, load<u64>(sp, 0) | load<u64>(sp, 32), 32)
        store<u64>(sp, load<u64>(sp, 8) | load<u64>(sp, 40), 40)
        store<u64>(sp, load<u64>(sp, 16) | load<u64>(sp, 48), 48)
        store<u64>(sp, load<u64>(sp, 24) | load<u64>(sp, 56), 56)
        sp += 32
        pc += 8
        continue
      }
      case OP_XOR: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        store<u64>(sp, load<u64>(sp, 0) ^ load<u64>(sp, 32), 32)
        store<u64>(sp, load<u64>(sp, 8) ^ load<u64>(sp, 40), 40)
        store<u64>(sp, load<u64>(sp, 16) ^ load<u64>(sp, 48), 48)
        store<u64>(sp, load<u64>(sp, 24) ^ load<u64>(sp, 56), 56)
        sp += 32
        pc += 8
        continue
      }
      case OP_NOT: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        store<u64>(sp, ~load<u64>(sp))
        store<u64>(sp, ~load<u64>(sp, 8), 8)
        store<u64>(sp, ~load<u64>(sp, 16), 16)
        store<u64>(sp, ~load<u64>(sp, 24), 24)
        pc += 8
        continue
      }
      case OP_BYTE: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        wordByte(sp + 32, sp, sp + 32)
        sp += 32
        pc += 8
        continue
      }
      case OP_SHL: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const count = load<u64>(sp)
        const far = wordHigh(sp) != 0 || count > 255
        sp += 32
        if (far) wordSet(sp, 0)
        else wordShl(sp, sp, count)
        pc += 8
        continue
      }
      case OP_SHR: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const count = load<u64>(sp)
        const far = wordHigh(sp) != 0 || count > 255
        sp += 32
        if (far) wordSet(sp, 0)
        else wordShr(sp, sp, count)
        pc += 8
        continue
      }
      case OP_SAR: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const count = wordHigh(sp) != 0 ? 255 : min(load<u64>(sp), 255)
        sp += 32
        // A shift by 255 leaves the sign in every bit, as any longer one.
        wordSar(sp, sp, count)
        pc += 8
        continue
      }
      case OP_KECCAK256: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = hashMemory(sp, gas)
        sp += 32
        pc += 8
        continue
      }
      case OP_ADDRESS: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, <usize>load<u32>(frame, FRAME_ACCOUNT) + ACCOUNT_WORD)
        pc += 8
        continue
      }
      case OP_BALANCE: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = opBalance(sp, gas)
        pc += 8
        continue
      }
      case OP_ORIGIN: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_ORIGIN)
        pc += 8
        continue
      }
      case OP_CALLER: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, frame + FRAME_CALLER)
        pc += 8
        continue
      }
      case OP_CALLVALUE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, frame + FRAME_VALUE)
        pc += 8
        continue
      }
      case OP_CALLDATALOAD: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const input = <usize>load<u32>(frame, FRAME_INPUT)
        const length = <usize>load<u32>(frame, FRAME_INPUT_LENGTH)
        const offset = load<u64>(sp)
        const isInside = wordHigh(sp) == 0 && offset < <u64>length && <u64>length - offset >= 32
        if (isInside) wordFromBytes(sp, input + <usize>offset)
        else loadPartialInput(sp, input, length)
        pc += 8
        continue
      }
      case OP_CALLDATASIZE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, load<u32>(frame, FRAME_INPUT_LENGTH))
        pc += 8
        continue
      }
      case OP_CALLDATACOPY: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = copyToMemory(sp, load<u32>(frame, FRAME_INPUT), load<u32>(frame, FRAME_INPUT_LENGTH), gas - 3)
        sp += 96
        pc += 8
        continue
      }
      case OP_CODESIZE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, load<u32>(<usize>load<u32>(frame, FRAME_CODE), CODE_LENGTH))
        pc += 8
        continue
      }
      case OP_CODECOPY: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const code = <usize>load<u32>(frame, FRAME_CODE)
        gas = copyToMemory(sp, load<u32>(code, CODE_BYTES), load<u32>(code, CODE_LENGTH), gas - 3)
        sp += 96
        pc += 8
        continue
      }
      case OP_GASPRICE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_GAS_PRICE)
        pc += 8
        continue
      }
      case OP_EXTCODESIZE: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const generation = recordGeneration
        gas = opExtCodeSize(sp, gas)
        if (generation != recordGeneration) {
          // The code cache was emptied: this frame's records are gone.
          halt = RUN_PAUSE
          pc += 8
          break
        }
        pc += 8
        continue
      }
      case OP_EXTCODECOPY: {
        if (sp > base - 128) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const generation = recordGeneration
        gas = opExtCodeCopy(sp, gas)
        sp += 128
        if (generation != recordGeneration) {
          // The code cache was emptied: this frame's records are gone.
          halt = RUN_PAUSE
          pc += 8
          break
        }
        pc += 8
        continue
      }
      case OP_RETURNDATASIZE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, returnDataLength)
        pc += 8
        continue
      }
      case OP_RETURNDATACOPY: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (!isInsideReturnData(sp)) {
          halt = HALT_RETURN_DATA_OUT_OF_BOUNDS
          break
        }
        gas = copyReturnData(sp, gas - 3)
        sp += 96
        pc += 8
        continue
      }
      case OP_EXTCODEHASH: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = opExtCodeHash(sp, gas)
        pc += 8
        continue
      }
      case OP_BLOCKHASH: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = opBlockHash(sp, gas - 20)
        pc += 8
        continue
      }
      case OP_COINBASE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_COINBASE)
        pc += 8
        continue
      }
      case OP_TIMESTAMP: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_TIMESTAMP)
        pc += 8
        continue
      }
      case OP_NUMBER: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_NUMBER)
        pc += 8
        continue
      }
      case OP_PREVRANDAO: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_PREV_RANDAO)
        pc += 8
        continue
      }
      case OP_GASLIMIT: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_GAS_LIMIT)
        pc += 8
        continue
      }
      case OP_CHAINID: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_CHAIN_ID)
        pc += 8
        continue
      }
      case OP_SELFBALANCE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 5
        sp -= 32
        wordCopy(sp, <usize>load<u32>(frame, FRAME_ACCOUNT) + ACCOUNT_BALANCE)
        pc += 8
        continue
      }
      case OP_BASEFEE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_BASE_FEE)
        pc += 8
        continue
      }
      case OP_BLOBHASH: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        opBlobHash(sp)
        pc += 8
        continue
      }
      case OP_BLOBBASEFEE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordCopy(sp, ENV_BLOB_BASE_FEE)
        pc += 8
        continue
      }
      case OP_POP: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 2
        sp += 32
        pc += 8
        continue
      }
      case OP_MLOAD: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const offset = load<u64>(sp)
        const end = offset + 32
        if (end > <u64>memorySize || wordHigh(sp) != 0 || offset > 0xffffffff) {
          gas = expandAccess(sp, 32, gas)
          if (gas < 0) break
        }
        wordFromBytes(sp, memoryBase + <usize>offset)
        pc += 8
        continue
      }
      case OP_MSTORE: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const offset = load<u64>(sp)
        const end = offset + 32
        if (end > <u64>memorySize || wordHigh(sp) != 0 || offset > 0xffffffff) {
          gas = expandAccess(sp, 32, gas)
          if (gas < 0) break
        }
        wordToBytes(memoryBase + <usize>offset, sp + 32)
        sp += 64
        pc += 8
        continue
      }
      case OP_MSTORE8: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const offset = load<u64>(sp)
        const end = offset + 1
        if (end > <u64>memorySize || wordHigh(sp) != 0 || offset > 0xffffffff) {
          gas = expandAccess(sp, 1, gas)
          if (gas < 0) break
        }
        store<u8>(memoryBase + <usize>offset, load<u8>(sp, 32))
        sp += 64
        pc += 8
        continue
      }
      case OP_SLOAD: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = opSload(load<u32>(frame, FRAME_ACCOUNT), sp, gas)
        pc += 8
        continue
      }
      case OP_SSTORE: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (load<u32>(frame, FRAME_STATIC) != 0) {
          halt = HALT_WRITE_PROTECTION
          break
        }
        gas = opSstore(load<u32>(frame, FRAME_ACCOUNT), sp, gas)
        sp += 64
        pc += 8
        continue
      }
      case OP_JUMP: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 8
        const target = load<u64>(sp)
        const behind = wordHigh(sp) != 0 ? 0 : recordBehind(load<u32>(frame, FRAME_CODE), target)
        if (behind == 0) {
          halt = HALT_INVALID_JUMP
          break
        }
        // The JUMPDEST.
        gas -= 1
        sp += 32
        pc = records + (<usize>behind << 3)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case OP_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 10
        if (wordIsZero(sp + 32)) {
          sp += 64
          pc += 8
          continue
        }
        const target = load<u64>(sp)
        const behind = wordHigh(sp) != 0 ? 0 : recordBehind(load<u32>(frame, FRAME_CODE), target)
        if (behind == 0) {
          halt = HALT_INVALID_JUMP
          break
        }
        gas -= 1
        sp += 64
        pc = records + (<usize>behind << 3)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case H_TRACED_JUMP: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 8
        const target = load<u64>(sp)
        const behind = wordHigh(sp) != 0 ? 0 : instructionBehind(load<u32>(frame, FRAME_CODE), target)
        if (behind == 0) {
          halt = HALT_INVALID_JUMP
          break
        }
        sp += 32
        pc = records + (<usize>(behind - 1) << 4)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case H_TRACED_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 10
        if (wordIsZero(sp + 32)) {
          sp += 64
          pc += 8
          continue
        }
        const target = load<u64>(sp)
        const behind = wordHigh(sp) != 0 ? 0 : instructionBehind(load<u32>(frame, FRAME_CODE), target)
        if (behind == 0) {
          halt = HALT_INVALID_JUMP
          break
        }
        sp += 64
        pc = records + (<usize>(behind - 1) << 4)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case OP_PC: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, load<u32>(pc, 4))
        pc += 8
        continue
      }
      case OP_MSIZE: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, memorySize)
        pc += 8
        continue
      }
      case OP_GAS: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, gas < 0 ? 0 : gas)
        pc += 8
        continue
      }
      case OP_JUMPDEST: {
        gas -= 1

        pc += 8
        continue
      }
      case OP_TLOAD: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= GAS_WARM
        opTload(load<u32>(frame, FRAME_ACCOUNT), sp)
        pc += 8
        continue
      }
      case OP_TSTORE: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (load<u32>(frame, FRAME_STATIC) != 0) {
          halt = HALT_WRITE_PROTECTION
          break
        }
        gas -= GAS_WARM
        if (gas < 0) break
        opTstore(load<u32>(frame, FRAME_ACCOUNT), sp)
        sp += 64
        pc += 8
        continue
      }
      case OP_MCOPY: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = copyInMemory(sp, gas - 3)
        sp += 96
        pc += 8
        continue
      }
      case OP_PUSH0: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 2
        sp -= 32
        wordSet(sp, 0)
        pc += 8
        continue
      }
      case OP_PUSH1: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 3
        sp -= 32
        wordSet(sp, load<u32>(pc, 4))
        pc += 8
        continue
      }
      case OP_PUSH32: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 3
        sp -= 32
        wordCopy(sp, records + <usize>load<u32>(pc, 4))
        pc += 8
        continue
      }
      case OP_DUP1: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 3
        wordCopy(sp - 32, sp + offset)
        sp -= 32
        pc += 8
        continue
      }
      case OP_SWAP1: {
        const other = sp + <usize>load<u16>(pc, 2)
        if (other >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 3
        const t0 = load<u64>(sp)
        const t1 = load<u64>(sp, 8)
        const t2 = load<u64>(sp, 16)
        const t3 = load<u64>(sp, 24)
        wordCopy(sp, other)
        store<u64>(other, t0)
        store<u64>(other, t1, 8)
        store<u64>(other, t2, 16)
        store<u64>(other, t3, 24)
        pc += 8
        continue
      }
      case OP_LOG0: {
        const topics = <u32>load<u16>(pc, 2)
        if (sp > base - 64 - (<usize>topics << 5)) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (load<u32>(frame, FRAME_STATIC) != 0) {
          halt = HALT_WRITE_PROTECTION
          break
        }
        gas = opLog(frame, sp, topics, gas)
        sp += 64 + (<usize>topics << 5)
        pc += 8
        continue
      }
      case OP_CREATE: {
        if (sp > base - 96) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (load<u32>(frame, FRAME_STATIC) != 0) {
          halt = HALT_WRITE_PROTECTION
          break
        }
        runOpcode = OP_CREATE
        pc += 8
        halt = RUN_NEST
        break
      }
      case OP_CREATE2: {
        if (sp > base - 128) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (load<u32>(frame, FRAME_STATIC) != 0) {
          halt = HALT_WRITE_PROTECTION
          break
        }
        runOpcode = OP_CREATE2
        pc += 8
        halt = RUN_NEST
        break
      }
      case OP_CALL:
      case OP_CALLCODE: {
        if (sp > base - 224) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        runOpcode = load<u16>(pc)
        pc += 8
        halt = RUN_NEST
        break
      }
      case OP_DELEGATECALL:
      case OP_STATICCALL: {
        if (sp > base - 192) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        runOpcode = load<u16>(pc)
        pc += 8
        halt = RUN_NEST
        break
      }
      case OP_RETURN: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = copyOutput(sp, gas)
        if (gas < 0) break
        halt = HALT_SUCCESS
        break
      }
      case OP_REVERT: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas = copyOutput(sp, gas)
        if (gas < 0) break
        halt = HALT_REVERT
        break
      }
      case OP_SELFDESTRUCT: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (load<u32>(frame, FRAME_STATIC) != 0) {
          halt = HALT_WRITE_PROTECTION
          break
        }
        gas = opSelfdestruct(frame, sp, gas)
        if (gas < 0) break
        halt = HALT_SUCCESS
        break
      }
      case H_TRACE: {
        traceStep(frame, load<u16>(pc, 2), load<u32>(pc, 4), sp, gas)
        pc += 8
        continue
      }
      case H_PUSH_JUMP: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 12
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_PUSH_JUMP_BACK: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 12
        pc = records + <usize>load<u32>(pc, 4)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case H_PUSH_JUMPI: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 13
        const stays = wordIsZero(sp)
        sp += 32
        if (stays) {
          pc += 16
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_PUSH_JUMPI_BACK: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 13
        const stays = wordIsZero(sp)
        sp += 32
        if (stays) {
          pc += 16
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case H_ISZERO_PUSH_JUMPI: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          gas -= 3
          break
        }
        gas -= 16
        const stays = !wordIsZero(sp)
        sp += 32
        if (stays) {
          pc += 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_ISZERO_PUSH_JUMPI_BACK: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          gas -= 3
          break
        }
        gas -= 16
        const stays = !wordIsZero(sp)
        sp += 32
        if (stays) {
          pc += 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case H_PUSH_ADD: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const value = <u64>load<u32>(pc, 4)
        const sum = load<u64>(sp) + value
        store<u64>(sp, sum)
        if (sum < value) carryInto(sp)
        pc += 16
        continue
      }
      case H_PUSH_SUB: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const value = <u64>load<u32>(pc, 4)
        const low = load<u64>(sp)
        const b1 = u64(value < low)
        const l1 = load<u64>(sp, 8)
        const l2 = load<u64>(sp, 16)
        const b2 = u64((l1 | b1) != 0)
        const b3 = u64((l2 | b2) != 0)
        store<u64>(sp, value - low)
        store<u64>(sp, 0 - l1 - b1, 8)
        store<u64>(sp, 0 - l2 - b2, 16)
        store<u64>(sp, 0 - load<u64>(sp, 24) - b3, 24)
        pc += 16
        continue
      }
      case H_PUSH_AND: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        wordSet(sp, load<u64>(sp) & <u64>load<u32>(pc, 4))
        pc += 16
        continue
      }
      case H_PUSH_SHL: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        wordShl(sp, sp, <u64>load<u32>(pc, 4))
        pc += 16
        continue
      }
      case H_PUSH_SHR: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        wordShr(sp, sp, <u64>load<u32>(pc, 4))
        pc += 16
        continue
      }
      case H_PUSH_MLOAD: {
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const offset = <usize>load<u32>(pc, 4)
        if (<u64>offset + 32 > <u64>memorySize) {
          gas = expandMemory(<u64>offset + 32, gas)
          if (gas < 0) break
        }
        sp -= 32
        wordFromBytes(sp, memoryBase + offset)
        pc += 16
        continue
      }
      case H_PUSH_MSTORE: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const offset = <usize>load<u32>(pc, 4)
        if (<u64>offset + 32 > <u64>memorySize) {
          gas = expandMemory(<u64>offset + 32, gas)
          if (gas < 0) break
        }
        wordToBytes(memoryBase + offset, sp)
        sp += 32
        pc += 16
        continue
      }
      case H_SWAP1_POP: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordCopy(sp + 32, sp)
        sp += 32
        pc += 16
        continue
      }
      case H_SWAP_POP: {
        const other = sp + <usize>load<u16>(pc, 2)
        if (other >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        gas -= 5
        wordCopy(other, sp)
        sp += 32
        pc += 16
        continue
      }
      case H_POP_POP: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          gas -= sp == base ? 0 : 2
          break
        }
        gas -= 4
        sp += 64
        pc += 16
        continue
      }
      case H_DUP_DUP: {
        const offset = <usize>load<u16>(pc, 2)
        const second = <usize>load<u32>(pc, 4)
        // The second DUP sees the first one's word.
        if (sp + offset >= base || sp + second > base) {
          halt = HALT_STACK_UNDERFLOW
          gas -= sp + offset >= base ? 0 : 3
          break
        }
        if (sp - 32 <= limit) {
          halt = HALT_STACK_OVERFLOW
          gas -= sp == limit ? 0 : 3
          break
        }
        gas -= 6
        wordCopy(sp - 32, sp + offset)
        sp -= 64
        wordCopy(sp, sp + 32 + second)
        pc += 16
        continue
      }
      case H_DUP_ADD: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        wordAdd(sp, sp, sp + offset)
        pc += 16
        continue
      }
      case H_DUP_SUB: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        wordSub(sp, sp + offset, sp)
        pc += 16
        continue
      }
      case H_DUP_LT: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const result = u64(wordLess(sp + offset, sp))
        wordSet(sp, result)
        pc += 16
        continue
      }
      case H_DUP_AND: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        store<u64>(sp, load<u64>(sp) & load<u64>(sp + offset))
        store<u64>(sp, load<u64>(sp, 8) & load<u64>(sp + offset, 8), 8)
        store<u64>(sp, load<u64>(sp, 16) & load<u64>(sp + offset, 16), 16)
        store<u64>(sp, load<u64>(sp, 24) & load<u64>(sp + offset, 24), 24)
        pc += 16
        continue
      }
      case H_DUP_MLOAD: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const at = load<u64>(sp + offset)
        if (at + 32 > <u64>memorySize || wordHigh(sp + offset) != 0 || at > 0xffffffff) {
          gas = expandAccess(sp + offset, 32, gas)
          if (gas < 0) break
        }
        sp -= 32
        wordFromBytes(sp, memoryBase + <usize>at)
        pc += 16
        continue
      }
      case H_DUP_MSTORE: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const at = load<u64>(sp + offset)
        if (at + 32 > <u64>memorySize || wordHigh(sp + offset) != 0 || at > 0xffffffff) {
          gas = expandAccess(sp + offset, 32, gas)
          if (gas < 0) break
        }
        wordToBytes(memoryBase + <usize>at, sp)
        sp += 32
        pc += 16
        continue
      }
      case H_DUP_SWAP1: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const l0 = load<u64>(sp + offset)
        const l1 = load<u64>(sp + offset, 8)
        const l2 = load<u64>(sp + offset, 16)
        const l3 = load<u64>(sp + offset, 24)
        wordCopy(sp - 32, sp)
        store<u64>(sp, l0)
        store<u64>(sp, l1, 8)
        store<u64>(sp, l2, 16)
        store<u64>(sp, l3, 24)
        sp -= 32
        pc += 16
        continue
      }
      case H_DUP_PUSH_JUMPI: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        if (sp - 32 <= limit) {
          halt = HALT_STACK_OVERFLOW
          gas -= sp == limit ? 0 : 3
          break
        }
        gas -= 16
        if (wordIsZero(sp + offset)) {
          pc += 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_PUSH_DUP: {
        const offset = <usize>load<u16>(pc, 2)
        if (sp + offset >= base) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp - 32 <= limit) {
          halt = HALT_STACK_OVERFLOW
          gas -= sp == limit ? 0 : 3
          break
        }
        gas -= 6
        wordSet(sp - 32, load<u32>(pc, 4))
        wordCopy(sp - 64, sp + offset)
        sp -= 64
        pc += 16
        continue
      }
      case H_PUSH32_AND: {
        if (sp > base - 32) {
          halt = HALT_STACK_UNDERFLOW
          gas -= 3
          break
        }
        if (sp == limit) {
          halt = HALT_STACK_OVERFLOW
          break
        }
        gas -= 6
        const mask = records + <usize>load<u32>(pc, 4)
        store<u64>(sp, load<u64>(sp) & load<u64>(mask))
        store<u64>(sp, load<u64>(sp, 8) & load<u64>(mask, 8), 8)
        store<u64>(sp, load<u64>(sp, 16) & load<u64>(mask, 16), 16)
        store<u64>(sp, load<u64>(sp, 24) & load<u64>(mask, 24), 24)
        pc += 16
        continue
      }
      case H_POP_JUMP: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          gas -= sp == base ? 0 : 2
          break
        }
        gas -= 10
        const target = load<u64>(sp, 32)
        const behind = wordHigh(sp + 32) != 0 ? 0 : recordBehind(load<u32>(frame, FRAME_CODE), target)
        if (behind == 0) {
          halt = HALT_INVALID_JUMP
          break
        }
        // The JUMPDEST.
        gas -= 1
        sp += 64
        pc = records + (<usize>behind << 3)
        if (gas < pauseBelow) {
          halt = RUN_PAUSE
          break
        }
        continue
      }
      case H_LT_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const negated = load<u16>(pc, 2)
        gas -= negated != 0 ? 19 : 16
        const taken = u32(wordLess(sp, sp + 32)) ^ negated
        sp += 64
        if (taken == 0) {
          pc += negated != 0 ? 32 : 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_GT_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const negated = load<u16>(pc, 2)
        gas -= negated != 0 ? 19 : 16
        const taken = u32(wordLess(sp + 32, sp)) ^ negated
        sp += 64
        if (taken == 0) {
          pc += negated != 0 ? 32 : 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_SLT_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const negated = load<u16>(pc, 2)
        gas -= negated != 0 ? 19 : 16
        const taken = u32(wordLessSigned(sp, sp + 32)) ^ negated
        sp += 64
        if (taken == 0) {
          pc += negated != 0 ? 32 : 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_SGT_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const negated = load<u16>(pc, 2)
        gas -= negated != 0 ? 19 : 16
        const taken = u32(wordLessSigned(sp + 32, sp)) ^ negated
        sp += 64
        if (taken == 0) {
          pc += negated != 0 ? 32 : 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      case H_EQ_JUMPI: {
        if (sp > base - 64) {
          halt = HALT_STACK_UNDERFLOW
          break
        }
        const negated = load<u16>(pc, 2)
        gas -= negated != 0 ? 19 : 16
        const taken = u32(wordEqual(sp, sp + 32)) ^ negated
        sp += 64
        if (taken == 0) {
          pc += negated != 0 ? 32 : 24
          continue
        }
        // The JUMPDEST.
        gas -= 1
        pc = records + <usize>load<u32>(pc, 4)
        continue
      }
      default: {
        halt = HALT_INVALID_OPCODE
        break
      }
    }
    break
  }
  // What ran out of gas did nothing else.
  if (gas < 0) halt = HALT_OUT_OF_GAS
  store<u32>(frame, <u32>(pc - records), FRAME_PC)
  store<u32>(frame, <u32>sp, FRAME_SP)
  store<i64>(frame, gas, FRAME_GAS)
  return halt
}

/** Adds 2^64 to a word. */
function carryInto(word: usize): void {
  const l1 = load<u64>(word, 8) + 1
  store<u64>(word, l1, 8)
  if (l1 != 0) return
  const l2 = load<u64>(word, 16) + 1
  store<u64>(word, l2, 16)
  if (l2 == 0) store<u64>(word, load<u64>(word, 24) + 1, 24)
}
