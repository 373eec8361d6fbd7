import { inflateSync } from 'node:zlib'
import {
  bytesToHex,
  decodeRlp,
  type Hash,
  itemAt,
  listItems,
  rlpBytes,
  rlpUint64,
} from '@altlayer/protocol'

// Reads what a batcher posted, as far as tests need it: frames of whole channels, singular batches in zlib.

export interface DecodedBatch {
  readonly parentHash: Hash
  /** Seconds. */
  readonly timestamp: bigint
  readonly transactions: readonly Uint8Array[]
}

/**
 * The singular batches in the data of batcher transactions, in order, by Holocene's rules: one channel at a time, its
 * frames without a gap.
 */
export function singularBatchesIn(datas: Iterable<Uint8Array>): readonly DecodedBatch[] {
  const batches: DecodedBatch[] = []
  let open: { readonly id: string; readonly parts: Uint8Array[] } | undefined
  for (const data of datas) {
    const frame = frameIn(data)
    if (frame === undefined) continue
    if (frame.number === 0) open = { id: frame.id, parts: [] }
    if (open?.id !== frame.id || open.parts.length !== frame.number) continue
    open.parts.push(frame.data)
    if (!frame.isLast) continue
    batches.push(...batchesIn(inflateSync(Buffer.concat(open.parts))))
    open = undefined
  }
  return batches
}

/** The frame of data that carry one. */
function frameIn(data: Uint8Array) {
  if (data.length < 24) return undefined
  const view = Buffer.from(data)
  const length = view.readUint32BE(19)
  return {
    id: view.subarray(1, 17).toString('hex'),
    number: view.readUint16BE(17),
    data: view.subarray(23, 23 + length),
    isLast: view[23 + length] === 1,
  }
}

function batchesIn(stream: Uint8Array): readonly DecodedBatch[] {
  const content = new Uint8Array(stream)
  const batches: DecodedBatch[] = []
  for (let offset = 0; offset < content.length; ) {
    const item = itemAt(content, offset)
    offset += item.encoding.length
    const fields = listItems(decodeRlp(item.payload.subarray(1)))
    batches.push({
      parentHash: bytesToHex(rlpBytes(fields[0], 'parentHash')),
      timestamp: rlpUint64(fields[3], 'timestamp'),
      transactions: listItems(fields[4] as never).map((each) => rlpBytes(each, 'transaction')),
    })
  }
  return batches
}
