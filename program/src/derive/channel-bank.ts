// The channel bank before Holocene (OP Stack spec, derivation, "Channel Bank"): frames of several
// channels, in any order, until one is complete.
//
// Frames lie one after the other in CHANNEL_FRAMES. Those of channels that were read or dropped leave
// holes, which are closed when the region is full. A frame is found by (channel, number) through a table
// that is built again then.

import { STATUS_CHANNELS_FULL } from '../../shared/status'
import { setHostError } from '../host'
import { CHANNEL_FRAMES, CHANNEL_FRAMES_SIZE, CHANNEL_INPUT, CHANNEL_INPUT_SIZE } from '../layout'
import { frameChannel, frameData, frameIsLast, frameLength, frameNumber } from './frames'

/** Accounted for a frame besides its data (spec: frame overhead). */
const FRAME_OVERHEAD: u64 = 200

// A channel: 16-byte id, u64 L1 block it was opened in, u64 size, u32 frames, u32 end + 1 (0: open), u32 serial.
const CHANNEL_RECORD: usize = 48
const OPENED: usize = 16
const SIZE: usize = 24
const FRAMES: usize = 32
const END: usize = 36
const SERIAL: usize = 40
/** More channels than fit the largest bank at one frame each are never open. */
const MAX_CHANNELS: u32 = 1 << 20
const channels: usize = CHANNEL_FRAMES
const CHANNELS_SIZE: usize = <usize>MAX_CHANNELS * CHANNEL_RECORD

// The table: addresses of frames, 0 when free. Slots of frames that are gone stay until it is rebuilt.
const TABLE_SLOTS: u32 = 1 << 21
const table: usize = channels + CHANNELS_SIZE

// A frame: u32 serial of its channel (0: gone), u32 number, u32 length, u32 unused, data.
const FRAME_RECORD: usize = 16
const DATA: usize = table + (<usize>TABLE_SLOTS << 2)
const DATA_END: usize = CHANNEL_FRAMES + CHANNEL_FRAMES_SIZE

let count: u32 = 0
let serial: u32 = 0
let total: u64 = 0
let used: u32 = 0
let next: usize = DATA

/** Length of the joined frames of the last `bankRead`. */
export let bankStreamLength: usize = 0
/** L1 block number in which that channel was opened. */
export let bankStreamOpened: u64 = 0

export function bankReset(): void {
  count = 0
  serial = 0
  total = 0
  used = 0
  next = DATA
  memory.fill(table, 0, <usize>TABLE_SLOTS << 2)
}

/** Number of channels in the bank, and their size with overhead. */
export function bankChannels(): u32 {
  return count
}
export function bankSize(): u64 {
  return total
}

/**
 * Adds the frame last read by `frameNext`, found in L1 block `number`, then prunes the bank to `maxSize`.
 * A bank that holds more than this program has room for is an error (`hostError`).
 */
export function bankAdd(number: u64, timeout: u64, maxSize: u64): void {
  let channel = find()
  if (channel == 0) {
    if (count == MAX_CHANNELS) return setHostError(STATUS_CHANNELS_FULL, 0)
    channel = open(number)
  }
  if (number > load<u64>(channel, OPENED) + timeout) return
  if (addFrame(channel)) prune(maxSize)
}

/**
 * Joins the frames of the first channel that is complete at CHANNEL_INPUT and removes it. Channels that
 * timed out at L1 block `number` are dropped from the front; since Canyon all are looked at, before it
 * only the first.
 */
export function bankRead(number: u64, timeout: u64, canyon: bool): bool {
  while (count > 0 && isTimedOut(channels, number, timeout)) remove(0)
  const candidates = canyon ? count : min(count, 1)
  for (let i: u32 = 0; i < candidates; i++) {
    const channel = channels + <usize>i * CHANNEL_RECORD
    if (!isTimedOut(channel, number, timeout) && isReady(channel)) {
      join(channel)
      bankStreamOpened = load<u64>(channel, OPENED)
      remove(i)
      return true
    }
  }
  return false
}

function isTimedOut(channel: usize, number: u64, timeout: u64): bool {
  return number > load<u64>(channel, OPENED) + timeout
}

/** Duplicates and frames behind the end are never kept, so a closed channel is complete by count. */
function isReady(channel: usize): bool {
  const end = load<u32>(channel, END)
  return end != 0 && load<u32>(channel, FRAMES) == end
}

function find(): usize {
  for (let i: u32 = 0; i < count; i++) {
    const channel = channels + <usize>i * CHANNEL_RECORD
    if (
      load<u64>(channel) == load<u64>(frameChannel) &&
      load<u64>(channel, 8) == load<u64>(frameChannel, 8)
    ) {
      return channel
    }
  }
  return 0
}

function open(number: u64): usize {
  const channel = channels + <usize>(count++) * CHANNEL_RECORD
  memory.fill(channel, 0, CHANNEL_RECORD)
  memory.copy(channel, frameChannel, 16)
  store<u64>(channel, number, OPENED)
  store<u32>(channel, ++serial, SERIAL)
  return channel
}

/** False when the frame is ignored. */
function addFrame(channel: usize): bool {
  const end = load<u32>(channel, END)
  if (frameIsLast && end != 0) return false
  if (end != 0 && frameNumber >= end) return false
  const id = load<u32>(channel, SERIAL)
  if (load<u32>(slotOf(id, frameNumber)) != 0) return false
  if (!makeRoom(FRAME_RECORD + <usize>frameLength)) {
    setHostError(STATUS_CHANNELS_FULL, 0)
    return false
  }
  if (frameIsLast) {
    store<u32>(channel, frameNumber + 1, END)
    dropBehind(channel, id)
  }
  const frame = next
  next += (FRAME_RECORD + <usize>frameLength + 7) & ~7
  store<u32>(frame, id)
  store<u32>(frame, frameNumber, 4)
  store<u32>(frame, frameLength, 8)
  memory.copy(frame + FRAME_RECORD, frameData, frameLength)
  insert(frame)
  const size = FRAME_OVERHEAD + <u64>frameLength
  store<u64>(channel, load<u64>(channel, SIZE) + size, SIZE)
  store<u32>(channel, load<u32>(channel, FRAMES) + 1, FRAMES)
  total += size
  return true
}

/** Drops the frames of the channel with higher numbers than the one that closes it. */
function dropBehind(channel: usize, id: u32): void {
  for (let frame = DATA; frame < next; frame = frameEnd(frame)) {
    if (load<u32>(frame) != id || load<u32>(frame, 4) <= frameNumber) continue
    const size = FRAME_OVERHEAD + <u64>load<u32>(frame, 8)
    store<u32>(frame, 0)
    store<u64>(channel, load<u64>(channel, SIZE) - size, SIZE)
    store<u32>(channel, load<u32>(channel, FRAMES) - 1, FRAMES)
    total -= size
  }
}

function prune(maxSize: u64): void {
  while (total > maxSize && count > 0) remove(0)
}

function remove(index: u32): void {
  const channel = channels + <usize>index * CHANNEL_RECORD
  const id = load<u32>(channel, SERIAL)
  total -= load<u64>(channel, SIZE)
  for (let frame = DATA; frame < next; frame = frameEnd(frame)) {
    if (load<u32>(frame) == id) store<u32>(frame, 0)
  }
  count--
  memory.copy(channel, channel + CHANNEL_RECORD, <usize>(count - index) * CHANNEL_RECORD)
  // With nothing left there is nothing to keep in place.
  if (count == 0) compact()
}

function join(channel: usize): void {
  const id = load<u32>(channel, SERIAL)
  let out = CHANNEL_INPUT
  for (let number: u32 = 0; number < load<u32>(channel, END); number++) {
    const frame = <usize>load<u32>(slotOf(id, number))
    const length = <usize>load<u32>(frame, 8)
    if (length > CHANNEL_INPUT + CHANNEL_INPUT_SIZE - out) return setHostError(STATUS_CHANNELS_FULL, 0)
    memory.copy(out, frame + FRAME_RECORD, length)
    out += length
  }
  bankStreamLength = out - CHANNEL_INPUT
}

// @ts-ignore: decorator
@inline
function frameEnd(frame: usize): usize {
  return frame + ((FRAME_RECORD + <usize>load<u32>(frame, 8) + 7) & ~7)
}

/** The slot of a frame, or the free one where it belongs. */
function slotOf(id: u32, number: u32): usize {
  let index = ((id * 0x9e3779b1) ^ (number * 0x85ebca6b)) >> 11
  while (true) {
    const slot = table + (<usize>(index & (TABLE_SLOTS - 1)) << 2)
    const frame = <usize>load<u32>(slot)
    if (frame == 0) return slot
    if (load<u32>(frame) == id && load<u32>(frame, 4) == number) return slot
    index++
  }
}

function insert(frame: usize): void {
  store<u32>(slotOf(load<u32>(frame), load<u32>(frame, 4)), <u32>frame)
  used++
}

function makeRoom(size: usize): bool {
  if (!hasRoom(size)) compact()
  return hasRoom(size)
}

function hasRoom(size: usize): bool {
  return used < TABLE_SLOTS >> 1 && size + 8 <= DATA_END - next
}

/** Moves the frames together and builds the table again. */
function compact(): void {
  memory.fill(table, 0, <usize>TABLE_SLOTS << 2)
  used = 0
  let to = DATA
  for (let frame = DATA; frame < next; ) {
    const end = frameEnd(frame)
    if (load<u32>(frame) != 0) {
      const size = end - frame
      memory.copy(to, frame, size)
      insert(to)
      to += size
    }
    frame = end
  }
  next = to
}
