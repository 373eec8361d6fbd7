// Entry of the tests of what batchers post: the bytes at `inputAt`.
import { readerBatch, readerBatchLength, readerBatchType, readerNext, readerOpen } from '../../src/derive/channel-reader'
import { blobDecode } from '../../src/derive/blob'
import { singularDecode } from '../../src/derive/singular-batch'
import { spanDecode } from '../../src/derive/span-batch'
import { clearHostError } from '../../src/host'
import { CHANNEL_INPUT, INPUT, RESULT } from '../../src/layout'

export {
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
} from '../../src/derive/span-batch'
export { frameChannel, frameData, frameIsLast, frameLength, frameNext, frameNumber, framesCount } from '../../src/derive/frames'

export function inputAt(): usize {
  return INPUT
}
/** SPAN_*. */
export function decode(len: usize, chainId: u64): i32 {
  clearHostError()
  return spanDecode(INPUT, len, chainId)
}
/** Data of the blob at `inputAt`, at `blobAt`; its length or -1. */
export function decodeBlob(): i32 {
  return blobDecode(INPUT, RESULT)
}
export function blobAt(): usize {
  return RESULT + 4
}
export {
  batchEpochHash,
  batchEpochNumber,
  batchParentHash,
  batchTimestamp,
  batchTransactionCount,
  batchTransactions,
  batchTransactionsEnd,
} from '../../src/derive/singular-batch'
export { readerBatch, readerBatchLength, readerBatchType }
export function channelAt(): usize {
  return CHANNEL_INPUT
}
export function openChannel(len: usize, maxBytes: usize, brotli: bool): bool {
  clearHostError()
  return readerOpen(len, maxBytes, brotli)
}
export function nextBatch(): bool {
  return readerNext()
}
export function decodeSingular(ptr: usize, len: usize): bool {
  return singularDecode(ptr, len)
}
