import { MalformedInputError } from '@altlayer/protocol'

// Snappy's block format (google/snappy, format_description.txt): the length of the data as a little-endian
// base-128 varint, then literals and copies from what was already written.

const LITERAL = 0
const COPY_1 = 1
const COPY_2 = 2

/** Matches are looked for within blocks of this size, so that an offset always fits in 16 bits. */
const BLOCK_SIZE = 1 << 16
const HASH_BITS = 14
/** A match shorter than this does not pay. */
const MIN_MATCH = 4
/** Bytes at the end of a block in which no match begins: reading four bytes never leaves it. */
const MARGIN = 15

/** Most bytes that `length` bytes can become: what is incompressible is stored with a few tags. */
export function maxCompressedLength(length: number): number {
  return 32 + length + Math.ceil(length / 6)
}

/**
 * The length that compressed data claim, without looking further.
 * @throws MalformedInputError where it is no 32-bit varint, or more than `max`.
 */
export function snappyLength(compressed: Uint8Array, max: number): number {
  return readLength(compressed, max).length
}

function readLength(bytes: Uint8Array, max: number): { length: number; next: number } {
  let length = 0
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at]
    if (byte === undefined) break
    // Not with shifts: the fifth byte goes beyond 31 bits.
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) {
      if (length > max)
        throw new MalformedInputError('snappy.length', `at most ${max} bytes`, `${length}`)
      return { length, next: at + 1 }
    }
  }
  throw new MalformedInputError('snappy.length', 'a varint of 32 bits', 'another one')
}

/**
 * Decompresses a whole block. Memory is taken for the claimed length only once that is at most `max`,
 * and the result has exactly that length.
 * @throws MalformedInputError
 */
export function snappyDecompress(compressed: Uint8Array, max: number): Uint8Array {
  const { length, next } = readLength(compressed, max)
  // Three bytes make 64 at most: a claim beyond that needs no memory to be refused.
  if (length > 22 * (compressed.length - next))
    throw new MalformedInputError('snappy.length', 'as much as the data can hold', `${length}`)
  const output = new Uint8Array(length)
  const end = compressed.length
  let from = next
  let to = 0
  while (from < end) {
    const tag = compressed[from++] as number
    const kind = tag & 3
    if (kind === LITERAL) {
      let size = tag >> 2
      if (size >= 60) {
        const extra = size - 59
        if (from + extra > end) throw truncated()
        size = littleEndian(compressed, from, extra)
        from += extra
      }
      size += 1
      if (size > end - from) throw truncated()
      if (size > length - to) throw tooLong(length)
      output.set(compressed.subarray(from, from + size), to)
      from += size
      to += size
      continue
    }
    const width = kind === COPY_1 ? 1 : kind === COPY_2 ? 2 : 4
    if (from + width > end) throw truncated()
    const low = littleEndian(compressed, from, width)
    from += width
    const offset = kind === COPY_1 ? ((tag >> 5) << 8) | low : low
    const size = kind === COPY_1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    if (offset === 0 || offset > to)
      throw new MalformedInputError('snappy.offset', `an offset of 1 to ${to}`, `${offset}`)
    if (size > length - to) throw tooLong(length)
    copyWithin(output, to, offset, size)
    to += size
  }
  if (to !== length)
    throw new MalformedInputError('snappy.data', `${length} bytes as claimed`, `${to}`)
  return output
}

/** A copy may read what it writes itself: a pattern shorter than the copy repeats. */
function copyWithin(output: Uint8Array, to: number, offset: number, size: number): void {
  if (offset >= size) {
    output.copyWithin(to, to - offset, to - offset + size)
    return
  }
  for (let i = 0; i < size; i++) output[to + i] = output[to + i - offset] as number
}

function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] as number)
  return value
}

function truncated(): MalformedInputError {
  return new MalformedInputError('snappy.data', 'more bytes', 'the end')
}

function tooLong(length: number): MalformedInputError {
  return new MalformedInputError('snappy.data', `${length} bytes as claimed`, 'more')
}

/** Compresses into the block format. */
export function snappyCompress(data: Uint8Array): Uint8Array {
  const output = new Uint8Array(maxCompressedLength(data.length))
  let to = writeLength(output, data.length)
  const table = new Uint16Array(1 << HASH_BITS)
  for (let start = 0; start < data.length; start += BLOCK_SIZE) {
    table.fill(0)
    const end = Math.min(data.length, start + BLOCK_SIZE)
    to = compressBlock(data, start, end, output, to, table)
  }
  return output.slice(0, to)
}

function writeLength(output: Uint8Array, length: number): number {
  let at = 0
  let rest = length
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) output[at++] = (rest & 0x7f) | 0x80
  output[at++] = rest
  return at
}

function word(data: Uint8Array, at: number): number {
  return (
    (data[at] as number) |
    ((data[at + 1] as number) << 8) |
    ((data[at + 2] as number) << 16) |
    ((data[at + 3] as number) << 24)
  )
}

function compressBlock(
  data: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  begin: number,
  table: Uint16Array,
): number {
  let to = begin
  let literalFrom = start
  const limit = end - MARGIN
  let at = start + 1
  // The longer nothing is found, the larger the steps: incompressible data pass quickly.
  let misses = 0
  while (at < limit) {
    const here = word(data, at)
    const slot = Math.imul(here, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const candidate = start + (table[slot] as number)
    table[slot] = at - start
    if (candidate >= at || word(data, candidate) !== here) {
      at += 1 + (misses++ >> 5)
      continue
    }
    misses = 0
    let length = MIN_MATCH
    while (at + length < end && data[candidate + length] === data[at + length]) length++
    to = writeLiteral(output, to, data, literalFrom, at)
    to = writeCopy(output, to, at - candidate, length)
    at += length
    literalFrom = at
  }
  return writeLiteral(output, to, data, literalFrom, end)
}

function writeLiteral(
  output: Uint8Array,
  begin: number,
  data: Uint8Array,
  from: number,
  end: number,
): number {
  const size = end - from
  if (size === 0) return begin
  let to = begin
  const n = size - 1
  // A block has 65536 bytes: two bytes of length are enough.
  if (n < 60) output[to++] = n << 2
  else if (n < 256) {
    output[to++] = 60 << 2
    output[to++] = n
  } else {
    output[to++] = 61 << 2
    output[to++] = n & 0xff
    output[to++] = n >> 8
  }
  output.set(data.subarray(from, end), to)
  return to + size
}

function writeCopy(output: Uint8Array, begin: number, offset: number, size: number): number {
  let to = begin
  let left = size
  const long = (n: number) => {
    output[to++] = ((n - 1) << 2) | COPY_2
    output[to++] = offset & 0xff
    output[to++] = offset >> 8
    left -= n
  }
  while (left >= 68) long(64)
  // Leaves at least four, which the short form can take.
  if (left > 64) long(60)
  if (left >= 12 || offset >= 2048) {
    long(left)
    return to
  }
  output[to++] = ((offset >> 8) << 5) | ((left - 4) << 2) | COPY_1
  output[to++] = offset & 0xff
  return to
}
