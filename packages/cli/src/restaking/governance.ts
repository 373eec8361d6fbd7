import { readFileSync, statSync } from 'node:fs'
import {
  MalformedInputError,
  parseAddress,
  parseArray,
  parseData,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import {
  cancelCall,
  executeCall,
  type Proposal,
  type ProposalView,
  proposalId,
  proposalProgress,
  proposals,
  proposalView,
  proposeCall,
  queueCall,
  type Support,
  timelockDelay,
  voteCall,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import { CommandError } from '../command.ts'
import type { ChainContext } from './options.ts'
import { openSession, perform, print, type Session, sessionAccount, waitText } from './session.ts'

// The life of a proposal, as `altlayer alt` has it; each returns the exit code.

export async function propose(context: ChainContext, file: string): Promise<number> {
  const proposal = readProposal(file)
  const session = await openSession(context)
  const id = await proposalId(session.reader, session.deployment, proposal)
  if (!context.json) console.log(`proposal ${id}`)
  return perform(session, [proposeCall(session.deployment, proposal)], { proposal: id })
}

/** Proposals that are listed at most. */
const LISTED = 20

/** The newest proposals, each on a line. */
export async function list(context: ChainContext): Promise<number> {
  const { client, reader, deployment } = await openSession(context)
  const found = await proposals(client, reader, deployment, LISTED)
  if (context.json) print({ proposals: found })
  else if (found.length === 0) console.log('no proposals')
  else
    for (const { id, state, description } of found)
      console.log(`${id}  ${state}  ${oneLine(description)}`)
  return 0
}

export async function show(context: ChainContext, id: bigint): Promise<number> {
  const { client, reader, deployment } = await openSession(context)
  const view = await proposalView(client, reader, deployment, id)
  if (context.json) {
    print(view)
    return 0
  }
  const { votes, quorum, eta } = view
  console.log(`proposal  ${id}, ${view.state}`)
  console.log(`by        ${view.proposer}`)
  const { timestamp: now } = await client.getBlock()
  console.log(`voting    from ${waitText(view.snapshot, now)}, to ${waitText(view.deadline, now)}`)
  if (eta !== undefined) console.log(`execution from ${waitText(eta, now)}`)
  for (const support of ['for', 'against', 'abstain'] as const)
    console.log(`${support.padEnd(9)} ${formatUnits(votes[support], 18)} ALT`)
  if (quorum !== undefined) console.log(`quorum    ${formatUnits(quorum, 18)} ALT`)
  for (const { to, value, data } of view.calls)
    console.log(
      `call      ${to}${value > 0n ? ` with ${formatUnits(value, 18)} ether` : ''} ${data}`,
    )
  console.log(`\n${printable(view.description)}`)
  return 0
}

export async function vote(
  context: ChainContext,
  proposal: bigint,
  support: Support,
): Promise<number> {
  const session = await openSession(context)
  const progress = await proposalProgress(session.reader, session.deployment, proposal)
  return perform(session, [voteCall(session.deployment, progress, support)])
}

/** Into the timelock. */
export async function queue(context: ChainContext, id: bigint): Promise<number> {
  const { session, view } = await open(context, id)
  const { client, reader, deployment } = session
  return perform(session, [queueCall(deployment, view)], async () => {
    const { timestamp } = await client.getBlock()
    const eta = timestamp + (await timelockDelay(reader, deployment))
    return {
      result: { executableFrom: eta, seconds: eta - timestamp },
      lines: [`altlayer alt execute can carry it out from about ${waitText(eta, timestamp)}`],
    }
  })
}

export async function execute(context: ChainContext, id: bigint): Promise<number> {
  const { session, view } = await open(context, id)
  const { timestamp } = await session.client.getBlock()
  return perform(session, [executeCall(session.deployment, view, timestamp)])
}

export async function cancel(context: ChainContext, id: bigint): Promise<number> {
  const { session, view } = await open(context, id)
  return perform(session, [cancelCall(session.deployment, view, sessionAccount(session))])
}

async function open(
  context: ChainContext,
  id: bigint,
): Promise<{ readonly session: Session; readonly view: ProposalView }> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  return { session, view: await proposalView(client, reader, deployment, id) }
}

/** Anyone writes descriptions: nothing in them moves the terminal's cursor. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '�')
}

/** The beginning of a description. */
function oneLine(text: string): string {
  const [first = ''] = printable(text).split('\n', 1)
  return first.length > 80 ? `${first.slice(0, 79)}…` : first
}

/** Bytes of a proposal's file: more does not fit into a transaction. */
const MAX_FILE = 131_072
const MAX_CALLS = 100

/** `{"description": "...", "calls": [{"to": "0x...", "data": "0x...", "value": "0"}]}`. */
function readProposal(path: string): Proposal {
  let json: unknown
  try {
    if (statSync(path).size > MAX_FILE)
      throw new CommandError(`${path} is larger than ${MAX_FILE} bytes`)
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`cannot read the proposal ${path}: ${(error as Error).message}`)
  }
  const { description, calls } = parseObject(json, 'proposal')
  if (typeof description !== 'string' || description.length === 0)
    throw new MalformedInputError('proposal.description', 'text', typeof description)
  const parsed = parseArray(calls, 'proposal.calls').map((value, index) => {
    const path = `proposal.calls[${index}]`
    const call = parseObject(value, path)
    return {
      to: parseAddress(call.to, `${path}.to`),
      data: parseData(call.data, `${path}.data`),
      value: parseInteger(call.value ?? 0, `${path}.value`),
    }
  })
  if (parsed.length === 0 || parsed.length > MAX_CALLS)
    throw new MalformedInputError('proposal.calls', `1 to ${MAX_CALLS} calls`, `${parsed.length}`)
  return { description, calls: parsed }
}
