import type { Address } from '@altlayer/protocol'
import {
  altBalance,
  altClaims,
  bridgeCalls,
  cooldownEnd,
  delegateCalls,
  harvestCalls,
  rewardsOf,
  serviceId,
  stakeCalls,
  transferCall,
  unstakeCall,
  type WaitingAlt,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import { CommandError } from '../command.ts'
import { REWARD_EPOCHS, showRewards } from './operator.ts'
import type { ChainContext, ServiceName } from './options.ts'
import { openSession, perform, print, sessionAccount, waitText } from './session.ts'

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
  const { client, reader, deployment } = session
  const account = sessionAccount(session)
  return perform(session, await delegateCalls(client, reader, deployment, account, to))
}

export async function stake(context: ChainContext, amount: bigint): Promise<number> {
  const session = await openSession(context)
  return perform(session, stakeCalls(session.deployment, sessionAccount(session), amount))
}

export async function unstake(context: ChainContext, shares: bigint): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  const account = sessionAccount(session)
  return perform(session, [unstakeCall(deployment, account, shares)], async () => {
    const { timestamp } = await client.getBlock()
    const of = context.dryRun ? undefined : account
    const claimableAt = await cooldownEnd(reader, deployment, timestamp, of)
    const when = waitText(claimableAt, timestamp)
    return {
      result: { claimableAt, seconds: claimableAt - timestamp },
      lines: [`altlayer alt claim pays it out from ${when}`],
    }
  })
}

export async function claim(context: ChainContext): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  const account = sessionAccount(session)
  const claimsAt = (now: bigint) => altClaims(client, reader, deployment, account, now)
  const { timestamp } = await client.getBlock()
  const { calls } = await claimsAt(timestamp)
  return perform(session, calls, async () => {
    const { timestamp: now } = await client.getBlock()
    const { waiting } = await claimsAt(now)
    return {
      result: { waiting: waiting.map((wait) => ({ ...wait, seconds: wait.until - now })) },
      lines: waiting.map((wait) => waitingText(wait, now)),
    }
  })
}

function waitingText({ kind, amount, from, until }: WaitingAlt, now: bigint): string {
  if (kind === 'cooldown')
    return `${text(amount)} ALT in their cooldown: to be claimed from ${waitText(until, now)}`
  const begins = from > now ? ` from ${waitText(from, now)}` : ''
  return `${text(amount)} ALT vesting${begins} until ${waitText(until, now)}`
}

/** Rewards that reALT earned behind an operator begin to stream in to its holders. */
export async function harvest(
  context: ChainContext,
  { rollup, kind }: ServiceName,
  operator: Address,
): Promise<number> {
  const session = await openSession(context)
  const { client, reader: chain, deployment } = session
  const delegator = deployment.contracts.StakedAlt
  if (delegator === undefined) throw new CommandError('the deployment has no reALT on this chain')
  const service = serviceId(rollup, kind)
  const { timestamp } = await client.getBlock()
  const options = { chain, deployment, operator, delegator, service }
  const rewards = await rewardsOf(options, REWARD_EPOCHS, timestamp)
  if (!context.json) showRewards(rewards)
  return perform(session, harvestCalls(deployment, service, operator, rewards), { rewards })
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

function text(wei: bigint): string {
  return formatUnits(wei, 18)
}
