export { DEV_MNEMONIC, devAccount } from './accounts.ts'
export {
  type Anvil,
  type AnvilOptions,
  AnvilStartError,
  PortTakenError,
  startAnvil,
} from './anvil/anvil.ts'
export { AnvilMissingError } from './anvil/process.ts'
export { DamagedStateError } from './anvil/state.ts'
export type {
  DevAccount,
  ExternalL1,
  LaunchedRollup,
  LaunchOptions,
  LaunchRollup,
  LocalL1,
  Progress,
  ProgressEvent,
  Roles,
} from './api.ts'
export { ArtifactError, programPrestate } from './artifacts.ts'
export { type BuiltGenesis, buildGenesis, type GenesisConfig } from './genesis/genesis.ts'
export { InclusionTimeoutError, SendError, WrongChainError } from './l1/client.ts'
export { type DeployConfig, VITAL_GAME_TYPE } from './l1/config.ts'
export { NoDeterministicDeployerError } from './l1/deterministic-deployer.ts'
export { PlanError } from './l1/plan.ts'
export { RpcError } from './l1/rpc.ts'
export { StepFailedError } from './l1/run.ts'
export { DeploymentStateError } from './l1/state-file.ts'
export { type Mismatch, VerificationError } from './l1/verify.ts'
export { ChainFileError, L1MismatchError, launchRollup } from './launch.ts'
export { LaunchOptionsError } from './settings.ts'
