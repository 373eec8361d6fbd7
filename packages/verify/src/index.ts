export {
  createRpcClient,
  RpcAnswerTooLarge,
  type RpcClient,
  type RpcLimits,
  RpcRefusal,
  RpcUnavailable,
} from '@altlayer/rpc/client'
export { type KnownChain, knownChain } from './chains.ts'
export { type BlockExecutor, createExecutor, type ExecutorOptions } from './execute.ts'
export { type BlockFixture, parseFixture } from './fixture.ts'
export type { FollowEvent } from './follow/follower.ts'
export {
  type FollowedRollup,
  type FollowOptions,
  type FollowService,
  type RollupStatus,
  startFollowing,
} from './follow/service.ts'
export {
  type RollupRules,
  type RulesOptions,
  resolveRules,
  UnknownRollupError,
} from './rollup.ts'
export {
  type Problem,
  type ProblemCode,
  type Status,
  type Verdict,
  VerificationProblem,
  verdictToJson,
} from './verdict.ts'
export { type ForeignRollup, type VerifyOptions, verifyForeignBlock } from './verify-block.ts'
export {
  createFixtureVerifier,
  type FixtureResult,
  type FixtureVerifier,
  verifyFixture,
} from './verify-fixture.ts'
