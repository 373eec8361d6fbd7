// Memory of the span batch that is being taken apart. It is derivation's own, so that blocks may be executed
// between the batch's blocks.
//
// It suffices for every batch that fits a channel: 4 bytes for each of 10 000 000 blocks, and for the
// transactions, of at least 70 bytes each in 100 000 000, 28 bytes of tables and 30 that their encodings are longer.

import { STATUS_BATCHES_FULL } from '../../shared/status'
import { setHostError } from '../host'
import { SPAN_MEMORY, SPAN_MEMORY_SIZE } from '../layout'

let next: usize = SPAN_MEMORY

/** Forgets the batch. */
export function spanMemoryReset(): void {
  next = SPAN_MEMORY
}

/** An 8-byte aligned block, not zeroed. When there is no room sets `hostError` and returns 0. */
export function spanAlloc(size: usize): usize {
  if (size > SPAN_MEMORY + SPAN_MEMORY_SIZE - 8 - next) {
    setHostError(STATUS_BATCHES_FULL, 0)
    return 0
  }
  const at = next
  next += (size + 7) & ~7
  return at
}
