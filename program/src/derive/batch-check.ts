// Whether a batch may extend the safe chain (OP Stack specs, derivation, "Batch Queue"; Delta, "Batch Queue";
// Holocene, "Batch Queue"). The batch is the one that was decoded last. Order matters only between verdicts that
// differ, and is op-node's.

import { FORK_ISTHMUS } from '../../shared/abi'
import { forkAt } from '../block/rules'
import { hintL2Transactions } from '../hints'
import { hostError } from '../host'
import { DERIVE_SCRATCH, DERIVE_SCRATCH_SIZE } from '../layout'
import { itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { TYPE_DEPOSIT, TYPE_SET_CODE } from '../tx/decode'
import { sameBytes, sameHash } from './bytes'
import { blockTime, genesisL2Number, genesisL2Time, isDelta, isHolocene, maxSequencerDrift, sequencingWindow } from './config'
import { L1_HASH, L1_TIME, inWindow, l1Record, windowFirst, windowSize } from './l1-chain'
import {
  L2_HASH,
  L2_NUMBER,
  L2_ORIGIN,
  L2_PARENT_HASH,
  L2_TIME,
  L2_TRANSACTIONS,
  l2Load,
} from './l2-block'
import { listCount, listItem, listItemLength, listItems, listLoad } from './list-trie'
import {
  ANCESTOR_ERROR,
  ANCESTOR_TOO_OLD,
  ancestor,
  ancestorHash,
  ancestorOrigin,
} from './safe-chain'
import {
  batchEpochHash,
  batchEpochNumber,
  batchParentHash,
  batchTimestamp,
  batchTransactionCount,
  batchTransactions,
  batchTransactionsEnd,
} from './singular-batch'
import {
  spanBlocks,
  spanFirstTx,
  spanOrigin,
  spanOriginChanged,
  spanOriginCheck,
  spanParentCheck,
  spanRelativeTime,
  spanTx,
  spanTxCount,
  spanTxLength,
} from './span-batch'

export const BATCH_DROP: i32 = 0
export const BATCH_ACCEPT: i32 = 1
/** L1 blocks are missing to decide. */
export const BATCH_UNDECIDED: i32 = 2
/** To be looked at again when the safe head is further. Before Holocene. */
export const BATCH_FUTURE: i32 = 3
/** Holocene: nothing in it is new. */
export const BATCH_PAST: i32 = 4
/** See `hostError`. */
export const BATCH_ERROR: i32 = 5

const block: usize = memory.data(280, 8)

/** The singular batch, on `parent` (an L2 record), found in the L1 block with this number and timestamp. */
export function checkSingular(parent: usize, inclusion: u64, inclusionTime: u64): i32 {
  if (windowSize() == 0) return BATCH_UNDECIDED
  const expected = load<u64>(parent + L2_TIME) + blockTime
  const holocene = isHolocene(inclusionTime)
  if (batchTimestamp > expected) return holocene ? BATCH_DROP : BATCH_FUTURE
  if (batchTimestamp < expected) return holocene ? BATCH_PAST : BATCH_DROP
  if (!sameHash(batchParentHash, parent + L2_HASH)) return BATCH_DROP
  if (batchEpochNumber + sequencingWindow < inclusion) return BATCH_DROP
  if (batchEpochNumber != windowFirst) {
    if (batchEpochNumber != windowFirst + 1) return BATCH_DROP
    if (windowSize() < 2) return BATCH_UNDECIDED
  }
  const origin = l1Record(batchEpochNumber)
  if (!sameHash(batchEpochHash, origin + L1_HASH)) return BATCH_DROP
  const originTime = load<u64>(origin + L1_TIME)
  if (batchTimestamp < originTime) return BATCH_DROP
  if (batchTimestamp > originTime + maxSequencerDrift(originTime)) {
    const verdict = checkDrift(
      batchTransactionCount,
      batchEpochNumber,
      batchEpochNumber != windowFirst,
      batchTimestamp,
    )
    if (verdict != BATCH_ACCEPT) return verdict
  }
  return checkSingularTransactions()
}

/**
 * Past the sequencer drift a block must be empty, and stay with its L1 origin only as long as the next one is
 * younger than the block.
 */
function checkDrift(transactions: u32, epoch: u64, advanced: bool, timestamp: u64): i32 {
  if (transactions > 0) return BATCH_DROP
  if (advanced) return BATCH_ACCEPT
  if (!inWindow(epoch + 1)) return BATCH_UNDECIDED
  return timestamp >= load<u64>(l1Record(epoch + 1) + L1_TIME) ? BATCH_DROP : BATCH_ACCEPT
}

function checkSingularTransactions(): i32 {
  const isthmus = forkAt(batchTimestamp) >= FORK_ISTHMUS
  for (let ptr = batchTransactions; ptr < batchTransactionsEnd; ptr = itemNext) {
    rlpItem(ptr, batchTransactionsEnd)
    if (itemLen == 0 || !mayBeSequenced(itemStart, isthmus)) return BATCH_DROP
  }
  return BATCH_ACCEPT
}

/** Deposits come from L1 alone; set-code transactions need Isthmus. */
function mayBeSequenced(transaction: usize, isthmus: bool): bool {
  const type = <i32>load<u8>(transaction)
  return type != TYPE_DEPOSIT && (type != TYPE_SET_CODE || isthmus)
}

/** The same for `count` transactions of the span from `first` on. */
export function spanMayBeSequenced(first: u32, count: u32, timestamp: u64): bool {
  const isthmus = forkAt(timestamp) >= FORK_ISTHMUS
  for (let i = first; i < first + count; i++) if (!mayBeSequenced(spanTx(i), isthmus)) return false
  return true
}

// --- span batches ---

/** L1 origin of the span's first block. Where bits say more changes than there are L1 blocks it wraps, as in op-node. */
export function spanStartEpoch(): u64 {
  let changes: u64 = 0
  for (let i: u32 = 1; i < spanBlocks; i++) if (spanOriginChanged(i)) changes++
  return spanOrigin - changes
}

export function spanTimestamp(i: u32): u64 {
  return genesisL2Time + spanRelativeTime + <u64>i * blockTime
}

let startEpoch: u64 = 0
let parentNumber: u64 = 0
let parentOrigin: u64 = 0

/**
 * All rules: before Holocene no block of a span counts unless every one is valid. The blocks come first: one that is
 * undecided keeps the batches behind it waiting, whether or not the overlap would be found wrong.
 */
export function checkSpan(parent: usize, inclusion: u64, inclusionTime: u64): i32 {
  let verdict = checkSpanPrefix(parent, inclusion, inclusionTime)
  if (verdict == BATCH_ACCEPT) verdict = checkSpanBlocks(parent)
  return verdict == BATCH_ACCEPT ? checkOverlap(parent) : verdict
}

/**
 * The rules for a span as a whole. Since Holocene they are all that it must pass at once: its blocks up to the safe head
 * are passed over, whatever they hold, the others are judged one by one.
 */
export function checkSpanPrefix(parent: usize, inclusion: u64, inclusionTime: u64): i32 {
  if (windowSize() == 0) return BATCH_UNDECIDED
  startEpoch = spanStartEpoch()
  let batchOrigin = windowFirst
  if (startEpoch == windowFirst + 1) {
    if (windowSize() < 2) return BATCH_UNDECIDED
    batchOrigin = startEpoch
  }
  if (!isDelta(load<u64>(l1Record(batchOrigin) + L1_TIME))) return BATCH_DROP
  const safeTime = load<u64>(parent + L2_TIME)
  const expected = safeTime + blockTime
  const first = spanTimestamp(0)
  const holocene = isHolocene(inclusionTime)
  if (first > expected) return holocene ? BATCH_DROP : BATCH_FUTURE
  if (spanTimestamp(spanBlocks - 1) < expected) return holocene ? BATCH_PAST : BATCH_DROP
  // No block is there before the genesis. op-node cannot decide then: it skips the span and keeps the channel, or, before
  // Holocene, waits for ever, which nobody can want.
  if (beginsAtGenesis(parent, first, safeTime)) return holocene ? BATCH_UNDECIDED : BATCH_DROP
  // Before the search for the parent, which it bounds.
  if (startEpoch + sequencingWindow < inclusion) return BATCH_DROP
  const verdict = findSpanParent(parent, first, safeTime)
  if (verdict != BATCH_ACCEPT) return verdict
  if (startEpoch > parentOrigin + 1) return BATCH_DROP
  if (!inWindow(spanOrigin)) return BATCH_UNDECIDED
  if (!sameBytes(spanOriginCheck, l1Record(spanOrigin) + L1_HASH, 20)) return BATCH_DROP
  return startEpoch < parentOrigin ? BATCH_DROP : BATCH_ACCEPT
}

/** Whether the span's first block, at a time of the safe chain, is the genesis or before it. */
function beginsAtGenesis(parent: usize, first: u64, safeTime: u64): bool {
  if (first > safeTime || (safeTime - first) % blockTime != 0) return false
  return (safeTime - first) / blockTime >= load<u64>(parent + L2_NUMBER) - genesisL2Number
}

/** The block that the span says it begins on, on the safe chain. */
function findSpanParent(parent: usize, first: u64, safeTime: u64): i32 {
  parentNumber = load<u64>(parent + L2_NUMBER)
  parentOrigin = load<u64>(parent + L2_ORIGIN)
  if (first > safeTime) {
    if (first != safeTime + blockTime) return BATCH_DROP
    return sameBytes(spanParentCheck, parent + L2_HASH, 20) ? BATCH_ACCEPT : BATCH_DROP
  }
  if ((safeTime - first) % blockTime != 0) return BATCH_DROP
  parentNumber -= (safeTime - first) / blockTime + 1
  const found = ancestor(parentNumber, startEpoch == 0 ? 0 : startEpoch - 1)
  if (found == ANCESTOR_ERROR) return BATCH_ERROR
  if (found == ANCESTOR_TOO_OLD) return BATCH_DROP
  parentOrigin = ancestorOrigin
  return sameBytes(spanParentCheck, ancestorHash, 20) ? BATCH_ACCEPT : BATCH_DROP
}

function checkSpanBlocks(parent: usize): i32 {
  const safeTime = load<u64>(parent + L2_TIME)
  const safeOrigin = load<u64>(parent + L2_ORIGIN)
  let epoch = startEpoch
  let advanced = startEpoch == parentOrigin + 1
  for (let i: u32 = 0; i < spanBlocks; i++) {
    if (i > 0) {
      advanced = spanOriginChanged(i)
      if (advanced) epoch++
    }
    const timestamp = spanTimestamp(i)
    if (timestamp <= safeTime) continue
    if (epoch < safeOrigin || !inWindow(epoch)) return BATCH_DROP
    const originTime = load<u64>(l1Record(epoch) + L1_TIME)
    if (timestamp < originTime) return BATCH_DROP
    if (timestamp > originTime + maxSequencerDrift(originTime)) {
      const verdict = checkDrift(spanTxCount(i), epoch, advanced, timestamp)
      if (verdict != BATCH_ACCEPT) return verdict
    }
    if (!spanMayBeSequenced(spanFirstTx(i), spanTxCount(i), timestamp)) return BATCH_DROP
  }
  return BATCH_ACCEPT
}

/** The span's blocks up to the safe head must be those of the safe chain. Compared from the safe head down. */
function checkOverlap(parent: usize): i32 {
  const safeNumber = load<u64>(parent + L2_NUMBER)
  if (safeNumber == parentNumber) return BATCH_ACCEPT
  let epoch = startEpoch
  for (let i: u32 = 1; <u64>i < safeNumber - parentNumber; i++) if (spanOriginChanged(i)) epoch++
  memory.copy(block + L2_PARENT_HASH, parent + L2_HASH, 32)
  for (let i = <u32>(safeNumber - parentNumber); i > 0; i--) {
    if (!l2Load(block + L2_PARENT_HASH, block)) return BATCH_ERROR
    if (load<u64>(block + L2_ORIGIN) != epoch) return BATCH_DROP
    hintL2Transactions(block + L2_HASH)
    if (listLoad(block + L2_TRANSACTIONS, DERIVE_SCRATCH, DERIVE_SCRATCH + DERIVE_SCRATCH_SIZE) == 0) return BATCH_ERROR
    if (!sameTransactions(i - 1)) return BATCH_DROP
    if (spanOriginChanged(i - 1)) epoch--
  }
  return hostError != 0 ? BATCH_ERROR : BATCH_ACCEPT
}

/** Whether span block `i` has the transactions of the list loaded last, but for its deposits, which come first. */
function sameTransactions(i: u32): bool {
  let deposits: u32 = 0
  while (deposits < listCount && <i32>load<u8>(listItem(listItems, deposits)) == TYPE_DEPOSIT) deposits++
  if (listCount - deposits != spanTxCount(i)) return false
  const first = spanFirstTx(i)
  for (let j: u32 = 0; j < spanTxCount(i); j++) {
    const length = spanTxLength(first + j)
    if (listItemLength(listItems, deposits + j) != length) return false
    if (!sameBytes(listItem(listItems, deposits + j), spanTx(first + j), length)) return false
  }
  return true
}
