import { Worker } from 'node:worker_threads'
import { EngineError } from '../errors.ts'
import { inspectTransaction, type TransactionRules } from '../pool/inspect.ts'
import type { PooledTransaction } from '../pool/types.ts'
import { recoverSender } from '../precompiles/ecrecover.ts'
import { type Connection, connect, errorOf, stopThread } from './channel.ts'
import { packBytes, packedBuffers } from './pack.ts'
import type { Inspection, Origin, SenderHandlers } from './sender.ts'

/** Most transactions in one message to a thread. */
const BATCH_SIZE = 128
/** Messages a thread has at once: one to work on, one to go on with. */
const DEPTH = 2
/**
 * Transactions that the calling thread inspects at a time, while the others are on their way to a thread.
 * To wake a thread and to be woken by it costs as much as a signature: fewer than `WORTH_A_MESSAGE` more
 * are inspected here as well. With one thread nothing is gained by handing over what takes 2 ms here;
 * several have a few signatures done sooner.
 */
const HERE_WITH_ONE_THREAD = 32
const HERE_WITH_MORE_THREADS = 4
const WORTH_A_MESSAGE = 5
/** Size of what is inspected here, bytes: at most ten EIP-7702 authorizations, signatures too, fit in. */
const HERE_SIZE = 1024

/** Outcome of an inspection. */
export type Inspected = PooledTransaction | Error

/** The threads that recover senders. */
export interface SenderThreads {
  /**
   * Inspects a transaction, when the current turn of the event loop has ended: on the calling thread
   * where that is sooner, or while the threads have as much as they take. Results come in the order
   * of the calls: a sender's nonces must not overtake each other.
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
  /** Neither inspected nor handed over. */
  let queue: Waiting[] = []
  /** All without an answer, in the order they came. */
  let unanswered: Waiting[] = []
  let scheduled = false
  let closed = false

  const idlest = (): Thread =>
    threads.reduce((a, b) => (b.connection.waiting < a.connection.waiting ? b : a))

  const answer = (): void => {
    let ready = 0
    while (unanswered[ready]?.result !== undefined) ready++
    const answered = unanswered.slice(0, ready)
    unanswered = unanswered.slice(ready)
    for (const { resolve, result } of answered) resolve(result as Inspected)
  }

  const send = async (thread: Thread, batch: readonly Waiting[]): Promise<void> => {
    const rules = (batch[0] as Waiting).rules
    try {
      const transactions = packBytes(batch.map(({ raw }) => raw))
      const results = await thread.connection.remote.inspect(
        { transactions, rules },
        packedBuffers(transactions),
      )
      for (const [index, waiting] of batch.entries())
        waiting.result = inspected(results[index] as Inspection, waiting.raw)
    } catch (error) {
      for (const waiting of batch) waiting.result = error as Error
    }
    answer()
    pump()
  }

  const pump = (): void => {
    while (queue.length > 0) {
      const thread = idlest()
      if (thread.connection.waiting >= DEPTH) return
      const rules = (queue[0] as Waiting).rules
      let size = 1
      // A batch shares its rules: they change with a fork only.
      while (size < queue.length && size < BATCH_SIZE && queue[size]?.rules === rules) size++
      const batch = queue.slice(0, size)
      queue = queue.slice(size)
      void send(thread, batch)
    }
  }

  /** Takes the first `most` transactions, up to one that is too large to be inspected here. */
  const takeSmall = (most: number): readonly Waiting[] => {
    let size = 0
    while (size < most && (queue[size]?.raw.length ?? Infinity) <= HERE_SIZE) size++
    const batch = queue.slice(0, size)
    queue = queue.slice(size)
    return batch
  }

  // What arrives in the same turn of the event loop is looked at together.
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      const share = takeSmall(queue.length < here + WORTH_A_MESSAGE ? queue.length : here)
      pump()
      for (const waiting of share) waiting.result = inspectNow(waiting.raw, waiting.rules)
      answer()
      // What the threads have no place for: more of it here, or when one of them answers.
      if (queue.length > 0 && share.length > 0) schedule()
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
