import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { proofConfigHash } from '@altlayer/engine'
import {
  type BlobFork,
  l1BlobForks as blobForksOf,
  genesisToJson,
  type Hash,
  type Hex,
  lowerCaseAddress,
  MalformedInputError,
  parseL1ChainConfig,
  parseRollupConfig,
  type RollupConfig,
  rollupConfigToJson,
} from '@altlayer/protocol'
import { BlockNotFoundError } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { DEV_BALANCE, devDeployer, devRoleKeys, fundedAddresses, userAccounts } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil/anvil.ts'
import type { LaunchedRollup, LaunchOptions, LaunchRollup, Progress } from './api.ts'
import { opStackArtifact, programPrestate } from './artifacts.ts'
import { writeFileAtomically } from './files.ts'
import { buildGenesis } from './genesis/genesis.ts'
import { multicall3 } from './genesis/preinstalls.ts'
import { addressesJson, registryAddresses, vitalAddresses } from './l1/addresses.ts'
import { connectL1, type L1Client } from './l1/client.ts'
import {
  DEFAULT_GAME,
  DEFAULT_L2_GAS_LIMIT,
  DEFAULT_SCALARS,
  type DeployConfig,
  LOCAL_DELAYS,
  PUBLIC_DELAYS,
  VITAL_GAME_TYPE,
} from './l1/config.ts'
import { allSteps, contractSteps } from './l1/op-stack.ts'
import type { AddressOf } from './l1/plan.ts'
import { originOf, RpcUnreachableError, rpc } from './l1/rpc.ts'
import { runSteps } from './l1/run.ts'
import { openStateFile } from './l1/state-file.ts'
import { verifyDeployment } from './l1/verify.ts'
import type { Dispute } from './l1/vital.ts'
import { rollupConfigOf } from './rollup-config.ts'
import {
  isExternal,
  type LaunchSettings,
  readSettings,
  resolveSettings,
  writeSettings,
} from './settings.ts'

/** The L1 is not the one that the rollup in the data directory began on. */
export class L1MismatchError extends Error {
  override readonly name = 'L1MismatchError'
}

/** A file of an earlier launch, or one that was given, that cannot be read as what it is; the message names file and field. */
export class ChainFileError extends Error {
  override readonly name = 'ChainFileError'
}

const ZERO_SALT: Hash = `0x${'00'.repeat(32)}`

interface Paths {
  readonly settings: string
  readonly deployment: string
  readonly addresses: string
  readonly rollup: string
  readonly genesis: string
}

interface Launch {
  readonly settings: LaunchSettings
  readonly paths: Paths
  /** undefined: those that are known of L1. */
  readonly l1BlobForks: readonly BlobFork[] | undefined
}

/** Starts or reaches the L1, deploys what is not there yet, writes the genesis files. */
export const launchRollup: LaunchRollup = async (options, progress = () => undefined) => {
  const external = isExternal(options.l1) ? options.l1 : undefined
  const key = external?.deployerKey ?? devDeployer().privateKey
  const paths = pathsBelow(options.dataDir)
  const settings = resolveSettings(options, readSettings(paths.settings), {
    ...(external && { chainId: await chainIdOf(external.url) }),
    deployer: lowerCaseAddress(privateKeyToAddress(key)),
  })
  const l1BlobForks = readL1BlobForks(options.l1ChainConfigPath, settings.l1ChainId)
  mkdirSync(join(options.dataDir, 'rollup'), { recursive: true })
  writeSettings(paths.settings, settings)
  const anvil = external ? undefined : await startLocalL1(options, settings, progress)
  const l1Url = external?.url ?? (anvil as Anvil).url
  try {
    const client = await connectL1({
      url: l1Url,
      key,
      chainId: settings.l1ChainId,
      ...(anvil && { mine: anvil.mine }),
      ...(options.signal && { signal: options.signal }),
    })
    if (external)
      progress({ stage: 'l1', message: `L1 chain ${settings.l1ChainId} at ${originOf(l1Url)}` })
    const launched = await deploy(client, { settings, paths, l1BlobForks }, progress)
    return {
      l1Url,
      l1ChainId: settings.l1ChainId,
      l2ChainId: settings.l2ChainId,
      rollupConfigPath: paths.rollup,
      genesisPath: paths.genesis,
      addressesPath: paths.addresses,
      ...launched,
      roles: settings.roles,
      accounts: external ? [] : userAccounts(),
      roleKeys: external ? keysOf(settings, key) : devRoleKeys(settings.roles),
      l1Exited: anvil?.exited ?? new Promise(() => undefined),
      stop: async () => anvil?.stop(),
    } satisfies LaunchedRollup
  } catch (error) {
    await anvil?.stop()
    throw error
  }
}

async function startLocalL1(
  options: LaunchOptions,
  settings: LaunchSettings,
  progress: Progress,
): Promise<Anvil> {
  const local = isExternal(options.l1) ? undefined : options.l1
  const anvil = await startAnvil({
    folder: join(options.dataDir, 'l1'),
    port: local?.port ?? DEFAULT_L1_PORT,
    chainId: settings.l1ChainId,
    blockTime: settings.l1BlockTime,
    onProcess: (pid) => options.onProcess?.('anvil', pid),
    ...(options.signal && { signal: options.signal }),
  })
  if (anvil.rolledBackTo)
    progress({
      stage: 'l1',
      message: `the L1 was killed while it wrote its state: it continues from ${anvil.rolledBackTo.toISOString()}, later L1 blocks are lost`,
    })
  // Every public L1 has it, and a stock viem asks it for dispute games.
  const { address, code } = multicall3()
  await rpc(anvil.url, 'anvil_setCode', [address, code])
  progress({ stage: 'l1', message: `L1 chain ${settings.l1ChainId} at ${anvil.url}` })
  return anvil
}

const DEFAULT_L1_PORT = 8_545

/** Deploys in two parts: the L2 genesis needs the contracts, their anchor needs the genesis. */
async function deploy(
  client: L1Client,
  { settings, paths, l1BlobForks }: Launch,
  progress: Progress,
): Promise<Pick<LaunchedRollup, 'addresses' | 'genesisHash'>> {
  const config = deployConfig(settings)
  // First: nothing is sent to an L1 that is not the rollup's.
  const saved = settings.genesis && (await checkGenesis(client, settings.genesis, paths))
  const { l1ChainId, l2ChainId, deployer, salt } = config
  const context = {
    client,
    state: openStateFile(paths.deployment, { l1ChainId, l2ChainId, deployer, salt }),
    reported: new Set<string>(),
    total: allSteps(config, ZERO_SALT, { absolutePrestate: ZERO_SALT, configHash: ZERO_SALT })
      .length,
    progress: ({ step, done, total, found }: StepEvent) =>
      progress({ stage: 'deploy', message: step, done, total, ...(found && { found }) }),
  }
  const address = await runSteps(contractSteps(config), context)
  const addresses = registryAddresses(config, address)
  const genesis = saved ?? (await writeGenesis(client, config, settings, paths, address, progress))
  const rollup = readRollupConfig(paths.rollup)
  const dispute = disputeOf({ ...rollup, ...(l1BlobForks && { l1BlobForks }) })
  const withGame = await runSteps(allSteps(config, genesis.outputRoot, dispute), context)
  await verifyDeployment(config, client, withGame, genesis.outputRoot)
  const all = { ...addresses, ...vitalAddresses(withGame) }
  writeFileAtomically(paths.addresses, addressesJson(all))
  progress({ stage: 'deploy', message: 'deployment verified' })
  return { addresses: all, genesisHash: genesis.hash }
}

/** What a dispute about the rollup is about: the program of this release, and the rollup's configuration. */
function disputeOf(config: RollupConfig): Dispute {
  const configHash = proofConfigHash({ config, l1BlobForks: blobForksOf(config) })
  return { absolutePrestate: programPrestate(), configHash }
}

interface StepEvent {
  readonly step: string
  readonly done: number
  readonly total: number
  readonly found: boolean
}

type GenesisRecord = NonNullable<LaunchSettings['genesis']>

async function writeGenesis(
  client: L1Client,
  config: DeployConfig,
  settings: LaunchSettings,
  paths: Paths,
  address: AddressOf,
  progress: Progress,
): Promise<GenesisRecord> {
  const { abi } = opStackArtifact('SystemConfig')
  const blockNumber = await client.read<bigint>(address('SystemConfigProxy'), abi, 'startBlock')
  const block = await client.public.getBlock({ blockNumber })
  const built = buildGenesis({
    l1ChainId: config.l1ChainId,
    l2ChainId: config.l2ChainId,
    l1CrossDomainMessenger: address('L1CrossDomainMessengerProxy'),
    l1StandardBridge: address('L1StandardBridgeProxy'),
    l1ERC721Bridge: address('L1ERC721BridgeProxy'),
    owner: config.roles.owner,
    feeRecipient: config.roles.feeRecipient,
    timestamp: block.timestamp,
    gasLimit: config.l2GasLimit,
    funded: settings.fundDevAccounts
      ? fundedAddresses().map((funded) => ({ address: funded, balance: DEV_BALANCE }))
      : [],
  })
  const rollup = rollupConfigOf(
    config,
    built,
    settings.l2BlockTime,
    { number: blockNumber, hash: block.hash },
    registryAddresses(config, address),
  )
  writeFileAtomically(paths.genesis, `${JSON.stringify(genesisToJson(built.genesis))}\n`)
  writeFileAtomically(paths.rollup, `${JSON.stringify(rollupConfigToJson(rollup), null, 2)}\n`)
  const record = { hash: built.hash, outputRoot: built.outputRoot }
  // Last: only now do the files count.
  writeSettings(paths.settings, { ...settings, genesis: record })
  progress({ stage: 'genesis', message: `L2 genesis ${built.hash}` })
  return record
}

/** The files of an earlier launch, and that the L1 still has the block they begin on. */
async function checkGenesis(
  client: L1Client,
  record: GenesisRecord,
  paths: Paths,
): Promise<GenesisRecord> {
  for (const path of [paths.genesis, paths.rollup]) {
    if (!existsSync(path))
      throw new L1MismatchError(`${path} is missing from a data directory that had it`)
  }
  const { l1, l2 } = readRollupConfig(paths.rollup).genesis
  if (l2.hash !== record.hash)
    throw new L1MismatchError(`${paths.rollup}: genesis ${l2.hash}, launched with ${record.hash}`)
  const block = await client.public.getBlock({ blockNumber: l1.number }).catch((error) => {
    if (error instanceof BlockNotFoundError) return undefined
    throw error
  })
  if (block?.hash !== l1.hash)
    throw new L1MismatchError(
      `the rollup began on L1 block ${l1.number} ${l1.hash}; this L1 has ${block?.hash ?? 'no such block'}`,
    )
  return record
}

function readRollupConfig(path: string): RollupConfig {
  return readChainFile(path, (json) => parseRollupConfig(json))
}

/** Before anything is sent: a bad file costs no deployment. */
function readL1BlobForks(path: string | undefined, l1ChainId: number) {
  if (path === undefined) return undefined
  return readChainFile(path, (json) => parseL1ChainConfig(json, BigInt(l1ChainId)))
}

function readChainFile<T>(path: string, parse: (json: unknown) => T): T {
  try {
    return parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const malformed = cause instanceof SyntaxError || cause instanceof MalformedInputError
    if (!malformed && code === undefined) throw cause
    throw new ChainFileError(`${path}: ${malformed ? message : code}`, { cause })
  }
}

function deployConfig(settings: LaunchSettings): DeployConfig {
  return {
    l1ChainId: settings.l1ChainId,
    l2ChainId: settings.l2ChainId,
    deployer: settings.deployer,
    roles: settings.roles,
    salt: ZERO_SALT,
    l2GasLimit: DEFAULT_L2_GAS_LIMIT,
    ...DEFAULT_SCALARS,
    ...(settings.l1 === 'local' ? LOCAL_DELAYS : PUBLIC_DELAYS),
    ...DEFAULT_GAME,
    gameType: VITAL_GAME_TYPE,
  }
}

function keysOf(settings: LaunchSettings, deployerKey: Hex): LaunchedRollup['roleKeys'] {
  const own = Object.entries(settings.roles).filter(([, role]) => role === settings.deployer)
  return Object.fromEntries(own.map(([name]) => [name, deployerKey]))
}

async function chainIdOf(url: string): Promise<number> {
  const answer = await rpc<unknown>(url, 'eth_chainId', [])
  if (typeof answer === 'string' && /^0x[0-9a-f]{1,13}$/i.test(answer)) return Number(answer)
  throw new RpcUnreachableError(url, `eth_chainId is answered with ${JSON.stringify(answer)}`)
}

function pathsBelow(dataDir: string): Paths {
  const below = (name: string) => join(dataDir, 'rollup', name)
  return {
    settings: below('launch.json'),
    deployment: below('deployment.json'),
    addresses: below('addresses.json'),
    rollup: below('rollup.json'),
    genesis: below('genesis.json'),
  }
}
