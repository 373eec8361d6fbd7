import {
  concatBytes,
  decodeRlp,
  encodeRlpList,
  listOf,
  MalformedInputError,
  type RlpItem,
  rlpBytes,
  rlpUint64,
} from '@altlayer/protocol'

/** One block of a span batch. */
export interface SpanBlock {
  /** True when its L1 origin is not that of the block before it. */
  readonly originChanged: boolean
  /** EIP-2718 encodings, without the deposits. */
  readonly transactions: readonly Uint8Array[]
}

/** A span batch (OP Stack spec, Delta, "Span batches"). */
export interface SpanBatch {
  /** Seconds from the L2 genesis to the first block. */
  readonly relativeTime: bigint
  /** L1 origin number of the last block. */
  readonly originNumber: bigint
  /** First 20 bytes of the hash of the parent of the first block. */
  readonly parentCheck: Uint8Array
  /** First 20 bytes of the hash of the last block's L1 origin. */
  readonly originCheck: Uint8Array
  readonly blocks: readonly SpanBlock[]
}

/** What a span batch stores of a transaction, column by column. */
interface SplitTransaction {
  readonly legacy: boolean
  /** Legacy: the chain id is in the signature (EIP-155). */
  readonly protected: boolean
  readonly yParity: boolean
  readonly signature: Uint8Array
  /** Empty for a contract creation. */
  readonly to: Uint8Array
  readonly data: Uint8Array
  readonly nonce: bigint
  readonly gas: bigint
}

/**
 * Encodes the batch without its version byte. Throws MalformedInputError, naming the transaction, for
 * one that a span batch cannot hold: deposits, blob transactions, malformed ones.
 */
export function encodeSpanBatch(batch: SpanBatch): Uint8Array {
  const transactions = batch.blocks.flatMap(({ transactions }, block) =>
    transactions.map((raw, i) => splitTransaction(raw, `blocks[${block}].transactions[${i}]`)),
  )
  const legacy = transactions.filter((transaction) => transaction.legacy)
  return concatBytes(
    uvarint(batch.relativeTime),
    uvarint(batch.originNumber),
    sized(batch.parentCheck, 20, 'parentCheck'),
    sized(batch.originCheck, 20, 'originCheck'),
    uvarint(BigInt(batch.blocks.length)),
    bitList(batch.blocks.map((block) => block.originChanged)),
    ...batch.blocks.map((block) => uvarint(BigInt(block.transactions.length))),
    bitList(transactions.map(({ to }) => to.length === 0)),
    bitList(transactions.map(({ yParity }) => yParity)),
    ...transactions.map(({ signature }) => signature),
    ...transactions.map(({ to }) => to),
    ...transactions.map(({ data }) => data),
    ...transactions.map(({ nonce }) => uvarint(nonce)),
    ...transactions.map(({ gas }) => uvarint(gas)),
    bitList(legacy.map((transaction) => transaction.protected)),
  )
}

/** Unsigned LEB128. */
export function uvarint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** Bits as a big-endian number in whole bytes, bit 0 the least significant. */
function bitList(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [i, bit] of bits.entries()) {
    const at = bytes.length - 1 - (i >> 3)
    if (bit) bytes[at] = (bytes[at] as number) | (1 << (i & 7))
  }
  return bytes
}

function sized(bytes: Uint8Array, size: number, path: string): Uint8Array {
  if (bytes.length !== size)
    throw new MalformedInputError(path, `${size} bytes`, `${bytes.length} bytes`)
  return bytes
}

// Where the fields are in each type's list: nonce, prices, gas, to, value, data and the lists, signature.
const LAYOUTS: Readonly<Record<number, { items: number; nonce: number; prices: number }>> = {
  0: { items: 9, nonce: 0, prices: 1 },
  1: { items: 11, nonce: 1, prices: 1 },
  2: { items: 12, nonce: 1, prices: 2 },
  4: { items: 13, nonce: 1, prices: 2 },
}

function splitTransaction(raw: Uint8Array, path: string): SplitTransaction {
  const first = raw[0] ?? 0
  const type = first > 0x7f ? 0 : first
  const layout = LAYOUTS[type]
  if (layout === undefined || (first <= 0x7f && type === 0))
    throw new MalformedInputError(path, 'a transaction of type 0, 1, 2 or 4', `type ${first}`)
  const envelope = decodeRlp(first > 0x7f ? raw : raw.subarray(1), path)
  const items = listOf(envelope, layout.items, layout.items, path)
  const item = (index: number) => items[index] as RlpItem
  const gasAt = layout.nonce + 1 + layout.prices
  const v = rlpUint64(item(layout.items - 3), `${path}.v`)
  const content = [
    item(gasAt + 2),
    ...items.slice(layout.nonce + 1, gasAt),
    ...items.slice(gasAt + 3, layout.items - 3),
  ]
  const list = encodeRlpList(content.map(({ encoding }) => encoding))
  return {
    legacy: type === 0,
    protected: v >= 35n,
    yParity: type === 0 ? (v >= 35n ? (v - 35n) % 2n : v - 27n) === 1n : v === 1n,
    signature: concatBytes(
      word(item(layout.items - 2), `${path}.r`),
      word(item(layout.items - 1), `${path}.s`),
    ),
    to: rlpBytes(item(gasAt + 1), `${path}.to`),
    data: type === 0 ? list : concatBytes(Uint8Array.of(type), list),
    nonce: rlpUint64(item(layout.nonce), `${path}.nonce`),
    gas: rlpUint64(item(gasAt), `${path}.gas`),
  }
}

/** An integer item as 32 big-endian bytes. */
function word(item: RlpItem, path: string): Uint8Array {
  const bytes = rlpBytes(item, path)
  if (bytes.length > 32)
    throw new MalformedInputError(path, 'at most 32 bytes', `${bytes.length} bytes`)
  const padded = new Uint8Array(32)
  padded.set(bytes, 32 - bytes.length)
  return padded
}
