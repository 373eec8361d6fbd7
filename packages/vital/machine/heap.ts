// Memory that is taken and never given back: an emulator lives for one run.

import { HEAP } from './layout'

/** Pages of 64 KiB asked for at a time. */
const GROWTH: i32 = 64

let top: usize = HEAP

/** `size` bytes, zeroed, at a multiple of 4 KiB; 0 when there is no more memory. `size` is a multiple of 4 KiB. */
export function take(size: usize): usize {
  const end = <u64>top + size
  const have = (<u64>memory.size()) << 16
  if (end > have) {
    const pages = <i32>((end - have + 0xffff) >> 16)
    if (memory.grow(max(pages, GROWTH)) < 0 && memory.grow(pages) < 0) return 0
  }
  const at = top
  top = <usize>end
  return at
}
