// Blobs as preimages of type 5. The only place that knows how a blob is asked for: a node's host gives all of it at
// once; for a proof it is its commitment and its 4096 field elements (OP Stack specs, "Fault Proof", Type 5).

import { KEY_BLOB, KEY_SHA256 } from '../../shared/abi'
import { STATUS_BAD_PREIMAGE, STATUS_MISSING_PREIMAGE } from '../../shared/status'
import { hintBlob } from '../hints'
import { hostError, preimage, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { wordMulMod } from '../num/modular'
import { wordSet, wordToBytes } from '../num/word'
import { BLOB_SIZE } from './blob'

const key: usize = memory.data(32, 8)

let byElements: bool = false

/** From now on blobs are asked for element by element, as L1 can prove them. */
export function readBlobsByElements(): void {
  byElements = true
}

/**
 * Reads the BLOB_SIZE bytes of the blob with the 32-byte versioned hash to `dst`; `index` among the blobs of its L1
 * block, whose timestamp is given too. False with `hostError` set.
 */
export function readBlob(versionedHash: usize, index: u64, timestamp: u64, dst: usize): bool {
  if (hostError != 0) return false
  if (byElements) return readElements(versionedHash, index, timestamp, dst)
  keccak256(versionedHash, 32, key)
  store<u8>(key, <u8>KEY_BLOB)
  return read(dst, BLOB_SIZE)
}

/** Reads the preimage of `key`, which must have `size` bytes. The host or L1 vouches for it. */
function read(dst: usize, size: usize): bool {
  const length = preimage(key, dst, size)
  if (length < 0) setHostError(STATUS_MISSING_PREIMAGE, key)
  else if (<usize>length != size) setHostError(STATUS_BAD_PREIMAGE, key)
  return hostError == 0
}

const ELEMENTS: u32 = 4096
const ELEMENT_SIZE: usize = 32
const COMMITMENT_SIZE: usize = 48

/** Order of the scalar field of BLS12-381, and its primitive 4096th root of unity 7^((order - 1) / 4096); words. */
const FIELD_ORDER: usize = memory.data<u64>([
  0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48,
])
const ROOT_OF_UNITY: usize = memory.data<u64>([
  0xe206da11a5d36306, 0x0ad1347b378fbf96, 0xfc3e8acfe0f8245f, 0x564c0a11a0f704f4,
])

/** Its powers, words. */
const powers: usize = memory.data(131_072, 8)
let hasPowers: bool = false

/** Commitment, then the point at which the polynomial is evaluated. */
const point: usize = memory.data(80, 8)

/** Element `i` is the polynomial's value at the power of the root whose number is `i` with its 12 bits reversed. */
function readElements(versionedHash: usize, index: u64, timestamp: u64, dst: usize): bool {
  hintBlob(versionedHash, index, timestamp)
  memory.copy(key, versionedHash, 32)
  store<u8>(key, <u8>KEY_SHA256)
  if (!read(point, COMMITMENT_SIZE)) return false
  computePowers()
  for (let i: u32 = 0; i < ELEMENTS; i++) {
    wordToBytes(point + COMMITMENT_SIZE, powers + (<usize>reversed(i) << 5))
    keccak256(point, COMMITMENT_SIZE + 32, key)
    store<u8>(key, <u8>KEY_BLOB)
    if (!read(dst + <usize>i * ELEMENT_SIZE, ELEMENT_SIZE)) return false
  }
  return true
}

function computePowers(): void {
  if (hasPowers) return
  wordSet(powers, 1)
  for (let i: u32 = 1; i < ELEMENTS; i++) {
    const at = powers + (<usize>i << 5)
    wordMulMod(at, at - 32, ROOT_OF_UNITY, FIELD_ORDER)
  }
  hasPowers = true
}

function reversed(i: u32): u32 {
  let result: u32 = 0
  for (let bit = 0; bit < 12; bit++) result |= ((i >> bit) & 1) << (11 - bit)
  return result
}
