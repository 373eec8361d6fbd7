export * from './config.ts'
export {
  type AltDeployment,
  type DeployedVault,
  DeployerProposesError,
  type DeployOptions,
  deployAlt,
} from './deploy/deploy.ts'
export { scheduleHash } from './deploy/distribution.ts'
export { deploymentJson, readDeployment } from './deploy/file.ts'
export { serviceKind } from './deploy/restaking.ts'
export * from './keys/bn254.ts'
export * from './keys/bn254-keystore.ts'
export { WrongPasswordError } from './keys/cipher.ts'
export * from './keys/ecdsa-keystore.ts'
export { LOCAL_ACCOUNTS, LOCAL_SERVICES } from './local/config.ts'
export {
  deployLocal,
  journalPath,
  type LocalNetwork,
  type LocalPaths,
  type LocalProgress,
  type LocalRestaking,
  type RestakingKeeper,
} from './local/deploy.ts'
export * from './operations/alt.ts'
export { type Call, NotDeployedError } from './operations/call.ts'
export * from './operations/fees.ts'
export * from './operations/governance.ts'
export { EventSearchError } from './operations/logs.ts'
export * from './operations/operator.ts'
export * from './operations/rewards.ts'
export * from './operations/rollups.ts'
export { type PendingKey, pendingKey, RotationError, rotationCall } from './operations/rotation.ts'
export { CallFailedError, sendCalls, simulate } from './operations/send.ts'
export { rollCalls } from './operations/tables.ts'
export * from './operations/vaults.ts'
