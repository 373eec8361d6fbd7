// Frame records: one for each open call or creation, at FRAMES + depth * FRAME_SIZE.

import { FRAMES, FRAME_SIZE, STACKS, STACK_SIZE } from '../layout'

/** u32: the next record, as an offset from the code's first one. */
export const FRAME_PC: usize = 0
/** u32: stack pointer; the stack grows down from FRAME_STACK. */
export const FRAME_SP: usize = 4
/** i64. */
export const FRAME_GAS: usize = 8
/** u32, u32: see memory.ts. */
export const FRAME_MEMORY: usize = 16
export const FRAME_MEMORY_SIZE: usize = 20
/** u32: code entry, of meaning in the generation of records beside it. */
export const FRAME_CODE: usize = 24
export const FRAME_CODE_GENERATION: usize = 28
/** u32: the code's first record. */
export const FRAME_RECORDS: usize = 32
/** u32: address above the stack's first word. */
export const FRAME_STACK: usize = 36
/** u32, u32: call data. */
export const FRAME_INPUT: usize = 40
export const FRAME_INPUT_LENGTH: usize = 44
/** u32: record of the executing account, whose storage and balance the code acts on. */
export const FRAME_ACCOUNT: usize = 48
/** u32: opcode that opened the frame; CALL and CREATE for messages. */
export const FRAME_KIND: usize = 52
/** u32: 1 in a static call (EIP-214). */
export const FRAME_STATIC: usize = 56
/** i32: journal position to revert to. */
export const FRAME_CHECKPOINT: usize = 60
/** Word. */
export const FRAME_VALUE: usize = 64
/** Word: the caller's address. */
export const FRAME_CALLER: usize = 96
/** u32, u32: where the parent wants the output: address, length. */
export const FRAME_OUTPUT: usize = 128
export const FRAME_OUTPUT_LENGTH: usize = 132
/** u32, u32: init code of a creation, which stays where it is while the frame is open. */
export const FRAME_INIT_CODE: usize = 136
export const FRAME_INIT_CODE_LENGTH: usize = 140
/** 32 bytes: hash of the code of a call. */
export const FRAME_CODE_HASH: usize = 144
/** u32: number of the frame, 0 for the outermost. */
export const FRAME_DEPTH: usize = 176
/** i64: gas at the start. */
export const FRAME_START_GAS: usize = 184

// @ts-ignore: decorator
@inline
export function frameAt(depth: i32): usize {
  return FRAMES + <usize>depth * FRAME_SIZE
}

/** Address above the first word of the stack at this depth. */
// @ts-ignore: decorator
@inline
export function stackAt(depth: i32): usize {
  return STACKS + <usize>(depth + 1) * STACK_SIZE
}
