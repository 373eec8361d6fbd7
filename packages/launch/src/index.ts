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
