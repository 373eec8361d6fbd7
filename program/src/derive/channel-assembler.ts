// The channel assembler since Holocene (OP Stack specs, Holocene derivation, "Channel Bank"): one channel
// at a time, its frames in order. What does not continue it is dropped; a first frame starts anew.

import { CHANNEL_INPUT, CHANNEL_INPUT_SIZE } from '../layout'
import { frameChannel, frameData, frameIsLast, frameLength, frameNumber } from './frames'

const FRAME_OVERHEAD: u64 = 200

let active: bool = false
const id: usize = memory.data(16, 8)
let opened: u64 = 0
let expected: u32 = 0
let size: u64 = 0

/** Length of the stream at CHANNEL_INPUT. */
export let assembledLength: usize = 0
/** L1 block number in which the channel was opened. */
export let assembledOpened: u64 = 0

export function assemblerReset(): void {
  active = false
  assembledLength = 0
}

/**
 * Adds the frame last read by `frameNext`, found in L1 block `number`. True when it completes the
 * channel: its stream is then at CHANNEL_INPUT, until the next call.
 */
export function assemblerAdd(number: u64, timeout: u64, maxSize: u64): bool {
  if (active && number > opened + timeout) active = false
  if (frameNumber == 0) start(number)
  else if (!active || frameNumber != expected || !sameChannel()) return false
  size += FRAME_OVERHEAD + <u64>frameLength
  if (size > maxSize || <usize>frameLength > CHANNEL_INPUT_SIZE - assembledLength) {
    active = false
    return false
  }
  memory.copy(CHANNEL_INPUT + assembledLength, frameData, frameLength)
  assembledLength += frameLength
  expected++
  if (!frameIsLast) return false
  active = false
  assembledOpened = opened
  return true
}

function start(number: u64): void {
  active = true
  memory.copy(id, frameChannel, 16)
  opened = number
  expected = 0
  size = 0
  assembledLength = 0
}

function sameChannel(): bool {
  return load<u64>(id) == load<u64>(frameChannel) && load<u64>(id, 8) == load<u64>(frameChannel, 8)
}
