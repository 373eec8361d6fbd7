// Data in EIP-4844 blobs (OP Stack spec, Ecotone, "Blob Encoding"): four field elements of 32 bytes carry
// 127 bytes. Each element's low 31 bytes are data as they stand; the six usable bits of the four top
// bytes carry three more. The first element begins with a version and the length.

export const BLOB_SIZE: usize = 131_072
/** Most data that a blob holds. */
export const BLOB_DATA_MAX: usize = (4 * 31 + 3) * 1024 - 4

const ENCODING_VERSION: u8 = 0
const ROUNDS: u32 = 1024
const ROUND_INPUT: usize = 128
const ROUND_OUTPUT: usize = 127

/**
 * Decodes the blob at `blob` to `dst`, which needs room for BLOB_DATA_MAX + 4 bytes. Returns the number of
 * bytes of data, which begin at `dst` + 4; -1 when the blob is malformed: another version, an impossible
 * length, bits set that carry nothing, or data behind the length.
 */
export function blobDecode(blob: usize, dst: usize): i32 {
  if (load<u8>(blob, 1) != ENCODING_VERSION) return -1
  const length = (<usize>load<u8>(blob, 2) << 16) | (<usize>load<u8>(blob, 3) << 8) | <usize>load<u8>(blob, 4)
  if (length > BLOB_DATA_MAX) return -1
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const from = blob + <usize>round * ROUND_INPUT
    const to = dst + <usize>round * ROUND_OUTPUT
    if (<usize>round * ROUND_OUTPUT < length + 4) {
      if (!decodeRound(from, to, round == 0)) return -1
    } else {
      if (!isZero(from, ROUND_INPUT)) return -1
      memory.fill(to, 0, ROUND_OUTPUT)
    }
  }
  return isZero(dst + 4 + length, BLOB_DATA_MAX - length) ? <i32>length : -1
}

/** The top byte of the blob's very first element is not checked: its top bits are masked, as in op-node. */
function decodeRound(from: usize, to: usize, first: bool): bool {
  const a = <u32>load<u8>(from)
  const b = <u32>load<u8>(from, 32)
  const c = <u32>load<u8>(from, 64)
  const d = <u32>load<u8>(from, 96)
  if ((((first ? 0 : a) | b | c | d) & 0xc0) != 0) return false
  memory.copy(to, from + 1, 31)
  store<u8>(to, (a & 0x3f) | ((b & 0x30) << 2), 31)
  memory.copy(to + 32, from + 33, 31)
  store<u8>(to, (b & 0x0f) | ((d & 0x0f) << 4), 63)
  memory.copy(to + 64, from + 65, 31)
  store<u8>(to, (c & 0x3f) | ((d & 0x30) << 2), 95)
  memory.copy(to + 96, from + 97, 31)
  return true
}

function isZero(ptr: usize, len: usize): bool {
  for (const end = ptr + len; ptr < end; ptr++) if (load<u8>(ptr) != 0) return false
  return true
}
