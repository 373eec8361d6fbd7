import { type BrotliOptions, brotliCompressSync, constants, deflateSync } from 'node:zlib'
import { concatBytes, encodeRlp, uint64Bytes } from '@altlayer/protocol'
import { encodeSpanBatch, type SpanBatch } from './span-batch.ts'

/** A singular batch: one block (OP Stack spec, derivation, "Batch Format"). */
export interface SingularBatch {
  readonly parentHash: Uint8Array
  readonly epochNumber: bigint
  readonly epochHash: Uint8Array
  readonly timestamp: bigint
  /** EIP-2718 encodings, without the deposits. */
  readonly transactions: readonly Uint8Array[]
}

export type Batch =
  | { readonly type: 'singular'; readonly batch: SingularBatch }
  | { readonly type: 'span'; readonly batch: SpanBatch }

export type Compression = 'zlib' | 'brotli'

const SINGULAR_BATCH = 0
const SPAN_BATCH = 1
/** First byte of a brotli channel (OP Stack spec, Fjord, "Brotli Channel Compression"). */
const BROTLI_CHANNEL = 1

/** A batch with its version byte. */
export function encodeBatch(batch: Batch): Uint8Array {
  return batch.type === 'span'
    ? concatBytes(Uint8Array.of(SPAN_BATCH), encodeSpanBatch(batch.batch))
    : concatBytes(Uint8Array.of(SINGULAR_BATCH), encodeSingularBatch(batch.batch))
}

function encodeSingularBatch(batch: SingularBatch): Uint8Array {
  return encodeRlp([
    batch.parentHash,
    uint64Bytes(batch.epochNumber, 'epochNumber'),
    batch.epochHash,
    uint64Bytes(batch.timestamp, 'timestamp'),
    batch.transactions,
  ])
}

/**
 * A channel's stream: the batches, each an RLP string, one after the other and compressed. Brotli needs
 * Fjord (OP Stack spec, derivation, "Channel Format").
 */
export function encodeChannel(batches: readonly Batch[], compression: Compression): Uint8Array {
  const content = concatBytes(...batches.map((batch) => encodeRlp(encodeBatch(batch))))
  if (compression === 'zlib') return deflateSync(content, ZLIB)
  const compressed = brotliCompressSync(content, brotliOptions(content))
  return concatBytes(Uint8Array.of(BROTLI_CHANNEL), compressed)
}

const ZLIB = { level: 9 }
/**
 * From this size on, bytes, brotli's quality is 7: 10 takes fifty times as long, a second for what a busy rollup has in
 * five, and makes plain transfers larger. 9 makes calls of contracts 1 % smaller, transfers no smaller, and touches
 * 32 MB of tables anew for each channel.
 */
const LARGE_CONTENT = 128 * 1024

function brotliOptions(content: Uint8Array): BrotliOptions {
  return {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: content.length <= LARGE_CONTENT ? 10 : 7,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  }
}
