import { keccak256 } from '@altlayer/protocol'
import secp256k1 from 'secp256k1'
import { isZero, padded } from './input.ts'

const EMPTY = new Uint8Array(0)
// The addon writes here: recovery is synchronous and the key is hashed at once.
const publicKey = new Uint8Array(65)
const signature = new Uint8Array(64)

/**
 * The 20-byte address whose key signed `hash` (32 bytes). `r` and `s` are 32 bytes big-endian, `yParity`
 * 0 or 1; undefined when they are no signature (r or s zero or not below the group order, no such point).
 * High `s` recovers as well (EIP-2 is the caller's to enforce).
 */
export function recoverSender(
  hash: Uint8Array,
  yParity: number,
  r: Uint8Array,
  s: Uint8Array,
): Uint8Array | undefined {
  if (hash.length !== 32 || r.length !== 32 || s.length !== 32) return undefined
  if (yParity !== 0 && yParity !== 1) return undefined
  if (isZero(r) || isZero(s)) return undefined
  signature.set(r, 0)
  signature.set(s, 32)
  try {
    secp256k1.ecdsaRecover(signature, yParity, hash, false, publicKey)
  } catch {
    // The addon's only way to say that there is no such key: its arguments were checked above.
    return undefined
  }
  return keccak256(publicKey.subarray(1)).subarray(12)
}

/** Precompile 1: an address in 32 bytes, or nothing when there is none. Never fails. */
export function ecrecover(input: Uint8Array): Uint8Array {
  const bytes = padded(input, 128)
  const v = bytes[63] as number
  if (!isZero(bytes, 32, 63) || (v !== 27 && v !== 28)) return EMPTY
  const sender = recoverSender(
    bytes.subarray(0, 32),
    v - 27,
    bytes.subarray(64, 96),
    bytes.subarray(96, 128),
  )
  if (sender === undefined) return EMPTY
  const word = new Uint8Array(32)
  word.set(sender, 12)
  return word
}
