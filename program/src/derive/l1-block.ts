// One L1 block: its header, what its receipts change in the system config, and the data that the batcher posted in it
// (OP Stack specs, derivation, "L1 Traversal" and "L1 Retrieval"; Ecotone, "Blob Retrieval"). Everything is read
// before anything is decided, so that a block whose preimages are not all there can be tried again.

import { SYSTEM_BATCHER, SYSTEM_SIZE } from '../../shared/derive'
import { FORK_ECOTONE } from '../../shared/abi'
import { STATUS_BAD_L1_BLOCK, STATUS_L1_DATA_FULL } from '../../shared/status'
import { bloomMayHave } from '../block/bloom'
import { blobFee } from '../block/fees'
import {
  decodeHeader,
  headerBaseFee,
  headerBloom,
  headerExcessBlobGas,
  headerHasBaseFee,
  headerHasBlobGas,
  headerHasRequests,
  headerMixHash,
  headerNumber,
  headerParentBeaconBlockRoot,
  headerParentHash,
  headerReceiptsRoot,
  headerTimestamp,
  headerTransactionsRoot,
} from '../block/header'
import { forkAt } from '../block/rules'
import { hintL1Header, hintL1Receipts, hintL1Transactions } from '../hints'
import { hostError, keccakPreimage, setHostError } from '../host'
import { DERIVE_SCRATCH, DERIVE_SCRATCH_SIZE, L1_DATA, L1_DATA_SIZE } from '../layout'
import { wordSet, wordToBytes } from '../num/word'
import {
  TYPE_BLOB,
  TYPE_DEPOSIT,
  TYPE_SET_CODE,
  decodeL1Transaction,
  txBlobCount,
  txBlobHashes,
  txChainId,
  txData,
  txDataLen,
  txDepositFrom,
  txTo,
  txType,
  txUnprotected,
} from '../tx/decode'
import { recoverSender } from '../tx/signature'
import { BLOB_DATA_MAX, blobDecode } from './blob'
import { readBlob } from './blob-preimage'
import { sameAddress } from './bytes'
import { inboxAddress, l1BlobFraction, l1ChainId, portalAddress, systemConfigAddress } from './config'
import {
  L1_BASE_FEE,
  L1_BEACON_ROOT,
  L1_BLOB_FEE,
  L1_HASH,
  L1_HAS_LOGS,
  L1_MIX_HASH,
  L1_NUMBER,
  L1_PARENT_HASH,
  L1_RECEIPTS,
  L1_SIZE,
  L1_TIME,
} from './l1-chain'
import { listCount, listItem, listItemLength, listItems, listLoad, listTable } from './list-trie'
import { applyConfigUpdates } from './system-config'

const HEADER_MAX: usize = 4096
const header: usize = memory.data(4096, 8)
const fee: usize = memory.data(32, 8)
const sender: usize = memory.data(20, 8)

/** The block loaded last: L1_SIZE bytes. */
export const loadedBlock: usize = memory.data(256, 8)
/** The system config after it: SYSTEM_SIZE bytes. */
export const loadedSystemConfig: usize = memory.data(120, 8)

// The batcher's data: a list of { u32 next, u32 address, u32 length }, in the order of the block.
const ITEM_SIZE: usize = 16
let firstItem: usize = 0
let lastItem: usize = 0
let next: usize = 0
let limit: usize = 0

/** Address and length of the item that `dataNext` found. */
export let dataStart: usize = 0
export let dataLength: usize = 0

/** Reads the header of the L1 block with this hash into `loadedBlock`. False with `hostError` set. */
export function loadL1Header(hash: usize): bool {
  hintL1Header(hash)
  const length = keccakPreimage(hash, header, HEADER_MAX)
  if (length < 0) return false
  if (!decodeHeader(header, header + <usize>length) || !headerHasBaseFee) return malformed()
  memory.fill(loadedBlock, 0, L1_SIZE)
  memory.copy(loadedBlock + L1_HASH, hash, 32)
  memory.copy(loadedBlock + L1_PARENT_HASH, headerParentHash, 32)
  memory.copy(loadedBlock + L1_RECEIPTS, headerReceiptsRoot, 32)
  memory.copy(loadedBlock + L1_MIX_HASH, headerMixHash, 32)
  if (headerParentBeaconBlockRoot != 0) memory.copy(loadedBlock + L1_BEACON_ROOT, headerParentBeaconBlockRoot, 32)
  wordToBytes(loadedBlock + L1_BASE_FEE, headerBaseFee)
  if (headerHasBlobGas) blobFee(l1BlobFraction(headerTimestamp, headerHasRequests), headerExcessBlobGas, fee)
  else wordSet(fee, 1)
  wordToBytes(loadedBlock + L1_BLOB_FEE, fee)
  store<u64>(loadedBlock + L1_NUMBER, headerNumber)
  store<u64>(loadedBlock + L1_TIME, headerTimestamp)
  const logs = bloomMayHave(headerBloom, portalAddress) || bloomMayHave(headerBloom, systemConfigAddress)
  store<u32>(loadedBlock + L1_HAS_LOGS, logs)
  return true
}

/**
 * Loads the receipts of an L1 block (its record) for `receipts.ts`; they stay until the next call into derivation
 * that loads anything. False with `hostError` set.
 */
export function loadReceipts(block: usize): bool {
  hintL1Receipts(block + L1_HASH)
  return listLoad(block + L1_RECEIPTS, DERIVE_SCRATCH, DERIVE_SCRATCH + DERIVE_SCRATCH_SIZE) != 0
}

/**
 * Loads what the block of the last `loadL1Header` holds for derivation, `config` being the system config before it;
 * `update`: whether its receipts count. Then `dataNext` gives the batcher's data. False with `hostError` set.
 */
export function loadL1Data(config: usize, update: bool): bool {
  firstItem = 0
  lastItem = 0
  if (readL1Data(config, update)) return true
  firstItem = 0
  return false
}

function readL1Data(config: usize, update: bool): bool {
  memory.copy(loadedSystemConfig, config, SYSTEM_SIZE)
  const ecotone = forkAt(headerTimestamp) >= FORK_ECOTONE
  if (update && bloomMayHave(headerBloom, systemConfigAddress)) {
    if (!loadReceipts(loadedBlock)) return false
    if (!applyConfigUpdates(loadedSystemConfig, listItems, listCount, ecotone)) return malformed()
  }
  hintL1Transactions(loadedBlock + L1_HASH)
  next = listLoad(headerTransactionsRoot, L1_DATA, L1_DATA + L1_DATA_SIZE)
  if (next == 0) return false
  const items = listItems
  const count = listCount
  limit = listTable(items, count)
  let blobs: u64 = 0
  for (let i: u32 = 0; i < count; i++) {
    const transaction = listItem(items, i)
    if (!decodeL1Transaction(transaction, transaction + listItemLength(items, i))) continue
    if (!isFromBatcher()) {
      if (hostError != 0) return false
    } else if (txType == TYPE_BLOB && ecotone) {
      if (!addBlobs(blobs)) return false
    } else if (!addItem(txData, txDataLen)) {
      return false
    }
    if (txType == TYPE_BLOB) blobs += <u64>txBlobCount
  }
  return true
}

/** Whether the decoded transaction is the batcher's, to the inbox; also one that failed counts. */
function isFromBatcher(): bool {
  if (txType == TYPE_SET_CODE) return false
  if (txTo == 0 || !sameAddress(txTo, inboxAddress)) return false
  // On an L1 that is a rollup itself.
  if (txType == TYPE_DEPOSIT) return sameAddress(txDepositFrom, loadedSystemConfig + SYSTEM_BATCHER)
  if (!txUnprotected && txChainId != l1ChainId) return false
  return recoverSender(sender) && sameAddress(sender, loadedSystemConfig + SYSTEM_BATCHER)
}

/**
 * A blob transaction's calldata do not count, nor do blobs that hold no data in our encoding. `first`: number of blobs
 * in the L1 block before it.
 */
function addBlobs(first: u64): bool {
  const blob = DERIVE_SCRATCH
  for (let i = 0; i < txBlobCount; i++) {
    const versionedHash = txBlobHashes + <usize>i * 33 + 1
    if (!readBlob(versionedHash, first + i, headerTimestamp, blob)) return false
    const data = next + ITEM_SIZE
    if (limit - next < ITEM_SIZE + BLOB_DATA_MAX + 8) return full()
    const length = blobDecode(blob, data)
    if (length < 0) continue
    const item = next
    next += (ITEM_SIZE + BLOB_DATA_MAX + 4 + 7) & ~7
    link(item, data + 4, length)
  }
  return true
}

function addItem(data: usize, length: usize): bool {
  if (limit - next < ITEM_SIZE) return full()
  const item = next
  next += ITEM_SIZE
  link(item, data, length)
  return true
}

function link(item: usize, data: usize, length: usize): void {
  store<u32>(item, 0)
  store<u32>(item, <u32>data, 4)
  store<u32>(item, <u32>length, 8)
  if (firstItem == 0) firstItem = item
  else store<u32>(lastItem, <u32>item)
  lastItem = item
}

/** Takes the next item of the batcher's data; false when there is none. */
export function dataNext(): bool {
  if (firstItem == 0) return false
  dataStart = load<u32>(firstItem, 4)
  dataLength = load<u32>(firstItem, 8)
  firstItem = load<u32>(firstItem)
  return true
}

/** Memory behind the block's data, and its end, for those who work on them. */
export function dataRoom(): usize {
  return next
}

export function dataLimit(): usize {
  return limit
}

function full(): bool {
  setHostError(STATUS_L1_DATA_FULL, loadedBlock + L1_HASH)
  return false
}

function malformed(): bool {
  setHostError(STATUS_BAD_L1_BLOCK, loadedBlock + L1_HASH)
  return false
}
