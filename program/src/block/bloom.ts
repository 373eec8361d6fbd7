// Log blooms (Yellow Paper 4.3.1): three bits, of 2048, for each address and topic.

import { keccak256 } from '../keccak/keccak'
import { LOG_ADDRESS, LOG_PREVIOUS, LOG_TOPICS, LOG_TOPIC_COUNT } from '../state/logs'

export const BLOOM_SIZE: usize = 256

const hash: usize = memory.data(32, 8)
const probe: usize = memory.data(256, 8)

/** Adds a list of logs, the newest first, to the bloom at `bloom`. */
export function bloomAddLogs(bloom: usize, log: usize): void {
  for (; log != 0; log = load<u32>(log, LOG_PREVIOUS)) {
    add(bloom, log + LOG_ADDRESS, 20)
    const topics = <usize>load<u32>(log, LOG_TOPIC_COUNT)
    for (let i: usize = 0; i < topics; i++) add(bloom, log + LOG_TOPICS + (i << 5), 32)
  }
}

/** bloom |= other. */
export function bloomMerge(bloom: usize, other: usize): void {
  for (let i: usize = 0; i < BLOOM_SIZE; i += 8) store<u64>(bloom + i, load<u64>(bloom + i) | load<u64>(other + i))
}

/** Whether the address may be among those of the bloom's logs. */
export function bloomMayHave(bloom: usize, address: usize): bool {
  memory.fill(probe, 0, BLOOM_SIZE)
  add(probe, address, 20)
  for (let i: usize = 0; i < BLOOM_SIZE; i += 8) {
    const bits = load<u64>(probe + i)
    if ((load<u64>(bloom + i) & bits) != bits) return false
  }
  return true
}

function add(bloom: usize, ptr: usize, len: usize): void {
  keccak256(ptr, len, hash)
  for (let i: usize = 0; i < 6; i += 2) {
    const bit = <u32>bswap(load<u16>(hash + i)) & 2047
    const at = bloom + (BLOOM_SIZE - 1 - <usize>(bit >> 3))
    store<u8>(at, load<u8>(at) | (<u8>1 << <u8>(bit & 7)))
  }
}
