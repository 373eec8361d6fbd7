// Batcher transactions and their frames (OP Stack spec, derivation, "Batcher transaction format" and
// "Frame format").

/** A frame's data may not be longer (spec: MAX_FRAME_LEN). */
export const MAX_FRAME_LENGTH: u32 = 1_000_000

const DERIVATION_VERSION_0: u8 = 0
const FRAME_OVERHEAD: usize = 16 + 2 + 4 + 1

/** The 16-byte channel id of the frame the last successful `frameNext` read. */
export let frameChannel: usize = 0
export let frameNumber: u32 = 0
export let frameData: usize = 0
export let frameLength: usize = 0
export let frameIsLast: bool = false

/** Reads the frame at `ptr`; returns the address behind it, or 0 when it is malformed. */
export function frameNext(ptr: usize, end: usize): usize {
  if (end - ptr < FRAME_OVERHEAD) return 0
  const length = bigEndian(ptr + 18, 4)
  if (length > MAX_FRAME_LENGTH || end - ptr < FRAME_OVERHEAD + <usize>length) return 0
  const last = load<u8>(ptr + 22 + length)
  if (last > 1) return 0
  frameChannel = ptr
  frameNumber = bigEndian(ptr + 16, 2)
  frameData = ptr + 22
  frameLength = length
  frameIsLast = last == 1
  return ptr + FRAME_OVERHEAD + length
}

/**
 * Number of frames in the data of a batcher transaction; -1 when it is not version 0, holds none, or one
 * of them is malformed, for then all of them are ignored. The first begins at `data` + 1.
 */
export function framesCount(data: usize, len: usize): i32 {
  if (len < 1 || load<u8>(data) != DERIVATION_VERSION_0) return -1
  const end = data + len
  let ptr = data + 1
  let count = 0
  while (ptr < end) {
    ptr = frameNext(ptr, end)
    if (ptr == 0) return -1
    count++
  }
  return count > 0 ? count : -1
}

function bigEndian(ptr: usize, bytes: usize): u32 {
  let value: u32 = 0
  for (let i: usize = 0; i < bytes; i++) value = (value << 8) | load<u8>(ptr + i)
  return value
}
