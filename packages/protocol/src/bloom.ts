import { MalformedInputError } from './errors.ts'
import { bytesToHex, hexToBytes } from './hex.ts'
import { keccak256 } from './keccak.ts'
import type { Hex, Log } from './types.ts'

// The 2048-bit logs bloom (Yellow Paper, 4.3.1): three bits for an address or topic.

export const BLOOM_BYTES = 256
export const EMPTY_BLOOM: Hex = `0x${'00'.repeat(BLOOM_BYTES)}`

/** The bits that a value sets, as (byte, mask) pairs, from keccak256 of the value. */
export type BloomBits = readonly (readonly [byte: number, mask: number])[]

/** The bits of an address or topic, to test many blooms for it. */
export function bloomBits(value: Uint8Array): BloomBits {
  const hash = keccak256(value)
  return [0, 2, 4].map((at) => {
    const bit = (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 0x7ff
    return [BLOOM_BYTES - 1 - (bit >> 3), 1 << (bit & 7)] as const
  })
}

/** Whether a value may be in the bloom (false: certainly not). */
export function bloomHas(bloom: Uint8Array, bits: BloomBits): boolean {
  return bits.every(([byte, mask]) => ((bloom[byte] as number) & mask) !== 0)
}

/** Adds a value's bits to a bloom of 256 bytes, in place. */
export function bloomAdd(bloom: Uint8Array, bits: BloomBits): void {
  if (bloom.length !== BLOOM_BYTES)
    throw new MalformedInputError('bloom', `${BLOOM_BYTES} bytes`, `${bloom.length}`)
  for (const [byte, mask] of bits) bloom[byte] = (bloom[byte] as number) | mask
}

/** The bloom of logs: their addresses and topics. */
export function logsBloom(logs: Iterable<Log>): Hex {
  const bloom = new Uint8Array(BLOOM_BYTES)
  for (const log of logs) {
    bloomAdd(bloom, bloomBits(hexToBytes(log.address)))
    for (const topic of log.topics) bloomAdd(bloom, bloomBits(hexToBytes(topic)))
  }
  return bytesToHex(bloom)
}
