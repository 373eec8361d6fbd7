// Frames out of the batcher's data, one item of data after the other. Since Holocene, frames that can continue no
// channel are dropped before any later stage sees them (OP Stack specs, Holocene derivation, "Frame Queue").

import { STATUS_L1_DATA_FULL } from '../../shared/status'
import { setHostError } from '../host'
import { frameIsLast, frameNext, frameNumber, framesCount } from './frames'
import { dataLength, dataLimit, dataNext, dataRoom, dataStart } from './l1-block'

// Addresses of the frames of the item at hand, behind the block's data.
let table: usize = 0
let count: u32 = 0
let taken: u32 = 0
let end: usize = 0

export function frameQueueReset(): void {
  count = 0
  taken = 0
}

/** Reads the next frame into the globals of frames.ts; false when the L1 block has no more, or with `hostError`. */
export function nextFrame(holocene: bool): bool {
  while (taken == count) {
    if (!dataNext()) return false
    if (!loadFrames(holocene)) return false
  }
  frameNext(frameAt(taken++), end)
  return true
}

function frameAt(i: u32): usize {
  return load<u32>(table + (<usize>i << 2))
}

function loadFrames(holocene: bool): bool {
  count = 0
  taken = 0
  const total = framesCount(dataStart, dataLength)
  if (total <= 0) return true
  table = dataRoom()
  if (dataLimit() - table < <usize>total << 2) {
    setHostError(STATUS_L1_DATA_FULL, 0)
    return false
  }
  end = dataStart + dataLength
  let frame = dataStart + 1
  for (let i = 0; i < total; i++) {
    const following = frameNext(frame, end)
    if (!holocene) push(frame)
    else consider(frame)
    frame = following
  }
  return true
}

function push(frame: usize): void {
  store<u32>(table + (<usize>(count++) << 2), <u32>frame)
}

/** Keeps the frame that was just read if it can follow the one kept last; a first frame displaces unclosed channels. */
function consider(frame: usize): void {
  const number = frameNumber
  while (count > 0) {
    const last = frameAt(count - 1)
    frameNext(last, end)
    if (load<u64>(last) == load<u64>(frame) && load<u64>(last, 8) == load<u64>(frame, 8)) {
      // Numbers have 16 bits: in op-node the first frame follows the 65536th of its channel, and begins it anew.
      if (!frameIsLast && number == ((frameNumber + 1) & 0xffff)) break
      return
    }
    if (number != 0) return
    if (frameIsLast) break
    count--
  }
  push(frame)
}
