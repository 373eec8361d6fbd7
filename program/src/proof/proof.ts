// The whole fault proof (OP Stack specs, "Fault Proof Program"): from the output root that both sides agree on, derive
// from L1 up to the L1 head, execute each block, and compare with the claim.
//
// The claim is of the block with the claimed number or, if L1 does not lead that far, of the last block that it leads
// to: who claims blocks beyond what L1 holds claims something wrong.
//
// A step whose preimages are not all there leaves everything as it was: `prove` goes on when it is called again.

import { ATTRIBUTES_FLAGS, ATTRIBUTES_FLAG_CONCLUDING } from '../../shared/derive'
import { PROOF_FAILED, PROOF_INVALID, PROOF_VALID } from '../../shared/proof'
import { STATUS_BAD_OUTPUT, STATUS_NEEDS_L1, STATUS_OK } from '../../shared/status'
import { readBlobsByElements } from '../derive/blob-preimage'
import { sameHash } from '../derive/bytes'
import { genesisL2Number } from '../derive/config'
import { originNumber } from '../derive/l1-chain'
import {
  pipelineAdvance,
  pipelineInvalid,
  pipelineNext,
  pipelineRepeat,
  pipelineReset,
  pipelineResultLength,
} from '../derive/pipeline'
import { codeCacheInit } from '../evm/code'
import { enableHints } from '../hints'
import { hostError } from '../host'
import { RESULT } from '../layout'
import { nodeCacheInit } from '../trie/nodes'
import { bootAgreedOutput, bootClaimedNumber, bootClaimedOutput, bootL1Head, readBoot } from './boot'
import { executeAttributes } from './execute'
import { headHash, headHeader, headLength, headLoad, headNumber, headParent } from './head'
import { l1HashAt, l1HeadNumber, walkL1 } from './l1-walk'
import { computeOutput, readOutput } from './output-root'

/** Memory that is written costs steps: enough for what some hundred blocks touch. */
const NODE_CACHE_BYTES: usize = 128 << 20
const CODE_CACHE_BYTES: usize = 64 << 20

// What is to be done next.
const BOOT: i32 = 0
const AGREED: i32 = 1
const BACK: i32 = 2
const RESET: i32 = 3
const WALK: i32 = 4
const DERIVE: i32 = 5
const EXECUTE: i32 = 6
const UNDO: i32 = 7
const OUTPUT: i32 = 8
const DONE: i32 = 9
let phase: i32 = BOOT

/** Status of what failed; see shared/proof.ts for the rest. */
export let proofStatus: i32 = STATUS_OK
export let proofNumber: u64 = 0
export const proofOutput: usize = memory.data(32, 8)

const agreedHash: usize = memory.data(32, 8)
/** The last block that L1 leaves no doubt about. Before Holocene the head may be ahead, in an unfinished span. */
const safeHash: usize = memory.data(32, 8)
let safeNumber: u64 = 0
/** The block with the claimed number, when the head has passed it. */
const claimedHash: usize = memory.data(32, 8)
let repeat: bool = false

/** Returns PROOF_*. */
export function prove(): i32 {
  while (phase != DONE) {
    proofStatus = step()
    if (hostError != 0) proofStatus = hostError
    if (proofStatus != STATUS_OK) return PROOF_FAILED
  }
  return sameHash(proofOutput, bootClaimedOutput) ? PROOF_VALID : PROOF_INVALID
}

/** Does the next thing. Returns a status; one that fails can be done again. */
function step(): i32 {
  switch (phase) {
    case BOOT:
      return boot()
    case AGREED:
      return agreed()
    case BACK:
      return back()
    case RESET:
      return reset()
    case WALK:
      if (walkL1(bootL1Head)) phase = DERIVE
      return STATUS_OK
    case DERIVE:
      return derive()
    case EXECUTE:
      return execute()
    case UNDO:
      if (headLoad(safeHash)) phase = DERIVE
      return STATUS_OK
    default:
      return conclude()
  }
}

function boot(): i32 {
  enableHints()
  readBlobsByElements()
  nodeCacheInit(NODE_CACHE_BYTES)
  codeCacheInit(CODE_CACHE_BYTES)
  if (readBoot()) phase = AGREED
  return STATUS_OK
}

function agreed(): i32 {
  if (!readOutput(bootAgreedOutput, agreedHash) || !headLoad(agreedHash)) return STATUS_OK
  if (headNumber < genesisL2Number) return STATUS_BAD_OUTPUT
  phase = bootClaimedNumber <= headNumber ? BACK : RESET
  return STATUS_OK
}

/** The claim is of a block that both sides agree on. */
function back(): i32 {
  if (bootClaimedNumber < genesisL2Number) return STATUS_BAD_OUTPUT
  while (headNumber > bootClaimedNumber) if (!headParent()) return STATUS_OK
  phase = OUTPUT
  return STATUS_OK
}

function reset(): i32 {
  const status = pipelineReset(agreedHash, 0)
  if (status != STATUS_OK) return status
  memory.copy(safeHash, agreedHash, 32)
  safeNumber = headNumber
  phase = WALK
  return STATUS_OK
}

function derive(): i32 {
  if (safeNumber >= bootClaimedNumber) return finish(claimedHash)
  const status = pipelineNext(headHash)
  if (status == STATUS_NEEDS_L1) {
    if (originNumber == l1HeadNumber) return finish(safeHash)
    return pipelineAdvance(l1HashAt(originNumber + 1))
  }
  if (status != STATUS_OK) return status
  phase = EXECUTE
  repeat = false
  return STATUS_OK
}

function finish(hash: usize): i32 {
  if (sameHash(hash, headHash) || headLoad(hash)) phase = OUTPUT
  return STATUS_OK
}

/** Makes the block of the attributes that were given last. */
function execute(): i32 {
  if (repeat) {
    const written = pipelineRepeat()
    if (written != STATUS_OK) return written
  }
  repeat = true
  const concludes = (load<u32>(RESULT + ATTRIBUTES_FLAGS) & ATTRIBUTES_FLAG_CONCLUDING) != 0
  const status = executeAttributes()
  if (hostError != 0) return hostError
  if (status != STATUS_OK) return replace()
  if (headNumber == bootClaimedNumber) memory.copy(claimedHash, headHash, 32)
  if (concludes) {
    memory.copy(safeHash, headHash, 32)
    safeNumber = headNumber
  }
  phase = DERIVE
  return STATUS_OK
}

/** The attributes make no valid block: since Holocene their deposits do; before, what is left of the span is void. */
function replace(): i32 {
  const status = pipelineInvalid()
  if (status != STATUS_OK) return status
  if (pipelineResultLength() == 0) phase = UNDO
  return STATUS_OK
}

function conclude(): i32 {
  if (!computeOutput(headHash, headHeader, headLength, proofOutput)) return STATUS_OK
  proofNumber = headNumber
  phase = DONE
  return STATUS_OK
}
