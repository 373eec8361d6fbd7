export * from './config.ts'
export {
  type AltDeployment,
  type DeployedVault,
  DeployerProposesError,
  type DeployOptions,
  deployAlt,
} from './deploy/deploy.ts'
export { scheduleHash } from './deploy/distribution.ts'
export { serviceKind } from './deploy/restaking.ts'
