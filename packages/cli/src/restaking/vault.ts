import type { Address } from '@altlayer/protocol'
import {
  allocateCalls,
  claimRewardsCalls,
  findVault,
  openWithdrawals,
  rewardsOf,
  serviceId,
  type Vault,
  vaultClaimCalls,
  vaultDepositCalls,
  vaultPosition,
  vaultsOf,
  vaultWithdrawCall,
  withdrawalEnd,
} from '@altlayer/restaking'
import { formatUnits } from 'viem'
import { UsageError } from '../command.ts'
import { REWARD_EPOCHS, showRewards } from './operator.ts'
import { type ChainContext, decimalAmount, type ServiceName } from './options.ts'
import {
  durationText,
  openSession,
  perform,
  print,
  type Session,
  sessionAccount,
  waitText,
} from './session.ts'

// What `altlayer vault` does after its arguments are read; each returns the exit code.

/** @param account Undefined: the vaults alone. */
export async function list(context: ChainContext, account: Address | undefined): Promise<number> {
  const { client, reader, deployment } = await openSession(context)
  const vaults = await vaultsOf(reader, deployment)
  const { timestamp } = await client.getBlock()
  const found = await Promise.all(
    vaults.map(async (vault) => ({
      ...vault,
      ...(account !== undefined && (await vaultPosition(reader, vault, account, timestamp))),
    })),
  )
  if (context.json) {
    print({ account, vaults: found })
    return 0
  }
  if (found.length === 0) console.log('the deployment has no vaults')
  for (const vault of found) {
    const text = (amount: bigint) => `${formatUnits(amount, vault.decimals)} ${vault.symbol}`
    console.log(`${vault.symbol}  ${vault.address}, withdrawals take ${days(vault.epochDuration)}`)
    if (vault.balance === undefined) continue
    console.log(`  has ${text(vault.balance)}, deposited ${text(vault.deposited ?? 0n)}`)
    for (const { amount, claimableAt, isClaimable } of vault.withdrawals ?? [])
      console.log(
        `  ${text(amount)} ${isClaimable ? 'to be claimed' : `to be claimed from ${waitText(claimableAt, timestamp)}`}`,
      )
  }
  return 0
}

/** @param wrap Makes WETH of ether first. */
export async function deposit(
  context: ChainContext,
  name: string,
  amount: string | undefined,
  wrap: boolean,
): Promise<number> {
  const { session, vault } = await open(context, name)
  const units = decimalAmount(amount, vault.decimals)
  const account = sessionAccount(session)
  return perform(session, await vaultDepositCalls(session.reader, vault, account, units, wrap))
}

export async function withdraw(
  context: ChainContext,
  name: string,
  amount: string | undefined,
): Promise<number> {
  const { session, vault } = await open(context, name)
  const units = decimalAmount(amount, vault.decimals)
  const account = sessionAccount(session)
  const call = await vaultWithdrawCall(session.reader, vault, account, units)
  return perform(session, [call], async () => {
    const { timestamp } = await session.client.getBlock()
    const of = context.dryRun ? undefined : account
    const claimableAt = await withdrawalEnd(session.reader, vault.address, timestamp, of)
    return {
      result: { claimableAt, seconds: claimableAt - timestamp },
      lines: [`altlayer vault claim pays it out from ${waitText(claimableAt, timestamp)}`],
    }
  })
}

/** @param name Undefined: of all vaults. */
export async function claim(context: ChainContext, name: string | undefined): Promise<number> {
  const session = await openSession(context)
  const { client, reader, deployment } = session
  const account = sessionAccount(session)
  const all = await vaultsOf(reader, deployment)
  const vaults = name === undefined ? all : [findVault(all, name)]
  const withdrawals = async () => {
    const { timestamp: now } = await client.getBlock()
    const found = await Promise.all(
      vaults.map(async (vault) => ({
        vault,
        open: await openWithdrawals(reader, vault.address, account, now),
      })),
    )
    return { now, found }
  }
  const { found } = await withdrawals()
  const calls = found.flatMap(({ vault, open }) => vaultClaimCalls(vault.address, account, open))
  return perform(session, calls, async () => {
    const { now, found } = await withdrawals()
    const waiting = found.flatMap(({ vault, open }) =>
      open
        .filter(({ isClaimable }) => !isClaimable)
        .map(({ amount, claimableAt }) => ({ vault, amount, claimableAt })),
    )
    return {
      result: {
        waiting: waiting.map(({ vault, amount, claimableAt }) => ({
          ...{ vault: vault.address, symbol: vault.symbol, amount, claimableAt },
          seconds: claimableAt - now,
        })),
      },
      lines: waiting.map(
        ({ vault: { symbol, decimals }, amount, claimableAt }) =>
          `${formatUnits(amount, decimals)} ${symbol}: to be claimed from ${waitText(claimableAt, now)}`,
      ),
    }
  })
}

/**
 * Rewards of a delegator behind an operator.
 * @param account Undefined: that of `--key`, and what can be claimed is.
 */
export async function rewards(
  context: ChainContext,
  service: ServiceName,
  operator: Address,
  account: Address | undefined,
): Promise<number> {
  const session = await openSession(context)
  const delegator = account ?? sessionAccount(session)
  const options = {
    chain: session.reader,
    deployment: session.deployment,
    operator,
    delegator,
    service: serviceId(service.rollup, service.kind),
  }
  const { timestamp } = await session.client.getBlock()
  const earned = await rewardsOf(options, REWARD_EPOCHS, timestamp)
  if (!context.json) showRewards(earned)
  if (account === undefined)
    return perform(session, claimRewardsCalls(options, earned), { rewards: earned })
  if (context.json) print({ operator, delegator, rewards: earned })
  return 0
}

/** As the vault's curator. */
export async function allocate(
  context: ChainContext,
  service: ServiceName,
  name: string,
  operator: Address,
  shares: bigint,
): Promise<number> {
  const { session, vault } = await open(context, name)
  const allocation = { service: serviceId(service.rollup, service.kind), operator, shares }
  const { reader, deployment } = session
  return perform(session, await allocateCalls(reader, deployment, vault.address, allocation))
}

async function open(
  context: ChainContext,
  name: string,
): Promise<{ readonly session: Session; readonly vault: Vault }> {
  const session = await openSession(context)
  // Before anything is asked of the chain.
  if (context.key === undefined) throw new UsageError('--key is required')
  const vaults = await vaultsOf(session.reader, session.deployment)
  return { session, vault: findVault(vaults, name) }
}

/** A withdrawal takes between one and two epochs. */
function days(epoch: number): string {
  return `${durationText(BigInt(epoch))} to ${durationText(2n * BigInt(epoch))}`
}
