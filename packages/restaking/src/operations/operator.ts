import type { ChainReader } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import { encodeAbiParameters, keccak256, zeroAddress } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { serviceKind } from '../deploy/restaking.ts'
import type { G1Point } from '../keys/bn254.ts'
import { abiOf, type Call, contractAddress, makeCall, NEVER_PAST } from './call.ts'
import { keyArguments } from './rotation.ts'

/** A service of a rollup, as contracts name it: RollupRegistry.serviceId. */
export function serviceId(rollupChainId: bigint, kind: string): Hash {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'bytes32' }],
      [rollupChainId, serviceKind(kind)],
    ),
  )
}

export interface OperatorOptions {
  readonly chain: ChainReader
  readonly deployment: AltDeployment
  readonly operator: Address
  readonly service: Hash
}

/** What an operator has of what a seat asks for. */
interface Membership {
  /** The last key registered, in force or about to be; undefined where there is none. */
  readonly key?: G1Point
  readonly vaults: readonly Address[]
  readonly networkOptedIn: boolean
}

/** What an operator is to a service at the chain's newest block. Weights by quorum, in wei. */
export interface OperatorStatus extends Membership {
  readonly seated: boolean
  readonly epoch: number
  /** Weights at the start of the current epoch, which decide on a seat. */
  readonly stake: readonly [bigint, bigint]
}

const NO_KEY = 0n

export async function operatorStatus(options: OperatorOptions): Promise<OperatorStatus> {
  const { chain, deployment, operator, service } = options
  const at = (name: string) => contractAddress(deployment, name)
  const [table, source] = [at('StakeTable'), at('SymbioticStakeSource')]
  const epoch = Number(await chain.read(table, abiOf.table(), 'currentEpoch'))
  const start = await chain.read<number>(table, abiOf.table(), 'epochStart', [epoch])
  const [membership, seats, eth, alt] = await Promise.all([
    membershipOf(options),
    chain.read<readonly Address[]>(table, abiOf.table(), 'seatsOf', [service]),
    chain.read<bigint>(source, abiOf.source(), 'stakeAt', [service, operator, 0, start]),
    chain.read<bigint>(source, abiOf.source(), 'stakeAt', [service, operator, 1, start]),
  ])
  const seated = seats.some((seat) => seat.toLowerCase() === operator.toLowerCase())
  return { ...membership, seated, epoch, stake: [eth, alt] }
}

async function membershipOf(options: OperatorOptions): Promise<Membership> {
  const { chain, deployment, operator, service } = options
  const at = (name: string) => contractAddress(deployment, name)
  const source = at('SymbioticStakeSource')
  const now = NEVER_PAST
  const [key, vaults, networkOptedIn] = await Promise.all([
    chain.read<G1Point>(at('OperatorRegistry'), abiOf.operators(), 'keyAt', [operator, now]),
    chain.read<readonly Address[]>(source, abiOf.source(), 'vaultsAt', [service, operator, now]),
    chain.read<boolean>(at('SymbioticOperatorNetworkOptInService'), abiOf.optIns(), 'isOptedIn', [
      operator,
      source,
    ]),
  ])
  const registered = key.x !== NO_KEY || key.y !== NO_KEY
  return { ...(registered && { key }), vaults, networkOptedIn }
}

/** The rollup has no such service, or ended it. */
export class ServiceDisabledError extends Error {
  override readonly name = 'ServiceDisabledError'
  constructor(service: Hash) {
    super(`no rollup runs service ${service}: its owner configures it in RollupRegistry`)
  }
}

interface ServiceSettings {
  readonly enabled: boolean
  readonly minStake: readonly bigint[]
}

/** What is missing of an operator's registration. */
export interface Registration {
  readonly calls: readonly Call[]
  /**
   * Whether the calls end with the seat. It takes stake at the start of an epoch, so that a new
   * operator asks again once the next one has begun.
   */
  readonly seat: 'taken' | 'joins' | 'next epoch'
}

/**
 * Calls that make the operator one of the service's: Symbiotic's registry and opt-ins, its vaults, its
 * key with proof of possession, its seat. Those that the chain shows done are left out.
 * @param vaults All vaults of the operator for the service; each is admitted where it is not yet.
 * @param secret BN254. Throws InvalidSecretError, ServiceDisabledError.
 */
export async function registrationCalls(
  options: OperatorOptions & {
    readonly vaults: readonly Address[]
    readonly secret: Uint8Array
    /** Unix time of the newest block. */
    readonly now: bigint
  },
): Promise<Registration> {
  const { chain, deployment, service } = options
  const at = (name: string) => contractAddress(deployment, name)
  const { enabled, minStake } = await chain.read<ServiceSettings>(
    at('RollupRegistry'),
    abiOf.rollups(),
    'settingsAt',
    [service, options.now],
  )
  if (!enabled) throw new ServiceDisabledError(service)
  const status = await operatorStatus(options)
  const calls = await membershipCalls(options, status)
  if (status.seated) return { calls, seat: 'taken' }
  const enough = status.stake.every((stake, quorum) => stake >= (minStake[quorum] ?? 0n))
  if (!enough) return { calls, seat: 'next epoch' }
  return { calls: [...calls, seatCall(deployment, service)], seat: 'joins' }
}

/** Takes a free seat. */
export function seatCall(deployment: AltDeployment, service: Hash): Call {
  const table = contractAddress(deployment, 'StakeTable')
  return makeCall('Take a seat', table, abiOf.table(), 'join', [service, zeroAddress])
}

/**
 * The part of `registrationCalls` before the seat: it asks for no stake table. Those of several services
 * together have calls twice, which are to be sent once.
 */
export async function membershipCalls(
  options: OperatorOptions & { readonly vaults: readonly Address[]; readonly secret: Uint8Array },
  found?: Membership,
): Promise<readonly Call[]> {
  const membership = found ?? (await membershipOf(options))
  return [
    ...(await symbioticCalls(options, membership)),
    ...(membership.key === undefined ? [keyCall(options)] : []),
  ]
}

async function symbioticCalls(
  {
    chain,
    deployment,
    operator,
    service,
    ...options
  }: OperatorOptions & {
    readonly vaults: readonly Address[]
  },
  status: Membership,
): Promise<readonly Call[]> {
  const at = (name: string) => contractAddress(deployment, name)
  const [source, optIns] = [at('SymbioticStakeSource'), at('SymbioticOperatorVaultOptInService')]
  const vaults = options.vaults.map((vault) => vault.toLowerCase() as Address).sort()
  const calls: Call[] = []
  const registry = at('SymbioticOperatorRegistry')
  const abi = abiOf.symbioticOperators()
  if (!(await chain.read<boolean>(registry, abi, 'isEntity', [operator])))
    calls.push(makeCall('Register with Symbiotic', registry, abi, 'registerOperator'))
  if (!status.networkOptedIn)
    calls.push(
      makeCall(
        'Opt in to the network',
        at('SymbioticOperatorNetworkOptInService'),
        abiOf.optIns(),
        'optIn',
        [source],
      ),
    )
  for (const vault of vaults) {
    if (!(await isAdmitted(chain, source, service, vault)))
      calls.push(
        makeCall(`Admit vault ${vault}`, source, abiOf.source(), 'admit', [service, vault]),
      )
    if (await chain.read<boolean>(optIns, abiOf.optIns(), 'isOptedIn', [operator, vault])) continue
    calls.push(makeCall(`Opt in to vault ${vault}`, optIns, abiOf.optIns(), 'optIn', [vault]))
  }
  const named = status.vaults.map((vault) => vault.toLowerCase())
  if (named.join() !== vaults.join())
    calls.push(makeCall('Name the vaults', source, abiOf.source(), 'setVaults', [service, vaults]))
  return calls
}

/** Admission sets the most that the vault may give the service's subnetwork, which nobody else can. */
async function isAdmitted(
  chain: ChainReader,
  source: Address,
  service: Hash,
  vault: Address,
): Promise<boolean> {
  const subnetwork = await chain.read<Hash>(source, abiOf.source(), 'subnetworkOf', [service])
  if (BigInt(subnetwork) === 0n) return false
  const delegator = await chain.read<Address>(vault, abiOf.vault(), 'delegator')
  const limit = await chain.read<bigint>(delegator, abiOf.delegator(), 'maxNetworkLimit', [
    subnetwork,
  ])
  return limit > 0n
}

function keyCall({
  deployment,
  operator,
  secret,
}: OperatorOptions & { readonly secret: Uint8Array }): Call {
  const args = keyArguments(deployment, operator, secret)
  const registry = contractAddress(deployment, 'OperatorRegistry')
  return makeCall('Register the BN254 key', registry, abiOf.operators(), 'register', args)
}

/** Seconds after an offence for which a slash reaches the stake that was there. */
export async function slashingWindow(
  chain: ChainReader,
  deployment: AltDeployment,
): Promise<bigint> {
  const source = contractAddress(deployment, 'SymbioticStakeSource')
  return BigInt(await chain.read<number>(source, abiOf.source(), 'slashingWindow'))
}

/** Calls that end an operator's service: its seat, its vaults, its opt-in; its key last, if asked. */
export async function deregistrationCalls(
  options: OperatorOptions & { readonly key: boolean },
): Promise<readonly Call[]> {
  const { deployment, service } = options
  const at = (name: string) => contractAddress(deployment, name)
  const status = await operatorStatus(options)
  const calls: Call[] = []
  if (status.seated)
    calls.push(makeCall('Leave the seat', at('StakeTable'), abiOf.table(), 'leave', [service]))
  if (status.vaults.length > 0)
    calls.push(
      makeCall('Name no vaults', at('SymbioticStakeSource'), abiOf.source(), 'setVaults', [
        service,
        [],
      ]),
    )
  if (options.key && status.key !== undefined)
    calls.push(
      makeCall('Deregister the key', at('OperatorRegistry'), abiOf.operators(), 'deregister'),
    )
  return calls
}
