import type { Address, Hash } from '@altlayer/protocol'
import { readJsonFile, writeFileAtomically } from '../files.ts'

/** What is known of one step. */
export interface StepRecord {
  /** `sent`: not seen in a block yet. `found`: the chain had it, so nothing was sent. */
  readonly status: 'sent' | 'done' | 'found'
  /** Of a contract. */
  readonly address?: Address
  readonly transaction?: Hash
  readonly block?: number
}

/**
 * The journal of a deployment. The chain is the truth: this file tells a person what was done, and the
 * next run where a contract is whose address the code does not tell.
 */
interface DeploymentState {
  readonly version: 1
  readonly l1ChainId: number
  /** The rollup's, where the deployment is of one. */
  readonly l2ChainId?: number
  readonly deployer: Address
  readonly salt: Hash
  readonly steps: Readonly<Record<string, StepRecord>>
}

type Identity = Omit<DeploymentState, 'version' | 'steps'>

/** The state file belongs to another deployment, or is no state file. */
export class DeploymentStateError extends Error {
  override readonly name = 'DeploymentStateError'
}

export interface StateFile {
  readonly steps: Readonly<Record<string, StepRecord>>
  /** Sets records and writes the file, whole or not at all. */
  update(records: Readonly<Record<string, StepRecord>>): void
}

/** Opens or starts the journal. Throws DeploymentStateError when it is another deployment's. */
export function openStateFile(path: string, identity: Identity): StateFile {
  let state = read(path) ?? { version: 1 as const, ...identity, steps: {} }
  for (const key of ['l1ChainId', 'l2ChainId', 'deployer', 'salt'] as const) {
    if (state[key] !== identity[key])
      throw new DeploymentStateError(
        `${path} is of another deployment: ${key} is ${state[key]}, expected ${identity[key]}`,
      )
  }
  return {
    get steps() {
      return state.steps
    },
    update(records) {
      state = { ...state, steps: { ...state.steps, ...records } }
      writeFileAtomically(path, `${JSON.stringify(state, null, 2)}\n`)
    },
  }
}

function read(path: string): DeploymentState | undefined {
  const state = readJsonFile(path, DeploymentStateError) as DeploymentState | undefined
  if (state === undefined) return undefined
  if (state.version !== 1 || typeof state.steps !== 'object')
    throw new DeploymentStateError(`${path}: expected version 1, found ${String(state.version)}`)
  return state
}
