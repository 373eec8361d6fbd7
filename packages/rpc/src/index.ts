export type { Connection } from './connection.ts'
export { RpcError } from './errors.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export type { Logger } from './logger.ts'
export { type Caller, type Method, method, type Param, param } from './method.ts'
export { minerMethods } from './methods/miner.ts'
export * as types from './params.ts'
export type {
  BlockId,
  Json,
  L1BlockRef,
  L2BlockRef,
  OutputAtBlock,
  RollupApi,
  SafeHeadAtL1Block,
  SyncProgress,
  SyncStatus,
} from './rollup.ts'
export { type RpcServer, type RpcServerOptions, startRpcServer } from './server.ts'
