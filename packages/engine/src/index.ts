export type * from './api.ts'
export { EngineError, type EngineErrorCode, PoolError, type PoolErrorCode } from './errors.ts'
export type * from './program/types.ts'
