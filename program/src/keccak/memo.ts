// keccak256 of 64 bytes, remembered. Solidity finds a mapping's slot as the hash of key and position, mostly
// several times for the same one: to read and to write it, and again in the next call. A permutation costs
// about as much as a hundred instructions.

import { wordCopy, wordFromBytes, wordIsZero } from '../num/word'
import { keccak256 } from './keccak'

/** Entries: 64 bytes of input, then the digest as a word; a zero digest marks an empty entry. */
const ENTRY_SIZE: usize = 96
const ENTRY_DIGEST: usize = 64
const ENTRY_BITS: u64 = 10
const entries: usize = memory.data(98304, 8)

const digest: usize = memory.data(32, 8)

/** The keccak256 of the 64 bytes at `ptr` as a word. */
export function keccak256Of64(ptr: usize, word: usize): void {
  const l0 = load<u64>(ptr)
  const l1 = load<u64>(ptr, 8)
  const l2 = load<u64>(ptr, 16)
  const l3 = load<u64>(ptr, 24)
  const l4 = load<u64>(ptr, 32)
  const l5 = load<u64>(ptr, 40)
  const l6 = load<u64>(ptr, 48)
  const l7 = load<u64>(ptr, 56)
  const key = l0 ^ rotl(l1, 9) ^ rotl(l2, 18) ^ rotl(l3, 27)
  const mixed = key ^ rotl(l4, 36) ^ rotl(l5, 45) ^ rotl(l6, 54) ^ rotl(l7, 5)
  const index = <usize>((mixed * 0x9e3779b97f4a7c15) >> (64 - ENTRY_BITS))
  const entry = entries + index * ENTRY_SIZE
  const differs =
    (load<u64>(entry) ^ l0) |
    (load<u64>(entry, 8) ^ l1) |
    (load<u64>(entry, 16) ^ l2) |
    (load<u64>(entry, 24) ^ l3) |
    (load<u64>(entry, 32) ^ l4) |
    (load<u64>(entry, 40) ^ l5) |
    (load<u64>(entry, 48) ^ l6) |
    (load<u64>(entry, 56) ^ l7)
  if (differs != 0 || wordIsZero(entry + ENTRY_DIGEST)) {
    keccak256(ptr, 64, digest)
    memory.copy(entry, ptr, 64)
    wordFromBytes(entry + ENTRY_DIGEST, digest)
  }
  wordCopy(word, entry + ENTRY_DIGEST)
}
