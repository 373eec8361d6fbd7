import type { Address } from '@altlayer/protocol'
import {
  claimRewardsCalls,
  commissionCall,
  commissionOf,
  deregistrationCalls,
  operatorStatus,
  pendingKey,
  type Reward,
  registrationCalls,
  rewardsOf,
  rotationCall,
  serviceId,
  slashingWindow,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import { openKey } from './keys.ts'
import type { ChainContext, ServiceName } from './options.ts'
import {
  openSession,
  passwordOf,
  perform,
  print,
  type Session,
  sessionAccount,
  timeText,
  waitText,
} from './session.ts'

// What `altlayer operator` does on a chain after its arguments are read; each returns the exit code.

function optionsFor({ reader, deployment }: Session, operator: Address, service: ServiceName) {
  return {
    chain: reader,
    deployment,
    operator,
    service: serviceId(service.rollup, service.kind),
  }
}

/**
 * @param vaults All vaults of the operator for the service; default: those of the deployment.
 * @param bn254 Name of the keystore; default: that of `--key`.
 */
export async function register(
  context: ChainContext,
  service: ServiceName,
  vaults: readonly Address[] | undefined,
  bn254 = context.key as string,
): Promise<number> {
  const session = await openSession(context)
  const operator = sessionAccount(session)
  const password = passwordOf(context)
  const secret = await openKey(context.keysDir, bn254, 'bn254', await password())
  const { calls, seat } = await registrationCalls({
    ...optionsFor(session, operator, service),
    vaults: vaults ?? session.deployment.vaults.map(({ address }) => address),
    secret,
    now: (await session.client.getBlock()).timestamp,
  })
  const code = await perform(session, calls, { seat }, password)
  if (!context.json && seat === 'next epoch')
    console.log('a seat takes stake at the start of an epoch: run this again in the next one')
  return code
}

/** @param key Whether the key is deregistered too, from all services. */
export async function deregister(
  context: ChainContext,
  service: ServiceName,
  key: boolean,
): Promise<number> {
  const session = await openSession(context)
  const options = optionsFor(session, sessionAccount(session), service)
  const { timestamp } = await session.client.getBlock()
  const until = timestamp + (await slashingWindow(session.reader, session.deployment))
  return perform(session, await deregistrationCalls({ ...options, key }), async () => ({
    result: { slashableUntil: until, seconds: until - timestamp },
    lines: [`what was done so far can be slashed for until about ${waitText(until, timestamp)}`],
  }))
}

export async function status(
  context: ChainContext,
  service: ServiceName,
  operator: Address,
): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  const found = await operatorStatus(optionsFor(session, operator, service))
  const { timestamp } = await client.getBlock()
  const next = await pendingKey(client, reader, deployment, operator, timestamp)
  if (context.json) {
    print({ operator, ...found, pendingKey: next })
    return 0
  }
  console.log(`operator  ${operator}, epoch ${found.epoch}`)
  console.log(`key       ${found.key === undefined ? 'none' : `registered, x ${found.key.x}`}`)
  if (next !== undefined)
    console.log(`          in force from ${waitText(next.activeFrom, timestamp)}`)
  console.log(`network   ${found.networkOptedIn ? 'opted in' : 'not opted in'}`)
  console.log(`vaults    ${found.vaults.join(', ') || 'none'}`)
  console.log(`seat      ${found.seated ? 'taken' : 'none'}`)
  console.log(`stake     ${stakeText(found.stake)}`)
  return 0
}

export async function stake(
  context: ChainContext,
  service: ServiceName,
  operator: Address,
): Promise<number> {
  const session = await openSession(context)
  const { epoch, stake } = await operatorStatus(optionsFor(session, operator, service))
  const [eth, alt] = stake
  if (context.json) print({ operator, epoch, eth, alt })
  else console.log(`epoch ${epoch}: ${stakeText(stake)}`)
  return 0
}

function stakeText([eth, alt]: readonly [bigint, bigint]): string {
  return `${formatUnits(eth, 18)} of restaked ether, ${formatUnits(alt, 18)} ALT`
}

/** Epochs that are looked through. */
export const REWARD_EPOCHS = 100

/** @param operator Undefined: that of `--key`, and what can be claimed is. */
export async function rewards(
  context: ChainContext,
  service: ServiceName,
  operator: Address | undefined,
): Promise<number> {
  const session = await openSession(context)
  const options = optionsFor(session, operator ?? sessionAccount(session), service)
  const { timestamp } = await session.client.getBlock()
  const earned = await rewardsOf(options, REWARD_EPOCHS, timestamp)
  if (!context.json) showRewards(earned)
  if (operator === undefined)
    return perform(session, claimRewardsCalls(options, earned), { rewards: earned })
  if (context.json) print({ operator, rewards: earned })
  return 0
}

/** Each epoch on a line. */
export function showRewards(earned: readonly Reward[]): void {
  if (earned.length === 0) console.log('no rewards')
  for (const { epoch, amount, isClaimable, settlesAt } of earned) {
    const when = isClaimable ? '' : `, final at ${timeText(settlesAt)}`
    console.log(`epoch ${epoch}: ${formatUnits(amount, 18)} ALT${when}`)
  }
}

/** Puts the BN254 key of keystore `next` in the place of the operator's. */
export async function rotate(context: ChainContext, next: string): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  const operator = sessionAccount(session)
  const password = passwordOf(context)
  const secret = await openKey(context.keysDir, next, 'bn254', await password())
  const { timestamp: now } = await client.getBlock()
  const options = { client, chain: reader, deployment, operator, secret, now }
  const { call, activeFrom } = await rotationCall(options)
  const note = {
    result: { activeFrom, seconds: activeFrom - now },
    lines: [`in force from about ${waitText(activeFrom, now)}; until then the old key signs`],
  }
  return perform(session, [call], async () => note, password)
}

/** @param percent Undefined: says what it is. */
export async function commission(
  context: ChainContext,
  service: ServiceName,
  percent: bigint | undefined,
): Promise<number> {
  const session = await openSession(context)
  const operator = sessionAccount(session)
  if (percent !== undefined) return perform(session, [commissionCall(session.deployment, percent)])
  const now = await commissionOf(optionsFor(session, operator, service))
  if (context.json) print({ operator, commission: now })
  else console.log(`${formatUnits(now, 16)} percent`)
  return 0
}
