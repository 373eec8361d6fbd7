import { type SymbioticContract, symbioticArtifact } from '@altlayer/contracts'
import type { Artifact, CallStep, ContractStep } from '@altlayer/launch/deploy'
import { saltOf } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import type { Abi } from 'viem'

/** A contract of a plan by CREATE2: its address follows from salt, name, code and arguments. */
export function create2(
  salt: Hash,
  name: string,
  artifact: Artifact,
  rest: Pick<ContractStep, 'args' | 'after'> = {},
): ContractStep {
  return {
    kind: 'contract',
    name,
    artifact,
    ...rest,
    create: { method: 'create2', salt: saltOf(salt, name) },
  }
}

/** Symbiotic Core's contract in the form that plans take. */
export function symbioticPlanArtifact(name: SymbioticContract): Artifact {
  const built = symbioticArtifact(name)
  return {
    contractName: name,
    abi: built.abi as Abi,
    bytecode: built.bytecode.object,
    deployedBytecode: '0x',
    immutables: {},
    storage: [],
  }
}

/** A step that calls; where `after` is left out nothing but its contract must be there. */
export function call(step: Omit<CallStep, 'kind' | 'after'> & Partial<CallStep>): CallStep {
  return { after: [], ...step, kind: 'call' }
}

/** Whether two addresses are one, whatever their letter case. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
