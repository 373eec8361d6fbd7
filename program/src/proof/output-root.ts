// Output roots (OP Stack specs, "L2 Output Root Proposals"): version 0, and the block whose state they commit to.

import { STATUS_BAD_OUTPUT, STATUS_MALFORMED_NODE } from '../../shared/status'
import { decodeHeader, headerStateRoot } from '../block/header'
import { isZero } from '../derive/bytes'
import { hintOutput, hintState } from '../hints'
import { keccakPreimage, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { L2_TO_L1_MESSAGE_PASSER } from '../op/predeploys'
import { itemNext, itemStart, rlpFixed, rlpList, rlpString } from '../rlp/decode'
import { EMPTY_ROOT, trieGet, trieValue } from '../trie/read'

// Version (zero), state root, storage root of the message passer, block hash.
const SIZE: usize = 128
const STATE_ROOT: usize = 32
const PASSER_ROOT: usize = 64
const BLOCK_HASH: usize = 96

const output: usize = memory.data(128, 8)
const addressHash: usize = memory.data(32, 8)

/** Reads which block an output root is of: 32 bytes at `blockHash`. False with `hostError` set. */
export function readOutput(root: usize, blockHash: usize): bool {
  hintOutput(root)
  const length = keccakPreimage(root, output, SIZE)
  if (length < 0) return false
  if (<usize>length != SIZE || !isZero(output, 32)) {
    setHostError(STATUS_BAD_OUTPUT, root)
    return false
  }
  memory.copy(blockHash, output + BLOCK_HASH, 32)
  return true
}

/** Writes the output root of the block with this hash and header to `out`. False with `hostError` set. */
export function computeOutput(blockHash: usize, header: usize, length: usize, out: usize): bool {
  if (!decodeHeader(header, header + length)) {
    setHostError(STATUS_BAD_OUTPUT, blockHash)
    return false
  }
  memory.fill(output, 0, 32)
  memory.copy(output + STATE_ROOT, headerStateRoot, 32)
  memory.copy(output + BLOCK_HASH, blockHash, 32)
  keccak256(L2_TO_L1_MESSAGE_PASSER, 20, addressHash)
  hintState(true)
  const found = trieGet(headerStateRoot, addressHash)
  hintState(false)
  if (found < 0 || !readStorageRoot(trieValue, <usize>found)) return false
  keccak256(output, SIZE, out)
  return true
}

/** An account: nonce, balance, storage root, code hash. */
function readStorageRoot(account: usize, length: usize): bool {
  const end = account + length
  if (length == 0) {
    memory.copy(output + PASSER_ROOT, EMPTY_ROOT, 32)
    return true
  }
  if (rlpList(account, end) && rlpString(itemStart, end) && rlpString(itemNext, end) && rlpFixed(itemNext, end, 32)) {
    memory.copy(output + PASSER_ROOT, itemStart, 32)
    return true
  }
  setHostError(STATUS_MALFORMED_NODE, addressHash)
  return false
}
