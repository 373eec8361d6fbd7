export {
  BanError,
  KeyFileError,
  ListenError,
  PeerAddressError,
  readKeyFile,
} from '@altlayer/p2p/operator'
export { BatcherSettingError, type BatcherSettings } from './batcher/settings.ts'
export type { ThrottleSettings } from './batcher/throttle.ts'
export { ChainMismatchError } from './chain/reorg.ts'
export { ConfigFileError } from './config.ts'
export { L1Error } from './l1/client.ts'
export { createRegistry, type MetricsFactory, metricsFactory } from './metrics/registry.ts'
export { type MetricsServer, startMetricsServer } from './metrics/server.ts'
export { type NodeOptions, type RollupNode, startNode } from './node.ts'
export {
  createRpcProofSource,
  ProofRpcError,
  type RpcProofSourceOptions,
} from './proof/rpc-source.ts'
export type { P2pOptions } from './sync/sync.ts'
