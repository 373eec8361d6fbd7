import type { Address } from '@altlayer/protocol'
import {
  altBalance,
  bridgeCalls,
  claimCalls,
  delegateCalls,
  stakeCalls,
  transferCall,
  unstakeCall,
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
  return perform(session, [unstakeCall(session.deployment, sessionAccount(session), shares)])
}

export async function claim(context: ChainContext): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  return perform(session, await claimCalls(client, reader, deployment, sessionAccount(session)))
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
