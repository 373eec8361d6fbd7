import type { Block, Engine, LogEntry, PoolTransaction } from '@altlayer/engine'
import { blockLogs } from './format/log.ts'
import type { Logger } from './logger.ts'

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

/** One listener at the engine for all who listen here. A listener's fault is logged and harms nobody else. */
export function createChainFeed(engine: Engine, logger: Logger): ChainFeed {
  const heads = new Set<(change: HeadChange) => void>()
  const transactions = new Set<(transaction: PoolTransaction) => void>()
  const ends = [
    engine.on('head', ({ reverted, applied }) => {
      if (heads.size === 0) return
      const change = { applied, logs: lazyLogs(engine, reverted, applied) }
      tell(heads, change, logger)
    }),
    engine.on('pendingTransaction', (transaction) => {
      tell(transactions, transaction, logger)
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

function tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T, logger: Logger): void {
  for (const listener of [...listeners]) {
    try {
      listener(value)
    } catch (error) {
      logger.error({ err: error }, 'a subscription or filter failed')
    }
  }
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
