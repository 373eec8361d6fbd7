import { createHash } from 'node:crypto'
import type { Address, Hash } from '@altlayer/protocol'
import { createTransactionPool, type PoolHead, type TransactionPool } from '../../src/pool/pool.ts'
import {
  DEFAULT_POOL_LIMITS,
  type PooledTransaction,
  type PoolLimits,
  type SenderState,
} from '../../src/pool/types.ts'

export const ALICE: Address = `0x${'a1'.repeat(20)}`
export const BOB: Address = `0x${'b0'.repeat(20)}`
export const CAROL: Address = `0x${'ca'.repeat(20)}`

export const GAS_LIMIT = 30_000_000n
export const HEAD: PoolHead = { baseFee: 10n, gasLimit: GAS_LIMIT }

/** A transaction as inspection would give it; the hash follows from the fields. */
export function pooled(fields: Partial<PooledTransaction> & { size?: number }): PooledTransaction {
  const { size = 110, ...given } = fields
  const transaction = {
    raw: new Uint8Array(size),
    from: ALICE,
    nonce: 0n,
    type: 2,
    gas: 21_000n,
    feeCap: 100n,
    tip: 10n,
    authorities: [],
    ...given,
  }
  const cost = given.cost ?? transaction.gas * transaction.feeCap
  const text = JSON.stringify({ ...transaction, raw: size, cost }, (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  const hash: Hash = `0x${createHash('sha256').update(text).digest('hex')}`
  return { hash, cost, ...transaction }
}

export interface TestPool {
  readonly pool: TransactionPool
  /** Set what the head's state says of an account; without, it is rich and fresh. */
  setState(address: Address, state: Partial<SenderState>): void
  /** Nonces of a sender. */
  pending(address: Address): number[]
  queued(address: Address): number[]
  /** Everything announced as executable, in order. */
  readonly announced: PooledTransaction[]
  advance(milliseconds: number): void
}

const RICH: SenderState = { nonce: 0n, balance: 10n ** 24n, code: 'none' }

export function testPool(limits: Partial<PoolLimits> = {}, head: PoolHead = HEAD): TestPool {
  const states = new Map<Address, SenderState>()
  const announced: PooledTransaction[] = []
  let time = 0
  const pool = createTransactionPool(
    {
      limits: { ...DEFAULT_POOL_LIMITS, ...limits },
      senderState: (address) => states.get(address) ?? RICH,
      onPending: (transaction) => announced.push(transaction),
      now: () => time++,
    },
    head,
  )
  const nonces = (list: readonly PooledTransaction[] | undefined): number[] =>
    (list ?? []).map(({ nonce }) => Number(nonce))
  return {
    pool,
    setState(address, state) {
      states.set(address, { ...(states.get(address) ?? RICH), ...state })
    },
    pending: (address) => nonces(pool.sender(address)?.pending),
    queued: (address) => nonces(pool.sender(address)?.queued),
    announced,
    advance(milliseconds) {
      time += milliseconds
    },
  }
}
