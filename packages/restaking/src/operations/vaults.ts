import type { ChainReader } from '@altlayer/launch/deploy'
import { opStackArtifact } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import { formatUnits } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { sameAddress } from '../deploy/names.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'

// What a delegator does with a Symbiotic vault, and its curator with its stake.

/** A vault and its asset. */
export interface Vault {
  readonly address: Address
  readonly asset: Address
  /** As the asset's contract says; assets are those that the deployment accepts. */
  readonly symbol: string
  readonly decimals: number
  /** Seconds of a vault epoch: a withdrawal takes the rest of the current one and a whole one. */
  readonly epochDuration: number
}

/** A withdrawal that has begun and was not claimed. */
export interface VaultWithdrawal {
  /** The vault's epoch at whose end it is due. */
  readonly epoch: bigint
  /** In units of the asset, after slashes so far. */
  readonly amount: bigint
  /** Unix time. */
  readonly claimableAt: bigint
  readonly isClaimable: boolean
}

/** What an account has in a vault, in units of the asset. */
export interface VaultPosition {
  /** In the account itself. */
  readonly balance: bigint
  readonly deposited: bigint
  readonly withdrawals: readonly VaultWithdrawal[]
}

/** No vault of the deployment is meant, or more than one. */
export class UnknownVaultError extends Error {
  override readonly name = 'UnknownVaultError'
}

/** An account has less than it would move. */
export class InsufficientAssetsError extends Error {
  override readonly name = 'InsufficientAssetsError'
}

/** The vaults of a deployment. */
export function vaultsOf(chain: ChainReader, { vaults }: AltDeployment): Promise<readonly Vault[]> {
  return Promise.all(
    vaults.map(async ({ address, epochDuration }) => {
      const asset = await chain.read<Address>(address, abiOf.vault(), 'collateral')
      const [symbol, decimals] = await Promise.all([
        chain.read<string>(asset, abiOf.alt(), 'symbol'),
        chain.read<number>(asset, abiOf.alt(), 'decimals'),
      ])
      return { address, asset, symbol, decimals: Number(decimals), epochDuration }
    }),
  )
}

/** A vault by its address, or by its asset's symbol where one alone has it. Throws UnknownVaultError. */
export function findVault(vaults: readonly Vault[], text: string): Vault {
  const found = /^0x[0-9a-fA-F]{40}$/.test(text)
    ? vaults.filter(({ address }) => sameAddress(address, text as Address))
    : vaults.filter(({ symbol }) => symbol.toLowerCase() === text.toLowerCase())
  const [vault] = found
  if (vault !== undefined && found.length === 1) return vault
  const known = vaults.map(({ symbol, address }) => `${symbol} ${address}`).join(', ') || 'none'
  throw new UnknownVaultError(
    found.length === 0
      ? `the deployment has no vault ${text}: it has ${known}`
      : `${found.length} vaults take ${text}: name one by its address, of ${known}`,
  )
}

/** @param now Unix time of the newest block. */
export async function vaultPosition(
  chain: ChainReader,
  vault: Vault,
  account: Address,
  now: bigint,
): Promise<VaultPosition> {
  const [balance, deposited, withdrawals] = await Promise.all([
    chain.read<bigint>(vault.asset, abiOf.alt(), 'balanceOf', [account]),
    chain.read<bigint>(vault.address, abiOf.vault(), 'activeBalanceOf', [account]),
    openWithdrawals(chain, vault.address, account, now),
  ])
  return { balance, deposited, withdrawals }
}

/**
 * Unix time from which on what is withdrawn in a block at `now` can be claimed; what `account`, where one is
 * given, withdrew last, unless that is due.
 */
export async function withdrawalEnd(
  chain: ChainReader,
  vault: Address,
  now: bigint,
  account?: Address,
): Promise<bigint> {
  const last = account && (await openWithdrawals(chain, vault, account, now)).at(-1)
  if (last?.isClaimable === false) return last.claimableAt
  const { start, duration } = await epochsOf(chain, vault)
  return start + ((now - start) / duration + 2n) * duration
}

async function epochsOf(
  chain: ChainReader,
  vault: Address,
): Promise<{ readonly start: bigint; readonly duration: bigint }> {
  const read = (name: string) => chain.read<number>(vault, abiOf.vault(), name)
  const [start, duration] = await Promise.all([read('epochDurationInit'), read('epochDuration')])
  return { start: BigInt(start), duration: BigInt(duration) }
}

/** Past epochs of a vault whose withdrawals are looked for. */
const CLAIM_EPOCHS = 100n

/** Withdrawals of the account that are due or to come, of the last hundred epochs of the vault. */
export async function openWithdrawals(
  chain: ChainReader,
  vault: Address,
  account: Address,
  now: bigint,
): Promise<readonly VaultWithdrawal[]> {
  const read = <T>(name: string, args: readonly unknown[] = []) =>
    chain.read<T>(vault, abiOf.vault(), name, args)
  const [current, { start, duration }] = await Promise.all([
    read<bigint>('currentEpoch'),
    epochsOf(chain, vault),
  ])
  const oldest = current > CLAIM_EPOCHS ? current - CLAIM_EPOCHS : 0n
  // A withdrawal that begins now is of the next epoch.
  const epochs = Array.from({ length: Number(current - oldest) + 2 }, (_, i) => oldest + BigInt(i))
  const all = await Promise.all(
    epochs.map(async (epoch) => {
      const args = [epoch, account]
      const amount = await read<bigint>('withdrawalsOf', args)
      if (amount === 0n || (await read<boolean>('isWithdrawalsClaimed', args))) return []
      const claimableAt = start + (epoch + 1n) * duration
      return [{ epoch, amount, claimableAt, isClaimable: now >= claimableAt }]
    }),
  )
  return all.flat()
}

/**
 * Restakes an amount. Throws InsufficientAssetsError.
 * @param wrap Makes the asset, a WETH, of the account's ether first.
 */
export async function vaultDepositCalls(
  chain: ChainReader,
  vault: Vault,
  account: Address,
  amount: bigint,
  wrap = false,
): Promise<readonly Call[]> {
  const { address, asset, symbol } = vault
  const weth = opStackArtifact('WETH98').abi
  if (!wrap) {
    const balance = await chain.read<bigint>(asset, abiOf.alt(), 'balanceOf', [account])
    if (balance < amount)
      throw new InsufficientAssetsError(
        `${account} has ${units(vault, balance)} ${symbol}, not ${units(vault, amount)}`,
      )
  }
  return [
    ...(wrap
      ? [{ ...makeCall(`Wrap ether into ${symbol}`, asset, weth, 'deposit'), value: amount }]
      : []),
    makeCall(`Approve ${symbol}`, asset, abiOf.alt(), 'approve', [address, amount]),
    makeCall(`Deposit ${symbol} into vault ${address}`, address, abiOf.vault(), 'deposit', [
      account,
      amount,
    ]),
  ]
}

/** Begins a withdrawal; `vaultClaimCall` pays it out at its end. Throws InsufficientAssetsError. */
export async function vaultWithdrawCall(
  chain: ChainReader,
  vault: Vault,
  account: Address,
  amount: bigint,
): Promise<Call> {
  const { address, symbol } = vault
  const deposited = await chain.read<bigint>(address, abiOf.vault(), 'activeBalanceOf', [account])
  if (deposited < amount)
    throw new InsufficientAssetsError(
      `${account} has ${units(vault, deposited)} ${symbol} in the vault, not ${units(vault, amount)}`,
    )
  return makeCall(
    `Begin to withdraw ${symbol} from vault ${address}`,
    address,
    abiOf.vault(),
    'withdraw',
    [account, amount],
  )
}

/** Pays out what is due; no call where nothing is. */
export function vaultClaimCalls(
  vault: Address,
  account: Address,
  withdrawals: readonly VaultWithdrawal[],
): readonly Call[] {
  const epochs = withdrawals.filter(({ isClaimable }) => isClaimable).map(({ epoch }) => epoch)
  if (epochs.length === 0) return []
  return [
    makeCall(
      `Claim what was withdrawn from vault ${vault}, epochs ${epochs.join(', ')}`,
      vault,
      abiOf.vault(),
      'claimBatch',
      [account, epochs],
    ),
  ]
}

/** No operator has admitted the vault for the service yet. */
export class VaultNotAdmittedError extends Error {
  override readonly name = 'VaultNotAdmittedError'
  constructor(vault: Address) {
    super(`no operator has admitted vault ${vault} for the service: one registers with it first`)
  }
}

/** Whom a curator gives stake for what. */
export interface StakeAllocation {
  readonly service: Hash
  readonly operator: Address
  /** Relative to the other operators': stake is divided by shares. 0 takes all away. */
  readonly shares: bigint
}

/** The curator of a vault gives an operator its shares of the stake for a service. Throws VaultNotAdmittedError. */
export async function allocateCalls(
  chain: ChainReader,
  deployment: AltDeployment,
  vault: Address,
  { service, operator, shares }: StakeAllocation,
): Promise<readonly Call[]> {
  const source = contractAddress(deployment, 'SymbioticStakeSource')
  const subnetwork = await chain.read<Hash>(source, abiOf.source(), 'subnetworkOf', [service])
  const delegator = await chain.read<Address>(vault, abiOf.vault(), 'delegator')
  const read = <T>(name: string, ...more: readonly unknown[]) =>
    chain.read<T>(delegator, abiOf.delegator(), name, [subnetwork, ...more])
  const most = BigInt(subnetwork) === 0n ? 0n : await read<bigint>('maxNetworkLimit')
  if (most === 0n) throw new VaultNotAdmittedError(vault)
  const [limit, now] = await Promise.all([
    read<bigint>('networkLimit'),
    read<bigint>('operatorNetworkShares', operator),
  ])
  const set = (title: string, name: string, ...args: readonly unknown[]) =>
    makeCall(title, delegator, abiOf.delegator(), name, [subnetwork, ...args])
  return [
    ...(limit === most ? [] : [set('Open the vault to the service', 'setNetworkLimit', most)]),
    ...(now === shares
      ? []
      : [
          set(
            `Give operator ${operator} ${shares} shares`,
            'setOperatorNetworkShares',
            operator,
            shares,
          ),
        ]),
  ]
}

function units({ decimals }: Vault, amount: bigint): string {
  return formatUnits(amount, decimals)
}
