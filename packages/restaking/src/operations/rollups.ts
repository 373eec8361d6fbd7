import type { ChainReader } from '@altlayer/launch/deploy'
import type { Address, Hash, Hex } from '@altlayer/protocol'
import { hexToString, type PublicClient } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { sameAddress } from '../deploy/names.ts'
import { serviceKind } from '../deploy/restaking.ts'
import { abiOf, type Call, contractAddress, makeCall, NEVER_PAST } from './call.ts'
import { eventsBackwards } from './logs.ts'
import { serviceId } from './operator.ts'

// What a rollup's owner does in RollupRegistry, and what anyone can read there.

export interface RollupOptions {
  readonly client: PublicClient
  readonly chain: ChainReader
  readonly deployment: AltDeployment
  readonly chainId: bigint
}

/** Least weight of an operator in a service's tables, wei, by quorum: restaked ether, ALT. */
export interface ServiceSettings {
  readonly enabled: boolean
  readonly minStake: readonly [bigint, bigint]
}

/** A service's settings, and from which Unix time on they hold. */
export interface SettingsFrom extends ServiceSettings {
  readonly activeFrom: bigint
}

export interface RollupService {
  readonly service: Hash
  /** As `serviceKind` takes it; in hex where it is no such name. */
  readonly kind: string
  readonly now: ServiceSettings
  /** Changes that wait, the next one first. */
  readonly pending: readonly SettingsFrom[]
}

export interface RollupStatus {
  readonly owner: Address
  readonly restitutionFund: Address
  readonly systemConfig: Address
  readonly optimismPortal: Address
  readonly disputeGameFactory: Address
  readonly services: readonly RollupService[]
}

/** A step that the registry does not allow, or settings that it does not take. */
export class RollupRegistryError extends Error {
  override readonly name = 'RollupRegistryError'
}

/** Of the contract: weights are 96 bits. */
const MAX_STAKE = 2n ** 96n - 1n

interface Configured {
  readonly kind: Hex
  readonly service: Hash
  readonly settings: ServiceSettings
  readonly activeFrom: number
}

/**
 * A rollup and its services, found by their events. Throws what the contract reverts with for a rollup that was
 * never admitted.
 * @param now Unix time of the newest block.
 */
export async function rollupStatus(
  { client, chain, deployment, chainId }: RollupOptions,
  now: bigint,
): Promise<RollupStatus> {
  const address = contractAddress(deployment, 'RollupRegistry')
  const abi = abiOf.rollups()
  const rollup = await chain.read<Omit<RollupStatus, 'services'>>(address, abi, 'rollupOf', [
    chainId,
  ])
  const query = { address, abi, eventName: 'ServiceConfigured', args: { chainId } }
  const found = new Map<Hash, { readonly kind: string; readonly pending: SettingsFrom[] }>()
  for await (const { kind, service, settings, activeFrom } of eventsBackwards<Configured>(
    client,
    query,
  )) {
    const known = found.get(service) ?? { kind: kindText(kind), pending: [] }
    found.set(service, known)
    const from = BigInt(activeFrom)
    if (from > now) known.pending.unshift({ ...settings, activeFrom: from })
  }
  const services = await Promise.all(
    [...found].map(async ([service, { kind, pending }]) => ({
      ...{ service, kind, pending },
      now: await chain.read<ServiceSettings>(address, abi, 'settingsAt', [service, now]),
    })),
  )
  const { owner, restitutionFund, systemConfig, optimismPortal, disputeGameFactory } = rollup
  const addresses = { owner, restitutionFund, systemConfig, optimismPortal, disputeGameFactory }
  return { ...addresses, services: services.sort((a, b) => (a.kind < b.kind ? -1 : 1)) }
}

/** An owner chooses 32 bytes: only a name is shown as text. */
function kindText(kind: Hex): string {
  const text = hexToString(kind, { size: 32 })
  return /^[a-z][a-z0-9.-]{0,30}$/.test(text) ? text : kind
}

/** What is to change of a service; what is left out stays as it was set last. */
export interface SettingsChange {
  readonly enabled: boolean
  /** Wei, by quorum. */
  readonly minStake: readonly [bigint | undefined, bigint | undefined]
}

/**
 * Sets a service of the rollup; no call where that is what was set last. Throws RollupRegistryError.
 * @param account Who sends it: the rollup's owner.
 * @param now Unix time of the newest block, about when it is sent.
 */
export async function configureCalls(
  { chain, deployment, chainId }: Omit<RollupOptions, 'client'>,
  account: Address,
  kind: string,
  { enabled, minStake }: SettingsChange,
  now: bigint,
): Promise<{ readonly calls: readonly Call[]; readonly activeFrom: bigint }> {
  await assertOwner({ chain, deployment, chainId }, account)
  const address = contractAddress(deployment, 'RollupRegistry')
  const read = <T>(name: string, args: readonly unknown[] = []) =>
    chain.read<T>(address, abiOf.rollups(), name, args)
  const last = await read<ServiceSettings>('settingsAt', [serviceId(chainId, kind), NEVER_PAST])
  const isNew = last.minStake.every((stake) => stake === 0n)
  if (isNew && !enabled)
    throw new RollupRegistryError(`rollup ${chainId} has no service ${kind} to end`)
  const stakes = minStake.map((stake, quorum) => stake ?? last.minStake[quorum] ?? 0n)
  for (const [quorum, stake] of stakes.entries())
    if (stake === 0n || stake > MAX_STAKE)
      throw new RollupRegistryError(
        `a service needs a least stake in ${QUORUMS[quorum]} between 1 and ${MAX_STAKE} wei, not ${stake}`,
      )
  const delay = isNew ? 0n : BigInt(await read<number>('SETTINGS_DELAY'))
  const isSame =
    !isNew && enabled === last.enabled && stakes.every((stake, i) => stake === last.minStake[i])
  const args = [chainId, serviceKind(kind), { enabled, minStake: stakes }]
  const title = `${enabled ? 'Set' : 'End'} ${kind} of rollup ${chainId}`
  return {
    calls: isSame ? [] : [makeCall(title, address, abiOf.rollups(), 'configureService', args)],
    activeFrom: now + delay,
  }
}

const QUORUMS = ['restaked ether', 'ALT'] as const

/** Sends restitution of slashes from now on to `fund`. Throws RollupRegistryError. */
export async function restitutionFundCall(
  options: Omit<RollupOptions, 'client'>,
  account: Address,
  fund: Address,
): Promise<Call> {
  await assertOwner(options, account)
  return registryCall(options, `Send restitution to ${fund}`, 'setRestitutionFund', fund)
}

/** Names who may take the rollup over; nobody with the zero address. Throws RollupRegistryError. */
export async function proposeOwnerCall(
  options: Omit<RollupOptions, 'client'>,
  account: Address,
  proposed: Address,
): Promise<Call> {
  await assertOwner(options, account)
  return registryCall(options, `Offer the rollup to ${proposed}`, 'proposeOwner', proposed)
}

/** Takes over a rollup that its owner offered to who sends this. */
export function acceptOwnerCall(options: Omit<RollupOptions, 'client'>): Call {
  return registryCall(options, `Take over rollup ${options.chainId}`, 'acceptOwner')
}

function registryCall(
  { deployment, chainId }: Omit<RollupOptions, 'client'>,
  title: string,
  name: string,
  ...args: readonly unknown[]
): Call {
  const registry = contractAddress(deployment, 'RollupRegistry')
  return makeCall(title, registry, abiOf.rollups(), name, [chainId, ...args])
}

async function assertOwner(
  { chain, deployment, chainId }: Omit<RollupOptions, 'client'>,
  account: Address,
): Promise<void> {
  const registry = contractAddress(deployment, 'RollupRegistry')
  const { owner } = await chain.read<{ readonly owner: Address }>(
    registry,
    abiOf.rollups(),
    'rollupOf',
    [chainId],
  )
  if (!sameAddress(owner, account))
    throw new RollupRegistryError(`rollup ${chainId} is ${owner}'s, not ${account}'s`)
}
