// What other packages deploy with: plans of steps, their runner, L1 and the journal.
export { type Artifact, opStackArtifact, ownArtifact } from '../artifacts.ts'
export { writeFileAtomically } from '../files.ts'
export { connectL1, type L1Client, type TransactionRequest } from './client.ts'
export {
  type AddressOf,
  addressesOf,
  type CallStep,
  type ChainReader,
  type ContractStep,
  type Step,
  saltOf,
} from './plan.ts'
export { rpc } from './rpc.ts'
export { type RunContext, runSteps, StepFailedError } from './run.ts'
export { openStateFile } from './state-file.ts'
