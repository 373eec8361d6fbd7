import type { ChainReader } from '@altlayer/launch/deploy'
import { opStackArtifact, ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import type { PublicClient } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { sameAddress } from '../deploy/names.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'
import { eventsBackwards } from './logs.ts'
import type { Reward } from './rewards.ts'
import { openWithdrawals, vaultClaimCalls, withdrawalEnd } from './vaults.ts'

/** What an account holds, in wei. */
export interface AltBalance {
  readonly alt: bigint
  /** Votes that others and itself delegated to it. */
  readonly votes: bigint
  /** Shares of reALT, and the ALT they stand for; 0 on chains without reALT. */
  readonly shares: bigint
  readonly staked: bigint
}

export async function altBalance(
  chain: ChainReader,
  deployment: AltDeployment,
  account: Address,
): Promise<AltBalance> {
  const token = contractAddress(deployment, 'AltToken')
  const [alt, votes] = await Promise.all([
    chain.read<bigint>(token, abiOf.alt(), 'balanceOf', [account]),
    chain.read<bigint>(token, abiOf.alt(), 'getVotes', [account]),
  ])
  const restaked = deployment.contracts.StakedAlt
  if (restaked === undefined) return { alt, votes, shares: 0n, staked: 0n }
  const shares = await chain.read<bigint>(restaked, abiOf.staked(), 'balanceOf', [account])
  const staked = await chain.read<bigint>(restaked, abiOf.staked(), 'convertToAssets', [shares])
  return { alt, votes, shares, staked }
}

/** Amounts in wei of ALT. */
export function transferCall(deployment: AltDeployment, to: Address, amount: bigint): Call {
  const token = contractAddress(deployment, 'AltToken')
  return makeCall(`Transfer ALT to ${to}`, token, abiOf.alt(), 'transfer', [to, amount])
}

/** Gives the votes of what the account holds to `to`: without it they do not count. */
export function delegateCall(deployment: AltDeployment, to: Address): Call {
  const token = contractAddress(deployment, 'AltToken')
  return makeCall(`Delegate votes to ${to}`, token, abiOf.alt(), 'delegate', [to])
}

/** As `delegateCall`, and the votes of what still vests to the account. What is with `to` is left out. */
export async function delegateCalls(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  account: Address,
  to: Address,
): Promise<readonly Call[]> {
  const token = contractAddress(deployment, 'AltToken')
  const read = <T>(name: string, of: Address) => chain.read<T>(token, abiOf.alt(), name, [of])
  const isWith = async (of: Address) => sameAddress(await read<Address>('delegates', of), to)
  const calls = (await isWith(account)) ? [] : [delegateCall(deployment, to)]
  if (deployment.contracts.AltDistribution === undefined) return calls
  const { abi } = ownArtifact('AltVestingWallet')
  for (const wallet of await vestingWallets(client, deployment, account)) {
    if ((await read<bigint>('balanceOf', wallet)) === 0n || (await isWith(wallet))) continue
    const title = `Delegate the votes of wallet ${wallet} to ${to}`
    calls.push(makeCall(title, wallet, abi, 'delegate', [token, to]))
  }
  return calls
}

/** Turns ALT into reALT. */
export function stakeCalls(
  deployment: AltDeployment,
  account: Address,
  amount: bigint,
): readonly Call[] {
  const staked = contractAddress(deployment, 'StakedAlt')
  return [
    approval(deployment, staked, amount),
    makeCall('Stake ALT', staked, abiOf.staked(), 'deposit', [amount, account]),
  ]
}

/** Begins to turn shares of reALT into ALT; `altClaims` pays them out after the cooldown. */
export function unstakeCall(deployment: AltDeployment, account: Address, shares: bigint): Call {
  const staked = contractAddress(deployment, 'StakedAlt')
  return makeCall('Unstake reALT', staked, abiOf.staked(), 'requestRedeem', [
    shares,
    account,
    account,
  ])
}

/** `spender` may take `amount`, wei of ALT, from who sends it. */
export function approval(deployment: AltDeployment, spender: Address, amount: bigint): Call {
  const token = contractAddress(deployment, 'AltToken')
  return makeCall('Approve ALT', token, abiOf.alt(), 'approve', [spender, amount])
}

/** `withdrawalEnd` of what is unstaked. */
export async function cooldownEnd(
  chain: ChainReader,
  deployment: AltDeployment,
  now: bigint,
  account?: Address,
): Promise<bigint> {
  return withdrawalEnd(chain, await stakedVault(chain, deployment), now, account)
}

/** ALT of an account that it cannot claim yet. */
export interface WaitingAlt {
  /** In a vesting wallet, or unstaked and in its cooldown. */
  readonly kind: 'vesting' | 'cooldown'
  /** Wei; of what was unstaked, after slashes so far. */
  readonly amount: bigint
  /** Unix time from which on some of it can be claimed, which may have passed, and all of it. */
  readonly from: bigint
  readonly until: bigint
}

/**
 * Calls that pay out what is due to the account: what its vesting wallets have released, and what it
 * unstaked from reALT's vault and whose cooldown is over, of the last hundred vault epochs; and what
 * it waits for, the soonest first.
 * @param now Unix time of the newest block.
 */
export async function altClaims(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  account: Address,
  now: bigint,
): Promise<{ readonly calls: readonly Call[]; readonly waiting: readonly WaitingAlt[] }> {
  const token = contractAddress(deployment, 'AltToken')
  const { abi } = ownArtifact('AltVestingWallet')
  const calls: Call[] = []
  const waiting: WaitingAlt[] = []
  for (const wallet of await vestingWallets(client, deployment, account)) {
    const read = <T>(name: string, args: readonly unknown[] = []) =>
      chain.read<T>(wallet, abi, name, args)
    const [due, from, until, held] = await Promise.all([
      read<bigint>('releasable', [token]),
      read<bigint>('cliff'),
      read<bigint>('end'),
      chain.read<bigint>(token, abiOf.alt(), 'balanceOf', [wallet]),
    ])
    if (due > 0n)
      calls.push(makeCall(`Release from wallet ${wallet}`, wallet, abi, 'release', [token]))
    if (held > due) waiting.push({ kind: 'vesting', amount: held - due, from, until })
  }
  const vault = await stakedVault(chain, deployment)
  const withdrawals = await openWithdrawals(chain, vault, account, now)
  for (const { isClaimable, amount, claimableAt } of withdrawals)
    if (!isClaimable)
      waiting.push({ kind: 'cooldown', amount, from: claimableAt, until: claimableAt })
  const soonest = waiting.sort((a, b) => Number(a.until - b.until))
  return { calls: [...calls, ...vaultClaimCalls(vault, account, withdrawals)], waiting: soonest }
}

/** The calls of `altClaims` at the chain's newest block. */
export async function claimCalls(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  account: Address,
): Promise<readonly Call[]> {
  const { timestamp } = await client.getBlock()
  return (await altClaims(client, chain, deployment, account, timestamp)).calls
}

async function stakedVault(chain: ChainReader, deployment: AltDeployment): Promise<Address> {
  return chain.read(contractAddress(deployment, 'StakedAlt'), abiOf.staked(), 'vault')
}

/** Rewards of reALT behind an operator that are final begin to stream in to its holders. Anyone may. */
export function harvestCalls(
  deployment: AltDeployment,
  service: Hash,
  operator: Address,
  rewards: readonly Reward[],
): readonly Call[] {
  const epochs = rewards.filter(({ isClaimable }) => isClaimable).map(({ epoch }) => epoch)
  if (epochs.length === 0) return []
  const staked = contractAddress(deployment, 'StakedAlt')
  const title = `Harvest reALT's rewards of ${epochs.length} epochs`
  return [makeCall(title, staked, abiOf.staked(), 'harvest', [service, operator, epochs])]
}

/** Wallets that the distribution made for a beneficiary. */
export async function vestingWallets(
  client: PublicClient,
  deployment: AltDeployment,
  beneficiary: Address,
): Promise<readonly Address[]> {
  const created = eventsBackwards<{ readonly wallet: Address }>(client, {
    address: contractAddress(deployment, 'AltDistribution'),
    abi: ownArtifact('AltDistribution').abi,
    eventName: 'WalletCreated',
    args: { beneficiary },
  })
  const wallets: Address[] = []
  for await (const { wallet } of created) wallets.push(wallet)
  return wallets.reverse()
}

/** Gas that the message may use on the other side. */
const BRIDGE_GAS = 200_000

/**
 * Sends ALT to the same account on the other side of an OP Stack StandardBridge: locked on ALT's home
 * chain, burned on a rollup.
 */
export function bridgeCalls(
  deployment: AltDeployment,
  bridge: Address,
  amount: bigint,
): readonly Call[] {
  const token = contractAddress(deployment, 'AltToken')
  const { abi } = opStackArtifact('L1StandardBridge')
  const send = makeCall('Bridge ALT', bridge, abi, 'bridgeERC20', [
    token,
    token,
    amount,
    BRIDGE_GAS,
    '0x',
  ])
  // The governor stands on the home chain alone; there the bridge takes what it may spend.
  const isHome = deployment.contracts.AltGovernor !== undefined
  return isHome ? [approval(deployment, bridge, amount), send] : [send]
}
