// Ending a block: withdrawals, requests, roots, header.

import { FORK_ISTHMUS, MODE_OP, SPEC_CANCUN, SPEC_PRAGUE, SPEC_SHANGHAI } from '../../shared/abi'
import { STATUS_OK } from '../../shared/status'
import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { wordCopy } from '../num/word'
import { L2_TO_L1_MESSAGE_PASSER } from '../op/predeploys'
import {
  rlpBytesLength,
  rlpListLength,
  rlpU256Length,
  rlpU64Length,
  rlpWriteBytes,
  rlpWriteList,
  rlpWriteU256,
  rlpWriteU64,
} from '../rlp/encode'
import { account } from '../state/accounts'
import { stateRoot } from '../state/commit'
import { ACCOUNT_CURRENT_ROOT } from '../state/records'
import { txBegin } from '../state/transaction'
import { orderedRoot } from '../trie/ordered'
import { EMPTY_ROOT } from '../trie/read'
import { BLOOM_SIZE } from './bloom'
import {
  BLOCK_SEALED,
  blockBaseFee,
  blockBeaconRoot,
  blockBlobGasUsed,
  blockBloom,
  blockCoinbase,
  blockExcessBlobGas,
  blockExtraData,
  blockExtraDataLen,
  blockFork,
  blockGasLimit,
  blockGasUsed,
  blockNumber,
  blockParentHash,
  blockPrevRandao,
  blockSpec,
  blockTimestamp,
  receiptList,
  setBlockState,
  transactionCount,
  transactionList,
} from './current'
import { collectRequests, requestsHash } from './requests'
import { mode } from './rules'
import { applyWithdrawals, withdrawalsRoot } from './withdrawals'

/** keccak256(rlp([])) */
const EMPTY_UNCLES: usize = memory.data<u8>([
  0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a,
  0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47,
])
/** sha256 of no requests (EIP-7685). */
const EMPTY_REQUESTS: usize = memory.data<u8>([
  0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
  0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
])

const stateRootHash: usize = memory.data(32, 8)
const transactionsRoot: usize = memory.data(32, 8)
const receiptsRoot: usize = memory.data(32, 8)
const withdrawalsHash: usize = memory.data(32, 8)
const requestsDigest: usize = memory.data(32, 8)
const zeroes: usize = memory.data(8, 8)

/** The sealed block's header, RLP, in the block arena. */
export let sealedHeader: usize = 0
export let sealedHeaderLength: usize = 0
export const sealedHash: usize = memory.data(32, 8)

/** Whether the block has execution layer requests; on the OP Stack there never are any. */
export function blockHasRequests(): bool {
  return mode != MODE_OP && blockSpec >= SPEC_PRAGUE
}

/** Seals the block that is being built. Returns a status. */
export function sealBlock(): i32 {
  if (blockHasRequests()) {
    const status = collectRequests()
    if (status != STATUS_OK) return status
  }
  applyWithdrawals()
  stateRoot(stateRootHash)
  orderedRoot(transactionList, transactionCount, transactionsRoot)
  orderedRoot(receiptList, transactionCount, receiptsRoot)
  if (blockSpec >= SPEC_SHANGHAI) computeWithdrawalsRoot()
  if (blockHasRequests()) requestsHash(requestsDigest)
  else memory.copy(requestsDigest, EMPTY_REQUESTS, 32)
  if (hostError != 0) return hostError
  encodeHeader()
  if (hostError != 0) return hostError
  keccak256(sealedHeader, sealedHeaderLength, sealedHash)
  setBlockState(BLOCK_SEALED)
  return STATUS_OK
}

/** In OP mode: of no withdrawals from Canyon, the message passer's storage root from Isthmus on. */
function computeWithdrawalsRoot(): void {
  if (mode != MODE_OP) {
    withdrawalsRoot(withdrawalsHash)
  } else if (blockFork >= FORK_ISTHMUS) {
    txBegin()
    wordCopy(withdrawalsHash, account(L2_TO_L1_MESSAGE_PASSER) + ACCOUNT_CURRENT_ROOT)
  } else {
    wordCopy(withdrawalsHash, EMPTY_ROOT)
  }
}

const HASH_ITEM: usize = 33
const ADDRESS_ITEM: usize = 21
const BLOOM_ITEM: usize = 259
const DIFFICULTY_ITEM: usize = 1
const NONCE_ITEM: usize = 9

function encodeHeader(): void {
  const cancun = blockSpec >= SPEC_CANCUN
  let payload: usize = 6 * HASH_ITEM + ADDRESS_ITEM + BLOOM_ITEM + DIFFICULTY_ITEM + NONCE_ITEM
  payload += rlpU64Length(blockNumber) + rlpU64Length(blockGasLimit) + rlpU64Length(blockGasUsed)
  payload += rlpU64Length(blockTimestamp) + rlpBytesLength(blockExtraData, blockExtraDataLen)
  payload += rlpU256Length(blockBaseFee)
  if (blockSpec >= SPEC_SHANGHAI) payload += HASH_ITEM
  if (cancun) payload += rlpU64Length(blockBlobGasUsed) + rlpU64Length(blockExcessBlobGas) + HASH_ITEM
  if (blockSpec >= SPEC_PRAGUE) payload += HASH_ITEM
  sealedHeaderLength = rlpListLength(payload)
  sealedHeader = arenaAllocUninitialized(sealedHeaderLength)
  if (hostError != 0) return
  let at = rlpWriteList(sealedHeader, payload)
  at = rlpWriteBytes(at, blockParentHash, 32)
  at = rlpWriteBytes(at, EMPTY_UNCLES, 32)
  at = rlpWriteBytes(at, blockCoinbase, 20)
  at = rlpWriteBytes(at, stateRootHash, 32)
  at = rlpWriteBytes(at, transactionsRoot, 32)
  at = rlpWriteBytes(at, receiptsRoot, 32)
  at = rlpWriteBytes(at, blockBloom, BLOOM_SIZE)
  // Difficulty, since the merge.
  at = rlpWriteU64(at, 0)
  at = rlpWriteU64(at, blockNumber)
  at = rlpWriteU64(at, blockGasLimit)
  at = rlpWriteU64(at, blockGasUsed)
  at = rlpWriteU64(at, blockTimestamp)
  at = rlpWriteBytes(at, blockExtraData, blockExtraDataLen)
  at = rlpWriteBytes(at, blockPrevRandao, 32)
  at = rlpWriteBytes(at, zeroes, 8)
  at = rlpWriteU256(at, blockBaseFee)
  if (blockSpec >= SPEC_SHANGHAI) at = rlpWriteBytes(at, withdrawalsHash, 32)
  if (cancun) {
    at = rlpWriteU64(at, blockBlobGasUsed)
    at = rlpWriteU64(at, blockExcessBlobGas)
    at = rlpWriteBytes(at, blockBeaconRoot, 32)
  }
  if (blockSpec >= SPEC_PRAGUE) rlpWriteBytes(at, requestsDigest, 32)
}
