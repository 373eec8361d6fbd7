// Optional values in the hosts' RLP input: a list of none or one item.

import { itemLen, itemNext, itemStart, rlpItem, rlpList } from '../rlp/decode'

/** Where the item of the last `rlpOptional` that found one begins; it ends at `optionalNext`. */
export let optionalItem: usize = 0
/** Address behind the optional value. */
export let optionalNext: usize = 0

/** Reads the optional value at `ptr`: 1 when it has an item, 0 when it is empty, -1 when it is malformed. */
export function rlpOptional(ptr: usize, end: usize): i32 {
  if (!rlpList(ptr, end)) return -1
  optionalItem = itemStart
  optionalNext = itemNext
  if (itemLen == 0) return 0
  return rlpItem(optionalItem, optionalNext) && itemNext == optionalNext ? 1 : -1
}
