export type {
  BlockId,
  Json,
  L1BlockRef,
  L2BlockRef,
  OutputAtBlock,
  RollupApi,
  SyncStatus,
} from './rollup.ts'
