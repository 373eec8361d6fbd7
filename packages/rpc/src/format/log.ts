import type { Block, LogEntry, LogFilter, Receipt } from '@altlayer/engine'
import { quantity } from '@altlayer/protocol'
import type { Json } from '../rollup.ts'

/** A log as eth_getLogs and receipts show it. */
export function formatLog(log: LogEntry, withTimestamp: boolean): Json {
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(log.blockNumber),
    transactionHash: log.transactionHash,
    transactionIndex: quantity(log.transactionIndex),
    blockHash: log.blockHash,
    ...(withTimestamp ? { blockTimestamp: quantity(log.blockTimestamp) } : {}),
    logIndex: quantity(log.logIndex),
    removed: log.removed,
  }
}

/** The logs of one receipt, with their places in the chain. */
export function receiptLogs(receipt: Receipt, blockTimestamp: bigint, removed = false): LogEntry[] {
  const { blockHash, blockNumber, transactionHash, transactionIndex } = receipt
  return receipt.logs.map((log, index) => ({
    ...log,
    blockHash,
    blockNumber,
    blockTimestamp,
    transactionHash,
    transactionIndex,
    logIndex: receipt.firstLogIndex + index,
    removed,
  }))
}

/** All logs of a block, in order. */
export function blockLogs(
  block: Block,
  receipts: readonly Receipt[],
  removed: boolean,
): LogEntry[] {
  return receipts.flatMap((receipt) => receiptLogs(receipt, block.header.timestamp, removed))
}

/** Whether a log passes: one of the addresses, and at each position one of the topics. */
export function matchesFilter(log: LogEntry, { addresses, topics }: LogFilter): boolean {
  if (addresses !== undefined && !addresses.includes(log.address)) return false
  if (topics === undefined) return true
  if (topics.length > log.topics.length) return false
  return topics.every(
    (allowed, index) => allowed === null || allowed.includes(log.topics[index] as never),
  )
}
