import { createHash } from 'node:crypto'
import { concatBytes, type ForkTimes, hexToBytes } from '@altlayer/protocol'
import { type BlockPayload, type PayloadVersion, payloadVersionAt } from '../payload/payload.ts'
import { encodePayload } from '../payload/ssz.ts'
import { snappyCompress, snappyDecompress } from '../snappy/block.ts'
import { blockSigningHash, payloadHash, signHash } from './signature.ts'

/** Most bytes of a gossip RPC and of a decompressed message (OP Stack specs, "Message compression and limits"). */
export const MAX_GOSSIP_SIZE = 10 * 2 ** 20

const DOMAIN_INVALID_SNAPPY = Uint8Array.of(0, 0, 0, 0)
const DOMAIN_VALID_SNAPPY = Uint8Array.of(1, 0, 0, 0)
const ID_SIZE = 20

/** The topic on which blocks of a payload version are gossiped. */
export function blocksTopic(chainId: bigint, version: PayloadVersion): string {
  return `/optimism/${chainId}/${version - 1}/blocks`
}

/**
 * A message's content by the bytes that arrived; undefined where those are not valid snappy or too large.
 */
export type Decompressor = (compressed: Uint8Array) => Uint8Array | undefined

/** Decompresses each message once, as long as somebody holds it: its id and its rules need the content. */
export function createDecompressor(max: number): Decompressor {
  const known = new WeakMap<Uint8Array, Uint8Array | null>()
  return (compressed) => {
    const before = known.get(compressed)
    if (before !== undefined) return before ?? undefined
    const content = decompress(compressed, max)
    known.set(compressed, content ?? null)
    return content
  }
}

function decompress(compressed: Uint8Array, max: number): Uint8Array | undefined {
  try {
    return snappyDecompress(compressed, max)
  } catch {
    // Malformed: the caller only needs to know that it is.
    return undefined
  }
}

/**
 * The id of a gossip message, 20 bytes: SHA-256 over a domain that tells whether it is valid snappy, the
 * topic with its length, and the content (consensus-specs, Altair, "Topics and messages").
 */
export function messageId(topic: string, compressed: Uint8Array, content: Uint8Array | undefined) {
  const name = Buffer.from(topic, 'utf8')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(name.length))
  const hash = createHash('sha256')
    .update(content === undefined ? DOMAIN_INVALID_SNAPPY : DOMAIN_VALID_SNAPPY)
    .update(length)
    .update(name)
    .update(content ?? compressed)
  return new Uint8Array(hash.digest().subarray(0, ID_SIZE))
}

/**
 * Names a message by the bytes that arrived, for ourselves alone: the same ones from another peer are known
 * without decompressing them. Strong, or who finds two messages with one name keeps the second from us.
 */
export function arrivalId(topic: string, compressed: Uint8Array): string {
  return createHash('sha256').update(topic).update('\0').update(compressed).digest('base64')
}

/** A block as it is gossiped: where, and the compressed signature and payload. */
export interface BlockMessage {
  readonly topic: string
  readonly data: Uint8Array
}

/** Signs a block for gossip with the unsafe block signer's key (32 bytes). */
export function signBlockMessage(
  payload: BlockPayload,
  chain: { readonly chainId: bigint; readonly forks: ForkTimes },
  privateKey: Uint8Array,
): BlockMessage {
  const version = payloadVersionAt(chain.forks, payload.header.timestamp)
  const encoded = encodePayload(payload, version)
  const hash = blockSigningHash(chain.chainId, hexToBytes(payloadHash(encoded)))
  const content = concatBytes(signHash(hash, privateKey), encoded)
  return { topic: blocksTopic(chain.chainId, version), data: snappyCompress(content) }
}
