import { MalformedInputError } from '@altlayer/protocol'

/** Bytes of a blob (EIP-4844). */
export const BLOB_SIZE = 131_072

/** Most bytes of data that a blob holds in the OP Stack's encoding. */
export const BLOB_DATA_MAX = (4 * 31 + 3) * 1024 - 4

/**
 * Encodes data as a blob (OP Stack spec, Ecotone, "Blob Encoding"): version 0, three bytes of length,
 * the data, then zeros, at 127 bytes to four field elements. Throws MalformedInputError for more than
 * BLOB_DATA_MAX bytes.
 */
export function encodeBlob(data: Uint8Array): Uint8Array {
  if (data.length > BLOB_DATA_MAX)
    throw new MalformedInputError('blob', `at most ${BLOB_DATA_MAX} bytes`, `${data.length} bytes`)
  const stream = new Uint8Array(1024 * 127)
  stream.set([0, data.length >> 16, data.length >> 8, data.length])
  stream.set(data, 4)
  const blob = new Uint8Array(BLOB_SIZE)
  for (let round = 0; round * 127 < data.length + 4; round++)
    encodeRound(stream.subarray(round * 127, round * 127 + 127), blob, round * 128)
  return blob
}

/** Four runs of 31 bytes go into the low bytes of the elements, the bytes between into their top bits. */
function encodeRound(bytes: Uint8Array, blob: Uint8Array, at: number): void {
  const byte = (index: number) => bytes[index] as number
  const [x, y, z] = [byte(31), byte(63), byte(95)]
  const tops = [
    x & 0x3f,
    (y & 0x0f) | ((x & 0xc0) >> 2),
    z & 0x3f,
    ((z & 0xc0) >> 2) | ((y & 0xf0) >> 4),
  ]
  for (const [element, top] of tops.entries()) {
    blob[at + element * 32] = top
    blob.set(bytes.subarray(element * 32, element * 32 + 31), at + element * 32 + 1)
  }
}
