import type { Block, Engine, LogEntry, PoolTransaction } from '@altlayer/engine'
import { blockLogs } from './format/log.ts'

/** A change of the canonical chain, as filters and subscriptions take it. */
export interface HeadChange {
  /** Blocks that are new in the chain, oldest first. */
  readonly applied: readonly Block[]
  /** Logs that left the chain (`removed`), then those that came. Read at first use, once for all readers. */
  logs(): readonly LogEntry[]
}

export interface ChainFeed {
  /** Returns what ends it. */
  onHead(listener: (change: HeadChange) => void): () => void
  onPendingTransaction(listener: (transaction: PoolTransaction) => void): () => void
  close(): void
}

/** One listener at the engine for all who listen here. */
export function createChainFeed(engine: Engine): ChainFeed {
  const heads = new Set<(change: HeadChange) => void>()
  const transactions = new Set<(transaction: PoolTransaction) => void>()
  const ends = [
    engine.on('head', ({ reverted, applied }) => {
      if (heads.size === 0) return
      const change = { applied, logs: lazyLogs(engine, reverted, applied) }
      for (const listener of [...heads]) listener(change)
    }),
    engine.on('pendingTransaction', (transaction) => {
      for (const listener of transactions) listener(transaction)
    }),
  ]
  return {
    onHead: (listener) => add(heads, listener),
    onPendingTransaction: (listener) => add(transactions, listener),
    close() {
      for (const end of ends) end()
    },
  }
}

function add<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function lazyLogs(engine: Engine, reverted: readonly Block[], applied: readonly Block[]) {
  let logs: readonly LogEntry[] | undefined
  const read = (blocks: readonly Block[], removed: boolean) =>
    blocks.flatMap((block) => blockLogs(block, engine.receipts(block.hash) ?? [], removed))
  return () => {
    logs ??= [...read(reverted, true), ...read(applied, false)]
    return logs
  }
}
