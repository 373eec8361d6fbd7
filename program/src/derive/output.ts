// Payload attributes as they are written to the result region (shared/derive.ts): the transactions one by one.

import { ATTRIBUTES_SIZE, ATTRIBUTES_TRANSACTIONS } from '../../shared/derive'
import { STATUS_RESULT_FULL } from '../../shared/status'
import { setHostError } from '../host'
import { RESULT, RESULT_SIZE } from '../layout'

/** Where the transaction reserved last goes. */
export let output: usize = 0
let next: usize = 0
let count: u32 = 0

export function outputOpen(): void {
  memory.fill(RESULT, 0, ATTRIBUTES_SIZE)
  next = RESULT + ATTRIBUTES_SIZE
  count = 0
}

/** Makes room at `output` for a transaction of `length` bytes; false with `hostError` set when there is none. */
export function reserve(length: usize): bool {
  if (RESULT + RESULT_SIZE - next < 4 || RESULT + RESULT_SIZE - next - 4 < length) {
    setHostError(STATUS_RESULT_FULL, 0)
    return false
  }
  store<u32>(next, <u32>length)
  output = next + 4
  next = output + length
  count++
  return true
}

/** Appends a transaction. */
export function outputTransaction(ptr: usize, length: usize): void {
  if (reserve(length)) memory.copy(output, ptr, length)
}

/** Bytes in the result region. */
export function outputClose(): usize {
  store<u32>(RESULT + ATTRIBUTES_TRANSACTIONS, count)
  return next - RESULT
}
