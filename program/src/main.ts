// The program's entry points. A host writes input to the input region, calls, and reads the answer from the
// result region. Each returns a status (shared/status.ts); after one that is not 0 the result region holds the
// error record (shared/result.ts). A host error (below 50) closes the open block: nothing of it can be trusted.

import { STATUS_BAD_INPUT, STATUS_DERIVE_ORDER, STATUS_NOT_BUILDING, STATUS_NOT_OPEN, STATUS_OK, STATUS_SEALED } from '../shared/status'
import { applyOverrides } from './block/overrides'
import { writeDiff, writeTouched } from './block/diff'
import { PROOF_FAILED, PROOF_NUMBER, PROOF_OUTPUT, PROOF_SIZE, PROOF_STATUS } from '../shared/proof'
import {
  BLOCK_CALLS,
  BLOCK_CLOSED,
  BLOCK_SEALED,
  blockGasLeft,
  blockState,
  setBlockState,
} from './block/current'
import { writeEnvironment } from './block/environment'
import { openAtHeader, openBlock } from './block/open'
import { proofLength, writeProof } from './block/proof'
import {
  resultLength,
  setResultLength,
  writeAccount,
  writeError,
  writeMessage,
  writeSealed,
  writeTransaction,
} from './block/results'
import { sealBlock } from './block/seal'
import { setConfig } from './block/rules'
import { codeBytes, codeCacheClear, codeCacheInit, codeLength, codeOf } from './evm/code'
import { setTraceMode } from './evm/env'
import { restorePrecompiles } from './evm/precompiles'
import {
  pipelineAdvance,
  pipelineConfigure,
  pipelineInvalid,
  pipelineNext,
  pipelineReset,
  pipelineResultLength,
  writeOrigin,
} from './derive/pipeline'
import { clearHostError, hostError } from './host'
import { proofNumber, proofOutput, proofStatus, prove } from './proof/proof'
import { INPUT, INPUT_SIZE, RESULT } from './layout'
import { wordFromBytes, wordToBytes } from './num/word'
import { account as loadAccount } from './state/accounts'
import { stateCommit, stateRoot as computeStateRoot } from './state/commit'
import { sloadRaw } from './state/storage'
import { nodeCacheClear, nodeCacheInit } from './trie/nodes'
import { dropMessage, executeCallMessage, forgetMessage } from './tx/message'
import { executeTransaction, receiptPtr } from './tx/transaction'
import { reject } from './tx/reject'

const word: usize = memory.data(32, 8)

export function inputAddress(): usize {
  return INPUT
}

export function inputSize(): usize {
  return INPUT_SIZE
}

export function resultAddress(): usize {
  return RESULT
}

/** Bytes that the last entry point left in the result region. */
export function resultSize(): usize {
  return resultLength
}

/** Begins an entry point. */
function enter(): void {
  clearHostError()
  reject(STATUS_OK, 0, 0)
  setResultLength(0)
}

/** Ends it: a host error closes the block. */
function leave(status: i32): i32 {
  if (hostError != 0) {
    status = hostError
    close()
  }
  if (status != STATUS_OK) writeError()
  return status
}

function close(): void {
  setBlockState(BLOCK_CLOSED)
  forgetMessage()
  restorePrecompiles()
}

function isOpen(): bool {
  return blockState != BLOCK_CLOSED
}

/** Takes the chain's configuration (shared/config.ts) and the budgets of the caches in bytes; closes any block. */
export function configure(length: usize, nodeCacheBytes: usize, codeCacheBytes: usize): i32 {
  enter()
  close()
  nodeCacheInit(nodeCacheBytes)
  codeCacheInit(codeCacheBytes)
  return leave(setConfig(INPUT, length) ? STATUS_OK : STATUS_BAD_INPUT)
}

export function open(length: usize): i32 {
  enter()
  close()
  const status = openBlock(INPUT, length)
  if (status != STATUS_OK) close()
  return leave(status)
}

export function openAt(length: usize): i32 {
  enter()
  close()
  const status = openAtHeader(INPUT, length)
  if (status != STATUS_OK) close()
  return leave(status)
}

/** A failure closes the block: part of the overrides may have been applied. */
export function overrideState(length: usize): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  if (blockState == BLOCK_SEALED) return leave(STATUS_SEALED)
  dropMessage()
  const status = applyOverrides(INPUT, length)
  if (status != STATUS_OK) close()
  return leave(status)
}

export function transaction(length: usize): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  if (blockState == BLOCK_SEALED) return leave(STATUS_SEALED)
  dropMessage()
  const status = executeTransaction(INPUT, length)
  if (status == STATUS_OK) writeTransaction(receiptPtr)
  return leave(status)
}

export function message(length: usize): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  if (blockState == BLOCK_SEALED) return leave(STATUS_SEALED)
  dropMessage()
  const status = executeCallMessage(INPUT, length)
  if (status == STATUS_OK) writeMessage()
  return leave(status)
}

/** A failure closes the block. */
export function seal(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  if (blockState == BLOCK_SEALED) return leave(STATUS_SEALED)
  if (blockState == BLOCK_CALLS) return leave(STATUS_NOT_BUILDING)
  dropMessage()
  const status = sealBlock()
  if (status == STATUS_OK) writeSealed()
  else close()
  return leave(status)
}

/** 32 bytes: root of the state as it is now. */
export function stateRoot(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  computeStateRoot(RESULT)
  setResultLength(32)
  return leave(STATUS_OK)
}

/** Hands new nodes and code to the host and closes the block. */
export function commit(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  computeStateRoot(RESULT)
  setResultLength(32)
  stateCommit()
  const status = leave(STATUS_OK)
  close()
  return status
}

export function abort(): void {
  close()
}

/** 0 when no block is open. */
export function gasLeft(): u64 {
  return isOpen() ? blockGasLeft() : 0
}

export function environment(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  setResultLength(writeEnvironment(RESULT))
  return leave(STATUS_OK)
}

/** Input: 20 bytes. */
export function account(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  writeAccount(loadAccount(INPUT))
  return leave(STATUS_OK)
}

/** Input: 20 bytes. */
export function code(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  const record = loadAccount(INPUT)
  const entry = hostError == 0 ? codeOf(record) : 0
  if (entry != 0) {
    memory.copy(RESULT, codeBytes(entry), codeLength(entry))
    setResultLength(codeLength(entry))
  }
  return leave(STATUS_OK)
}

/** Input: address and slot, 52 bytes. */
export function storage(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  wordFromBytes(word, INPUT + 20)
  wordToBytes(RESULT, sloadRaw(loadAccount(INPUT), word))
  setResultLength(32)
  return leave(STATUS_OK)
}

/** Input: address, then slots of 32 bytes. */
export function proof(length: usize): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  const status = writeProof(INPUT, length)
  setResultLength(proofLength)
  return leave(status)
}

export function diff(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  dropMessage()
  setResultLength(writeDiff())
  return leave(STATUS_OK)
}

/** Does not take back a message that was not to be kept: it is what this is asked about. */
export function touched(): i32 {
  enter()
  if (!isOpen()) return leave(STATUS_NOT_OPEN)
  setResultLength(writeTouched())
  return leave(STATUS_OK)
}

/** TRACE_MODE_* bits of shared/trace.ts. */
export function trace(mode: i32): void {
  setTraceMode(mode)
}

/** Forgets cached nodes and code, so that every one that is needed is asked for again. Closes the block. */
export function clearCache(): void {
  close()
  nodeCacheClear()
  codeCacheClear()
}

// --- derivation: a state machine of its own, for use while no block is open. Its regions are apart from a block's. ---

/** Input: the rollup's configuration (shared/derive.ts), after `configure`. */
export function derive_configure(length: usize): i32 {
  enter()
  if (isOpen()) return leave(STATUS_DERIVE_ORDER)
  return leave(pipelineConfigure(INPUT, length) ? STATUS_OK : STATUS_BAD_INPUT)
}

/**
 * Input: hash of the L2 block to start from; u64, little-endian: number of the L1 block after whose data it was the safe
 * head, 0 where that is not known. Result: the L1 block whose data are read.
 */
export function derive_reset(): i32 {
  enter()
  if (isOpen()) return leave(STATUS_DERIVE_ORDER)
  const status = pipelineReset(INPUT, load<u64>(INPUT, 32))
  if (status == STATUS_OK) setResultLength(writeOrigin())
  return leave(status)
}

/** Input: hash of the next L1 block, wanted after STATUS_NEEDS_L1. Result: that block. */
export function derive_l1(): i32 {
  enter()
  if (isOpen()) return leave(STATUS_DERIVE_ORDER)
  const status = pipelineAdvance(INPUT)
  if (status == STATUS_OK) setResultLength(writeOrigin())
  return leave(status)
}

/** Input: hash of the safe head. Result: payload attributes of the block after it. */
export function derive_next(): i32 {
  enter()
  if (isOpen()) return leave(STATUS_DERIVE_ORDER)
  const status = pipelineNext(INPUT)
  if (status == STATUS_OK) setResultLength(pipelineResultLength())
  return leave(status)
}

/** The last attributes' block is invalid. Result: the attributes to take instead; nothing before Holocene. */
export function derive_invalid(): i32 {
  enter()
  if (isOpen()) return leave(STATUS_DERIVE_ORDER)
  const status = pipelineInvalid()
  if (status == STATUS_OK) setResultLength(pipelineResultLength())
  return leave(status)
}

// --- the fault proof: everything above, from boot information to a verdict, in one run. ---

/**
 * Runs the fault proof in an instance that does nothing else. Returns PROOF_* (shared/proof.ts): the program's exit
 * code. After a missing preimage it goes on when called again. Result: the error record and PROOF_*.
 */
export function main(): i32 {
  enter()
  const verdict = prove()
  if (verdict == PROOF_FAILED) writeError()
  else memory.fill(RESULT, 0, PROOF_STATUS)
  store<u32>(RESULT, proofStatus, PROOF_STATUS)
  store<u64>(RESULT, proofNumber, PROOF_NUMBER)
  memory.copy(RESULT + PROOF_OUTPUT, proofOutput, 32)
  setResultLength(PROOF_SIZE)
  return verdict
}
