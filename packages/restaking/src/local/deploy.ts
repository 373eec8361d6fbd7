import { existsSync } from 'node:fs'
import {
  connectL1,
  type L1Client,
  type RunContext,
  rpc,
  writeFileAtomically,
} from '@altlayer/launch/deploy'
import type { Address, Hex } from '@altlayer/protocol'
import { type AltDeployment, deployAlt } from '../deploy/deploy.ts'
import { deploymentJson, readDeployment } from '../deploy/file.ts'
import { assetContracts, deployAssets } from './assets.ts'
import { type LocalRollup, localConfig, localSalt } from './config.ts'
import { currentEpoch, keepTables, openServices } from './services.ts'
import { connectLocal, stakeLocally } from './stake.ts'

/** A running local network, whose L1 is our own Anvil. */
export interface LocalNetwork extends LocalRollup {
  readonly l1Url: string
  readonly l2Url: string
  /** Of the rollup's owner, who deploys. */
  readonly ownerKey: Hex
  /** Accounts that get LST and ALT. */
  readonly users: readonly Address[]
}

/** Where deployments are written; their journals stand beside them. */
export interface LocalPaths {
  readonly l1: string
  readonly l2: string
}

/** ALT and restaking on both chains of a local network. */
export interface LocalRestaking {
  /** With `WETH` and `LST` among the contracts. */
  readonly l1: AltDeployment
  readonly l2: AltDeployment
  readonly operator: Address
  /** Epoch whose stake tables are rolled. */
  readonly epoch: number
}

/** What a running network's restaking asks for. */
export interface RestakingKeeper {
  /** Epoch that the chain is in. */
  currentEpoch(): Promise<number>
  /** Does what a new epoch asks for: seats and tables. Returns the epoch. */
  keep(): Promise<number>
}

/**
 * Brings about ALT and restaking on a local network, both chains at a time: assets, Symbiotic Core, our
 * contracts, stake, an operator with a seat and a table in each service, ALT on the rollup. Run again it
 * goes on where it was; what stands is left alone. `secret`: the operator's BN254 key.
 */
export async function deployLocal(
  network: LocalNetwork,
  paths: LocalPaths,
  secret: Uint8Array,
  progress: LocalProgress,
  signal: AbortSignal,
): Promise<{ readonly restaking: LocalRestaking; readonly keeper: RestakingKeeper }> {
  const { l1Url: url, l1ChainId: chainId } = network
  // The rollup takes in one L1 block with each of its own, and none from the future: were blocks mined faster
  // than seconds go by, which gives each a second of its own, deposits would wait until it has caught up.
  const mine = async () => {
    const { timestamp } = (await rpc(url, 'eth_getBlockByNumber', ['latest', false])) as {
      readonly timestamp: Hex
    }
    if (Number(timestamp) < Math.floor(Date.now() / 1_000)) await rpc(url, 'evm_mine', [])
  }
  const connect = (key: Hex) => connectL1({ url, key, chainId, mine, signal })
  const owner = await connect(network.ownerKey)
  const assets = await deployAssets(owner, localSalt())
  const config = localConfig(network, assets)
  const clients = await connectLocal(owner, connect)
  const { l2ChainId, users } = network
  const deployL1 = async () => {
    const deployed = await deployAlt({
      client: owner,
      config,
      statePath: journalPath(paths.l1),
      progress: (event) => progress('l1', event),
      // A table is of services and stake that were there when its epoch began.
      beforeTable: async (deployment) => {
        await openServices(owner, deployment, l2ChainId)
        await stakeLocally({
          ...{ clients, deployment, assets, l2ChainId, users, secret },
          ...{ mine, signal },
        })
      },
    })
    return { ...deployed, contracts: { ...assetContracts(assets), ...deployed.contracts } }
  }
  const deployL2 = async () => {
    const client = await connectL1({
      url: network.l2Url,
      key: network.ownerKey,
      chainId: l2ChainId,
      pollInterval: L2_POLL,
      signal,
    })
    return standing(paths.l2, client, () =>
      deployAlt({
        client,
        config,
        statePath: journalPath(paths.l2),
        progress: (event) => progress('l2', event),
      }),
    )
  }
  const [l1, l2] = await Promise.all([standing(paths.l1, owner, deployL1), deployL2()])
  const keep = () => keepTables(clients.operator, l1, l2ChainId)
  const restaking = { l1, l2, operator: clients.operator.account, epoch: await keep() }
  return { restaking, keeper: { currentEpoch: () => currentEpoch(owner, l1), keep } }
}

/** Told after each step that is done, or was. */
export type LocalProgress = (
  chain: 'l1' | 'l2',
  event: Parameters<NonNullable<RunContext['progress']>>[0],
) => void

/** Milliseconds: the rollup has a block every second. */
const L2_POLL = 200

/** Where the journal of a deployment is kept: it alone tells where Slasher and vaults are. */
export function journalPath(deploymentPath: string): string {
  return `${deploymentPath.replace(/\.json$/, '')}.journal.json`
}

/**
 * The deployment that a file tells of, if the chain still has all of it: whatever release made it, it is
 * the network's. Else what `deploy` makes, which the file tells of from then on.
 */
async function standing(
  path: string,
  client: L1Client,
  deploy: () => Promise<AltDeployment>,
): Promise<AltDeployment> {
  if (existsSync(path)) {
    const found = readDeployment(path)
    const contracts = [...Object.values(found.contracts), ...found.vaults.map((v) => v.address)]
    const codes = await Promise.all(contracts.map((address) => client.code(address)))
    if (codes.every((code) => code !== '0x')) return found
  }
  const deployed = await deploy()
  writeFileAtomically(path, deploymentJson(deployed))
  return deployed
}
