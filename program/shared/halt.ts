// How a frame ended. 0 and 1 keep unused gas; everything else is an exceptional halt and consumes it.

export const HALT_SUCCESS: i32 = 0
export const HALT_REVERT: i32 = 1
export const HALT_OUT_OF_GAS: i32 = 2
export const HALT_STACK_UNDERFLOW: i32 = 3
export const HALT_STACK_OVERFLOW: i32 = 4
export const HALT_INVALID_JUMP: i32 = 5
export const HALT_INVALID_OPCODE: i32 = 6
/** State change inside a static call. */
export const HALT_WRITE_PROTECTION: i32 = 7
/** RETURNDATACOPY past the end. */
export const HALT_RETURN_DATA_OUT_OF_BOUNDS: i32 = 8
/** Code to deploy starts with 0xEF (EIP-3541). */
export const HALT_INVALID_CODE: i32 = 9
/** Code to deploy above 24576 bytes (EIP-170). */
export const HALT_CODE_SIZE: i32 = 10
/** Not enough gas for the code deposit. */
export const HALT_CODE_STORE_OUT_OF_GAS: i32 = 11
/** The new contract's address has a nonce, code or storage. */
export const HALT_CREATE_COLLISION: i32 = 12
/** Init code above 49152 bytes (EIP-3860). */
export const HALT_INIT_CODE_SIZE: i32 = 13
/** A precompile rejected its input. */
export const HALT_PRECOMPILE: i32 = 14

// The frame was never entered: the caller keeps the gas it would have passed.
/** More than 1024 frames. */
export const HALT_DEPTH: i32 = 15
/** Caller's balance below the value. */
export const HALT_INSUFFICIENT_BALANCE: i32 = 16
/** Creator's nonce is 2^64 - 1 (EIP-2681). */
export const HALT_NONCE_OVERFLOW: i32 = 17

// The run as a whole was given up; no result.
/** The host asked for it. */
export const HALT_INTERRUPTED: i32 = 18
/** A preimage was missing or wrong, or memory ran out: `hostError` says which. */
export const HALT_HOST: i32 = 19
/** A deposit that calls itself a system transaction, since Regolith (OP Stack specs, "Deposits"). */
export const HALT_SYSTEM_DEPOSIT: i32 = 20
