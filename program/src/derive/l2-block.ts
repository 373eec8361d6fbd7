// What derivation needs to know of an L2 block, read from the block itself: its header, and the L1 attributes in
// its first transaction (OP Stack specs, "L1 Attributes Deposited Transaction"). Both are verified by the hash.

import {
  SYSTEM_BATCHER,
  SYSTEM_EIP1559,
  SYSTEM_GAS_LIMIT,
  SYSTEM_OPERATOR_FEE,
  SYSTEM_OVERHEAD,
  SYSTEM_SCALAR,
  SYSTEM_SIZE,
} from '../../shared/derive'
import { FORK_HOLOCENE } from '../../shared/abi'
import { STATUS_BAD_L2_BLOCK } from '../../shared/status'
import {
  decodeHeader,
  headerExtraData,
  headerExtraDataLen,
  headerGasLimit,
  headerNumber,
  headerParentHash,
  headerTimestamp,
  headerTransactionsRoot,
} from '../block/header'
import { HOLOCENE_EXTRA_DATA_SIZE } from '../block/fees'
import { forkAt } from '../block/rules'
import { hintL2Header, hintL2Transactions } from '../hints'
import { hostError, keccakPreimage, setHostError } from '../host'
import { trieGetPath, trieValue } from '../trie/read'
import { TYPE_DEPOSIT, decodeTransaction, txData, txDataLen, txTo, txType } from '../tx/decode'
import { reject } from '../tx/reject'
import { sameAddress, sameHash, wordToU64 } from './bytes'
import { genesisL1Hash, genesisL1Number, genesisL2Hash, genesisL2Number, genesisSystemConfig } from './config'

// A record: hash, parent's hash, L1 origin's hash (32 bytes each), number, timestamp, L1 origin's number, sequence
// number (u64 each), transactions root, system config.
export const L2_HASH: usize = 0
export const L2_PARENT_HASH: usize = 32
export const L2_ORIGIN_HASH: usize = 64
export const L2_NUMBER: usize = 96
export const L2_TIME: usize = 104
export const L2_ORIGIN: usize = 112
export const L2_SEQUENCE: usize = 120
export const L2_TRANSACTIONS: usize = 128
export const L2_SYSTEM: usize = 160
export const L2_SIZE: usize = 280

const HEADER_MAX: usize = 4096
const header: usize = memory.data(4096, 8)
const firstKey: usize = memory.data<u8>([0x80])

/** The predeploy L1Block. */
export const L1_BLOCK_CONTRACT: usize = memory.data<u8>([
  0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x15,
], 8)

// Selectors of setL1BlockValues(...), setL1BlockValuesEcotone() and setL1BlockValuesIsthmus(), as loaded.
export const SELECTOR_BEDROCK: u32 = 0xb98e5d01
export const SELECTOR_ECOTONE: u32 = 0x205e0a44
export const SELECTOR_ISTHMUS: u32 = 0xbe998909
export const LENGTH_BEDROCK: usize = 260
export const LENGTH_ECOTONE: usize = 164
export const LENGTH_ISTHMUS: usize = 176

/**
 * Reads the block with this hash into the L2_SIZE bytes at `record`. False with `hostError` set: a preimage is
 * missing, or the block is none of this chain (STATUS_BAD_L2_BLOCK).
 */
export function l2Load(hash: usize, record: usize): bool {
  hintL2Header(hash)
  const length = keccakPreimage(hash, header, HEADER_MAX)
  if (length < 0) return false
  if (!decodeHeader(header, header + <usize>length)) return bad(0)
  memory.copy(record + L2_HASH, hash, 32)
  memory.copy(record + L2_PARENT_HASH, headerParentHash, 32)
  memory.copy(record + L2_TRANSACTIONS, headerTransactionsRoot, 32)
  store<u64>(record + L2_NUMBER, headerNumber)
  store<u64>(record + L2_TIME, headerTimestamp)
  if (headerNumber == genesisL2Number) return readGenesis(record)
  // Not `hash`, which may have pointed into the record.
  hintL2Transactions(record + L2_HASH)
  const size = trieGetPath(headerTransactionsRoot, firstKey, 2)
  if (size < 0) return false
  return readAttributes(record, trieValue, <usize>size) || bad(headerNumber)
}

function readGenesis(record: usize): bool {
  if (!sameHash(record + L2_HASH, genesisL2Hash)) return bad(genesisL2Number)
  memory.copy(record + L2_ORIGIN_HASH, genesisL1Hash, 32)
  store<u64>(record + L2_ORIGIN, genesisL1Number)
  store<u64>(record + L2_SEQUENCE, 0)
  memory.copy(record + L2_SYSTEM, genesisSystemConfig, SYSTEM_SIZE)
  return true
}

function readAttributes(record: usize, transaction: usize, size: usize): bool {
  if (size == 0 || !decodeTransaction(transaction, transaction + size)) return false
  if (txType != TYPE_DEPOSIT || txTo == 0 || !sameAddress(txTo, L1_BLOCK_CONTRACT) || txDataLen < 4) return false
  const config = record + L2_SYSTEM
  memory.fill(config, 0, SYSTEM_SIZE)
  store<u64>(config + SYSTEM_GAS_LIMIT, headerGasLimit)
  if (forkAt(headerTimestamp) >= FORK_HOLOCENE) {
    if (headerExtraDataLen != HOLOCENE_EXTRA_DATA_SIZE || load<u8>(headerExtraData) != 0) return false
    memory.copy(config + SYSTEM_EIP1559, headerExtraData + 1, 8)
  }
  const selector = load<u32>(txData)
  if (selector == SELECTOR_BEDROCK) return txDataLen == LENGTH_BEDROCK && readBedrock(record, config)
  if (selector == SELECTOR_ECOTONE) return txDataLen == LENGTH_ECOTONE && readEcotone(record, config)
  if (selector != SELECTOR_ISTHMUS || txDataLen != LENGTH_ISTHMUS) return false
  memory.copy(config + SYSTEM_OPERATOR_FEE, txData + 164, 12)
  return readEcotone(record, config)
}

/** Words: number, timestamp, base fee, hash, sequence number, batcher, overhead, scalar. */
function readBedrock(record: usize, config: usize): bool {
  const words = txData + 4
  store<u64>(record + L2_ORIGIN, wordToU64(words))
  memory.copy(record + L2_ORIGIN_HASH, words + 96, 32)
  store<u64>(record + L2_SEQUENCE, wordToU64(words + 128))
  memory.copy(config + SYSTEM_BATCHER, words + 172, 20)
  memory.copy(config + SYSTEM_OVERHEAD, words + 192, 64)
  return true
}

/**
 * Packed: base fee scalar, blob base fee scalar, sequence number, timestamp, number, base fee, blob base fee, hash,
 * batcher. Whether the scalars had version 0 or 1 is lost, and makes no difference.
 */
function readEcotone(record: usize, config: usize): bool {
  store<u64>(record + L2_SEQUENCE, bswap(load<u64>(txData, 12)))
  store<u64>(record + L2_ORIGIN, bswap(load<u64>(txData, 28)))
  memory.copy(record + L2_ORIGIN_HASH, txData + 100, 32)
  memory.copy(config + SYSTEM_BATCHER, txData + 144, 20)
  const scalar = config + SYSTEM_SCALAR
  store<u8>(scalar, 1)
  store<u32>(scalar, load<u32>(txData, 8), 24)
  store<u32>(scalar, load<u32>(txData, 4), 28)
  return true
}

function bad(blockNumber: u64): bool {
  if (hostError != 0) return false
  reject(STATUS_BAD_L2_BLOCK, blockNumber, 0)
  setHostError(STATUS_BAD_L2_BLOCK, 0)
  return false
}
