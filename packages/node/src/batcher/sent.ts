import type { Hash } from '@altlayer/protocol'
import { raisedFees } from './fees.ts'
import type { Advanced, BatcherState, BatcherTransaction, Observation } from './state.ts'
import { piecesOf, poolOf } from './transactions.ts'

// What came of sending transactions that were due.

/** A transaction is signed: from now on it may be in a block, whatever comes of sending it. */
export function recordSigned<T extends BatcherState>(state: T, nonce: number, hash: Hash): T {
  const before = state.transactions.find((each) => each.nonce === nonce)
  if (before === undefined || before.hashes.includes(hash)) return state
  return replace(state, { ...before, hashes: [...before.hashes, hash] })
}

/** A transaction was taken by L1's node. */
export function recordSent<T extends BatcherState>(
  state: T,
  nonce: number,
  hash: Hash,
  now: number,
): Advanced<T> {
  const before = state.transactions.find((each) => each.nonce === nonce)
  if (before === undefined) return { state, events: [] }
  const { content, fees, hashes } = before
  return {
    state: replace(state, { ...before, sentAt: now, due: false, blockedSince: undefined }),
    events: [
      {
        kind: 'transaction-sent',
        nonce,
        hash,
        attempt: hashes.length,
        carrier: content.carrier,
        bytes: piecesOf(content).map(({ length }) => length),
        fees,
      },
    ],
  }
}

/** What L1's nodes say, in the words of geth and those who follow it. */
const ALREADY_THERE = /already ?known|already imported|known transaction|already exists/i
const TOO_CHEAP =
  /underpriced|(fee|price) ?(is )?too ?low|less than block base fee|replacement ?not ?allowed/i
const OTHER_POOL = /already reserved|reserved by another|different type|conflicting type/i
const NONCE_USED = /nonce (is )?too low|nonce already used|old ?nonce/i

/** Whether the words say what is wrong, and that it is not how the blobs are proven. */
export function isAboutAnotherThing(reason: string): boolean {
  return [ALREADY_THERE, TOO_CHEAP, OTHER_POOL, NONCE_USED].some((words) => words.test(reason))
}

/**
 * A transaction was refused, with L1's words. Whatever can be done about it is done with the next observation: it
 * stays due, with higher fees or in the other pool where that helps.
 */
export function recordRefused<T extends BatcherState>(
  state: T,
  nonce: number,
  hash: Hash,
  reason: string,
  { now, l1 }: Pick<Observation, 'now' | 'l1'>,
): Advanced<T> {
  const before = state.transactions.find((each) => each.nonce === nonce)
  if (before === undefined) return { state, events: [] }
  if (ALREADY_THERE.test(reason)) return recordSent(state, nonce, hash, now)
  const refused = { kind: 'transaction-refused', nonce, reason } as const
  const blockedSince = isBlocked(before, reason) ? (before.blockedSince ?? now) : undefined
  const next = afterRefusal(before, reason, l1, now)
  return { state: replace(state, { ...next, blockedSince }), events: [refused] }
}

const isBlocked = ({ content }: BatcherTransaction, reason: string) =>
  OTHER_POOL.test(reason) && content.carrier !== 'cancel'

function afterRefusal(
  before: BatcherTransaction,
  reason: string,
  l1: Observation['l1'],
  now: number,
): BatcherTransaction {
  const { content, fees } = before
  // Perhaps this very transaction is in a block already: the next observation tells.
  if (NONCE_USED.test(reason)) return { ...before, due: false, sentAt: now }
  if (OTHER_POOL.test(reason) && content.carrier === 'cancel') {
    const pool = content.pool === 'blobs' ? 'calldata' : 'blobs'
    return { ...before, content: { carrier: 'cancel', pool } }
  }
  if (TOO_CHEAP.test(reason)) {
    // What a cancellation has to outbid is not known.
    const pool = content.carrier === 'cancel' ? 'blobs' : poolOf(content)
    return { ...before, fees: raisedFees(fees, pool, l1.prices) ?? fees }
  }
  return before
}

function replace<T extends BatcherState>(state: T, transaction: BatcherTransaction): T {
  const transactions = state.transactions.map((each) =>
    each.nonce === transaction.nonce ? transaction : each,
  )
  return { ...state, transactions }
}
