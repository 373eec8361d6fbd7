export type * from './api.ts'
export { attributesOf } from './building/attributes.ts'
export { openEngine } from './engine.ts'
export { EngineError, type EngineErrorCode, PoolError, type PoolErrorCode } from './errors.ts'
export { JsonText } from './json-text.ts'
export type { EngineOptions } from './options.ts'
export { DEFAULT_POOL_LIMITS, type PoolLimits } from './pool/types.ts'
export {
  checkDerivationOptions,
  createDerivation,
  type Derivation,
  type DerivationOptions,
  type DerivationStep,
  type DerivedAttributes,
} from './program/derivation.ts'
export { isRejection, ProgramError, type ProgramErrorCode } from './program/errors.ts'
export { createProgram, ProgramNotBuiltError, type ProgramOptions } from './program/instance.ts'
export { type ProofResult, type ProofSource, runProof } from './program/proof.ts'
export {
  createProofServer,
  type PreimageOrigin,
  type ProofClaim,
  type ProofPreimages,
  type ProofServer,
  proofConfigHash,
} from './program/proof-server.ts'
export { createProofSource, ProofDataError, type ProofReads } from './program/proof-source.ts'
export type * from './program/types.ts'
export { TRACERS, TracerError } from './trace/index.ts'
export { workInBackground } from './workers/background.ts'
export {
  type Connection,
  connect,
  type Handlers,
  handOver,
  type Remote,
  serve,
  stopThread,
} from './workers/channel.ts'
export { type PackedBytes, packBytes, packedBuffers, unpackBytes } from './workers/pack.ts'
