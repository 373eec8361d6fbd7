// From frames to batches: channels by the rules in force at the L1 block, read batch by batch.

import { FORK_FJORD } from '../../shared/abi'
import { chainId, forkAt } from '../block/rules'
import { hostError } from '../host'
import { assembledLength, assemblerAdd, assemblerReset } from './channel-assembler'
import { bankAdd, bankRead, bankReset, bankStreamLength } from './channel-bank'
import {
  BATCH_SINGULAR,
  BATCH_SPAN,
  readerBatch,
  readerBatchLength,
  readerBatchType,
  readerClose,
  readerNext,
  readerOpen,
} from './channel-reader'
import {
  channelTimeout,
  isCanyon,
  isDelta,
  isHolocene,
  maxChannelBankSize,
  maxChannelBytes,
} from './config'
import { frameQueueReset, nextFrame } from './frame-queue'
import { L1_TIME, originNumber, originRecord } from './l1-chain'
import { singularDecode } from './singular-batch'
import { SPAN_MALFORMED, SPAN_OK, spanDecode } from './span-batch'

/** A batch was read: the globals of channel-reader.ts and of its type's decoder hold it. */
export const READ_BATCH: i32 = 0
/** Something was read that is no batch: ask again. */
export const READ_NOTHING: i32 = 1
/** All data of the L1 block are used. */
export const READ_END: i32 = 2
/** See `hostError`. */
export const READ_ERROR: i32 = 3

let reading: bool = false

export function channelsReset(): void {
  reading = false
  readerClose()
  frameQueueReset()
  bankReset()
  assemblerReset()
}

/** Holocene: drops what is left of the channel that is being read, and the one being assembled. */
export function flushChannel(): void {
  reading = false
  readerClose()
  assemblerReset()
}

/** Holocene begins with the L1 block at hand: what earlier channels wait for does not count any more. */
export function channelsActivateHolocene(): void {
  bankReset()
  assemblerReset()
}

export function nextBatch(): i32 {
  const time = load<u64>(originRecord() + L1_TIME)
  if (!reading) {
    if (!nextChannel(time)) return hostError != 0 ? READ_ERROR : READ_END
    reading = true
  }
  if (!readerNext()) return endChannel()
  if (readerBatchType == BATCH_SINGULAR) {
    return singularDecode(readerBatch, readerBatchLength) ? READ_BATCH : endChannel()
  }
  if (readerBatchType != BATCH_SPAN) return endChannel()
  const status = spanDecode(readerBatch, readerBatchLength, chainId)
  if (hostError != 0) return READ_ERROR
  if (status == SPAN_MALFORMED) return endChannel()
  return status == SPAN_OK && isDelta(time) ? READ_BATCH : READ_NOTHING
}

function endChannel(): i32 {
  reading = false
  readerClose()
  return READ_NOTHING
}

/** Opens the next complete channel. */
function nextChannel(time: u64): bool {
  while (true) {
    const length = isHolocene(time) ? assemble(time) : collect(time)
    if (hostError != 0 || length < 0) return false
    if (readerOpen(<usize>length, maxChannelBytes(time), forkAt(time) >= FORK_FJORD)) return true
  }
}

/** Length of the stream of the next complete channel; -1: none. */
function assemble(time: u64): isize {
  while (nextFrame(true)) {
    if (assemblerAdd(originNumber, channelTimeout(time), <u64>maxChannelBytes(time))) {
      return <isize>assembledLength
    }
  }
  return -1
}

function collect(time: u64): isize {
  while (true) {
    if (bankRead(originNumber, channelTimeout(time), isCanyon(time))) return <isize>bankStreamLength
    if (!nextFrame(false)) return -1
    bankAdd(originNumber, channelTimeout(time), maxChannelBankSize(time))
    if (hostError != 0) return -1
  }
}
