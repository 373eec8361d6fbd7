import { randomBytes } from 'node:crypto'
import type { LogFilter } from '@altlayer/engine'
import { bytesToHex, type Hash, type Hex } from '@altlayer/protocol'
import type { ChainFeed } from './chain-feed.ts'
import { RpcError, SERVER_ERROR } from './errors.ts'
import { formatLog, matchesFilter } from './format/log.ts'
import type { Limits } from './limits.ts'
import type { Json } from './rollup.ts'

// Filters that are polled (eth_newFilter and its like). They gather what happens between two polls.

/** What a log filter was made with: eth_getFilterLogs asks again. */
export interface LogQuery {
  readonly filter: LogFilter
  /** Blocks outside are not gathered; undefined is open. */
  readonly from?: bigint
  readonly to?: bigint
}

type Kind = 'log' | 'block' | 'transaction'

interface Filter {
  readonly kind: Kind
  readonly query?: LogQuery
  readonly end: () => void
  items: Json[]
  /** When it was last asked for, in milliseconds of a monotonic clock. */
  used: number
}

export interface Filters {
  addLogFilter(query: LogQuery): Hex
  addBlockFilter(): Hex
  addTransactionFilter(): Hex
  /** What happened since the last poll. Throws RpcError "filter not found". */
  changes(id: Hex): readonly Json[]
  /** What the log filter was made with. Throws RpcError "filter not found". */
  query(id: Hex): LogQuery
  remove(id: Hex): boolean
  close(): void
}

export function createFilters(feed: ChainFeed, limits: Limits, withTimestamp: boolean): Filters {
  // In the order of their last use, oldest first.
  const filters = new Map<Hex, Filter>()

  function install(kind: Kind, start: (gather: Gather) => () => void, query?: LogQuery): Hex {
    dropUnused()
    const id = bytesToHex(randomBytes(16))
    const end = start((items) => {
      const filter = filters.get(id)
      if (filter === undefined) return
      for (const item of items) filter.items.push(item)
      // Better no filter, which its owner notices, than one with holes.
      if (filter.items.length > limits.filterItems) remove(id)
    })
    filters.set(id, {
      kind,
      end,
      items: [],
      used: performance.now(),
      ...(query === undefined ? {} : { query }),
    })
    return id
  }

  function dropUnused(): void {
    const oldest = performance.now() - limits.filterTimeout
    for (const [id, { used }] of filters) {
      if (used > oldest && filters.size < limits.filters) break
      remove(id)
    }
  }

  function remove(id: Hex): boolean {
    filters.get(id)?.end()
    return filters.delete(id)
  }

  function use(id: Hex): Filter {
    const filter = filters.get(id)
    if (filter === undefined || filter.used < performance.now() - limits.filterTimeout) {
      remove(id)
      throw new RpcError(SERVER_ERROR, 'filter not found')
    }
    filter.used = performance.now()
    filters.delete(id)
    filters.set(id, filter)
    return filter
  }

  const expiry = setInterval(dropUnused, Math.max(1_000, limits.filterTimeout / 5))
  expiry.unref()

  return {
    addLogFilter: (query) =>
      install(
        'log',
        (gather) =>
          feed.onHead((change) =>
            gather(
              change
                .logs()
                .filter((log) => isInRange(log.blockNumber, query))
                .filter((log) => matchesFilter(log, query.filter))
                .map((log) => formatLog(log, withTimestamp)),
            ),
          ),
        query,
      ),
    addBlockFilter: () =>
      install('block', (gather) =>
        feed.onHead(({ applied }) => gather(applied.map(({ hash }): Hash => hash))),
      ),
    addTransactionFilter: () =>
      install('transaction', (gather) => feed.onPendingTransaction(({ hash }) => gather([hash]))),
    changes(id) {
      const filter = use(id)
      const { items } = filter
      filter.items = []
      return items
    },
    query(id) {
      const { query } = use(id)
      if (query === undefined) throw new RpcError(SERVER_ERROR, 'filter not found')
      return query
    },
    remove,
    close() {
      clearInterval(expiry)
      for (const id of [...filters.keys()]) remove(id)
    },
  }
}

type Gather = (items: readonly Json[]) => void

function isInRange(block: bigint, { from, to }: LogQuery): boolean {
  return (from === undefined || block >= from) && (to === undefined || block <= to)
}
