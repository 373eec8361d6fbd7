// What the program asks of its host, and the sticky error that unwinds a run.
//
// A host error (missing preimage, arena exhausted, interrupted) is sticky: the first one is kept, with
// its key, every later access fails fast, and the entry point returns it. Nothing traps.

import { STATUS_BAD_PREIMAGE, STATUS_MISSING_PREIMAGE, STATUS_PREIMAGE_TOO_LARGE } from '../shared/status'
import { KEY_KECCAK256 } from '../shared/abi'
import { keccak256 } from './keccak/keccak'

/**
 * Bytes behind a typed 32-byte key: returns their length and writes the first min(length, cap) of them
 * to dst; -1 when the host does not know the key.
 */
// @ts-ignore: decorator
@external("host", "preimage")
export declare function preimage(key: usize, dst: usize, cap: usize): i32

/**
 * Tells the host what the preimages asked for next will be (shared/abi.ts, HINT_*). 1 when the host answers
 * the next request from the hint itself and looks at no more of its key than the type; else 0.
 */
// @ts-ignore: decorator
@external("host", "hint")
export declare function hint(ptr: usize, len: usize): i32

/** Hands the host a record (shared/abi.ts, OUTPUT_*). The bytes are valid during the call only. */
// @ts-ignore: decorator
@external("host", "output")
export declare function output(kind: i32, ptr: usize, len: usize): void

/** Nonzero when the run shall stop. */
// @ts-ignore: decorator
@external("host", "interrupted")
export declare function interrupted(): i32

/** Status code of the first failure since `clearHostError`; 0 when there is none. */
export let hostError: i32 = 0

/** What the error is about: a hash for keccak256 preimages, else the typed key; zero when about none. */
export const hostErrorKey: usize = memory.data(32, 8)

/** Whose record was being read or written when the error came: 0 nobody's, 1 an account's, 2 a slot's of it. */
export let hostErrorPlace: u32 = 0
/** 20 bytes. */
export const hostErrorAccount: usize = memory.data(24, 8)
/** 32 big-endian bytes. */
export const hostErrorSlot: usize = memory.data(32, 8)

const typedKey: usize = memory.data(32, 8)
const digest: usize = memory.data(32, 8)

/** Records `code` unless an earlier error stands. `key` points to 32 bytes, or is 0. */
export function setHostError(code: i32, key: usize): void {
  if (hostError != 0) return
  hostError = code
  if (key != 0) memory.copy(hostErrorKey, key, 32)
  else memory.fill(hostErrorKey, 0, 32)
}

/**
 * Says whose record the error that has just come is about: a 20-byte address, and 32 big-endian bytes of a slot
 * or 0. With it a host that lacks the preimage can ask for a proof (EIP-1186).
 */
export function placeHostError(address: usize, slot: usize): void {
  if (hostErrorPlace != 0) return
  hostErrorPlace = slot == 0 ? 1 : 2
  memory.copy(hostErrorAccount, address, 20)
  if (slot != 0) memory.copy(hostErrorSlot, slot, 32)
}

export function clearHostError(): void {
  hostError = 0
  hostErrorPlace = 0
  memory.fill(hostErrorKey, 0, 32)
}

/**
 * Fetches the bytes whose keccak256 is `hash` to `dst` and verifies them. Returns their length.
 * On failure returns -1 with `hostError` set: STATUS_MISSING_PREIMAGE (unknown to the host),
 * STATUS_PREIMAGE_TOO_LARGE (more than `cap` bytes), STATUS_BAD_PREIMAGE (other bytes); the error's key
 * is `hash` itself, untyped.
 */
export function keccakPreimage(hash: usize, dst: usize, cap: usize): i32 {
  if (hostError != 0) return -1
  memory.copy(typedKey, hash, 32)
  store<u8>(typedKey, <u8>KEY_KECCAK256)
  const length = preimage(typedKey, dst, cap)
  if (length < 0) {
    setHostError(STATUS_MISSING_PREIMAGE, hash)
    return -1
  }
  if (<usize>length > cap) {
    setHostError(STATUS_PREIMAGE_TOO_LARGE, hash)
    return -1
  }
  keccak256(dst, length, digest)
  if (!equal32(digest, hash)) {
    setHostError(STATUS_BAD_PREIMAGE, hash)
    return -1
  }
  return length
}

// @ts-ignore: decorator
@inline
function equal32(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  )
}
