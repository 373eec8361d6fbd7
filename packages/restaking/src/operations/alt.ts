import type { ChainReader } from '@altlayer/launch/deploy'
import { opStackArtifact, ownArtifact } from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import type { PublicClient } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { sameAddress } from '../deploy/names.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'
import { eventsBackwards } from './logs.ts'
import { openWithdrawals, vaultClaimCalls } from './vaults.ts'

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

/** Begins to turn shares of reALT into ALT; `claimCalls` pays them out after the cooldown. */
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

/**
 * Calls that pay out what is due to the account: what its vesting wallets have released, and what it
 * unstaked from reALT's vault and whose cooldown is over, of the last hundred vault epochs.
 */
export async function claimCalls(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  account: Address,
): Promise<readonly Call[]> {
  const token = contractAddress(deployment, 'AltToken')
  const wallet = ownArtifact('AltVestingWallet').abi
  const calls: Call[] = []
  for (const address of await vestingWallets(client, deployment, account)) {
    const due = await chain.read<bigint>(address, wallet, 'releasable', [token])
    if (due > 0n)
      calls.push(makeCall(`Release from wallet ${address}`, address, wallet, 'release', [token]))
  }
  const staked = contractAddress(deployment, 'StakedAlt')
  const vault = await chain.read<Address>(staked, abiOf.staked(), 'vault')
  const { timestamp } = await client.getBlock()
  const withdrawals = await openWithdrawals(chain, vault, account, timestamp)
  return [...calls, ...vaultClaimCalls(vault, account, withdrawals)]
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
