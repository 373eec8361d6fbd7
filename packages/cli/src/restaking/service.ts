import type { Address, Hash } from '@altlayer/protocol'
import {
  type Call,
  consumeCalls,
  type FeeStatus,
  feeStatus,
  noticeCalls,
  prepayCalls,
  refundCalls,
  serviceId,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import type { ChainContext, ServiceName } from './options.ts'
import { openSession, perform, print, type Session, sessionAccount, timeText } from './session.ts'

// What `altlayer service` does after its arguments are read; each returns the exit code.

interface Account {
  readonly session: Session
  readonly service: Hash
  readonly found: FeeStatus
}

async function open(context: ChainContext, { rollup, kind }: ServiceName): Promise<Account> {
  const session = await openSession(context)
  const service = serviceId(rollup, kind)
  const { reader: chain, deployment } = session
  return { session, service, found: await feeStatus({ chain, deployment, service }) }
}

export async function status(context: ChainContext, name: ServiceName): Promise<number> {
  const { service, found } = await open(context, name)
  if (context.json) {
    print({ service, ...found })
    return 0
  }
  const { epoch, epochEnd, owner, rate, balance, unconsumed, nextEpoch, isServed } = found
  console.log(`service  ${name.kind} of rollup ${name.rollup}, owned by ${owner}`)
  console.log(`epoch    ${epoch}, ends at ${timeText(epochEnd)}`)
  console.log(`rate     ${alt(rate)} ALT an epoch`)
  const open_ = unconsumed > 0 ? `, of which ${unconsumed} epochs are to be paid` : ''
  console.log(`balance  ${alt(balance)} ALT${open_}${paidText(found)}`)
  console.log(
    `served   ${isServed ? 'yes' : nextEpoch > epoch ? `from epoch ${nextEpoch} on` : 'no'}`,
  )
  console.log(`notice   ${noticeText(found)}`)
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

function noticeText({ nextEpoch, endEpoch, end, byOwner, missing, epoch }: FeeStatus): string {
  if (endEpoch === 0 || end === undefined)
    return nextEpoch > 0 && missing > 0n
      ? `none; anyone can give it: ${alt(missing)} ALT are missing`
      : 'none'
  const who = byOwner ? ' by the owner' : ''
  const verb = endEpoch < epoch ? 'ended' : 'ends'
  return `given${who}: the service ${verb} with epoch ${endEpoch}, at ${timeText(end)}`
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
  return act(context, name, noticeCalls)
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
