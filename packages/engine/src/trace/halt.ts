import {
  HALT_CODE_SIZE,
  HALT_CODE_STORE_OUT_OF_GAS,
  HALT_CREATE_COLLISION,
  HALT_DEPTH,
  HALT_INIT_CODE_SIZE,
  HALT_INSUFFICIENT_BALANCE,
  HALT_INTERRUPTED,
  HALT_INVALID_CODE,
  HALT_INVALID_JUMP,
  HALT_INVALID_OPCODE,
  HALT_NONCE_OVERFLOW,
  HALT_OUT_OF_GAS,
  HALT_PRECOMPILE,
  HALT_RETURN_DATA_OUT_OF_BOUNDS,
  HALT_REVERT,
  HALT_STACK_OVERFLOW,
  HALT_STACK_UNDERFLOW,
  HALT_SUCCESS,
  HALT_WRITE_PROTECTION,
} from '@altlayer/program/shared/halt.ts'

// geth's words, which users' tools match on.
const WORDS: ReadonlyMap<number, string> = new Map([
  [HALT_REVERT, 'execution reverted'],
  [HALT_OUT_OF_GAS, 'out of gas'],
  [HALT_STACK_UNDERFLOW, 'stack underflow'],
  [HALT_STACK_OVERFLOW, 'stack limit reached 1024 (1023)'],
  [HALT_INVALID_JUMP, 'invalid jump destination'],
  [HALT_INVALID_OPCODE, 'invalid opcode'],
  [HALT_WRITE_PROTECTION, 'write protection'],
  [HALT_RETURN_DATA_OUT_OF_BOUNDS, 'return data out of bounds'],
  [HALT_INVALID_CODE, 'invalid code: must not begin with 0xef'],
  [HALT_CODE_SIZE, 'max code size exceeded'],
  [HALT_CODE_STORE_OUT_OF_GAS, 'contract creation code storage out of gas'],
  [HALT_CREATE_COLLISION, 'contract address collision'],
  [HALT_INIT_CODE_SIZE, 'max initcode size exceeded'],
  [HALT_PRECOMPILE, 'invalid precompile input'],
  [HALT_DEPTH, 'max call depth exceeded'],
  [HALT_INSUFFICIENT_BALANCE, 'insufficient balance for transfer'],
  [HALT_NONCE_OVERFLOW, 'nonce uint64 overflow'],
  [HALT_INTERRUPTED, 'execution aborted'],
])

/** Why a frame ended without success, in geth's words; undefined after success. */
export function haltReason(halt: number): string | undefined {
  if (halt === HALT_SUCCESS) return undefined
  return WORDS.get(halt) ?? `execution failed (code ${halt})`
}
