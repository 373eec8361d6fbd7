import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { contractArtifact } from '@altlayer/contracts'
import { programPrestate, VITAL_GAME_TYPE } from '@altlayer/launch'
import { type Address, type Hash, l1BlobForks, parseRollupConfig } from '@altlayer/protocol'
import { createGameReader, createSender, type GameView, type Snapshot } from '@altlayer/vital/l1'
import { createRollupClient, type RollupClient } from '@altlayer/vital/rollup'
import {
  createTraces,
  createTruthSource,
  type Player,
  startPlayer,
  type Traces,
} from '@altlayer/vital/services'
import { pino } from 'pino'
import {
  type Abi,
  createPublicClient,
  createWalletClient,
  encodeAbiParameters,
  type Hex,
  http,
  type PublicClient,
  parseAbi,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type LieOptions, lyingTruth } from '../../../vital/test/support/liar.ts'
import { HTTP } from './clients.ts'
import type { Network } from './network.ts'
import { binary } from './process.ts'

export const FACTORY_ABI = parseAbi([
  'function create(uint32 gameType, bytes32 rootClaim, bytes extraData) payable returns (address)',
  'function setImplementation(uint32 gameType, address impl)',
  'function initBonds(uint32 gameType) view returns (uint256)',
  'function gameImpls(uint32 gameType) view returns (address)',
  'event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim)',
])

/**
 * A game short enough for a test: 2^6 blocks, 2^32 instructions. Its clocks are long enough for an honest player on a
 * slow machine; when everything is said, L1 skips the rest.
 */
export const SHORT_GAME = {
  maxGameDepth: 39n,
  splitDepth: 6n,
  clockExtension: 300n,
  maxClockDuration: 1_200n,
} as const
/** Seconds that L1 skips at each look. */
const SKIPPED = 120

/** L1 of a local network, and what is needed to dispute on it. */
export interface Court {
  readonly client: PublicClient
  readonly factory: Address
  readonly rollup: RollupClient
  readonly addressesPath: string
  readonly rollupConfigPath: string
  /** Begins a game as an account, and answers its address. */
  create(key: Hex, rootClaim: Hash, l2BlockNumber: bigint): Promise<Address>
  games(): Promise<Snapshot>
  game(address: Address): Promise<GameView>
  /** Whether all of these are over; L1's time runs fast meanwhile, so nobody must have a move left. */
  areOver(addresses: readonly Address[]): Promise<boolean>
  /** Starts a player that lies in this process. */
  startLiar(key: Hex, lie: Omit<LieOptions, 'truth'>, games: readonly Address[]): Player
  close(): Promise<void>
}

export async function openCourt(network: Network): Promise<Court> {
  const transport = http(network.l1.url, { ...HTTP, batch: { batchSize: 200, wait: 5 } })
  const client = createPublicClient({ transport, cacheTime: 0 }) as PublicClient
  const factory = network.addresses.DisputeGameFactoryProxy as Address
  const addressesPath = `${network.dataDir}/rollup/addresses.json`
  const rollupConfigPath = `${network.dataDir}/rollup/rollup.json`
  const rollup = createRollupClient(network.l2.url)
  const config = parseRollupConfig(JSON.parse(readFileSync(rollupConfigPath, 'utf8')))
  const reader = createGameReader({ client, factory, gameType: VITAL_GAME_TYPE })
  const traces: Traces = createTraces({
    options: { config, l1BlobForks: l1BlobForks(config) },
    program: fileURLToPath(import.meta.resolve('@altlayer/program/elf/program.elf')),
    source: {
      module: import.meta.resolve('@altlayer/node/proof'),
      options: { l1Url: network.l1.url, l1BeaconUrls: [network.l1.url], rollupUrl: network.l2.url },
    },
    capacity: 2,
    proveElement: () => Promise.reject(new Error('a liar proves nothing')),
  })
  const truths = createTruthSource({
    rollup,
    traces,
    l1Number: async (blockHash) => (await client.getBlock({ blockHash })).number,
  })
  const players: Player[] = []
  const snapshot = () => reader.snapshot(() => true)

  return {
    client,
    factory,
    rollup,
    addressesPath,
    rollupConfigPath,
    games: snapshot,
    async game(address) {
      const { games } = await snapshot()
      const game = games.find((each) => each.address === address.toLowerCase())
      if (game === undefined) throw new Error(`no game ${address}`)
      return game
    },
    async areOver(addresses) {
      await client.request({ method: 'evm_increaseTime', params: [SKIPPED] } as never)
      const { games } = await snapshot()
      const ours = games.filter(({ address }) => addresses.includes(address))
      return (
        ours.length === addresses.length && ours.every(({ status }) => status !== 'in-progress')
      )
    },
    async create(key, rootClaim, l2BlockNumber) {
      const read = { address: factory, abi: FACTORY_ABI } as const
      const value = await client.readContract({
        ...read,
        functionName: 'initBonds',
        args: [VITAL_GAME_TYPE],
      })
      const extraData = encodeAbiParameters([{ type: 'uint256' }], [l2BlockNumber])
      const args = [VITAL_GAME_TYPE, rootClaim, extraData] as const
      const account = privateKeyToAccount(key)
      const wallet = createWalletClient({ account, transport: http(network.l1.url, HTTP) })
      const hash = await wallet.writeContract({
        ...read,
        functionName: 'create',
        args,
        value,
        chain: null,
      })
      const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 200 })
      const log = receipt.logs.find(
        ({ address }) => address.toLowerCase() === factory.toLowerCase(),
      )
      return `0x${log?.topics[1]?.slice(26)}`
    },
    startLiar(key, lie, games) {
      const account = privateKeyToAccount(key)
      const chainId = network.l1.chainId
      const player = startPlayer({
        client,
        factory,
        gameType: VITAL_GAME_TYPE,
        sender: createSender({ client, account, chainId, maxFeePerGas: 10n ** 13n }),
        truthOf: (game) => {
          const truth = truths.of(game)
          return { ...lyingTruth({ truth, ...lie }), witness: truth.witness }
        },
        games,
        maxBonds: 10n ** 22n,
        window: 10n ** 6n,
        concurrency: 50,
        pollInterval: 500,
        logger: pino({ level: 'silent' }),
      })
      players.push(player)
      return player
    },
    async close() {
      await Promise.all(players.map((player) => player.close()))
      await traces.close()
    },
  }
}

/** Puts a game with other depths and clocks in the place of the deployed one, as the factory's owner. */
export async function shortenGames(network: Network, court: Court): Promise<void> {
  const { client, factory } = court
  const { abi, bytecode } = contractArtifact('VitalDisputeGame')
  const read = { address: factory, abi: FACTORY_ABI } as const
  const deployed = await client.readContract({
    ...read,
    functionName: 'gameImpls',
    args: [VITAL_GAME_TYPE],
  })
  const of = (functionName: string) =>
    client.readContract({ address: deployed, abi: abi as Abi, functionName })
  const params = {
    gameType: VITAL_GAME_TYPE,
    absolutePrestate: programPrestate(),
    ...SHORT_GAME,
    vm: await of('vm'),
    weth: await of('weth'),
    anchorStateRegistry: await of('anchorStateRegistry'),
    l2ChainId: await of('l2ChainId'),
    configHash: await of('configHash'),
  }
  const account = privateKeyToAccount(network.roleKeys.owner as Hex)
  const wallet = createWalletClient({ account, transport: http(network.l1.url, HTTP) })
  const wait = (hash: Hash) => client.waitForTransactionReceipt({ hash, pollingInterval: 200 })
  const { contractAddress } = await wait(
    await wallet.deployContract({ abi: abi as Abi, bytecode, args: [params], chain: null }),
  )
  await wait(
    await wallet.writeContract({
      ...read,
      functionName: 'setImplementation',
      args: [VITAL_GAME_TYPE, contractAddress as Address],
      chain: null,
    }),
  )
}

/** An `altlayer` that runs until it is told to stop. */
export interface Service {
  output(): string
  stop(signal?: NodeJS.Signals): Promise<void>
}

export function startService(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Service {
  const child: ChildProcess = spawn(process.execPath, [binary, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return {
    output: () => output,
    async stop(signal = 'SIGINT') {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, 'close')
    },
  }
}
