import { type Address, type ChainConfig, isForkActive, TX_DEPOSIT } from '@altlayer/protocol'
import type { Pool, PoolTransaction } from '../api.ts'
import { PoolError } from '../errors.ts'
import type { SenderThreads } from '../workers/senders.ts'
import { requireSupportedType, type TransactionRules } from './inspect.ts'
import { openJournal, type PoolJournal, readJournal } from './journal.ts'
import { createTransactionPool, type PoolHead, type TransactionPool } from './pool.ts'
import { nextNonce, type Sender } from './sender.ts'
import {
  MAX_TRANSACTION_SIZE,
  type PooledTransaction,
  type PoolLimits,
  type SenderState,
} from './types.ts'

export interface PoolServiceOptions {
  readonly config: ChainConfig
  readonly limits: PoolLimits
  readonly threads: SenderThreads
  readonly journalPath: string
  /** State of an account at the head. */
  readonly senderState: (address: Address) => SenderState
  readonly onPending: (transaction: PooledTransaction) => void
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

/** The pool with its threads and its journal. */
export interface PoolService {
  readonly api: Pool
  readonly core: TransactionPool
  /** Follows a new head; `reverted` are transactions of blocks that are no longer canonical. */
  follow(head: PoolHead, timestamp: bigint, reverted: readonly Uint8Array[]): void
  close(): void
}

/** A blob transaction comes with its blobs. */
const MAX_INPUT_SIZE = { op: MAX_TRANSACTION_SIZE, ethereum: 2 * 1024 * 1024 } as const

/** Opens the pool with the transactions that an earlier run had accepted. */
export async function openPool(
  options: PoolServiceOptions,
  head: PoolHead,
  timestamp: bigint,
): Promise<PoolService> {
  const { config, threads, log } = options
  let rules = rulesAt(config, timestamp)
  let journal: PoolJournal | undefined
  let unwritten: { raw: Uint8Array; done: () => void; fail: (error: unknown) => void }[] = []
  let closed = false

  const core = createTransactionPool(
    {
      limits: options.limits,
      senderState: options.senderState,
      onPending: options.onPending,
      now: () => performance.now(),
    },
    head,
  )

  const flush = (): void => {
    const batch = unwritten
    unwritten = []
    try {
      journal?.append(batch.map(({ raw }) => raw))
      for (const { done } of batch) done()
    } catch (error) {
      log('error', `pool journal: ${String(error)}`)
      for (const { fail } of batch) fail(error)
    }
  }
  // Written together: what is accepted before the promises that are settled now have all been followed.
  const write = (raw: Uint8Array): Promise<void> =>
    new Promise((done, fail) => {
      unwritten.push({ raw, done, fail })
      if (unwritten.length === 1) process.nextTick(flush)
    })

  const insert = async (raw: Uint8Array): Promise<PooledTransaction> => {
    const inspected = await threads.inspect(raw, rules)
    if (inspected instanceof Error) throw inspected
    if (closed) throw new PoolError('closed', 'the pool is closed')
    core.add(inspected)
    return inspected
  }

  const earlier = readJournal(options.journalPath)
  if (earlier.ignoredBytes > 0)
    log('warn', `pool journal: ignored ${earlier.ignoredBytes} bytes of an unfinished write`)
  // What is mined or no longer payable is refused again here.
  await Promise.allSettled(earlier.transactions.map(insert))
  journal = openJournal(options.journalPath, raws(core))

  const api: Pool = {
    async add(raw) {
      if (closed) throw new PoolError('closed', 'the pool is closed')
      // A blob transaction is larger than a rollup's limit: what is wrong with it is its type.
      requireSupportedType(raw, rules)
      const limit = MAX_INPUT_SIZE[config.mode]
      if (raw.length > limit)
        throw new PoolError(
          'oversized',
          `oversized data: transaction size ${raw.length}, limit ${limit}`,
        )
      const transaction = await insert(raw)
      await write(transaction.raw)
      return transaction.hash
    },
    get: (hash) => core.get(hash),
    content() {
      const pending = new Map<Address, PoolTransaction[]>()
      const queued = new Map<Address, PoolTransaction[]>()
      for (const sender of core.senders()) {
        if (sender.pending.length > 0) pending.set(sender.address, [...sender.pending])
        if (sender.queued.length > 0) queued.set(sender.address, [...sender.queued])
      }
      return { pending, queued }
    },
    contentFrom: (address) => contentOf(core.sender(address)),
    status: () => ({ pending: core.pendingCount, queued: core.queuedCount }),
    nonce(address) {
      const sender = core.sender(address)
      return sender === undefined || sender.pending.length === 0 ? undefined : nextNonce(sender)
    },
  }

  return {
    api,
    core,
    follow(newHead, newTimestamp, reverted) {
      const next = rulesAt(config, newTimestamp)
      // The same object as long as nothing changes: batches for the threads form by it.
      if (next.shanghai !== rules.shanghai || next.prague !== rules.prague) rules = next
      core.reset(newHead)
      for (const raw of reverted) {
        if (raw[0] === TX_DEPOSIT) continue
        insert(raw)
          .then((transaction) => write(transaction.raw))
          .catch((error: unknown) => {
            // A block that replaced the reverted one may hold it too, or have made it impossible.
            if (!(error instanceof PoolError)) log('error', `pool: ${String(error)}`)
          })
      }
      journal?.compact(() => raws(core), core.size)
    },
    close() {
      if (closed) return
      closed = true
      flush()
      journal?.close()
    },
  }
}

/** In nonce order for each sender, so that reading them back fills no queue. */
function* raws(core: TransactionPool): IterableIterator<Uint8Array> {
  for (const sender of core.senders())
    for (const list of [sender.pending, sender.queued])
      for (const transaction of list) yield transaction.raw
}

function contentOf(sender: Sender | undefined): {
  pending: PoolTransaction[]
  queued: PoolTransaction[]
} {
  return { pending: [...(sender?.pending ?? [])], queued: [...(sender?.queued ?? [])] }
}

/** What a transaction must satisfy to be in the block after one with this timestamp. */
function rulesAt(config: ChainConfig, timestamp: bigint): TransactionRules {
  const op = config.mode === 'op'
  const next = timestamp + 1n
  return {
    chainId: config.chainId,
    mode: config.mode,
    shanghai: isForkActive(config.forks, op ? 'canyon' : 'shanghai', next),
    prague: isForkActive(config.forks, op ? 'isthmus' : 'prague', next),
  }
}
