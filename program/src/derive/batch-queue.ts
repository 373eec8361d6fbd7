// Batches that wait, before Holocene (OP Stack specs, derivation, "Batch Queue"): encoded as they came, in the order of
// their inclusion, each decoded when it is looked at.

import { STATUS_BATCHES_FULL } from '../../shared/status'
import { setHostError } from '../host'
import { BATCH_QUEUE, BATCH_QUEUE_SIZE } from '../layout'

// An entry: u32 size of the entry, u32 length (0: gone), u8 type, u64 number and timestamp of the inclusion block.
const LENGTH: usize = 4
const TYPE: usize = 8
const INCLUSION: usize = 16
const INCLUSION_TIME: usize = 24
const HEADER: usize = 32
const END: usize = BATCH_QUEUE + BATCH_QUEUE_SIZE

let next: usize = BATCH_QUEUE

export function queueReset(): void {
  next = BATCH_QUEUE
}

/** Appends a batch (without its version byte); sets `hostError` when there is no room. */
export function queueAdd(type: u8, ptr: usize, length: usize, inclusion: u64, inclusionTime: u64): void {
  const size = (HEADER + length + 7) & ~7
  if (size > END - next) compact()
  if (size > END - next) return setHostError(STATUS_BATCHES_FULL, 0)
  store<u32>(next, <u32>size)
  store<u32>(next, <u32>length, LENGTH)
  store<u8>(next, type, TYPE)
  store<u64>(next, inclusion, INCLUSION)
  store<u64>(next, inclusionTime, INCLUSION_TIME)
  memory.copy(next + HEADER, ptr, length)
  next += size
}

/** The entry after `entry` (0: the first one), 0 when there is none. Entries stay where they are until `queueAdd`. */
export function queueNext(entry: usize): usize {
  entry = entry == 0 ? BATCH_QUEUE : entry + <usize>load<u32>(entry)
  while (entry < next && load<u32>(entry, LENGTH) == 0) entry += <usize>load<u32>(entry)
  return entry < next ? entry : 0
}

/** Drops an entry; its bytes stay readable until `queueAdd`. */
export function queueRemove(entry: usize): void {
  store<u32>(entry, 0, LENGTH)
}

export function queueType(entry: usize): u8 {
  return load<u8>(entry, TYPE)
}

export function queueBatch(entry: usize): usize {
  return entry + HEADER
}

export function queueLength(entry: usize): usize {
  return load<u32>(entry, LENGTH)
}

export function queueInclusion(entry: usize): u64 {
  return load<u64>(entry, INCLUSION)
}

export function queueInclusionTime(entry: usize): u64 {
  return load<u64>(entry, INCLUSION_TIME)
}

function compact(): void {
  let to = BATCH_QUEUE
  for (let entry = BATCH_QUEUE; entry < next; ) {
    const size = <usize>load<u32>(entry)
    const following = entry + size
    if (load<u32>(entry, LENGTH) != 0) {
      memory.copy(to, entry, size)
      to += size
    }
    entry = following
  }
  next = to
}
