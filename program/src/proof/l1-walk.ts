// L1 as the L1 head authenticates it: the hashes of the blocks from there down to where derivation begins.

import { STATUS_L1_DATA_FULL, STATUS_L1_REORG } from '../../shared/status'
import { loadL1Header, loadedBlock } from '../derive/l1-block'
import { L1_HASH, L1_NUMBER, L1_PARENT_HASH, originNumber, originRecord } from '../derive/l1-chain'
import { sameHash } from '../derive/bytes'
import { hostError, setHostError } from '../host'
import { INPUT, INPUT_SIZE } from '../layout'
import { reject } from '../tx/reject'

/** The input region is free while `main` runs, but for its beginning (execute.ts). */
const HASHES: usize = INPUT + (1 << 20)
const MOST: u64 = <u64>((INPUT_SIZE - (1 << 20)) >> 5)

export let l1HeadNumber: u64 = 0
let walked: u64 = 0
let begun: bool = false

/** Hash of the L1 block with this number, which is not above the head's nor below the origin's. */
export function l1HashAt(number: u64): usize {
  return HASHES + (<usize>(l1HeadNumber - number) << 5)
}

/**
 * Finds the blocks between the L1 head and the block that derivation reads first. False with `hostError` set: also when
 * that block is none of the head's ancestors. Goes on where a missing preimage stopped it.
 */
export function walkL1(head: usize): bool {
  if (!begun) {
    if (!loadL1Header(head)) return false
    l1HeadNumber = load<u64>(loadedBlock + L1_NUMBER)
    if (l1HeadNumber < originNumber) return reorganised(l1HeadNumber)
    if (l1HeadNumber - originNumber >= MOST) {
      setHostError(STATUS_L1_DATA_FULL, head)
      return false
    }
    memory.copy(HASHES, head, 32)
    walked = l1HeadNumber
    begun = true
  }
  while (walked > originNumber) {
    if (!loadL1Header(l1HashAt(walked))) return false
    if (load<u64>(loadedBlock + L1_NUMBER) != walked) return reorganised(walked)
    walked--
    memory.copy(l1HashAt(walked), loadedBlock + L1_PARENT_HASH, 32)
  }
  return sameHash(l1HashAt(originNumber), originRecord() + L1_HASH) || reorganised(originNumber)
}

function reorganised(number: u64): bool {
  if (hostError != 0) return false
  reject(STATUS_L1_REORG, number, 0)
  setHostError(STATUS_L1_REORG, 0)
  return false
}
