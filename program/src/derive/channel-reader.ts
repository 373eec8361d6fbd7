// The channel reader (OP Stack spec, derivation, "Channel Format"; Fjord for brotli): a channel's stream
// is decompressed once, then its batches are taken one by one. The first that is malformed ends the
// channel; those before it count.

import { CHANNEL_INPUT, CHANNEL_OUTPUT, CHANNEL_OUTPUT_SIZE } from '../layout'
import { itemIsList, itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { brotliDecode, brotliLength } from './brotli'
import { inflateLength, zlibDecode } from './inflate'

export const BATCH_SINGULAR: u8 = 0
export const BATCH_SPAN: u8 = 1

const BROTLI_VERSION: u8 = 1
const DEFLATE_METHOD: u8 = 8
/** Compression method 15 is reserved in zlib; op-node takes it for zlib all the same, which then fails. */
const RESERVED_METHOD: u8 = 15

/** BATCH_* of the batch last read; other values are for the caller to refuse. */
export let readerBatchType: u8 = 0
/** The batch behind its version byte. */
export let readerBatch: usize = 0
export let readerBatchLength: usize = 0

let cursor: usize = 0
let end: usize = 0

/**
 * Begins with the stream of `length` bytes at CHANNEL_INPUT. Of its content at most `maxBytes` (spec:
 * MAX_RLP_BYTES_PER_CHANNEL) are read. False when it is in no known compression, or in one that is not
 * active yet.
 */
export function readerOpen(length: usize, maxBytes: usize, brotli: bool): bool {
  readerClose()
  if (length == 0) return false
  const cap = min(maxBytes, CHANNEL_OUTPUT_SIZE)
  const first = load<u8>(CHANNEL_INPUT)
  const method = first & 0x0f
  let size: usize
  if (method == DEFLATE_METHOD || method == RESERVED_METHOD) {
    zlibDecode(CHANNEL_INPUT, length, CHANNEL_OUTPUT, cap)
    size = inflateLength
  } else if (first == BROTLI_VERSION && brotli) {
    brotliDecode(CHANNEL_INPUT + 1, length - 1, CHANNEL_OUTPUT, cap)
    size = brotliLength
  } else {
    return false
  }
  cursor = CHANNEL_OUTPUT
  end = CHANNEL_OUTPUT + size
  return true
}

/** Drops what is left of the channel. */
export function readerClose(): void {
  cursor = CHANNEL_OUTPUT
  end = CHANNEL_OUTPUT
}

/** Reads the next batch; false at the end of the channel, which the first malformed item is. */
export function readerNext(): bool {
  if (cursor >= end) return false
  if (!rlpItem(cursor, end) || itemIsList || itemLen == 0) {
    readerClose()
    return false
  }
  cursor = itemNext
  readerBatchType = load<u8>(itemStart)
  readerBatch = itemStart + 1
  readerBatchLength = itemLen - 1
  return true
}
