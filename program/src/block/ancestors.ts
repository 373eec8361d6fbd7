// Hashes of recent blocks for BLOCKHASH: found by walking the headers, each a keccak256 preimage, from the open
// block's parent. What was found is kept while the block is open.

import { STATUS_MALFORMED_HEADER } from '../../shared/status'
import { arenaAllocUninitialized, arenaMark, arenaRelease } from '../arena'
import { hintL2Header } from '../hints'
import { hostError, keccakPreimage, setHostError } from '../host'
import { itemNext, itemStart, rlpFixed } from '../rlp/decode'
import { decodeHeader, headerParentHash } from './header'

const WINDOW: i32 = 256
/** Longest header accepted: a genesis block's extra data has no limit of its own. */
const HEADER_MAX: usize = 65_536

/** Hash of block `base - 1 - i` at 32 * i. */
const hashes: usize = memory.data(8192, 8)
let known: i32 = 0
let base: u64 = 0

/** Begins at block `number` whose parent has the hash at `parentHash`. */
export function setAncestors(number: u64, parentHash: usize): void {
  base = number
  known = number == 0 ? 0 : 1
  memory.copy(hashes, parentHash, 32)
}

/**
 * Takes the hashes of the ancestors from the RLP strings in [ptr, end), newest first; false when they are more
 * than 256 or one has not 32 bytes.
 */
export function setAncestorHashes(ptr: usize, end: usize): bool {
  let count = 0
  while (ptr < end) {
    if (count == WINDOW || !rlpFixed(ptr, end, 32)) return false
    memory.copy(hashes + (<usize>count << 5), itemStart, 32)
    count++
    ptr = itemNext
  }
  known = count
  return true
}

/**
 * Hash of the ancestor with this number, to 32 bytes at `out`; zero when it is none of the last 256. A missing
 * or malformed header sets `hostError`.
 */
export function blockHashAt(number: u64, out: usize): void {
  memory.fill(out, 0, 32)
  if (number >= base || base - number > <u64>WINDOW) return
  const index = <i32>(base - number - 1)
  // Nothing is known before a block without ancestors.
  if (known == 0) return
  while (known <= index) {
    if (!walk()) return
  }
  memory.copy(out, hashes + (<usize>index << 5), 32)
}

/** Finds the hash before the last known one. */
function walk(): bool {
  const last = hashes + (<usize>(known - 1) << 5)
  const mark = arenaMark()
  const buffer = arenaAllocUninitialized(HEADER_MAX)
  if (hostError == 0) {
    hintL2Header(last)
    const length = keccakPreimage(last, buffer, HEADER_MAX)
    if (length >= 0) {
      if (decodeHeader(buffer, buffer + <usize>length)) {
        memory.copy(hashes + (<usize>known << 5), headerParentHash, 32)
        known++
      } else {
        setHostError(STATUS_MALFORMED_HEADER, last)
      }
    }
  }
  arenaRelease(mark)
  return hostError == 0
}
