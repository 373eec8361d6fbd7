// The L2 block that the next one is built on: its hash and header, in one record as it is told to the host.

import { OUTPUT_HEADER } from '../../shared/abi'
import { STATUS_BAD_OUTPUT } from '../../shared/status'
import { decodeHeader, headerNumber, headerParentHash } from '../block/header'
import { sealedHash, sealedHeader, sealedHeaderLength } from '../block/seal'
import { hintL2Header } from '../hints'
import { keccakPreimage, output, setHostError } from '../host'

const HEADER_MAX: usize = 4096
const record: usize = memory.data(4128, 8)

export const headHash: usize = record
export const headHeader: usize = record + 32
export let headLength: usize = 0
export let headNumber: u64 = 0

/** Reads the block with this hash. False with `hostError` set. */
export function headLoad(hash: usize): bool {
  memory.copy(record, hash, 32)
  hintL2Header(record)
  const length = keccakPreimage(record, headHeader, HEADER_MAX)
  if (length < 0) return false
  headLength = <usize>length
  if (!decodeHeader(headHeader, headHeader + headLength)) {
    setHostError(STATUS_BAD_OUTPUT, record)
    return false
  }
  headNumber = headerNumber
  return true
}

/** Goes back to the block before. False with `hostError` set. */
export function headParent(): bool {
  decodeHeader(headHeader, headHeader + headLength)
  return headLoad(headerParentHash)
}

/** Goes on to the block that was just sealed, and tells the host of it. */
export function headAdvance(): void {
  memory.copy(record, sealedHash, 32)
  memory.copy(headHeader, sealedHeader, sealedHeaderLength)
  headLength = sealedHeaderLength
  headNumber++
  output(OUTPUT_HEADER, record, 32 + headLength)
}
