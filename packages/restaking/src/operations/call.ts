import { ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hex } from '@altlayer/protocol'
import { type Abi, encodeFunctionData } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { symbioticPlanArtifact } from '../deploy/names.ts'

/** A call to be sent as a transaction of its own. */
export interface Call {
  /** What it does, for a person: "Opt in to the vault 0x…". */
  readonly title: string
  readonly to: Address
  readonly data: Hex
  /** Wei that go with it; default 0. */
  readonly value?: bigint
}

/** The deployment has no such contract, as on a chain that is not ALT's home. */
export class NotDeployedError extends Error {
  override readonly name = 'NotDeployedError'
}

/** Throws NotDeployedError. */
export function contractAddress(deployment: AltDeployment, name: string): Address {
  const address = deployment.contracts[name]
  if (address === undefined)
    throw new NotDeployedError(`chain ${deployment.chainId} has no ${name} of this deployment`)
  return address
}

/** A call with its arguments encoded. */
export function makeCall(
  title: string,
  to: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[] = [],
): Call {
  return { title, to, data: encodeFunctionData({ abi, functionName, args }) }
}

/** The latest time that contracts take: what is set now and nothing later. */
export const NEVER_PAST = 2 ** 48 - 1

export const abiOf = {
  alt: () => ownArtifact('AltToken').abi,
  fees: () => ownArtifact('ServiceFees').abi,
  governor: () => ownArtifact('AltGovernor').abi,
  operators: () => ownArtifact('OperatorRegistry').abi,
  rewards: () => ownArtifact('OperatorRewards').abi,
  rollups: () => ownArtifact('RollupRegistry').abi,
  source: () => ownArtifact('SymbioticStakeSource').abi,
  staked: () => ownArtifact('StakedAlt').abi,
  table: () => ownArtifact('StakeTable').abi,
  delegator: () => symbioticPlanArtifact('NetworkRestakeDelegator').abi,
  vault: () => symbioticPlanArtifact('Vault').abi,
  symbioticOperators: () => symbioticPlanArtifact('OperatorRegistry').abi,
  optIns: () => symbioticPlanArtifact('OptInService').abi,
} as const
