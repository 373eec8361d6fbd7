import { KEY_KECCAK256 } from '@altlayer/program/shared/abi.ts'
import { hexToBytes } from '@altlayer/protocol'

const text = new TextEncoder()

/** Keys of the `meta` table. */
export const META = {
  schema: text.encode('schema'),
  chain: text.encode('chain'),
  head: text.encode('head'),
  safe: text.encode('safe'),
  finalized: text.encode('finalized'),
} as const

/** The typed preimage key of a keccak256 hash: the type in place of the hash's first byte. */
export function preimageKey(hash: Uint8Array): Uint8Array {
  const key = hash.slice()
  key[0] = KEY_KECCAK256
  return key
}

/** A block number as a key that sorts as the number does. */
export function numberKey(number: bigint): Uint8Array {
  const key = new Uint8Array(8)
  new DataView(key.buffer).setBigUint64(0, number)
  return key
}

/** 32 bytes of a hash. */
export function hashKey(hash: string): Uint8Array {
  return hexToBytes(hash, 'hash', 32)
}
