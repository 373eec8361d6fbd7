import { readFileSync, statSync } from 'node:fs'
import {
  type Address,
  MalformedInputError,
  parseAddress,
  parseArray,
  parseData,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import {
  altBalance,
  bridgeCalls,
  claimCalls,
  delegateCall,
  type Proposal,
  proposalId,
  proposeCall,
  type Support,
  stakeCalls,
  transferCall,
  unstakeCall,
  voteCall,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import { CommandError } from '../command.ts'
import type { ChainContext } from './options.ts'
import { openSession, perform, print, sessionAccount } from './session.ts'

// What `altlayer alt` does after its arguments are read; each returns the exit code.

export async function balance(context: ChainContext, account: Address): Promise<number> {
  const { reader, deployment } = await openSession(context)
  const found = await altBalance(reader, deployment, account)
  if (context.json) {
    print({ account, ...found })
    return 0
  }
  console.log(`ALT     ${text(found.alt)}`)
  console.log(`votes   ${text(found.votes)}`)
  console.log(`reALT   ${text(found.shares)}, worth ${text(found.staked)} ALT`)
  return 0
}

export async function transfer(
  context: ChainContext,
  to: Address,
  amount: bigint,
): Promise<number> {
  const session = await openSession(context)
  return perform(session, [transferCall(session.deployment, to, amount)])
}

export async function delegate(context: ChainContext, to: Address): Promise<number> {
  const session = await openSession(context)
  return perform(session, [delegateCall(session.deployment, to)])
}

export async function stake(context: ChainContext, amount: bigint): Promise<number> {
  const session = await openSession(context)
  return perform(session, stakeCalls(session.deployment, sessionAccount(session), amount))
}

export async function unstake(context: ChainContext, shares: bigint): Promise<number> {
  const session = await openSession(context)
  return perform(session, [unstakeCall(session.deployment, sessionAccount(session), shares)])
}

export async function claim(context: ChainContext): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  return perform(session, await claimCalls(client, reader, deployment, sessionAccount(session)))
}

export async function vote(
  context: ChainContext,
  proposal: bigint,
  support: Support,
): Promise<number> {
  const session = await openSession(context)
  return perform(session, [voteCall(session.deployment, proposal, support)])
}

export async function propose(context: ChainContext, file: string): Promise<number> {
  const proposal = readProposal(file)
  const session = await openSession(context)
  const id = await proposalId(session.reader, session.deployment, proposal)
  if (!context.json) console.log(`proposal ${id}`)
  return perform(session, [proposeCall(session.deployment, proposal)], { proposal: id })
}

export async function bridge(
  context: ChainContext,
  through: Address,
  amount: bigint,
): Promise<number> {
  const session = await openSession(context)
  if ((await session.reader.code(through)) === '0x')
    throw new CommandError(`there is no contract ${through} on chain ${session.deployment.chainId}`)
  return perform(session, bridgeCalls(session.deployment, through, amount))
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

function text(wei: bigint): string {
  return formatUnits(wei, 18)
}
