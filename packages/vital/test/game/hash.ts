import { bytesToHex, type Hash, keccak256 } from '@altlayer/protocol'

/** The hash of a text. */
export function keccak256Hex(text: string): Hash {
  return bytesToHex(keccak256(new TextEncoder().encode(text)))
}
