import { setTimeout as sleep } from 'node:timers/promises'
import { devAccount } from '@altlayer/launch'
import { type L1Client, ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import type { AltDeployment } from '../deploy/deploy.ts'
import { transferCall, vestingWallets } from '../operations/alt.ts'
import { abiOf, type Call, contractAddress, makeCall } from '../operations/call.ts'
import { membershipCalls, serviceId } from '../operations/operator.ts'
import { sendTogether } from '../operations/send.ts'
import { mintCalls, withoutBalance, wrapCall } from './assets.ts'
import { LOCAL_ACCOUNTS, LOCAL_SERVICES, type LocalAssets } from './config.ts'

// What people do on a public network before its first epoch: ALT is handed out, stake is deposited,
// operators register, the curator gives them the stake. Each call is left out where the chain shows it
// done, so that an interrupted run goes on.

const ETHER = 10n ** 18n
/** What each user account gets of LST and ALT, wei. */
const USER_LST = 1_000n * ETHER
const USER_ALT = 1_000_000n * ETHER
/** What is restaked, wei: many times the minimum of `services.ts`. */
const ETH_STAKE = 1_000n * ETHER
const ALT_STAKE = 10_000_000n * ETHER

/** Who signs what on a local network. */
export interface LocalClients {
  /** Deploys, mints the LST, owns the rollup. */
  readonly owner: L1Client
  readonly launchpool: L1Client
  readonly operator: L1Client
  readonly curator: L1Client
  readonly restaker: L1Client
}

export interface LocalStake {
  readonly clients: LocalClients
  readonly deployment: AltDeployment
  readonly assets: LocalAssets
  readonly l2ChainId: number
  /** Accounts that get LST and ALT to play with. */
  readonly users: readonly Address[]
  /** The operator's BN254 key. */
  readonly secret: Uint8Array
  readonly mine: () => Promise<void>
  readonly signal: AbortSignal
}

/** Hands out, deposits, registers, divides; returns once the chain's time is past all of it. */
export async function stakeLocally(stake: LocalStake): Promise<void> {
  const { owner, launchpool, operator, restaker, curator } = stake.clients
  const { lst } = stake.assets
  const mints = [
    ...(await mintCalls(owner, lst, stake.users, USER_LST)),
    ...(await mintCalls(owner, lst, [restaker.account], ETH_STAKE)),
  ]
  const receivers = [...stake.users, operator.account, restaker.account]
  const handedOut = await altCalls(launchpool, stake.deployment, receivers)
  await Promise.all([
    sendTogether(owner, mints),
    sendTogether(launchpool, handedOut),
    registerOperator(stake),
  ])
  await Promise.all([
    sendTogether(restaker, await depositCalls(stake)),
    sendTogether(curator, await divisionCalls(stake)),
  ])
  await untilPast(stake)
}

/** ALT of the launchpool, once released, to each that has none: the last gets what is to be staked. */
async function altCalls(
  client: L1Client,
  deployment: AltDeployment,
  receivers: readonly Address[],
): Promise<readonly Call[]> {
  const token = contractAddress(deployment, 'AltToken')
  const { abi } = ownArtifact('AltVestingWallet')
  const releases: Call[] = []
  for (const wallet of await vestingWallets(client.public, deployment, client.account))
    if ((await client.read<bigint>(wallet, abi, 'releasable', [token])) > 0n)
      releases.push(makeCall('Release ALT of the launchpool', wallet, abi, 'release', [token]))
  const missing = await withoutBalance(client, token, receivers)
  const amount = (to: Address) => (to === receivers.at(-1) ? ALT_STAKE : USER_ALT)
  return [...releases, ...missing.map((to) => transferCall(deployment, to, amount(to)))]
}

/** A deposit into each vault that holds none of the restaker's. */
async function depositCalls({
  clients: { restaker },
  deployment,
  assets,
}: LocalStake): Promise<readonly Call[]> {
  const account = restaker.account
  const calls: Call[] = []
  for (const { asset, address: vault } of deployment.vaults) {
    const staked = await restaker.read<bigint>(vault, abiOf.vault(), 'activeBalanceOf', [account])
    if (staked > 0n) continue
    const token = asset === 'ALT' ? contractAddress(deployment, 'AltToken') : asset
    const amount = asset === 'ALT' ? ALT_STAKE : ETH_STAKE
    if (token === assets.weth) calls.push(wrapCall(token, amount))
    calls.push(
      makeCall('Approve a deposit', token, abiOf.alt(), 'approve', [vault, amount]),
      makeCall('Deposit into a vault', vault, abiOf.vault(), 'deposit', [account, amount]),
    )
  }
  return calls
}

/** The operator becomes one of each service. */
async function registerOperator(stake: LocalStake): Promise<void> {
  const { clients, deployment, secret, l2ChainId } = stake
  const missing = new Map<string, Call>()
  for (const kind of LOCAL_SERVICES) {
    const calls = await membershipCalls({
      chain: clients.operator,
      deployment,
      operator: clients.operator.account,
      service: serviceId(BigInt(l2ChainId), kind),
      vaults: deployment.vaults.map(({ address }) => address),
      secret,
    })
    // Opt-ins and the key are for all services, once.
    for (const call of calls) missing.set(`${call.to} ${call.data}`, call)
  }
  await sendTogether(clients.operator, [...missing.values()])
}

const ALL = 2n ** 256n - 1n

/** The curator gives each service all of each vault, and the operator all of that. */
async function divisionCalls({
  clients: { curator, operator },
  deployment,
  l2ChainId,
}: LocalStake): Promise<readonly Call[]> {
  const source = contractAddress(deployment, 'SymbioticStakeSource')
  const delegatorAbi = abiOf.delegator()
  const calls: Call[] = []
  for (const { address: vault } of deployment.vaults) {
    const delegator = await curator.read<Address>(vault, abiOf.vault(), 'delegator')
    for (const kind of LOCAL_SERVICES) {
      const service = serviceId(BigInt(l2ChainId), kind)
      const subnetwork = await curator.read<Hash>(source, abiOf.source(), 'subnetworkOf', [service])
      const [limit, shares] = await Promise.all([
        curator.read<bigint>(delegator, delegatorAbi, 'networkLimit', [subnetwork]),
        curator.read<bigint>(delegator, delegatorAbi, 'operatorNetworkShares', [
          subnetwork,
          operator.account,
        ]),
      ])
      if (limit === 0n)
        calls.push(
          makeCall('Open a vault to a service', delegator, delegatorAbi, 'setNetworkLimit', [
            subnetwork,
            ALL,
          ]),
        )
      if (shares === 0n)
        calls.push(
          makeCall(
            'Give stake to an operator',
            delegator,
            delegatorAbi,
            'setOperatorNetworkShares',
            [subnetwork, operator.account, ETHER],
          ),
        )
    }
  }
  return calls
}

/** Milliseconds between blocks that are mined for their time. */
const MINE_INTERVAL = 250

/** Mines until blocks are younger than what is in the newest one now: regular ones may be far away. */
async function untilPast({ clients: { owner }, mine, signal }: LocalStake): Promise<void> {
  const { timestamp } = await owner.public.getBlock()
  while ((await owner.public.getBlock()).timestamp <= timestamp) {
    await sleep(MINE_INTERVAL, undefined, { signal })
    await mine()
  }
}

/** The accounts of LOCAL_ACCOUNTS, each with its own client. */
export async function connectLocal(
  owner: L1Client,
  connect: (key: `0x${string}`) => Promise<L1Client>,
): Promise<LocalClients> {
  const client = (name: keyof typeof LOCAL_ACCOUNTS) =>
    connect(devAccount(LOCAL_ACCOUNTS[name]).privateKey)
  const [launchpool, operator, curator, restaker] = await Promise.all([
    client('launchpool'),
    client('operator'),
    client('curator'),
    client('restaker'),
  ])
  return { owner, launchpool, operator, curator, restaker }
}
