import { parentPort } from 'node:worker_threads'
import {
  type Address,
  decodeTransaction,
  type Hash,
  signatureParity,
  signingHashOf,
  TX_DEPOSIT,
  transactionHash,
} from '@altlayer/protocol'
import { inspectTransaction, recoverSigner, type TransactionRules } from '../pool/inspect.ts'
import type { PooledTransaction } from '../pool/types.ts'
import { recoverSender } from '../precompiles/ecrecover.ts'
import { type ErrorRecord, errorRecord, serve } from './channel.ts'
import { type Claims, claimLast } from './claims.ts'
import { type PackedBytes, unpackBytes } from './pack.ts'

// A thread that recovers senders: of what comes into the pool, with every check that needs no
// state; and of transactions in blocks from outside.

/** A transaction's inspection; `raw` is left out where it is what was sent. */
export type Inspection =
  | { readonly transaction: Omit<PooledTransaction, 'raw'>; readonly raw?: Uint8Array }
  | { readonly error: ErrorRecord }

/** With the place in the batch. */
export interface ClaimedInspection {
  readonly index: number
  readonly inspection: Inspection
}

/** Hash and sender; a transaction that names no sender (malformed, bad signature) has none. */
export interface Origin {
  readonly hash: Hash
  readonly sender: Address | undefined
}

const handlers = {
  /** Inspects what it can claim from the back; others work on the same batch. */
  inspect: (batch: {
    readonly transactions: PackedBytes
    readonly rules: TransactionRules
    readonly claims: Claims
  }): readonly ClaimedInspection[] => {
    const inputs = unpackBytes(batch.transactions)
    const done: ClaimedInspection[] = []
    for (;;) {
      const index = claimLast(batch.claims, inputs.length)
      if (index === undefined) return done
      done.push({ index, inspection: inspect(inputs[index] as Uint8Array, batch.rules) })
    }
  },
  origins: (transactions: readonly Uint8Array[]): readonly Origin[] =>
    transactions.map((raw) => ({ hash: transactionHash(raw), sender: senderOf(raw) })),
  close: (): void => {},
}

function inspect(input: Uint8Array, rules: TransactionRules): Inspection {
  try {
    const { raw, ...transaction } = inspectTransaction(input, rules, recoverSender)
    return raw === input ? { transaction } : { transaction, raw }
  } catch (error) {
    return { error: errorRecord(error) }
  }
}

function senderOf(raw: Uint8Array): Address | undefined {
  try {
    const transaction = decodeTransaction(raw)
    if (transaction.type === TX_DEPOSIT) return transaction.from
    const { r, s } = transaction
    const signature = { yParity: signatureParity(transaction), r, s }
    return recoverSigner(signingHashOf(raw, transaction), signature, recoverSender)
  } catch {
    // The program says what is wrong with it, in the words of block validation.
    return undefined
  }
}

export type SenderHandlers = typeof handlers

if (parentPort !== null) serve(parentPort, handlers)
