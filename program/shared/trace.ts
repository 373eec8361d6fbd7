// Trace events (`OUTPUT_TRACE`): constants and byte offsets. README.md, "Trace events", explains them.
// Integers are little-endian; 256-bit words, addresses and hashes are big-endian as users print them.

/** Bits of the program's trace mode. Frames and logs are reported when it is not 0. */
export const TRACE_MODE_FRAMES: i32 = 1
/** A step event before every instruction. */
export const TRACE_MODE_STEPS: i32 = 2
/** Steps carry the frame's memory. */
export const TRACE_MODE_MEMORY: i32 = 4
/** Steps carry the return data buffer. */
export const TRACE_MODE_RETURN_DATA: i32 = 8

// Byte 0 of every event: its kind. Bytes 2..3: u16 depth of the frame, 0 for the outermost.
export const TRACE_ENTER: i32 = 1
export const TRACE_EXIT: i32 = 2
export const TRACE_STEP: i32 = 3
export const TRACE_LOG: i32 = 4

export const TRACE_KIND: i32 = 0
/** u8. Enter and exit: the opcode that opened the frame. Step: the opcode. Log: number of topics. */
export const TRACE_OP: i32 = 1
export const TRACE_DEPTH: i32 = 2

// Enter.
/** u8, bits below. */
export const TRACE_ENTER_FLAGS: i32 = 4
export const TRACE_FLAG_PRECOMPILE: i32 = 1
export const TRACE_FLAG_STATIC: i32 = 2
/** u64 gas the frame starts with, stipend included. */
export const TRACE_ENTER_GAS: i32 = 8
/** u64 cost of the calling instruction as geth's struct logs report it; 0 for the outermost frame. */
export const TRACE_ENTER_COST: i32 = 16
export const TRACE_ENTER_FROM: i32 = 24
export const TRACE_ENTER_TO: i32 = 44
export const TRACE_ENTER_VALUE: i32 = 64
/** u32. */
export const TRACE_ENTER_INPUT_LENGTH: i32 = 96
export const TRACE_ENTER_INPUT: i32 = 100

// Exit.
/** u8, one of `halt.ts`. */
export const TRACE_EXIT_HALT: i32 = 4
/** u64 gas the frame used: all it had after an exceptional halt. */
export const TRACE_EXIT_GAS_USED: i32 = 8
/** i64 gas left once the last instruction was charged: negative by what was missing when out of gas. */
export const TRACE_EXIT_GAS_LEFT: i32 = 16
/** u32. */
export const TRACE_EXIT_OUTPUT_LENGTH: i32 = 24
export const TRACE_EXIT_OUTPUT: i32 = 28

// Step.
/** u32. */
export const TRACE_STEP_PC: i32 = 4
/** u64 gas left before the instruction. */
export const TRACE_STEP_GAS: i32 = 8
/** u64 refund counter of the transaction. */
export const TRACE_STEP_REFUND: i32 = 16
/** u32 bytes, a multiple of 32. */
export const TRACE_STEP_MEMORY_SIZE: i32 = 24
/** u16 words. */
export const TRACE_STEP_STACK_SIZE: i32 = 28
/** u16, bits below. */
export const TRACE_STEP_FLAGS: i32 = 30
export const TRACE_FLAG_MEMORY: i32 = 1
export const TRACE_FLAG_RETURN_DATA: i32 = 2
/** u32 bytes. */
export const TRACE_STEP_RETURN_DATA_SIZE: i32 = 32
/** Stack words, bottom first; then memory; then return data, each if its flag is set. */
export const TRACE_STEP_STACK: i32 = 40

// Log.
/** u32. */
export const TRACE_LOG_DATA_LENGTH: i32 = 4
export const TRACE_LOG_ADDRESS: i32 = 8
/** Topics, 32 bytes each; then the data. */
export const TRACE_LOG_TOPICS: i32 = 28
