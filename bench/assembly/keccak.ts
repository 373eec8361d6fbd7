// The program's keccak256 by itself, for `npm run bench -- keccak`.
import { keccak256 } from '../../program/src/keccak/keccak'

export const input: usize = memory.data(65536, 16)
export const output: usize = memory.data(32, 16)

/** Hashes the first `length` bytes of the input; the digest is in the output. */
export function hash(length: usize): void {
  keccak256(input, length, output)
}
