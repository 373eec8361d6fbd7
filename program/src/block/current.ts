// The open block.

import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'

export const BLOCK_CLOSED: i32 = 0
/** Opened on a parent: transactions, then seal. */
export const BLOCK_BUILDING: i32 = 1
/** Opened at a header: calls and reads; transactions run but cannot be sealed. */
export const BLOCK_CALLS: i32 = 2
export const BLOCK_SEALED: i32 = 3

export let blockState: i32 = BLOCK_CLOSED
export let blockSpec: i32 = 0
export let blockFork: i32 = 0
export let blockNumber: u64 = 0
export let blockTimestamp: u64 = 0
export let blockGasLimit: u64 = 0
/** Gas used by the transactions so far. */
export let blockGasUsed: u64 = 0
export let blockBlobGasUsed: u64 = 0
export let blockExcessBlobGas: u64 = 0

export const blockParentHash: usize = memory.data(32, 8)
export const blockStateRoot: usize = memory.data(32, 8)
export const blockPrevRandao: usize = memory.data(32, 8)
export const blockCoinbase: usize = memory.data(20, 8)
/** Words. */
export const blockBaseFee: usize = memory.data(32, 8)
export const blockBlobBaseFee: usize = memory.data(32, 8)
/** 32 bytes; zero without `blockHasBeaconRoot`. */
export const blockBeaconRoot: usize = memory.data(32, 8)
export let blockHasBeaconRoot: bool = false
/** Union of the receipts' blooms. */
export const blockBloom: usize = memory.data(256, 8)

// Parts of the input of `open`, kept in the arena.
/** Payload of the list of withdrawals. */
export let blockWithdrawals: usize = 0
export let blockWithdrawalsEnd: usize = 0
export let blockExtraData: usize = 0
export let blockExtraDataLen: usize = 0

/** (u32 address, u32 length) of each transaction's encoding, for the ordered root. */
export let transactionList: usize = 0
/** The same of the receipts. */
export let receiptList: usize = 0
export let transactionCount: u32 = 0
let listCapacity: u32 = 0

/** Everything as in a block that has just been opened. The arena must have been reset. */
export function beginBlock(state: i32, spec: i32, fork: i32, number: u64, timestamp: u64, gasLimit: u64): void {
  blockState = state
  blockSpec = spec
  blockFork = fork
  blockNumber = number
  blockTimestamp = timestamp
  blockGasLimit = gasLimit
  blockGasUsed = 0
  blockBlobGasUsed = 0
  blockExcessBlobGas = 0
  blockHasBeaconRoot = false
  blockWithdrawals = 0
  blockWithdrawalsEnd = 0
  blockExtraData = 0
  blockExtraDataLen = 0
  transactionList = 0
  receiptList = 0
  transactionCount = 0
  listCapacity = 0
  memory.fill(blockBloom, 0, 256)
  memory.fill(blockBeaconRoot, 0, 32)
}

export function setBlockState(state: i32): void {
  blockState = state
}

export function setBlobGas(excess: u64): void {
  blockExcessBlobGas = excess
}

export function setBeaconRoot(ptr: usize): void {
  blockHasBeaconRoot = true
  memory.copy(blockBeaconRoot, ptr, 32)
}

export function setWithdrawals(ptr: usize, end: usize): void {
  blockWithdrawals = ptr
  blockWithdrawalsEnd = end
}

export function setExtraData(ptr: usize, len: usize): void {
  blockExtraData = ptr
  blockExtraDataLen = len
}

export function addGasUsed(gas: u64, blobGas: u64): void {
  blockGasUsed += gas
  blockBlobGasUsed += blobGas
}

/** Gas that transactions may still use. */
export function blockGasLeft(): u64 {
  return blockGasUsed >= blockGasLimit ? 0 : blockGasLimit - blockGasUsed
}

/** Notes an included transaction. Both encodings must stay where they are until the block closes. */
export function addTransaction(raw: usize, rawLen: usize, receipt: usize, receiptLen: usize): void {
  if (transactionCount == listCapacity) growLists()
  if (hostError != 0) return
  const offset = <usize>transactionCount << 3
  store<u32>(transactionList + offset, <u32>raw)
  store<u32>(transactionList + offset, <u32>rawLen, 4)
  store<u32>(receiptList + offset, <u32>receipt)
  store<u32>(receiptList + offset, <u32>receiptLen, 4)
  transactionCount++
}

function growLists(): void {
  const capacity = listCapacity == 0 ? 256 : listCapacity << 1
  const transactions = arenaAllocUninitialized(<usize>capacity << 3)
  const receipts = arenaAllocUninitialized(<usize>capacity << 3)
  if (hostError != 0) return
  memory.copy(transactions, transactionList, <usize>transactionCount << 3)
  memory.copy(receipts, receiptList, <usize>transactionCount << 3)
  transactionList = transactions
  receiptList = receipts
  listCapacity = capacity
}
