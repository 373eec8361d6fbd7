// What the last transaction or message did, until the next one. Its logs, refund counter and return data are
// where the EVM left them.

import { HALT_SUCCESS } from '../../shared/halt'

/** HALT_*. */
export let outcomeHalt: i32 = HALT_SUCCESS
export let outcomeGasUsed: u64 = 0
export let outcomeGasRefunded: u64 = 0
export let outcomeMaxGasUsed: u64 = 0
export let outcomeBlobGas: u64 = 0
/** The sender's nonce before. */
export let outcomeNonce: u64 = 0
/** 20 bytes. */
export const outcomeSender: usize = memory.data(20, 8)
/** 20 bytes, when `outcomeCreated`. */
export const outcomeContract: usize = memory.data(20, 8)
export let outcomeCreated: bool = false
export const outcomeHash: usize = memory.data(32, 8)
/** Words. */
export const outcomeGasPrice: usize = memory.data(32, 8)
export const outcomeL1Fee: usize = memory.data(32, 8)
export const outcomeOperatorFee: usize = memory.data(32, 8)

export function clearOutcome(nonce: u64): void {
  outcomeHalt = HALT_SUCCESS
  outcomeGasUsed = 0
  outcomeGasRefunded = 0
  outcomeMaxGasUsed = 0
  outcomeBlobGas = 0
  outcomeNonce = nonce
  outcomeCreated = false
  memory.fill(outcomeGasPrice, 0, 32)
  memory.fill(outcomeL1Fee, 0, 32)
  memory.fill(outcomeOperatorFee, 0, 32)
}

export function setOutcomeGas(used: u64, refunded: u64, most: u64): void {
  outcomeGasUsed = used
  outcomeGasRefunded = refunded
  outcomeMaxGasUsed = most
}

export function setOutcomeBlobGas(gas: u64): void {
  outcomeBlobGas = gas
}

export function setOutcomeHalt(halt: i32): void {
  outcomeHalt = halt
}

export function setOutcomeContract(address: usize): void {
  outcomeCreated = true
  memory.copy(outcomeContract, address, 20)
}
