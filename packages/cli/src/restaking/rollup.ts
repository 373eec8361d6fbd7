import type { Address } from '@altlayer/protocol'
import {
  acceptOwnerCall,
  type Call,
  configureCalls,
  proposeOwnerCall,
  restitutionFundCall,
  rollupStatus,
  type ServiceSettings,
  type SettingsChange,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import type { ChainContext, ServiceName } from './options.ts'
import { openSession, perform, print, type Session, sessionAccount, waitText } from './session.ts'

// What `altlayer rollup` does after its arguments are read; each returns the exit code.

function optionsFor({ client, reader: chain, deployment }: Session, chainId: bigint) {
  return { client, chain, deployment, chainId }
}

export async function status(context: ChainContext, chainId: bigint): Promise<number> {
  const session = await openSession(context)
  const { timestamp: now } = await session.client.getBlock()
  const found = await rollupStatus(optionsFor(session, chainId), now)
  if (context.json) {
    print({ chainId, ...found })
    return 0
  }
  console.log(`rollup       ${chainId}, owned by ${found.owner}`)
  console.log(`restitution  to ${found.restitutionFund}`)
  console.log(`SystemConfig ${found.systemConfig}`)
  if (found.services.length === 0) console.log('no services')
  for (const { kind, now: settings, pending } of found.services) {
    console.log(`${kind.padEnd(12)} ${settingsText(settings)}`)
    for (const change of pending)
      console.log(`  ${settingsText(change)}: from ${waitText(change.activeFrom, now)}`)
  }
  return 0
}

function settingsText({ enabled, minStake: [eth, alt] }: ServiceSettings): string {
  if (!enabled) return 'ended'
  return `operators with ${formatUnits(eth, 18)} of restaked ether and ${formatUnits(alt, 18)} ALT at least`
}

export async function configure(
  context: ChainContext,
  { rollup, kind }: ServiceName,
  change: SettingsChange,
): Promise<number> {
  const session = await openSession(context)
  const { timestamp: now } = await session.client.getBlock()
  const account = sessionAccount(session)
  const options = optionsFor(session, rollup)
  const { calls, activeFrom } = await configureCalls(options, account, kind, change, now)
  if (calls.length === 0) return perform(session, calls)
  const when = activeFrom > now ? `from about ${waitText(activeFrom, now)}` : 'at once'
  return perform(session, calls, async () => ({
    result: { activeFrom, seconds: activeFrom - now },
    lines: [`holds ${when}`],
  }))
}

export async function restitution(
  context: ChainContext,
  chainId: bigint,
  fund: Address,
): Promise<number> {
  return act(context, chainId, (options, account) => restitutionFundCall(options, account, fund))
}

export async function offer(
  context: ChainContext,
  chainId: bigint,
  proposed: Address,
): Promise<number> {
  return act(context, chainId, (options, account) => proposeOwnerCall(options, account, proposed))
}

export async function accept(context: ChainContext, chainId: bigint): Promise<number> {
  return act(context, chainId, async (options) => acceptOwnerCall(options))
}

async function act(
  context: ChainContext,
  chainId: bigint,
  callFor: (options: ReturnType<typeof optionsFor>, account: Address) => Promise<Call>,
): Promise<number> {
  const session = await openSession(context)
  const call = await callFor(optionsFor(session, chainId), sessionAccount(session))
  return perform(session, [call])
}
