import type { Engine } from '@altlayer/engine'
import type { ChainFeed } from './chain-feed.ts'
import type { Filters } from './filters.ts'
import type { Limits } from './limits.ts'
import type { RollupApi } from './rollup.ts'

/** What the methods work with. */
export interface Api {
  readonly engine: Engine
  readonly rollup?: RollupApi
  readonly limits: Limits
  readonly feed: ChainFeed
  readonly filters: Filters
  /** Answer to web3_clientVersion. */
  readonly clientVersion: string
  /** Whether logs and receipts carry blockTimestamp, as op-geth's do. */
  readonly logTimestamps: boolean
}
