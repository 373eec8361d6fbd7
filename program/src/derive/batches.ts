// The next block's batch: from what batchers posted, or an empty one when the sequencing window has passed (OP Stack
// specs, derivation, "Batch Queue"; Holocene, "Batch Queue"). What is chosen stands in the variables below until
// `takeBatch` says that its block's attributes were made, so that a missing preimage loses nothing.

import { STATUS_BATCHES_FULL, STATUS_NEEDS_L1, STATUS_OK, STATUS_SAFE_HEAD_MISMATCH } from '../../shared/status'
import { chainId } from '../block/rules'
import { hostError, setHostError } from '../host'
import { reject } from '../tx/reject'
import {
  BATCH_ACCEPT,
  BATCH_DROP,
  BATCH_ERROR,
  BATCH_FUTURE,
  BATCH_UNDECIDED,
  checkSingular,
  checkSpan,
  checkSpanPrefix,
  spanMayBeSequenced,
  spanStartEpoch,
  spanTimestamp,
} from './batch-check'
import {
  queueAdd,
  queueBatch,
  queueInclusion,
  queueInclusionTime,
  queueLength,
  queueNext,
  queueRemove,
  queueReset,
  queueType,
} from './batch-queue'
import { sameHash } from './bytes'
import { BATCH_SINGULAR, readerBatch, readerBatchLength, readerBatchType } from './channel-reader'
import { READ_BATCH, READ_END, flushChannel, nextBatch } from './channels'
import { blockTime, isHolocene, sequencingWindow } from './config'
import {
  L1_HASH,
  L1_TIME,
  inWindow,
  l1Record,
  originNumber,
  originRecord,
  windowFirst,
  windowNextEpoch,
  windowSize,
  windowUpdate,
} from './l1-chain'
import { L2_HASH, L2_ORIGIN, L2_ORIGIN_HASH, L2_TIME } from './l2-block'
import {
  batchEpochHash,
  batchEpochNumber,
  batchParentHash,
  batchTimestamp,
  batchTransactionCount,
  batchTransactions,
  batchTransactionsEnd,
  setSingular,
  singularDecode,
} from './singular-batch'
import { SPAN_OK, spanBlocks, spanDecode, spanFirstTx, spanOriginChanged, spanTxCount } from './span-batch'

// The batch that was chosen.
export let chosen: bool = false
export let chosenEpoch: u64 = 0
export let chosenTimestamp: u64 = 0
/** The last of its span: the blocks of the batch are safe with it. */
export let chosenConcludes: bool = false
export let chosenTransactions: u32 = 0
/** A span's: index of the first transaction. Else `chosenList` is the RLP payload of the transactions. */
export let chosenFromSpan: bool = false
export let chosenFirst: u32 = 0
export let chosenList: usize = 0
export let chosenListEnd: usize = 0
const chosenParent: usize = memory.data(32, 8)

// The span whose blocks are given one by one: [spanAt, spanBlocks) are left.
let spanOpen: bool = false
let spanAt: u32 = 0
/** L1 origin of the block before `spanAt`. */
let spanEpoch: u64 = 0

/** Batches up to this L1 block were judged before: the safe head that derivation started from is what came of them. */
let judgedUntil: u64 = 0

// A batch was read and not judged yet: the check needed a preimage.
let pending: bool = false
// The queue's entry that is being looked at, in the same case.
let examined: usize = 0

/** `judged`: the last L1 block whose batches count no more since Holocene, as all that followed from them is safe. */
export function batchesReset(judged: u64): void {
  judgedUntil = judged
  chosen = false
  spanOpen = false
  pending = false
  examined = 0
  queueReset()
}

/** Holocene begins: batches that wait are dropped. */
export function batchesActivateHolocene(): void {
  spanOpen = false
  pending = false
  examined = 0
  queueReset()
}

/** The chosen batch's attributes are made. */
export function takeBatch(): void {
  chosen = false
}

/** The block of the last batch is not valid: what is left of its span, and since Holocene of its channel, is dropped. */
export function dropSpan(): void {
  spanOpen = false
  pending = false
  if (isHolocene(load<u64>(originRecord() + L1_TIME))) flushChannel()
}

/** Chooses the batch of the block after `parent` (an L2 record). Returns a status; STATUS_NEEDS_L1 when data are used up. */
export function chooseBatch(parent: usize): i32 {
  if (chosen) return sameHash(chosenParent, parent + L2_HASH) ? STATUS_OK : mismatch(parent)
  while (true) {
    const holocene = isHolocene(load<u64>(originRecord() + L1_TIME))
    const state = holocene ? stepStage(parent) : stepQueue(parent)
    if (hostError != 0) return hostError
    if (state == STEP_CHOSEN) {
      chosen = true
      memory.copy(chosenParent, parent + L2_HASH, 32)
      return STATUS_OK
    }
    if (state == STEP_END) return reject(STATUS_NEEDS_L1, originNumber + 1, 0)
    if (state == STEP_MISMATCH) return mismatch(parent)
  }
}

function mismatch(parent: usize): i32 {
  return reject(STATUS_SAFE_HEAD_MISMATCH, load<u64>(parent + L2_ORIGIN), windowFirst)
}

const STEP_CHOSEN: i32 = 0
const STEP_AGAIN: i32 = 1
const STEP_END: i32 = 2
const STEP_MISMATCH: i32 = 3

/** The window begins with the safe head's L1 origin, or with the one after when that epoch is filled. */
function fitsWindow(parent: usize): bool {
  const origin = load<u64>(parent + L2_ORIGIN)
  if (windowFirst == origin + 1) return true
  return windowFirst == origin && sameHash(l1Record(origin) + L1_HASH, parent + L2_ORIGIN_HASH)
}

// --- before Holocene ---

function stepQueue(parent: usize): i32 {
  if (examined == 0 && !pending) {
    if (nextOfSpan(parent)) return STEP_CHOSEN
    windowUpdate(load<u64>(parent + L2_ORIGIN))
  }
  const behind = originNumber < load<u64>(parent + L2_ORIGIN)
  let ended = false
  if (examined == 0) {
    const read = pending ? READ_BATCH : nextBatch()
    if (read != READ_BATCH && read != READ_END) return STEP_AGAIN
    ended = read == READ_END
    if (read == READ_BATCH && !behind && !enqueue(parent)) return STEP_AGAIN
  }
  if (behind) return ended ? STEP_END : STEP_AGAIN
  if (windowSize() == 0 || !fitsWindow(parent)) return STEP_MISMATCH
  const state = examineQueue(parent)
  if (state != STEP_END) return state
  // Nothing of what waits can be used now.
  if (undecided) return ended ? STEP_END : STEP_AGAIN
  return makeEmpty(parent, ended) ? STEP_CHOSEN : ended ? STEP_END : STEP_AGAIN
}

/** Puts the batch read last into the queue, unless it is invalid already. */
function enqueue(parent: usize): bool {
  const time = load<u64>(originRecord() + L1_TIME)
  pending = true
  const verdict = check(parent, readerBatchType, originNumber, time)
  if (verdict == BATCH_ERROR) return false
  pending = false
  if (verdict == BATCH_DROP) return true
  queueAdd(readerBatchType, readerBatch, readerBatchLength, originNumber, time)
  return hostError == 0
}

function check(parent: usize, type: u8, inclusion: u64, time: u64): i32 {
  return type == BATCH_SINGULAR
    ? checkSingular(parent, inclusion, time)
    : checkSpan(parent, inclusion, time)
}

let undecided: bool = false

/** Finds the first batch of the queue that is valid. STEP_END: there is none. */
function examineQueue(parent: usize): i32 {
  undecided = false
  let entry = examined != 0 ? examined : queueNext(0)
  for (examined = 0; entry != 0; entry = queueNext(entry)) {
    if (!decode(entry)) {
      if (hostError == 0) setHostError(STATUS_BATCHES_FULL, 0)
      return STEP_AGAIN
    }
    const type = queueType(entry)
    const verdict = check(parent, type, queueInclusion(entry), queueInclusionTime(entry))
    if (verdict == BATCH_ERROR) {
      examined = entry
      return STEP_AGAIN
    }
    if (verdict == BATCH_UNDECIDED) {
      undecided = true
      return STEP_END
    }
    if (verdict == BATCH_FUTURE) continue
    queueRemove(entry)
    if (verdict != BATCH_ACCEPT) continue
    if (type == BATCH_SINGULAR) chooseSingular(true)
    else if (!openSpan(parent)) return STEP_MISMATCH
    return STEP_CHOSEN
  }
  return STEP_END
}

/** It was decoded when it was read, so it can be again. */
function decode(entry: usize): bool {
  if (queueType(entry) == BATCH_SINGULAR) return singularDecode(queueBatch(entry), queueLength(entry))
  return spanDecode(queueBatch(entry), queueLength(entry), chainId) == SPAN_OK
}

// --- since Holocene ---

function stepStage(parent: usize): i32 {
  windowUpdate(load<u64>(parent + L2_ORIGIN))
  if (originNumber <= max(load<u64>(parent + L2_ORIGIN), judgedUntil)) {
    // The safe head's own L1 block and those before it can hold nothing new, nor can those that led to it. What was dropped
    // behind an invalid batch there must stay dropped: on this safe head that batch would only be past.
    spanOpen = false
    pending = false
    if (nextBatch() != READ_END) return STEP_AGAIN
    // No block followed then; an epoch that was filled when its window had passed was given up.
    if (originNumber == judgedUntil && originNumber > load<u64>(parent + L2_ORIGIN)) makeEmpty(parent, true)
    return STEP_END
  }
  if (windowSize() < 2 || !fitsWindow(parent)) return STEP_MISMATCH
  if (!nextOfSpan(parent)) {
    const read = pending ? READ_BATCH : nextBatch()
    if (read == READ_END) return makeEmpty(parent, true) ? STEP_CHOSEN : STEP_END
    if (read != READ_BATCH) return STEP_AGAIN
    if (readerBatchType == BATCH_SINGULAR) chooseSingular(true)
    else if (!openSpanHolocene(parent)) return STEP_AGAIN
  }
  return judge(parent)
}

function openSpanHolocene(parent: usize): bool {
  pending = true
  const verdict = checkSpanPrefix(parent, originNumber, load<u64>(originRecord() + L1_TIME))
  if (verdict == BATCH_ERROR) return false
  pending = false
  if (verdict == BATCH_ACCEPT && openSpan(parent)) return true
  // One that needs L1 blocks to come is skipped: an honest batcher cannot know them.
  if (verdict == BATCH_ACCEPT || verdict == BATCH_DROP) dropSpan()
  return false
}

/** Checks the chosen block by itself, whether it came alone or in a span. */
function judge(parent: usize): i32 {
  if (chosenFromSpan) {
    setSingular(
      parent + L2_HASH,
      chosenEpoch,
      l1Record(chosenEpoch) + L1_HASH,
      chosenTimestamp,
      chosenTransactions,
    )
  }
  let verdict = checkSingular(parent, originNumber, load<u64>(originRecord() + L1_TIME))
  if (verdict == BATCH_ACCEPT && chosenFromSpan && !spanMayBeSequenced(chosenFirst, chosenTransactions, chosenTimestamp)) {
    verdict = BATCH_DROP
  }
  if (verdict == BATCH_ACCEPT) return STEP_CHOSEN
  if (verdict == BATCH_DROP) dropSpan()
  return STEP_AGAIN
}

// --- both ---

function chooseSingular(concludes: bool): void {
  chosenEpoch = batchEpochNumber
  chosenTimestamp = batchTimestamp
  chosenConcludes = concludes
  chosenTransactions = batchTransactionCount
  chosenFromSpan = false
  chosenList = batchTransactions
  chosenListEnd = batchTransactionsEnd
}

/** Begins with the first block of the accepted span after the safe head. False when an L1 origin is not known. */
function openSpan(parent: usize): bool {
  const safeTime = load<u64>(parent + L2_TIME)
  spanAt = 0
  spanEpoch = spanStartEpoch() - (spanOriginChanged(0) ? 1 : 0)
  while (spanAt < spanBlocks && spanTimestamp(spanAt) <= safeTime) {
    if (spanOriginChanged(spanAt)) spanEpoch++
    spanAt++
  }
  let epoch = spanEpoch
  for (let i = spanAt; i < spanBlocks; i++) {
    if (spanOriginChanged(i)) epoch++
    if (!inWindow(epoch)) return false
  }
  spanOpen = spanAt < spanBlocks
  return spanOpen && nextOfSpan(parent)
}

/** Chooses the span's next block, if it follows on `parent`; a span whose last block was not built on is dropped. */
function nextOfSpan(parent: usize): bool {
  if (!spanOpen) return false
  if (spanTimestamp(spanAt) != load<u64>(parent + L2_TIME) + blockTime) {
    spanOpen = false
    return false
  }
  if (spanOriginChanged(spanAt)) spanEpoch++
  chosenEpoch = spanEpoch
  chosenTimestamp = spanTimestamp(spanAt)
  chosenFromSpan = true
  chosenFirst = spanFirstTx(spanAt)
  chosenTransactions = spanTxCount(spanAt)
  spanAt++
  spanOpen = spanAt < spanBlocks
  chosenConcludes = !spanOpen || isHolocene(load<u64>(originRecord() + L1_TIME))
  return true
}

/**
 * Chooses an empty batch when the epoch's sequencing window has passed (`ended`: all data of the L1 block are used):
 * for each block up to the time of the next L1 block, at least one an epoch. Else moves on to the next epoch.
 */
function makeEmpty(parent: usize, ended: bool): bool {
  const expiry = windowFirst + sequencingWindow
  if (!((expiry == originNumber && ended) || expiry < originNumber)) return false
  if (windowSize() < 2) return false
  const timestamp = load<u64>(parent + L2_TIME) + blockTime
  const isFirst = windowFirst == load<u64>(parent + L2_ORIGIN) + 1
  if (timestamp >= load<u64>(l1Record(windowFirst + 1) + L1_TIME) && !isFirst) {
    windowNextEpoch()
    return false
  }
  chosenEpoch = windowFirst
  chosenTimestamp = timestamp
  chosenConcludes = true
  chosenTransactions = 0
  chosenFromSpan = false
  chosenList = 0
  chosenListEnd = 0
  return true
}
