import { hash } from 'node:crypto'

/** Precompile 2. */
export function sha256(input: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', input, 'buffer'))
}

/** Precompile 3: 20 bytes in 32. */
export function ripemd160(input: Uint8Array): Uint8Array {
  const word = new Uint8Array(32)
  word.set(hash('ripemd160', input, 'buffer'), 12)
  return word
}
