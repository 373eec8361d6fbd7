// A block executed from its witness, as a program of its own: what `configure`, `open`, `transaction` and `seal`
// take comes as local preimages 1, 2, 3.. (an empty one ends the transactions), every result leaves as an output.
// It is for running the same thing in V8 and on the proof machine.

import { preimage, output } from '../../src/host'
import { configure, inputAddress, inputSize, open, resultAddress, resultSize, seal, transaction } from '../../src/main'

const NODE_CACHE: usize = 256 << 20
const CODE_CACHE: usize = 128 << 20
/** Kind of the outputs: none of the program's own. */
const RESULT: i32 = 0
const NO_INPUT: i32 = 2

const key: usize = memory.data(32, 8)

/** Fetches local preimage `index` to the input region; returns its length. */
function input(index: u32): i32 {
  memory.fill(key, 0, 32)
  store<u8>(key, 1)
  store<u32>(key, bswap(index), 28)
  return preimage(key, inputAddress(), inputSize())
}

function emit(): void {
  output(RESULT, resultAddress(), resultSize())
}

/** 0, or the status that stopped it. */
export function main(): i32 {
  let length = input(1)
  if (length < 0) return NO_INPUT
  let status = configure(length, NODE_CACHE, CODE_CACHE)
  if (status != 0) return status
  length = input(2)
  if (length < 0) return NO_INPUT
  status = open(length)
  emit()
  if (status != 0) return status
  for (let index: u32 = 3; ; index++) {
    length = input(index)
    if (length < 0) return NO_INPUT
    if (length == 0) break
    status = transaction(length)
    emit()
    if (status != 0) return status
  }
  status = seal()
  emit()
  return status
}
