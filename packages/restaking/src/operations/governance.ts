import type { ChainReader } from '@altlayer/launch/deploy'
import { ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hex } from '@altlayer/protocol'
import { keccak256, type PublicClient, stringToHex } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'
import { eventsBackwards } from './logs.ts'

// A proposal's life: pending, active, succeeded, queued in the timelock, executed.

/** IGovernor.ProposalState, in its order. */
const STATES = [
  'pending',
  'active',
  'canceled',
  'defeated',
  'succeeded',
  'queued',
  'expired',
  'executed',
] as const
export type ProposalState = (typeof STATES)[number]

/** What is proposed: calls of the timelock, carried out in one transaction. */
export interface Proposal {
  readonly description: string
  readonly calls: readonly { readonly to: Address; readonly value: bigint; readonly data: Hex }[]
}

/** Where a proposal is in its life. Unix times. */
export interface ProposalProgress {
  readonly id: bigint
  readonly state: ProposalState
  /** Votes count as they were then; voting begins. */
  readonly snapshot: bigint
  readonly deadline: bigint
  /** Of a queued one: from then on it can be executed. */
  readonly eta?: bigint
}

/** A proposal with what was said about it and the votes so far, in wei of ALT. */
export interface ProposalView extends Proposal, ProposalProgress {
  readonly proposer: Address
  readonly votes: Readonly<Record<Support, bigint>>
  /** Votes for or abstaining that are needed; undefined before the snapshot. */
  readonly quorum?: bigint
}

/** The governor knows no such proposal. */
export class NoProposalError extends Error {
  override readonly name = 'NoProposalError'
  constructor(id: bigint, governor: Address) {
    super(`governor ${governor} has no proposal ${id}`)
  }
}

/** The proposal is not where the step needs it to be. */
export class ProposalStateError extends Error {
  override readonly name = 'ProposalStateError'
  readonly state: ProposalState
  constructor(progress: ProposalProgress, step: string) {
    super(`proposal ${progress.id} cannot be ${step}: ${explain(progress)}`)
    this.state = progress.state
  }
}

/** Where it is and what comes next, for a person. */
function explain({ state, snapshot, deadline, eta }: ProposalProgress): string {
  switch (state) {
    case 'pending':
      return `it is pending, voting begins at ${timeOf(snapshot)}`
    case 'active':
      return `it is voted on until ${timeOf(deadline)}`
    case 'succeeded':
      return 'it has succeeded, and is to be queued next'
    case 'queued':
      return `it is queued, and can be executed from ${timeOf(eta ?? 0n)} on`
    case 'defeated':
      return 'it was defeated: too few votes for it, or no quorum'
    default:
      return `it is ${state}`
  }
}

function timeOf(unix: bigint): string {
  return new Date(Number(unix) * 1_000).toISOString()
}

/** GovernorCountingSimple. */
const SUPPORT = { against: 0, for: 1, abstain: 2 } as const
export type Support = keyof typeof SUPPORT

export function proposeCall(deployment: AltDeployment, proposal: Proposal): Call {
  return governorCall(deployment, 'Propose', 'propose', [
    ...partsOf(proposal),
    proposal.description,
  ])
}

/** The number under which the proposal is voted on. */
export async function proposalId(
  chain: ChainReader,
  deployment: AltDeployment,
  proposal: Proposal,
): Promise<bigint> {
  const governor = contractAddress(deployment, 'AltGovernor')
  return chain.read(governor, abiOf.governor(), 'hashProposal', hashedParts(proposal))
}

/** Throws NoProposalError. */
export async function proposalProgress(
  chain: ChainReader,
  deployment: AltDeployment,
  id: bigint,
): Promise<ProposalProgress> {
  const governor = contractAddress(deployment, 'AltGovernor')
  const read = <T>(name: string) => chain.read<T>(governor, abiOf.governor(), name, [id])
  const [snapshot, deadline, eta] = await Promise.all([
    read<bigint>('proposalSnapshot'),
    read<bigint>('proposalDeadline'),
    read<bigint>('proposalEta'),
  ])
  if (snapshot === 0n) throw new NoProposalError(id, governor)
  const state = STATES[await read<number>('state')] as ProposalState
  return { id, state, snapshot, deadline, ...(state === 'queued' && { eta }) }
}

interface Created {
  readonly proposalId: bigint
  readonly proposer: Address
  readonly targets: readonly Address[]
  readonly values: readonly bigint[]
  readonly calldatas: readonly Hex[]
  readonly description: string
}

/** The newest `limit` proposals, the newest first. */
export async function proposals(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  limit: number,
): Promise<readonly ProposalView[]> {
  const found: ProposalView[] = []
  for await (const created of createdProposals(client, deployment)) {
    found.push(await viewOf(chain, deployment, created))
    if (found.length >= limit) break
  }
  return found
}

/** One proposal, whole. Throws NoProposalError. */
export async function proposalView(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  id: bigint,
): Promise<ProposalView> {
  await proposalProgress(chain, deployment, id)
  for await (const created of createdProposals(client, deployment))
    if (created.proposalId === id) return viewOf(chain, deployment, created)
  throw new NoProposalError(id, contractAddress(deployment, 'AltGovernor'))
}

function createdProposals(client: PublicClient, deployment: AltDeployment) {
  return eventsBackwards<Created>(client, {
    address: contractAddress(deployment, 'AltGovernor'),
    abi: abiOf.governor(),
    eventName: 'ProposalCreated',
  })
}

async function viewOf(
  chain: ChainReader,
  deployment: AltDeployment,
  { proposalId: id, proposer, targets, values, calldatas, description }: Created,
): Promise<ProposalView> {
  const governor = contractAddress(deployment, 'AltGovernor')
  const progress = await proposalProgress(chain, deployment, id)
  const [against, inFavour, abstain] = await chain.read<readonly [bigint, bigint, bigint]>(
    governor,
    abiOf.governor(),
    'proposalVotes',
    [id],
  )
  const now = await chain.read<number>(governor, abiOf.governor(), 'clock')
  const quorum =
    BigInt(now) <= progress.snapshot
      ? undefined
      : await chain.read<bigint>(governor, abiOf.governor(), 'quorum', [progress.snapshot])
  return {
    ...progress,
    proposer,
    description,
    calls: targets.map((to, index) => ({
      to,
      value: values[index] ?? 0n,
      data: calldatas[index] ?? '0x',
    })),
    votes: { against, for: inFavour, abstain },
    ...(quorum !== undefined && { quorum }),
  }
}

/** Throws ProposalStateError unless it is being voted on. */
export function voteCall(
  deployment: AltDeployment,
  progress: ProposalProgress,
  support: Support,
): Call {
  if (progress.state !== 'active') throw new ProposalStateError(progress, 'voted on')
  return governorCall(deployment, `Vote ${support} proposal ${progress.id}`, 'castVote', [
    progress.id,
    SUPPORT[support],
  ])
}

/** Hands a proposal that has succeeded to the timelock. Anyone. Throws ProposalStateError. */
export function queueCall(deployment: AltDeployment, view: ProposalView): Call {
  if (view.state !== 'succeeded') throw new ProposalStateError(view, 'queued')
  return governorCall(deployment, `Queue proposal ${view.id}`, 'queue', hashedParts(view))
}

/**
 * Carries out a queued proposal whose delay has passed. Anyone; ether that it sends is the timelock's own.
 * Throws ProposalStateError.
 * @param now Unix time of the newest block.
 */
export function executeCall(deployment: AltDeployment, view: ProposalView, now: bigint): Call {
  if (view.state !== 'queued' || view.eta === undefined || now < view.eta)
    throw new ProposalStateError(view, 'executed')
  return governorCall(deployment, `Execute proposal ${view.id}`, 'execute', hashedParts(view))
}

/** Another account than the proposer's would take the proposal back. */
export class NotProposerError extends Error {
  override readonly name = 'NotProposerError'
  constructor({ id, proposer }: ProposalView, account: Address) {
    super(`proposal ${id} is ${proposer}'s, who alone can cancel it, not ${account}'s`)
  }
}

/** Takes a proposal back: its proposer, before voting begins. Throws ProposalStateError, NotProposerError. */
export function cancelCall(deployment: AltDeployment, view: ProposalView, account: Address): Call {
  if (view.state !== 'pending') throw new ProposalStateError(view, 'canceled')
  if (view.proposer.toLowerCase() !== account.toLowerCase())
    throw new NotProposerError(view, account)
  return governorCall(deployment, `Cancel proposal ${view.id}`, 'cancel', hashedParts(view))
}

/** Seconds from the queue to the execution of a proposal. */
export async function timelockDelay(
  chain: ChainReader,
  deployment: AltDeployment,
): Promise<bigint> {
  const timelock = contractAddress(deployment, 'TimelockController')
  return chain.read(timelock, ownArtifact('TimelockController').abi, 'getMinDelay')
}

function governorCall(
  deployment: AltDeployment,
  title: string,
  name: string,
  args: readonly unknown[],
): Call {
  return makeCall(title, contractAddress(deployment, 'AltGovernor'), abiOf.governor(), name, args)
}

function hashedParts(proposal: Proposal): readonly unknown[] {
  return [...partsOf(proposal), keccak256(stringToHex(proposal.description))]
}

function partsOf({ calls }: Proposal) {
  return [
    calls.map(({ to }) => to),
    calls.map(({ value }) => value),
    calls.map(({ data }) => data),
  ] as const
}
