import { type Address, hexToBytes, MalformedInputError } from '@altlayer/protocol'
import {
  type BlockPayload,
  type ClaimedPayload,
  type PayloadVersion,
  verifyBlockHash,
} from '../payload/payload.ts'
import { decodePayload } from '../payload/ssz.ts'
import { MAX_BLOCKS_PER_HEIGHT, type SeenBlocks } from './seen-blocks.ts'
import { blockSigningHash, payloadHash, recoverSigner, SIGNATURE_SIZE } from './signature.ts'

/** Seconds that a gossiped block may be behind and ahead of the clock. */
export const MAX_BLOCK_AGE = 60n
export const MAX_BLOCK_LEAD = 5n

/** Why a message is not accepted, in the words of the metrics and logs. */
export type Refusal =
  | 'compression'
  | 'encoding'
  | 'too old'
  | 'too new'
  | 'block hash'
  | 'withdrawals'
  | 'blob gas'
  | 'too many blocks at this height'
  | 'signature'
  | 'seen already'
  | 'signer unknown'

export type BlockVerdict =
  | { readonly outcome: 'accept'; readonly payload: BlockPayload }
  | { readonly outcome: 'ignore' | 'reject'; readonly reason: Refusal; readonly detail?: string }

export interface BlockValidation {
  readonly chainId: bigint
  /** Of the topic. */
  readonly version: PayloadVersion
  /** Wall clock, seconds. */
  readonly now: bigint
  /** The unsafe block signer; undefined while L1 has not told it. */
  readonly signer: Address | undefined
  readonly seen: SeenBlocks
}

/**
 * Judges a gossiped block by the rules of the OP Stack specs, "Block validation", and marks it as seen
 * where it is accepted. `content` is the decompressed message, undefined where compression is not valid.
 *
 * The outcome is the one of the rules in their order, but the signature is looked at before the block
 * hash: whoever could not sign the block cannot make us build a trie of its transactions. That changes no
 * outcome: both rules reject, and whether a block "has been seen" is known by its payload's hash, since a
 * payload has one encoding only.
 */
export function validateBlock(
  content: Uint8Array | undefined,
  validation: BlockValidation,
): BlockVerdict {
  const { chainId, version, now, signer, seen } = validation
  if (content === undefined) return reject('compression')
  if (content.length <= SIGNATURE_SIZE)
    return reject('encoding', `${content.length} bytes are no signature and payload`)
  const encoded = content.subarray(SIGNATURE_SIZE)
  const claimed = decoded(encoded, version)
  if (claimed instanceof MalformedInputError) return reject('encoding', claimed.message)
  const { header, blockHash } = claimed
  if (header.timestamp + MAX_BLOCK_AGE < now) return reject('too old', `${header.timestamp}`)
  if (header.timestamp > now + MAX_BLOCK_LEAD) return reject('too new', `${header.timestamp}`)
  const hash = payloadHash(encoded)
  const before = seen.at(header.number)
  const isSeen = before.some((block) => block.payloadHash === hash)
  const author = recoverSigner(
    blockSigningHash(chainId, hexToBytes(hash)),
    content.subarray(0, SIGNATURE_SIZE),
  )
  const signed = signer !== undefined && author === signer
  // Signed by another: rejected by the last rule if not by one of the next ones.
  if (!signed && !isSeen && signer !== undefined) return reject('signature', author)
  const shape = shapeProblem(claimed)
  if (shape !== undefined) return reject(shape)
  if (before.length > MAX_BLOCKS_PER_HEIGHT) return reject('too many blocks at this height')
  if (isSeen) return { outcome: 'ignore', reason: 'seen already' }
  // Not the sender's fault: nobody can tell yet.
  if (signer === undefined) return { outcome: 'ignore', reason: 'signer unknown' }
  const payload = verifyBlockHash(claimed)
  if (payload === undefined) return reject('block hash')
  seen.mark(header.number, { blockHash, payloadHash: hash })
  return { outcome: 'accept', payload }
}

function decoded(
  encoded: Uint8Array,
  version: PayloadVersion,
): ClaimedPayload | MalformedInputError {
  try {
    return decodePayload(encoded, version)
  } catch (error) {
    if (error instanceof MalformedInputError) return error
    throw error
  }
}

/**
 * What the encoding of a version leaves open: withdrawals of Canyon and later are an empty list, blob gas of
 * Ecotone and later is zero. That the other fields are there or not is the encoding itself.
 */
function shapeProblem({ header, withdrawals }: ClaimedPayload): Refusal | undefined {
  if (withdrawals !== undefined && withdrawals.length > 0) return 'withdrawals'
  if ((header.blobGasUsed ?? 0n) !== 0n || (header.excessBlobGas ?? 0n) !== 0n) return 'blob gas'
  return undefined
}

function reject(reason: Refusal, detail?: string): BlockVerdict {
  return { outcome: 'reject', reason, ...(detail !== undefined && { detail }) }
}
