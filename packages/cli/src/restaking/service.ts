import type { Address, Hash } from '@altlayer/protocol'
import {
  type Call,
  consumeCalls,
  type FeeStatus,
  feeStatus,
  noticeCalls,
  prepayCalls,
  refundCalls,
  rollCalls,
  serviceId,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import type { ChainContext, ServiceName } from './options.ts'
import { openSession, perform, print, type Session, sessionAccount, waitText } from './session.ts'

// What `altlayer service` does after its arguments are read; each returns the exit code.

interface Account {
  readonly session: Session
  readonly service: Hash
  readonly found: FeeStatus
  /** Unix time of the newest block. */
  readonly now: bigint
}

async function open(context: ChainContext, { rollup, kind }: ServiceName): Promise<Account> {
  const session = await openSession(context)
  const service = serviceId(rollup, kind)
  const { reader: chain, deployment } = session
  const { timestamp: now } = await session.client.getBlock()
  return { session, service, found: await feeStatus({ chain, deployment, service }), now }
}

export async function status(context: ChainContext, name: ServiceName): Promise<number> {
  const { service, found, now } = await open(context, name)
  if (context.json) {
    print({ service, ...found })
    return 0
  }
  const { epoch, epochEnd, owner, rate, balance, unconsumed, nextEpoch, isServed } = found
  console.log(`service  ${name.kind} of rollup ${name.rollup}, owned by ${owner}`)
  console.log(`epoch    ${epoch}, ends at ${waitText(epochEnd, now)}`)
  console.log(`rate     ${alt(rate)} ALT an epoch`)
  const open_ = unconsumed > 0 ? `, of which ${unconsumed} epochs are to be paid` : ''
  console.log(`balance  ${alt(balance)} ALT${open_}${paidText(found)}`)
  console.log(
    `served   ${isServed ? 'yes' : nextEpoch > epoch ? `from epoch ${nextEpoch} on` : 'no'}`,
  )
  console.log(`notice   ${noticeText(found, now)}`)
  const by = found.byOwner ? ' by the owner' : ''
  if (!isServed && nextEpoch <= epoch)
    console.log(
      `begins   with the epoch after a payment${by}, of ${alt(found.missing)} ALT or more`,
    )
  return 0
}

function paidText({ paidUntil }: FeeStatus): string {
  return paidUntil === undefined ? '' : `; pays for epochs up to ${paidUntil}`
}

function noticeText(
  { nextEpoch, endEpoch, end, byOwner, missing, epoch }: FeeStatus,
  now: bigint,
): string {
  if (endEpoch === 0 || end === undefined)
    return nextEpoch > 0 && missing > 0n
      ? `none; anyone can give it: ${alt(missing)} ALT are missing`
      : 'none'
  const who = byOwner ? ' by the owner' : ''
  const verb = endEpoch < epoch ? 'ended' : 'ends'
  return `given${who}: the service ${verb} with epoch ${endEpoch}, at ${waitText(end, now)}`
}

/** Anyone may pay. */
export async function prepay(
  context: ChainContext,
  name: ServiceName,
  amount: bigint,
): Promise<number> {
  return act(context, name, (options, found, account) =>
    prepayCalls(options, found, account, amount),
  )
}

export async function notice(context: ChainContext, name: ServiceName): Promise<number> {
  const { session, service, found } = await open(context, name)
  const { client, reader: chain, deployment } = session
  const options = { chain, deployment, service }
  const calls = noticeCalls(options, found, sessionAccount(session))
  return perform(session, calls, async () => {
    const { end } = await feeStatus(options)
    // Of a dry run: nothing is noticed yet.
    if (end === undefined) return { result: {}, lines: [] }
    const { timestamp } = await client.getBlock()
    return {
      result: { end, seconds: end - timestamp },
      lines: [`the service ends at ${waitText(end, timestamp)}`],
    }
  })
}

/** @param to Undefined: the account of `--key`. */
export async function refund(
  context: ChainContext,
  name: ServiceName,
  to: Address | undefined,
): Promise<number> {
  return act(context, name, (options, found, account) =>
    refundCalls(options, found, account, to ?? account),
  )
}

/** All epochs that have passed. */
export async function consume(context: ChainContext, name: ServiceName): Promise<number> {
  return act(context, name, (options, { unconsumed }) => consumeCalls(options, unconsumed))
}

/** The stake table of the current epoch, as far as it is not made. */
export async function roll(context: ChainContext, name: ServiceName): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  const { rollup, kind } = name
  const { calls, epoch, epochEnd } = await rollCalls(reader, deployment, serviceId(rollup, kind))
  const { timestamp: now } = await client.getBlock()
  return perform(session, calls, async () => ({
    result: { epoch, epochEnd, seconds: epochEnd - now },
    lines: [`epoch ${epoch} ends at ${waitText(epochEnd, now)}; the next one has its own table`],
  }))
}

async function act(
  context: ChainContext,
  name: ServiceName,
  callsFor: (
    options: Parameters<typeof feeStatus>[0],
    found: FeeStatus,
    account: Address,
  ) => readonly Call[],
): Promise<number> {
  const { session, service, found } = await open(context, name)
  const { reader: chain, deployment } = session
  const calls = callsFor({ chain, deployment, service }, found, sessionAccount(session))
  return perform(session, calls)
}

function alt(wei: bigint): string {
  return formatUnits(wei, 18)
}
