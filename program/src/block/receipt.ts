// Consensus encoding of receipts (EIP-2718, EIP-658; OP Stack specs, "Deposit Receipt").

import { HALT_SUCCESS } from '../../shared/halt'
import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { depositHasVersion } from '../op/deposit'
import { rlpBytesLength, rlpListLength, rlpU64Length, rlpWriteBytes, rlpWriteList, rlpWriteU64 } from '../rlp/encode'
import { lastLog } from '../state/journal'
import { LOG_ADDRESS, LOG_DATA_LENGTH, LOG_PREVIOUS, LOG_TOPICS, LOG_TOPIC_COUNT } from '../state/logs'
import { TYPE_DEPOSIT, TYPE_LEGACY, txType } from '../tx/decode'
import { outcomeHalt, outcomeNonce } from '../tx/outcome'
import { BLOOM_SIZE, bloomAddLogs, bloomMerge } from './bloom'
import { blockBloom, blockGasUsed } from './current'

const STATUS_ITEM: usize = 1
const VERSION_ITEM: usize = 1
const ADDRESS_ITEM: usize = 21
const TOPIC_ITEM: usize = 33
/** Prefix and bytes of a bloom. */
const BLOOM_ITEM: usize = 259

const bloom: usize = memory.data(256, 8)

/** Length of the receipt that `encodeReceipt` wrote last. */
export let receiptLength: usize = 0
/** Where its logs' items begin. They run to the end, or to a deposit's nonce. */
export let receiptLogs: usize = 0
export let receiptLogsLength: usize = 0

/**
 * Encodes the receipt of the transaction that has just ended, into the block arena; the block's cumulative gas
 * includes it. Adds its bloom to the block's.
 */
export function encodeReceipt(): usize {
  memory.fill(bloom, 0, BLOOM_SIZE)
  bloomAddLogs(bloom, lastLog)
  bloomMerge(blockBloom, bloom)
  const logs = logsLength()
  const version = txType == TYPE_DEPOSIT && depositHasVersion()
  let payload = STATUS_ITEM + rlpU64Length(blockGasUsed) + BLOOM_ITEM + rlpListLength(logs)
  if (version) payload += rlpU64Length(outcomeNonce) + VERSION_ITEM
  const typed = txType != TYPE_LEGACY
  receiptLength = <usize>typed + rlpListLength(payload)
  const receipt = arenaAllocUninitialized(receiptLength)
  if (hostError != 0) return receipt
  let at = receipt
  if (typed) store<u8>(at++, <u8>txType)
  at = rlpWriteList(at, payload)
  at = rlpWriteU64(at, outcomeHalt == HALT_SUCCESS ? 1 : 0)
  at = rlpWriteU64(at, blockGasUsed)
  at = rlpWriteBytes(at, bloom, BLOOM_SIZE)
  at = rlpWriteList(at, logs)
  receiptLogs = at
  receiptLogsLength = logs
  writeLogs(at + logs)
  at += logs
  if (version) {
    at = rlpWriteU64(at, outcomeNonce)
    rlpWriteU64(at, 1)
  }
  return receipt
}

/** Bytes of the transaction's logs as RLP items. */
export function logsLength(): usize {
  let length: usize = 0
  for (let log = lastLog; log != 0; log = load<u32>(log, LOG_PREVIOUS)) length += rlpListLength(logPayload(log))
  return length
}

/** Writes the transaction's logs as RLP items so that they end at `end`: they are linked newest first. */
export function writeLogs(end: usize): void {
  for (let log = lastLog; log != 0; log = load<u32>(log, LOG_PREVIOUS)) {
    const payload = logPayload(log)
    end -= rlpListLength(payload)
    writeLog(end, log, payload)
  }
}

function logPayload(log: usize): usize {
  const topics = <usize>load<u32>(log, LOG_TOPIC_COUNT)
  const data = log + LOG_TOPICS + (topics << 5)
  const dataLength = <usize>load<u32>(log, LOG_DATA_LENGTH)
  return ADDRESS_ITEM + rlpListLength(topics * TOPIC_ITEM) + rlpBytesLength(data, dataLength)
}

/** [address, topics, data] */
function writeLog(at: usize, log: usize, payload: usize): void {
  const topics = <usize>load<u32>(log, LOG_TOPIC_COUNT)
  at = rlpWriteList(at, payload)
  at = rlpWriteBytes(at, log + LOG_ADDRESS, 20)
  at = rlpWriteList(at, topics * TOPIC_ITEM)
  for (let i: usize = 0; i < topics; i++) at = rlpWriteBytes(at, log + LOG_TOPICS + (i << 5), 32)
  rlpWriteBytes(at, log + LOG_TOPICS + (topics << 5), <usize>load<u32>(log, LOG_DATA_LENGTH))
}
