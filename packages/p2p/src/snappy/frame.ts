import { concatBytes, equalBytes, MalformedInputError } from '@altlayer/protocol'
import { maxCompressedLength, snappyCompress, snappyDecompress, snappyLength } from './block.ts'
import { maskedCrc32c } from './crc32c.ts'

// Snappy's framing format (google/snappy, framing_format.txt): chunks of type, 24-bit length and content.

const STREAM_IDENTIFIER = 0xff
const COMPRESSED = 0x00
const UNCOMPRESSED = 0x01
/** Chunk types from here on (padding included) may be passed over; those below may not. */
const SKIPPABLE = 0x80
const IDENTIFIER = Uint8Array.of(STREAM_IDENTIFIER, 6, 0, 0, ...Buffer.from('sNaPpY', 'latin1'))
/** Most bytes of data in a chunk. */
const CHUNK_DATA = 1 << 16
const CHUNK_HEADER = 4
const CHECKSUM = 4

/** Most bytes of the framing of `length` bytes as `snappyFrame` makes it. */
export function maxFramedLength(length: number): number {
  const chunks = Math.ceil(length / CHUNK_DATA)
  return IDENTIFIER.length + length + chunks * (CHUNK_HEADER + CHECKSUM)
}

/** Compresses into the framing format; a chunk that does not shrink is stored as it is. */
export function snappyFrame(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [IDENTIFIER]
  for (let from = 0; from < data.length; from += CHUNK_DATA) {
    const piece = data.subarray(from, from + CHUNK_DATA)
    const compressed = snappyCompress(piece)
    const shrinks = compressed.length < piece.length
    parts.push(chunk(shrinks ? COMPRESSED : UNCOMPRESSED, piece, shrinks ? compressed : piece))
  }
  return concatBytes(...parts)
}

function chunk(type: number, data: Uint8Array, content: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(CHUNK_HEADER + CHECKSUM))
  head.setUint32(0, ((CHECKSUM + content.length) << 8) | type, true)
  head.setUint32(CHUNK_HEADER, maskedCrc32c(data), true)
  return concatBytes(new Uint8Array(head.buffer), content)
}

/**
 * Decompresses a whole stream of chunks to at most `max` bytes; a bomb is refused before it is unpacked.
 * @throws MalformedInputError
 */
export function snappyUnframe(stream: Uint8Array, max: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = stream
  const view = new DataView(buffer, byteOffset, byteLength)
  const parts: Uint8Array[] = []
  let total = 0
  let identified = false
  for (let at = 0; at < stream.length; ) {
    if (stream.length - at < CHUNK_HEADER)
      throw new MalformedInputError('snappy.chunk', 'a header of 4 bytes', 'the end')
    const head = view.getUint32(at, true)
    const type = head & 0xff
    const length = head >>> 8
    const content = stream.subarray(at + CHUNK_HEADER, at + CHUNK_HEADER + length)
    if (content.length !== length)
      throw new MalformedInputError('snappy.chunk', `${length} bytes`, `${content.length}`)
    if (type === STREAM_IDENTIFIER) {
      if (!equalBytes(content, IDENTIFIER.subarray(CHUNK_HEADER)))
        throw new MalformedInputError('snappy.identifier', 'sNaPpY', 'another one')
      identified = true
    } else if (!identified) {
      throw new MalformedInputError('snappy.chunk', 'a stream identifier', `type ${type}`)
    } else if (type === COMPRESSED || type === UNCOMPRESSED) {
      const data = chunkData(type, content, max - total)
      total += data.length
      parts.push(data)
    } else if (type < SKIPPABLE) {
      throw new MalformedInputError('snappy.chunk', 'a known type', `${type}`)
    }
    at += CHUNK_HEADER + length
  }
  return concatBytes(...parts)
}

function chunkData(type: number, content: Uint8Array, left: number): Uint8Array {
  if (content.length < CHECKSUM)
    throw new MalformedInputError('snappy.chunk', 'a checksum of 4 bytes', `${content.length}`)
  const body = content.subarray(CHECKSUM)
  const limit = Math.min(CHUNK_DATA, left)
  const length = type === COMPRESSED ? snappyLength(body, CHUNK_DATA) : body.length
  if (length > limit)
    throw new MalformedInputError('snappy.data', `at most ${limit} more bytes`, `${length}`)
  if (body.length > maxCompressedLength(CHUNK_DATA))
    throw new MalformedInputError('snappy.chunk', 'a chunk of 65536 bytes of data', 'more')
  const data = type === COMPRESSED ? snappyDecompress(body, limit) : body
  const view = new DataView(content.buffer, content.byteOffset, CHECKSUM)
  const claimed = view.getUint32(0, true)
  const computed = maskedCrc32c(data)
  if (claimed !== computed)
    throw new MalformedInputError('snappy.checksum', `${computed}`, `${claimed}`)
  return data
}
