import { type Address, concatBytes, type Hash, type Hex, hexToBytes } from '@altlayer/protocol'
import { type Abi, encodeDeployData, getContractAddress, keccak256, stringToHex } from 'viem'
import type { Artifact } from '../artifacts.ts'

// A deployment is data: contracts to create and calls to make, each with what must come before it
// and a question to the chain that tells whether it happened. The runner does the rest, so a
// product adds its contracts by adding to a list.

/** Address of a contract of the plan. */
export type AddressOf = (name: string) => Address

/** Reads the chain at its newest block. */
export interface ChainReader {
  read<T>(address: Address, abi: Abi, functionName: string, args?: readonly unknown[]): Promise<T>
  storage(address: Address, slot: Hash): Promise<Hash>
  code(address: Address): Promise<Hex>
}

/** A contract to create. */
export interface ContractStep {
  readonly kind: 'contract'
  readonly name: string
  readonly artifact: Artifact
  /** Constructor arguments. */
  readonly args?: (address: AddressOf) => readonly unknown[]
  /** Names of the steps that its constructor needs done. */
  readonly after?: readonly string[]
  /**
   * `create2` through the deterministic deployer: the address follows from code and salt, so a later
   * run finds it. `create` from the deployer's account, for contracts whose creator becomes owner;
   * `find` then finds it again through a contract that refers to it.
   */
  readonly create: { readonly method: 'create2'; readonly salt: Hash } | CreateByNonce
}

interface CreateByNonce {
  readonly method: 'create'
  readonly find: (chain: ChainReader, address: AddressOf) => Promise<Address | undefined>
}

/** A call to make. */
export interface CallStep {
  readonly kind: 'call'
  readonly name: string
  /** Names of the steps that must be done before. */
  readonly after: readonly string[]
  readonly to: string
  readonly abi: Abi
  readonly functionName: string
  readonly args: (address: AddressOf) => readonly unknown[]
  /** Whether the chain shows its effect. */
  readonly done: (chain: ChainReader, address: AddressOf) => Promise<boolean>
}

export type Step = ContractStep | CallStep

/** A plan contradicts itself. */
export class PlanError extends Error {
  override readonly name = 'PlanError'
}

/** "Arachnid's" deterministic deployment proxy: same address on every chain, salt ++ creation code. */
export const DETERMINISTIC_DEPLOYER: Address = '0x4e59b44847b379578588920ca78fbf26c0b4956c'

/** Implementations hold no state of a rollup: all rollups on an L1 share them. */
export const SHARED_SCOPE: Hash = `0x${'00'.repeat(32)}`

/** Salt for `name` among the contracts of `scope`. */
export function saltOf(scope: Hex, name: string): Hash {
  return keccak256(concatHex(scope, stringToHex(name)))
}

/** Creation code with the constructor's arguments. */
export function creationCode(step: ContractStep, address: AddressOf): Hex {
  return encodeDeployData({
    abi: step.artifact.abi,
    bytecode: step.artifact.bytecode,
    args: step.args?.(address) ?? [],
  })
}

/**
 * Addresses of a plan's contracts. `created` holds those that depend on a nonce. A name that is not
 * in the plan, and constructors that need each other's addresses, throw PlanError.
 */
export function addressesOf(
  steps: readonly Step[],
  created: ReadonlyMap<string, Address>,
): AddressOf {
  const contracts = new Map(
    steps.flatMap((step) => (step.kind === 'contract' ? [[step.name, step] as const] : [])),
  )
  const known = new Map(created)
  const inProgress = new Set<string>()
  const addressOf: AddressOf = (name) => {
    const address = known.get(name)
    if (address) return address
    const step = contracts.get(name)
    if (!step) throw new PlanError(`no contract ${name} in the plan`)
    if (step.create.method === 'create') throw new PlanError(`${name} has no address yet`)
    if (inProgress.has(name)) throw new PlanError(`the address of ${name} depends on itself`)
    inProgress.add(name)
    const computed = getContractAddress({
      opcode: 'CREATE2',
      from: DETERMINISTIC_DEPLOYER,
      salt: step.create.salt,
      bytecode: creationCode(step, addressOf),
    }).toLowerCase() as Address
    inProgress.delete(name)
    known.set(name, computed)
    return computed
  }
  return addressOf
}

/** Checks that names are unique and that every `after` and `to` exists. Throws PlanError. */
export function checkPlan(steps: readonly Step[]): void {
  const names = new Set<string>()
  for (const { name } of steps) {
    if (names.has(name)) throw new PlanError(`two steps are named ${name}`)
    names.add(name)
  }
  for (const step of steps) {
    for (const name of prerequisites(step)) {
      if (!names.has(name))
        throw new PlanError(`${step.name} needs ${name}, which is not in the plan`)
    }
  }
}

/** Names of the steps that must be done before `step`. */
export function prerequisites(step: Step): readonly string[] {
  return step.kind === 'call' ? [step.to, ...step.after] : (step.after ?? [])
}

function concatHex(left: Hex, right: Hex): Uint8Array {
  return concatBytes(hexToBytes(left), hexToBytes(right))
}
