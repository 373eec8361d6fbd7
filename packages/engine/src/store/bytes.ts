import type { Hex } from '@altlayer/protocol'

// Records of the store: little state machines over a byte array. Integers are LEB128 (7 bits a
// byte, least significant first), byte strings carry their length before them.

const LOW_BITS = 0x7fn

/** Appends to a growing buffer. */
export interface ByteWriter {
  byte(value: number): void
  /** A non-negative safe integer. */
  integer(value: number): void
  /** A non-negative integer of any size. */
  bigint(value: bigint): void
  /** Bytes whose length the reader knows. */
  fixed(bytes: Uint8Array): void
  /** 0x-prefixed hex of our own making, of `size` bytes; not checked. */
  hex(hex: Hex, size: number): void
  /** Bytes with their length. */
  bytes(bytes: Uint8Array): void
  /** Bytes written so far. */
  readonly length: number
  /** What was written, from an offset on; owns its memory. */
  finish(from?: number): Uint8Array
}

export function createByteWriter(capacity = 256): ByteWriter {
  let buffer = Buffer.alloc(capacity)
  let length = 0

  const reserve = (size: number): void => {
    if (length + size <= buffer.length) return
    const larger = Buffer.alloc(Math.max(buffer.length * 2, length + size))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  const byte = (value: number): void => {
    reserve(1)
    buffer[length++] = value
  }
  const integer = (value: number): void => {
    let rest = value
    while (rest > 0x7f) {
      byte((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 128)
    }
    byte(rest)
  }
  const fixed = (bytes: Uint8Array): void => {
    reserve(bytes.length)
    buffer.set(bytes, length)
    length += bytes.length
  }
  return {
    byte,
    integer,
    bigint(value) {
      if (value <= 0xffffffffn) return integer(Number(value))
      let rest = value
      while (rest > LOW_BITS) {
        byte(Number(rest & LOW_BITS) | 0x80)
        rest >>= 7n
      }
      byte(Number(rest))
    },
    fixed,
    hex(hex, size) {
      reserve(size)
      length += buffer.write(hex.slice(2), length, size, 'hex')
    },
    bytes(bytes) {
      integer(bytes.length)
      fixed(bytes)
    },
    get length() {
      return length
    },
    finish: (from = 0) => new Uint8Array(buffer.subarray(from, length)),
  }
}

/** Reads what a ByteWriter wrote. Throws RangeError past the end. */
export interface ByteReader {
  byte(): number
  integer(): number
  bigint(): bigint
  /** A view of the input. */
  fixed(length: number): Uint8Array
  /** A view of the input. */
  bytes(): Uint8Array
  readonly done: boolean
}

export function createByteReader(input: Uint8Array): ByteReader {
  let offset = 0
  const byte = (): number => {
    const value = input[offset]
    if (value === undefined) throw new RangeError(`record ends at byte ${offset}, expected more`)
    offset++
    return value
  }
  const integer = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const next = byte()
      value += (next & 0x7f) * scale
      if (next < 0x80) return value
      scale *= 128
    }
  }
  const fixed = (length: number): Uint8Array => {
    if (offset + length > input.length)
      throw new RangeError(
        `record has ${input.length - offset} bytes at ${offset}, expected ${length}`,
      )
    offset += length
    return input.subarray(offset - length, offset)
  }
  return {
    byte,
    integer,
    bigint() {
      let value = 0n
      let shift = 0n
      for (;;) {
        const next = byte()
        value |= BigInt(next & 0x7f) << shift
        if (next < 0x80) return value
        shift += 7n
      }
    },
    fixed,
    bytes: () => fixed(integer()),
    get done() {
      return offset === input.length
    },
  }
}
