import { Worker } from 'node:worker_threads'
import { EngineError } from '../errors.ts'
import { inspectTransaction, type TransactionRules } from '../pool/inspect.ts'
import type { PooledTransaction } from '../pool/types.ts'
import { recoverSender } from '../precompiles/ecrecover.ts'
import { type Connection, connect, errorOf, stopThread } from './channel.ts'
import { type Claims, claimedLast, claimFirst, createClaims } from './claims.ts'
import { packBytes, packedBuffers } from './pack.ts'
import type { Inspection, Origin, SenderHandlers } from './sender.ts'

/** Most transactions in one message to a thread. */
const BATCH_SIZE = 128
/** Messages a thread has at once: one to work on, one to go on with. */
const DEPTH = 2
/**
 * Transactions that the calling thread inspects in one turn of its event loop: their senders hear of it, and
 * are heard, before the next ones. With several threads it leaves more to them.
 */
const HERE_WITH_ONE_THREAD = 8
const HERE_WITH_MORE_THREADS = 4
/**
 * To wake a thread and to be woken by it costs as much as a signature: fewer are all inspected here. One thread
 * means few processors, which others want too: it is woken only when more come than the calling one can do.
 */
const WORTH_A_MESSAGE_WITH_ONE_THREAD = 64
const WORTH_A_MESSAGE_WITH_MORE_THREADS = 6
/** Transactions for which it is worth waking one more thread. */
const SHARE = 8
/** Size of what is inspected here, bytes: at most ten EIP-7702 authorizations, signatures too, fit in. */
const HERE_SIZE = 1024

/** Outcome of an inspection. */
export type Inspected = PooledTransaction | Error

/** The threads that recover senders. */
export interface SenderThreads {
  /**
   * Inspects a transaction, when the current turn of the event loop has ended: on whichever thread comes
   * to it first, the calling one too. Results come in the order of the calls: a sender's nonces must not
   * overtake each other.
   */
  inspect(raw: Uint8Array, rules: TransactionRules): Promise<Inspected>
  /** Hash and sender of each transaction of a block. */
  origins(transactions: readonly Uint8Array[]): Promise<readonly Origin[]>
  close(): Promise<void>
}

interface Waiting {
  readonly raw: Uint8Array
  readonly rules: TransactionRules
  readonly resolve: (result: Inspected) => void
  result: Inspected | undefined
}

/** Transactions with the same rules that several threads inspect together (`claims.ts`). */
interface Batch {
  readonly items: readonly Waiting[]
  readonly claims: Claims
}

interface Thread {
  readonly worker: Worker
  readonly connection: Connection<SenderHandlers>
}

export function startSenderThreads(count: number): SenderThreads {
  const threads: Thread[] = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./sender.ts', import.meta.url))
    return { worker, connection: connect<SenderHandlers>(worker) }
  })
  const here = count === 1 ? HERE_WITH_ONE_THREAD : HERE_WITH_MORE_THREADS
  const worthAMessage =
    count === 1 ? WORTH_A_MESSAGE_WITH_ONE_THREAD : WORTH_A_MESSAGE_WITH_MORE_THREADS
  /** In no batch and not inspected. */
  let queue: Waiting[] = []
  /** Batches that the calling thread takes part in, in order, until all of each is claimed. */
  let shared: Batch[] = []
  /** All without an answer, in the order they came. */
  const unanswered: Waiting[] = []
  let scheduled = false
  let closed = false

  const answer = (): void => {
    let ready = 0
    while (unanswered[ready]?.result !== undefined) ready++
    if (ready === 0) return
    for (const { resolve, result } of unanswered.splice(0, ready)) resolve(result as Inspected)
  }

  /** What is too large for the calling thread, as long as there is another. */
  const isLarge = (waiting: Waiting | undefined): boolean =>
    waiting !== undefined &&
    waiting.raw.length > HERE_SIZE &&
    threads.some(({ connection }) => !connection.ended)

  /** Lets a thread take part in a batch. */
  const invite = async (thread: Thread, batch: Batch): Promise<void> => {
    const { items, claims } = batch
    const { rules } = items[0] as Waiting
    try {
      const transactions = packBytes(items.map(({ raw }) => raw))
      const done = await thread.connection.remote.inspect(
        { transactions, rules, claims },
        packedBuffers(transactions),
      )
      // A thread answers when nothing is left to claim.
      shared = shared.filter((each) => each !== batch)
      for (const { index, inspection } of done) {
        const waiting = items[index] as Waiting
        waiting.result = inspected(inspection, waiting.raw)
      }
    } catch (error) {
      // The thread is gone, with what it had claimed.
      const lost = shared.includes(batch) ? claimedLast(claims, items) : items
      for (const waiting of lost) waiting.result ??= error as Error
    }
    answer()
    share()
    if (hasWork()) schedule()
  }

  /** Makes batches of what is queued, as far as there are threads for them. */
  const share = (): void => {
    while (queue.length >= worthAMessage || isLarge(queue[0])) {
      const free = threads.filter(
        ({ connection }) => !connection.ended && connection.waiting < DEPTH,
      )
      if (free.length === 0) return
      const [{ rules }, large] = [queue[0] as Waiting, isLarge(queue[0])]
      let size = 1
      // A batch shares its rules: they change with a fork only.
      while (size < BATCH_SIZE && queue[size]?.rules === rules && isLarge(queue[size]) === large)
        size++
      const batch = { items: queue.splice(0, size), claims: createClaims() }
      if (!large) shared.push(batch)
      free.sort((a, b) => a.connection.waiting - b.connection.waiting)
      for (const thread of free.slice(0, Math.ceil(size / SHARE))) void invite(thread, batch)
    }
  }

  /** The next transaction for the calling thread. */
  const next = (): Waiting | undefined => {
    for (;;) {
      const batch = shared[0]
      if (batch === undefined) return isLarge(queue[0]) ? undefined : queue.shift()
      const index = claimFirst(batch.claims, batch.items.length)
      if (index !== undefined) return batch.items[index]
      shared.shift()
    }
  }

  /** Whether the calling thread can do something. */
  const hasWork = (): boolean => shared.length > 0 || (queue.length > 0 && !isLarge(queue[0]))

  // What arrives in the same turn of the event loop is looked at together.
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      share()
      for (let count = 0; count < here; count++) {
        const waiting = next()
        if (waiting === undefined) break
        waiting.result = inspectNow(waiting.raw, waiting.rules)
      }
      answer()
      // A large one may have come to the front.
      share()
      if (hasWork()) schedule()
    })
  }

  return {
    inspect(raw, rules) {
      if (closed) return Promise.resolve(new EngineError('closed', 'the engine is closed'))
      return new Promise((resolve) => {
        const waiting = { raw, rules, resolve, result: undefined }
        queue.push(waiting)
        unanswered.push(waiting)
        schedule()
      })
    },
    async origins(transactions) {
      if (transactions.length === 0) return []
      const size = Math.ceil(transactions.length / threads.length)
      const parts = await Promise.all(
        threads.map((thread, index) => {
          const part = transactions.slice(index * size, (index + 1) * size)
          return part.length === 0 ? [] : thread.connection.remote.origins(part)
        }),
      )
      return parts.flat()
    },
    async close() {
      closed = true
      const error = new EngineError('closed', 'the engine is closed')
      // What a thread has claimed is answered when it is done, or when it has ended.
      for (const waiting of queue) waiting.result = error
      queue = []
      answer()
      await Promise.all(threads.map(({ worker, connection }) => stopThread(worker, connection)))
    },
  }
}

function inspectNow(raw: Uint8Array, rules: TransactionRules): Inspected {
  try {
    return inspectTransaction(raw, rules, recoverSender)
  } catch (error) {
    return error instanceof Error ? error : new EngineError('internal', String(error))
  }
}

function inspected(result: Inspection, sent: Uint8Array): Inspected {
  if ('error' in result) return errorOf(result.error)
  return { ...result.transaction, raw: result.raw ?? sent }
}
