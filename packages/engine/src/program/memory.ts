import type { Address, Hash, Hex } from '@altlayer/protocol'

/** Typed reads of the program's memory. Offsets are absolute. */
export interface MemoryReader {
  readonly bytes: Uint8Array
  u32(at: number): number
  u64(at: number): bigint
  /** A word: four little-endian u64. */
  word(at: number): bigint
  hash(at: number): Hash
  address(at: number): Address
  hex(at: number, length: number): Hex
  /** A copy. */
  copy(at: number, length: number): Uint8Array
}

export function createReader(bytes: Uint8Array): MemoryReader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const hex = (at: number, length: number): Hex => `0x${buffer.toString('hex', at, at + length)}`
  return {
    bytes,
    u32: (at) => view.getUint32(at, true),
    u64: (at) => view.getBigUint64(at, true),
    word(at) {
      const low = view.getBigUint64(at, true)
      const high =
        (view.getBigUint64(at + 24, true) << 128n) |
        (view.getBigUint64(at + 16, true) << 64n) |
        view.getBigUint64(at + 8, true)
      return high === 0n ? low : (high << 64n) | low
    },
    hash: (at) => hex(at, 32),
    address: (at) => hex(at, 20),
    hex,
    copy: (at, length) => bytes.slice(at, at + length),
  }
}
