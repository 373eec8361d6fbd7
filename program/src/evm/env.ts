// The block and transaction that the EVM runs in. The block layer fills it; the EVM only reads it.
//
// Words are four little-endian u64 limbs, so that an instruction pushes them by a plain copy.

import { FORK_ISTHMUS, MODE_ETHEREUM, SPEC_PRAGUE } from '../../shared/abi'

/** MODE_*: whether OP Stack rules apply (precompiles). */
export let envMode: i32 = MODE_ETHEREUM
/** SPEC_*: the Ethereum rule set. */
export let envSpec: i32 = SPEC_PRAGUE
/** FORK_*: the OP Stack fork, of meaning in MODE_OP only. */
export let envFork: i32 = FORK_ISTHMUS
/** TRACE_MODE_* bits; 0 when nothing is traced. */
export let envTrace: i32 = 0
/** Block number, as BLOCKHASH compares it. */
export let envNumber: u64 = 0

export function setRules(mode: i32, spec: i32, fork: i32): void {
  envMode = mode
  envSpec = spec
  envFork = fork
}

/** Switches tracing for the messages that follow: TRACE_MODE_* bits. */
export function setTraceMode(mode: i32): void {
  envTrace = mode
}

export function setBlockNumber(number: u64): void {
  envNumber = number
  store<u64>(ENV_NUMBER, number)
}

// Words of the block.
export const ENV_CHAIN_ID: usize = memory.data(32, 8)
/** Written by `setBlockNumber`. */
export const ENV_NUMBER: usize = memory.data(32, 8)
export const ENV_TIMESTAMP: usize = memory.data(32, 8)
export const ENV_GAS_LIMIT: usize = memory.data(32, 8)
/** The fee recipient's address as a word. */
export const ENV_COINBASE: usize = memory.data(32, 8)
export const ENV_PREV_RANDAO: usize = memory.data(32, 8)
export const ENV_BASE_FEE: usize = memory.data(32, 8)
export const ENV_BLOB_BASE_FEE: usize = memory.data(32, 8)

// Words of the transaction.
/** The sender's address as a word. */
export const ENV_ORIGIN: usize = memory.data(32, 8)
/** Effective gas price. */
export const ENV_GAS_PRICE: usize = memory.data(32, 8)

/** Blob versioned hashes of the transaction: 32 raw bytes each. They must stay until it ends. */
export let envBlobHashes: usize = 0
export let envBlobHashCount: u32 = 0

export function setBlobHashes(ptr: usize, count: u32): void {
  envBlobHashes = ptr
  envBlobHashCount = count
}
