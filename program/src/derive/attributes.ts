// Payload attributes of a block from its parent, its L1 origin and its batch (OP Stack specs, derivation, "Building
// Individual Payload Attributes"; "L1 Attributes Deposited Transaction" of Bedrock, Ecotone and Isthmus).

import {
  ATTRIBUTES_BEACON_ROOT,
  ATTRIBUTES_DERIVED_FROM,
  ATTRIBUTES_DERIVED_FROM_HASH,
  ATTRIBUTES_EIP1559,
  ATTRIBUTES_EPOCH,
  ATTRIBUTES_EPOCH_HASH,
  ATTRIBUTES_FLAGS,
  ATTRIBUTES_FLAG_BEACON_ROOT,
  ATTRIBUTES_FLAG_CONCLUDING,
  ATTRIBUTES_FLAG_DEPOSITS_ONLY,
  ATTRIBUTES_FLAG_EIP1559,
  ATTRIBUTES_FLAG_WITHDRAWALS,
  ATTRIBUTES_GAS_LIMIT,
  ATTRIBUTES_PARENT,
  ATTRIBUTES_PARENT_NUMBER,
  ATTRIBUTES_PREV_RANDAO,
  ATTRIBUTES_SEQUENCE_NUMBER,
  ATTRIBUTES_TIMESTAMP,
  SYSTEM_BATCHER,
  SYSTEM_EIP1559,
  SYSTEM_GAS_LIMIT,
  SYSTEM_OPERATOR_FEE,
  SYSTEM_OVERHEAD,
  SYSTEM_SIZE,
} from '../../shared/derive'
import {
  FORK_CANYON,
  FORK_ECOTONE,
  FORK_FJORD,
  FORK_HOLOCENE,
  FORK_ISTHMUS,
  FORK_REGOLITH,
} from '../../shared/abi'
import {
  STATUS_BAD_DEPOSIT,
  STATUS_BAD_SCALARS,
  STATUS_L1_REORG,
  STATUS_OK,
  STATUS_UNSUPPORTED_FORK,
} from '../../shared/status'
import { forkAt, unsupportedFrom } from '../block/rules'
import { hostError } from '../host'
import { RESULT } from '../layout'
import { itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { reject } from '../tx/reject'
import {
  chosenConcludes,
  chosenEpoch,
  chosenFirst,
  chosenFromSpan,
  chosenList,
  chosenListEnd,
  chosenTimestamp,
  chosenTransactions,
} from './batches'
import { sameHash, storeWord } from './bytes'
import { isActivation } from './config'
import { writeAttributesDeposit, writeUserDeposits } from './deposits'
import {
  L1_BASE_FEE,
  L1_BEACON_ROOT,
  L1_BLOB_FEE,
  L1_HASH,
  L1_HAS_LOGS,
  L1_MIX_HASH,
  L1_NUMBER,
  L1_PARENT_HASH,
  L1_TIME,
  l1Record,
  originRecord,
} from './l1-chain'
import { loadReceipts } from './l1-block'
import {
  L1_BLOCK_CONTRACT,
  L2_HASH,
  L2_NUMBER,
  L2_ORIGIN,
  L2_ORIGIN_HASH,
  L2_SEQUENCE,
  L2_SYSTEM,
  LENGTH_BEDROCK,
  LENGTH_ECOTONE,
  LENGTH_ISTHMUS,
  SELECTOR_BEDROCK,
  SELECTOR_ECOTONE,
  SELECTOR_ISTHMUS,
} from './l2-block'
import { listCount, listItems } from './list-trie'
import { outputClose, outputOpen, outputTransaction } from './output'
import { spanTx, spanTxLength } from './span-batch'
import { applyConfigUpdates, ecotoneScalars } from './system-config'
import {
  ECOTONE_TRANSACTIONS,
  ECOTONE_UPGRADE,
  FJORD_TRANSACTIONS,
  FJORD_UPGRADE,
  ISTHMUS_TRANSACTIONS,
  ISTHMUS_UPGRADE,
} from './upgrade-data'

/** Gas of the L1 attributes deposit before Regolith, and since. */
const GAS_BEDROCK: u64 = 150_000_000
const GAS_REGOLITH: u64 = 1_000_000

/** Sender of the L1 attributes deposit. */
const DEPOSITOR: usize = memory.data<u8>([
  0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad,
  0xde, 0xad, 0x00, 0x01,
], 8)

const system: usize = memory.data(120, 8)
const call: usize = memory.data(260, 8)

/** Bytes of the attributes in the result region. */
export let attributesLength: usize = 0

/**
 * Writes the attributes of the block after `parent` (an L2 record) with the chosen batch, or without its transactions.
 * Returns a status. Sets `hostError` when a preimage is missing: receipts of the L1 origin, in an epoch's first block.
 */
export function writeAttributes(parent: usize, depositsOnly: bool): i32 {
  const timestamp = chosenTimestamp
  if (timestamp >= unsupportedFrom()) return reject(STATUS_UNSUPPORTED_FORK, timestamp, unsupportedFrom())
  const origin = l1Record(chosenEpoch)
  const isFirst = chosenEpoch != load<u64>(parent + L2_ORIGIN)
  const expected = isFirst ? origin + L1_PARENT_HASH : origin + L1_HASH
  if (!sameHash(expected, parent + L2_ORIGIN_HASH)) return reject(STATUS_L1_REORG, chosenEpoch, 0)
  memory.copy(system, parent + L2_SYSTEM, SYSTEM_SIZE)
  const withLogs = isFirst && load<u32>(origin, L1_HAS_LOGS) != 0
  if (withLogs && !readSystemUpdates(origin)) return hostError != 0 ? hostError : badDeposit()
  const sequenceNumber = isFirst ? 0 : load<u64>(parent + L2_SEQUENCE) + 1
  outputOpen()
  if (!writeL1Attributes(origin, timestamp, sequenceNumber)) return reject(STATUS_BAD_SCALARS, chosenEpoch, 0)
  if (withLogs && writeUserDeposits(listItems, listCount, origin + L1_HASH) < 0) {
    return hostError != 0 ? hostError : badDeposit()
  }
  writeUpgrades(timestamp)
  const empty = depositsOnly || chosenTransactions == 0
  if (!empty) writeBatch()
  if (hostError != 0) return hostError
  writeFields(parent, origin, timestamp, sequenceNumber, empty)
  attributesLength = outputClose()
  return STATUS_OK
}

/** Network upgrade transactions of the forks that the block activates. */
function writeUpgrades(timestamp: u64): void {
  if (isActivation(FORK_ECOTONE, timestamp)) writeUpgrade(ECOTONE_UPGRADE, ECOTONE_TRANSACTIONS)
  if (isActivation(FORK_FJORD, timestamp)) writeUpgrade(FJORD_UPGRADE, FJORD_TRANSACTIONS)
  if (isActivation(FORK_ISTHMUS, timestamp)) writeUpgrade(ISTHMUS_UPGRADE, ISTHMUS_TRANSACTIONS)
}

function writeUpgrade(transaction: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const length = <usize>load<u32>(transaction)
    outputTransaction(transaction + 4, length)
    transaction += 4 + length
  }
}

function badDeposit(): i32 {
  return reject(STATUS_BAD_DEPOSIT, chosenEpoch, 0)
}

function readSystemUpdates(origin: usize): bool {
  if (!loadReceipts(origin)) return false
  const ecotone = forkAt(load<u64>(origin + L1_TIME)) >= FORK_ECOTONE
  return applyConfigUpdates(system, listItems, listCount, ecotone)
}

/** The block that activates a fork still calls the older function: the contract is upgraded later in it. */
function writeL1Attributes(origin: usize, timestamp: u64, sequenceNumber: u64): bool {
  const fork = forkAt(timestamp)
  let length = LENGTH_BEDROCK
  if (fork < FORK_ECOTONE || isActivation(FORK_ECOTONE, timestamp)) {
    encodeBedrock(origin, sequenceNumber)
  } else {
    length = fork < FORK_ISTHMUS || isActivation(FORK_ISTHMUS, timestamp) ? LENGTH_ECOTONE : LENGTH_ISTHMUS
    if (!encodeEcotone(origin, sequenceNumber, length == LENGTH_ISTHMUS)) return false
  }
  const regolith = fork >= FORK_REGOLITH
  writeAttributesDeposit(
    DEPOSITOR,
    L1_BLOCK_CONTRACT,
    origin + L1_HASH,
    sequenceNumber,
    regolith ? GAS_REGOLITH : GAS_BEDROCK,
    !regolith,
    call,
    length,
  )
  return true
}

function encodeBedrock(origin: usize, sequenceNumber: u64): void {
  store<u32>(call, SELECTOR_BEDROCK)
  storeWord(call + 4, load<u64>(origin + L1_NUMBER))
  storeWord(call + 36, load<u64>(origin + L1_TIME))
  memory.copy(call + 68, origin + L1_BASE_FEE, 32)
  memory.copy(call + 100, origin + L1_HASH, 32)
  storeWord(call + 132, sequenceNumber)
  memory.fill(call + 164, 0, 12)
  memory.copy(call + 176, system + SYSTEM_BATCHER, 20)
  memory.copy(call + 196, system + SYSTEM_OVERHEAD, 64)
}

function encodeEcotone(origin: usize, sequenceNumber: u64, isthmus: bool): bool {
  store<u32>(call, isthmus ? SELECTOR_ISTHMUS : SELECTOR_ECOTONE)
  if (!ecotoneScalars(system, call + 4)) return false
  store<u64>(call, bswap(sequenceNumber), 12)
  store<u64>(call, bswap(load<u64>(origin + L1_TIME)), 20)
  store<u64>(call, bswap(load<u64>(origin + L1_NUMBER)), 28)
  memory.copy(call + 36, origin + L1_BASE_FEE, 32)
  memory.copy(call + 68, origin + L1_BLOB_FEE, 32)
  memory.copy(call + 100, origin + L1_HASH, 32)
  memory.fill(call + 132, 0, 12)
  memory.copy(call + 144, system + SYSTEM_BATCHER, 20)
  if (isthmus) memory.copy(call + 164, system + SYSTEM_OPERATOR_FEE, 12)
  return true
}

function writeBatch(): void {
  if (chosenFromSpan) {
    for (let i: u32 = 0; i < chosenTransactions; i++) {
      outputTransaction(spanTx(chosenFirst + i), spanTxLength(chosenFirst + i))
    }
    return
  }
  for (let ptr = chosenList; ptr < chosenListEnd; ptr = itemNext) {
    rlpItem(ptr, chosenListEnd)
    outputTransaction(itemStart, itemLen)
  }
}

function writeFields(parent: usize, origin: usize, timestamp: u64, sequenceNumber: u64, empty: bool): void {
  const fork = forkAt(timestamp)
  let flags = empty ? ATTRIBUTES_FLAG_DEPOSITS_ONLY : 0
  if (chosenConcludes) flags |= ATTRIBUTES_FLAG_CONCLUDING
  if (fork >= FORK_CANYON) flags |= ATTRIBUTES_FLAG_WITHDRAWALS
  if (fork >= FORK_ECOTONE) {
    flags |= ATTRIBUTES_FLAG_BEACON_ROOT
    memory.copy(RESULT + ATTRIBUTES_BEACON_ROOT, origin + L1_BEACON_ROOT, 32)
  }
  if (fork >= FORK_HOLOCENE) {
    flags |= ATTRIBUTES_FLAG_EIP1559
    memory.copy(RESULT + ATTRIBUTES_EIP1559, system + SYSTEM_EIP1559, 8)
  }
  store<u32>(RESULT + ATTRIBUTES_FLAGS, flags)
  store<u64>(RESULT + ATTRIBUTES_TIMESTAMP, timestamp)
  store<u64>(RESULT + ATTRIBUTES_GAS_LIMIT, load<u64>(system + SYSTEM_GAS_LIMIT))
  memory.copy(RESULT + ATTRIBUTES_PREV_RANDAO, origin + L1_MIX_HASH, 32)
  memory.copy(RESULT + ATTRIBUTES_PARENT, parent + L2_HASH, 32)
  store<u64>(RESULT + ATTRIBUTES_PARENT_NUMBER, load<u64>(parent + L2_NUMBER))
  store<u64>(RESULT + ATTRIBUTES_EPOCH, chosenEpoch)
  memory.copy(RESULT + ATTRIBUTES_EPOCH_HASH, origin + L1_HASH, 32)
  store<u64>(RESULT + ATTRIBUTES_DERIVED_FROM, load<u64>(originRecord() + L1_NUMBER))
  memory.copy(RESULT + ATTRIBUTES_DERIVED_FROM_HASH, originRecord() + L1_HASH, 32)
  store<u64>(RESULT + ATTRIBUTES_SEQUENCE_NUMBER, sequenceNumber)
}
