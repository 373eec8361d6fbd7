import {
  type BlockWithdrawal,
  type ForkTimes,
  type Hash,
  type Header,
  headerHash,
  isForkActive,
  orderedTrieRoot,
} from '@altlayer/protocol'

/** A block as the Engine API's ExecutionPayload holds it, with the header it stands for. */
export interface BlockPayload {
  readonly header: Header
  /** Hash of the header. */
  readonly blockHash: Hash
  /** EIP-2718 encodings, in order. */
  readonly transactions: readonly Uint8Array[]
  /** Since Canyon; always empty on the OP Stack. */
  readonly withdrawals?: readonly BlockWithdrawal[]
}

/** A payload as it arrived: its hash is claimed, its transactions are not committed to by a root yet. */
export interface ClaimedPayload extends Omit<BlockPayload, 'header'> {
  readonly header: Omit<Header, 'transactionsRoot'>
}

/**
 * Which fields a payload has (OP Stack specs, "Rollup-node P2P interface"): 1 Bedrock, 2 Canyon
 * (withdrawals), 3 Ecotone (blob gas, parent beacon block root), 4 Isthmus (withdrawals root).
 */
export type PayloadVersion = 1 | 2 | 3 | 4

export const PAYLOAD_VERSIONS: readonly PayloadVersion[] = [1, 2, 3, 4]

/** The version of payloads of blocks with this timestamp (seconds). */
export function payloadVersionAt(forks: ForkTimes, timestamp: bigint): PayloadVersion {
  if (isForkActive(forks, 'isthmus', timestamp)) return 4
  if (isForkActive(forks, 'ecotone', timestamp)) return 3
  if (isForkActive(forks, 'canyon', timestamp)) return 2
  return 1
}

/** The payload, if its block hashes to what it claims; undefined if not. */
export function verifyBlockHash(claimed: ClaimedPayload): BlockPayload | undefined {
  const { transactions, blockHash } = claimed
  const header: Header = { ...claimed.header, transactionsRoot: orderedTrieRoot(transactions) }
  return headerHash(header) === blockHash ? { ...claimed, header } : undefined
}

/** Bytes that a payload takes in memory, about. */
export function payloadBytes({ transactions }: Pick<BlockPayload, 'transactions'>): number {
  const FIXED = 2_048
  const PER_TRANSACTION = 128
  return transactions.reduce((sum, { length }) => sum + length + PER_TRANSACTION, FIXED)
}
