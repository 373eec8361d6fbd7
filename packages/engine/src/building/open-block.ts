import {
  STATUS_TX_BLOB_FEE_CAP_TOO_LOW,
  STATUS_TX_BLOB_GAS_LIMIT,
  STATUS_TX_BLOCK_GAS_LIMIT,
  STATUS_TX_FEE_CAP_TOO_LOW,
  STATUS_TX_NONCE_TOO_HIGH,
} from '@altlayer/program/shared/status.ts'
import type { Address, Hash, Header } from '@altlayer/protocol'
import { hexToBytes, TX_DEPOSIT } from '@altlayer/protocol'
import { isRejection } from '../program/errors.ts'
import type {
  BlockAttributes,
  BlockEnvironment,
  Program,
  ProgramHost,
  SealedBlock,
  Withdrawal,
} from '../program/types.ts'
import { createByteWriter } from '../store/bytes.ts'
import type { Manifest } from '../store/chain-store.ts'
import { writeReceipt } from '../store/receipts.ts'

/** A transaction for the open block, and who sent it where that is known. */
export interface SignedTransaction {
  readonly raw: Uint8Array
  readonly sender: Address | undefined
}

/** The transaction is in the block. */
export const INCLUDED = 0
/** Not in this block, but perhaps in another: its gas does not fit, its nonce is ahead. */
export const LATER = 1
/** The program refuses it. */
export const REJECTED = 2

/** A run of transactions. */
export interface ExecutedBatch {
  /** INCLUDED, LATER or REJECTED, of what was executed: perhaps less than what was asked. */
  readonly outcomes: Uint8Array
  /** Why a transaction was rejected, by its position. */
  readonly reasons: ReadonlyMap<number, string>
  /** Receipt records of the included ones, one after the other. */
  readonly receipts: Uint8Array
  readonly gasLeft: bigint
}

/** A block being built on one program instance. */
export interface OpenBlock {
  readonly parentHash: Hash
  readonly environment: BlockEnvironment
  readonly transactions: readonly Uint8Array[]
  readonly manifest: Manifest
  readonly withdrawals: readonly Withdrawal[]
  readonly sealed: SealedBlock | undefined
  /** Executes in order until done or past `deadline` (`performance.now()`). */
  execute(transactions: readonly SignedTransaction[], deadline: number): ExecutedBatch
  /** Executes a transaction the block must contain. Throws ProgramError when it cannot. */
  force(transaction: SignedTransaction): void
  seal(): SealedBlock
  /** The block's receipt records. */
  receipts(): Uint8Array
}

/** Sender known for the transaction that is being executed, for `ProgramHost.sender`. */
export interface SenderHint {
  /** Runs a transaction with its sender known, where it is. */
  during<T>(transaction: SignedTransaction, run: () => T): T
  readonly answer: NonNullable<ProgramHost['sender']>
}

/**
 * Remembers a sender that another thread recovered. Everything that recovers a signature asks the host:
 * the transaction's own comes first, then its authorizations and whatever contracts ask precompile 1.
 * So only the first question is answered, if it is about the `s` that ends the encoding, and never for
 * a deposit, which has no signature to ask about first.
 */
export function createSenderHint(): SenderHint {
  let current: SignedTransaction | undefined
  return {
    during(transaction, run) {
      current = transaction.raw[0] === TX_DEPOSIT ? undefined : transaction
      try {
        return run()
      } finally {
        current = undefined
      }
    },
    answer(_hash, _v, _r, s) {
      const transaction = current
      current = undefined
      if (transaction?.sender === undefined || !endsWith(transaction.raw, s)) return undefined
      return hexToBytes(transaction.sender, 'sender', 20)
    },
  }
}

function endsWith(raw: Uint8Array, s: Uint8Array): boolean {
  let start = 0
  while (start < s.length && s[start] === 0) start++
  for (let index = s.length - 1, at = raw.length - 1; index >= start; index--, at--)
    if (raw[at] !== s[index]) return false
  return true
}

/** Opens a block on `program`. Throws ProgramError. */
export function openBlock(
  program: Program,
  hint: SenderHint,
  parent: { readonly header: Header; readonly hash: Hash },
  attributes: BlockAttributes,
): OpenBlock {
  program.open(parent.header, attributes)
  const environment = program.environment()
  const transactions: Uint8Array[] = []
  const senders: Address[] = []
  const hashes: Hash[] = []
  const records = createByteWriter()
  let sealed: SealedBlock | undefined

  const run = (transaction: SignedTransaction): void => {
    const result = hint.during(transaction, () => program.transaction(transaction.raw))
    writeReceipt(records, result)
    transactions.push(transaction.raw)
    senders.push(result.from)
    hashes.push(result.hash)
  }

  return {
    parentHash: parent.hash,
    environment,
    transactions,
    manifest: { senders, hashes },
    withdrawals: attributes.withdrawals ?? [],
    get sealed() {
      return sealed
    },
    execute(batch, deadline) {
      const outcomes: number[] = []
      const reasons = new Map<number, string>()
      const before = records.length
      for (const transaction of batch) {
        if (outcomes.length > 0 && performance.now() > deadline) break
        try {
          run(transaction)
          outcomes.push(INCLUDED)
        } catch (error) {
          if (!isRejection(error)) throw error
          const later = MAY_FIT_LATER.has(error.status)
          if (!later) reasons.set(outcomes.length, error.message)
          outcomes.push(later ? LATER : REJECTED)
        }
      }
      return {
        outcomes: Uint8Array.from(outcomes),
        reasons,
        receipts: records.finish(before),
        gasLeft: program.gasLeft(),
      }
    },
    force: run,
    seal() {
      sealed ??= program.seal()
      return sealed
    },
    receipts: () => records.finish(),
  }
}

/** Rejections that another block may not repeat. */
const MAY_FIT_LATER: ReadonlySet<number> = new Set([
  STATUS_TX_BLOCK_GAS_LIMIT,
  STATUS_TX_NONCE_TOO_HIGH,
  STATUS_TX_FEE_CAP_TOO_LOW,
  STATUS_TX_BLOB_FEE_CAP_TOO_LOW,
  STATUS_TX_BLOB_GAS_LIMIT,
])
