// The state machine from L1 data to payload attributes (OP Stack specs, derivation), behind the derivation entry
// points of main.ts. Three steps: `reset` to a safe head, `advance` by an L1 block, `next` attributes.
//
// A step whose preimages are not all there leaves everything as it was, and can be repeated.

import { ORIGIN_HASH, ORIGIN_NUMBER, ORIGIN_SIZE, SYSTEM_SIZE } from '../../shared/derive'
import {
  STATUS_DEPOSITS_INVALID,
  STATUS_DERIVE_ORDER,
  STATUS_L1_DATA_FULL,
  STATUS_L1_REORG,
  STATUS_NEEDS_L1,
  STATUS_NOT_DERIVING,
  STATUS_NO_ATTRIBUTES,
  STATUS_OK,
} from '../../shared/status'
import { hostError } from '../host'
import { RESULT } from '../layout'
import { reject } from '../tx/reject'
import { attributesLength, writeAttributes } from './attributes'
import {
  batchesActivateHolocene,
  batchesReset,
  chooseBatch,
  chosenTransactions,
  dropSpan,
  takeBatch,
} from './batches'
import { sameHash } from './bytes'
import { channelsActivateHolocene, channelsReset } from './channels'
import { channelTimeout, genesisL1Number, genesisL2Number, isHolocene, setDeriveConfig } from './config'
import {
  L1_HASH,
  L1_NUMBER,
  L1_PARENT_HASH,
  L1_TIME,
  originAdvance,
  originNumber,
  originRecord,
  windowHasRoom,
  windowReset,
} from './l1-chain'
import { loadL1Data, loadL1Header, loadedBlock, loadedSystemConfig } from './l1-block'
import { L2_NUMBER, L2_ORIGIN, L2_ORIGIN_HASH, L2_PARENT_HASH, L2_SYSTEM, l2Load } from './l2-block'
import { safeChainAdd, safeChainReset } from './safe-chain'

let deriving: bool = false
/** The data of the L1 block are used up. */
let needsL1: bool = false
/** Attributes were given, and their block may still turn out not to be valid. */
let given: bool = false
let givenTransactions: u32 = 0

/** The system config after the L1 block whose data are read. */
const system: usize = memory.data(120, 8)
const parent: usize = memory.data(280, 8)
const start: usize = memory.data(280, 8)

export function pipelineConfigure(ptr: usize, length: usize): bool {
  deriving = false
  return setDeriveConfig(ptr, length)
}

/**
 * Starts from the safe head with this hash. Channels that hold its next batches may have begun before: reading starts
 * at the L1 origin of the ancestor that is a channel timeout back. `judged`: the L1 block after whose data this was the
 * safe head; since Holocene batches up to it do not count. 0 where that is not known. One that fails has to be repeated.
 */
export function pipelineReset(safeHead: usize, judged: u64): i32 {
  deriving = false
  if (!l2Load(safeHead, start)) return hostError
  const safeOrigin = load<u64>(start + L2_ORIGIN)
  if (!loadL1Header(start + L2_ORIGIN_HASH)) return hostError
  while (
    load<u64>(start + L2_NUMBER) > genesisL2Number &&
    load<u64>(start + L2_ORIGIN) > genesisL1Number &&
    load<u64>(start + L2_ORIGIN) + channelTimeout(load<u64>(loadedBlock + L1_TIME)) > safeOrigin
  ) {
    if (!l2Load(start + L2_PARENT_HASH, start)) return hostError
    if (sameHash(start + L2_ORIGIN_HASH, loadedBlock + L1_HASH)) continue
    if (!loadL1Header(start + L2_ORIGIN_HASH)) return hostError
  }
  // Again: blocks of L2 went through the header decoder since.
  if (!loadL1Header(start + L2_ORIGIN_HASH) || !loadL1Data(start + L2_SYSTEM, false)) return hostError
  memory.copy(system, start + L2_SYSTEM, SYSTEM_SIZE)
  windowReset(loadedBlock)
  channelsReset()
  batchesReset(judged)
  safeChainReset()
  deriving = true
  needsL1 = false
  given = false
  return STATUS_OK
}

/** Takes the L1 block with this hash, the child of the one before. */
export function pipelineAdvance(hash: usize): i32 {
  if (!deriving) return STATUS_NOT_DERIVING
  if (!needsL1) return STATUS_DERIVE_ORDER
  if (!loadL1Header(hash)) return hostError
  const number = load<u64>(loadedBlock + L1_NUMBER)
  const follows = number == originNumber + 1 && sameHash(loadedBlock + L1_PARENT_HASH, originRecord() + L1_HASH)
  if (!follows) return reject(STATUS_L1_REORG, number, originNumber + 1)
  if (!windowHasRoom()) return STATUS_L1_DATA_FULL
  if (!loadL1Data(system, true)) return hostError
  const activates = isHolocene(load<u64>(loadedBlock + L1_TIME)) && !isHolocene(load<u64>(originRecord() + L1_TIME))
  memory.copy(system, loadedSystemConfig, SYSTEM_SIZE)
  originAdvance(loadedBlock)
  if (activates) {
    channelsActivateHolocene()
    batchesActivateHolocene()
  }
  needsL1 = false
  return STATUS_OK
}

/** Writes number and hash of the L1 block whose data are read; returns their length. */
export function writeOrigin(): usize {
  store<u64>(RESULT + ORIGIN_NUMBER, originNumber)
  memory.copy(RESULT + ORIGIN_HASH, originRecord() + L1_HASH, 32)
  return ORIGIN_SIZE
}

/** Attributes of the block after the safe head with this hash (before Holocene: after the last block of its span). */
export function pipelineNext(safeHead: usize): i32 {
  if (!deriving) return STATUS_NOT_DERIVING
  if (!l2Load(safeHead, parent)) return hostError
  given = false
  safeChainAdd(parent)
  let status = chooseBatch(parent)
  needsL1 = status == STATUS_NEEDS_L1
  if (status != STATUS_OK) return status
  status = writeAttributes(parent, false)
  if (status != STATUS_OK) return status
  takeBatch()
  given = true
  givenTransactions = chosenTransactions
  return STATUS_OK
}

/**
 * The block of the attributes given last is not valid. Since Holocene writes the same attributes with deposits only,
 * and drops the rest of the span and the channel; before, only the span is dropped: derivation goes on from the block
 * before it, with the next batch.
 */
export function pipelineInvalid(): i32 {
  if (!deriving) return STATUS_NOT_DERIVING
  if (!given) return STATUS_NO_ATTRIBUTES
  if (givenTransactions == 0) return STATUS_DEPOSITS_INVALID
  if (isHolocene(load<u64>(originRecord() + L1_TIME))) {
    const status = writeAttributes(parent, true)
    if (status != STATUS_OK) return status
    // A block of deposits is valid by definition.
    givenTransactions = 0
  } else {
    given = false
  }
  dropSpan()
  return STATUS_OK
}

/** Writes the attributes given last once more: the result region is the host's between calls. */
export function pipelineRepeat(): i32 {
  if (!given) return STATUS_NO_ATTRIBUTES
  return writeAttributes(parent, givenTransactions == 0)
}

/** Bytes that `pipelineNext` and `pipelineInvalid` wrote; `pipelineInvalid` writes none before Holocene. */
export function pipelineResultLength(): usize {
  return given ? attributesLength : 0
}
