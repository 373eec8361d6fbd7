export { ChainMismatchError } from './chain/reorg.ts'
export { ConfigFileError } from './config.ts'
export { L1Error } from './l1/client.ts'
export { type NodeOptions, type RollupNode, startNode } from './node.ts'
