import { Worker } from 'node:worker_threads'
import { EngineError } from '../errors.ts'
import type { TransactionRules } from '../pool/inspect.ts'
import type { PooledTransaction } from '../pool/types.ts'
import { type Connection, connect, errorOf, stopThread } from './channel.ts'
import { packBytes, packedBuffers } from './pack.ts'
import type { Inspection, Origin, SenderHandlers } from './sender.ts'

/** Most transactions in one message to a thread. */
const BATCH_SIZE = 128
/** Messages a thread has at once: one to work on, one to go on with. */
const DEPTH = 2

/** Outcome of an inspection. */
export type Inspected = PooledTransaction | Error

/** The threads that recover senders. */
export interface SenderThreads {
  /**
   * Inspects a transaction. Those that come while all threads are busy travel together; `done` is
   * called once for each such group, in its order.
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
  let queue: Waiting[] = []
  let scheduled = false
  let closed = false

  const idlest = (): Thread =>
    threads.reduce((a, b) => (b.connection.waiting < a.connection.waiting ? b : a))

  const send = async (thread: Thread, batch: readonly Waiting[]): Promise<void> => {
    const rules = (batch[0] as Waiting).rules
    try {
      const transactions = packBytes(batch.map(({ raw }) => raw))
      const results = await thread.connection.remote.inspect(
        { transactions, rules },
        packedBuffers(transactions),
      )
      results.forEach((result, index) => {
        const { raw, resolve } = batch[index] as Waiting
        resolve(inspected(result, raw))
      })
    } catch (error) {
      for (const { resolve } of batch) resolve(error as Error)
    }
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

  return {
    inspect(raw, rules) {
      if (closed) return Promise.resolve(new EngineError('closed', 'the engine is closed'))
      return new Promise((resolve) => {
        queue.push({ raw, rules, resolve })
        if (scheduled) return
        scheduled = true
        // What arrives in the same turn of the event loop goes out together.
        setImmediate(() => {
          scheduled = false
          pump()
        })
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
      for (const { resolve } of queue) resolve(error)
      queue = []
      await Promise.all(threads.map(({ worker, connection }) => stopThread(worker, connection)))
    },
  }
}

function inspected(result: Inspection, sent: Uint8Array): Inspected {
  if ('error' in result) return errorOf(result.error)
  return { ...result.transaction, raw: result.raw ?? sent }
}
