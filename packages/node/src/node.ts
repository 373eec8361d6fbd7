import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Engine, openEngine } from '@altlayer/engine'
import type { RollupConfig } from '@altlayer/protocol'
import { minerMethods, startRpcServer } from '@altlayer/rpc'
import type { Logger } from 'pino'
import { startBatcher } from './batcher/service.ts'
import type { BatcherSettings } from './batcher/settings.ts'
import type { ThrottleSettings } from './batcher/throttle.ts'
import { ChainMismatchError } from './chain/reorg.ts'
import { createTurns } from './chain/turns.ts'
import { type Clock, systemClock } from './clock.ts'
import { type ChainFiles, readChainFiles } from './config.ts'
import { startDeriver } from './derivation/deriver.ts'
import { openSafeHeads } from './derivation/safe-heads.ts'
import { startVerifier } from './derivation/verifier.ts'
import { watchBlobSchedule } from './l1/blob-schedule.ts'
import { connectL1, createL1Client, type L1Block, type L1Client, L1Error } from './l1/client.ts'
import { followL1 } from './l1/follower.ts'
import { createBatcherMetrics } from './metrics/batcher.ts'
import { registerNodeMetrics } from './metrics/node.ts'
import { createRegistry } from './metrics/registry.ts'
import { startMetricsServer } from './metrics/server.ts'
import { createRollupApi } from './rollup-api.ts'
import { startSequencer } from './sequencer/sequencer.ts'
import type { P2pOptions, Sync, SyncOptions } from './sync/sync.ts'

export interface NodeOptions extends ChainFiles {
  /** HTTP JSON-RPC of L1. */
  readonly l1Url: string
  /** Beacon APIs of L1, where blobs come from; they are asked in this order. */
  readonly l1BeaconUrls?: readonly string[]
  /** Milliseconds between looks at L1's head. Default 2000: often enough for a block every 12 s. */
  readonly l1PollInterval?: number
  /** The node's own data is below it. */
  readonly dataDir: string
  /** How JSON-RPC is served, HTTP and WebSocket on one port. */
  readonly rpc: {
    readonly host: string
    /** 0 picks a free one. */
    readonly port: number
    /** Origins whose pages may ask ('*' for all). Default none. */
    readonly cors?: readonly string[]
    /** Names the Host header may have ('*' for all). Default localhost. */
    readonly vhosts?: readonly string[]
    /** Serves `miner_setMaxDASize` too: whoever reaches the port can hold the chain back. */
    readonly admin?: boolean
  }
  /** Makes blocks; left out, the node is a verifier: its blocks come from L1 alone. */
  readonly sequencer?: {
    /** L1 blocks that must stand on an L1 block before it becomes an origin. */
    readonly confirmations: number
    /** Posts the blocks to L1; left out, someone else does. */
    readonly batcher?: {
      /** Key of the batcher that the system config names. */
      readonly privateKey: `0x${string}`
      readonly settings?: Partial<BatcherSettings>
      /** How block building is held back while L1 is behind. */
      readonly throttle?: Partial<ThrottleSettings>
    }
  }
  /** Serves metrics to Prometheus; left out, nothing is. */
  readonly metrics?: {
    readonly host: string
    /** 0 picks a free one. */
    readonly port: number
    /** Where others have theirs that are served too; default: a new one. */
    readonly registry?: ReturnType<typeof createRegistry>
  }
  /** Takes part in the rollup's network; left out, the node has no peers. */
  readonly p2p?: P2pOptions
  readonly logger: Logger
  /** Given, the start waits for an L1 that does not answer, until it aborts; left out, it fails then. */
  readonly signal?: AbortSignal
}

export interface RollupNode {
  /** Of its JSON-RPC, HTTP; WebSocket is on the same port. */
  readonly url: string
  /** Of its metrics, where it serves them. */
  readonly metricsUrl: string | undefined
  readonly engine: Engine
  /** Multiaddrs at which peers reach it; none without a network. */
  readonly peerAddresses: readonly string[]
  /** The unsafe head: number, and timestamp in seconds. */
  status(): { readonly head: bigint; readonly timestamp: number }
  /** Finishes the open block, stops serving, closes the database. */
  close(): Promise<void>
}

/**
 * Several full blocks of plain transfers. geth's defaults are those of a peer among many, which may drop what
 * others still have; what the only sequencer drops is lost.
 */
const SEQUENCER_POOL = { globalSlots: 32_768, globalQueue: 8_192 } as const

const POLL_INTERVAL = 2_000

/**
 * Starts a rollup node: engine, JSON-RPC, L1 follower, and the single sequencer or the derivation from L1. An
 * existing chain in `dataDir` is continued from its head.
 * @throws ConfigFileError, ChainMismatchError, L1Error when L1 does not answer (see `signal`), EngineError.
 */
export async function startNode(options: NodeOptions): Promise<RollupNode> {
  const { logger } = options
  const clock = systemClock
  const { config, genesis } = readChainFiles(options)
  const client = createL1Client({ url: options.l1Url })
  const opened: { close(): Promise<void> | void }[] = [client]
  const close = async () => {
    while (opened.length > 0) await opened.pop()?.close()
  }
  try {
    const l1Genesis = await patiently(() => l1GenesisBlock(config, client), options, clock)
    const engine = await openEngine({
      genesis,
      dataDir: join(options.dataDir, 'engine'),
      ...(options.sequencer && { pool: SEQUENCER_POOL }),
      warmUp: true,
      log: (level, message) => logger[level](message),
    })
    opened.push(engine)
    assertGenesis(config, engine)
    const follower = followL1({
      client,
      clock,
      logger,
      pollInterval: options.l1PollInterval ?? POLL_INTERVAL,
      confirmations: options.sequencer?.confirmations ?? 0,
      contracts: [config.depositContractAddress, config.l1SystemConfigAddress],
    })
    opened.push(follower)
    const l1 = connectL1({ url: options.l1Url })
    opened.push(watchBlobSchedule({ config, l1, clock, logger }), l1)
    const turns = createTurns()
    const verifier = startVerifier({
      config,
      engine,
      client,
      follower,
      turns,
      startDeriver: () =>
        startDeriver({
          config,
          engine,
          l1Url: options.l1Url,
          l1BeaconUrls: options.l1BeaconUrls ?? [],
        }),
      l1Genesis,
      safeHeads: openSafeHeads(join(options.dataDir, 'safe-heads.log'), (reason) =>
        logger.warn({ reason }, 'the safe heads of the last run are lost: deriving more again'),
      ),
      sequencing: options.sequencer !== undefined,
      clock,
      logger,
    })
    opened.push(verifier)
    const { heads: derived } = verifier
    const sync =
      options.p2p &&
      (await joinNetwork({
        ...options.p2p,
        config,
        engine,
        client,
        l1Url: options.l1Url,
        l1Head: () => follower.heads().latest?.hash,
        l1Genesis,
        sequencing: options.sequencer !== undefined,
        turns,
        dataDir: options.dataDir,
        userAgent: version(),
        clock,
        logger,
      }))
    if (sync) opened.push(sync)
    const server = await startRpcServer({
      engine,
      rollup: createRollupApi({
        config,
        engine,
        follower,
        l1Genesis,
        derived,
        safeHeadAt: verifier.safeHeadAt,
        clock,
        version: version(),
        ...(sync && { peerCount: () => sync.p2p.host.connected().length }),
      }),
      methods: [...(sync?.methods ?? []), ...(options.rpc.admin ? minerMethods(engine) : [])],
      ...options.rpc,
      logger,
      clientVersion: version(),
    })
    opened.push(server)
    if (options.sequencer)
      opened.push(
        startSequencer({ config, engine, client, follower, turns, l1Genesis, clock, logger }),
      )
    const registry = options.metrics && (options.metrics.registry ?? createRegistry())
    if (options.sequencer?.batcher) {
      const { l1Url } = options
      const shared = { config, engine, l1Url, l1Genesis, derived, clock, logger }
      opened.push(
        startBatcher({
          ...shared,
          ...options.sequencer.batcher,
          ...(registry && { observer: createBatcherMetrics(registry) }),
        }),
      )
    }
    const metrics =
      options.metrics && registry && (await startMetricsServer(registry, options.metrics))
    if (metrics && registry) {
      opened.push(metrics)
      registerNodeMetrics(registry, {
        ...{ config, engine, follower, l1Genesis, derived, version: version() },
        ...(sync && { peers: () => sync.p2p.host.connected().length }),
      })
    }
    const head = () => engine.block({ tag: 'latest' })?.header ?? engine.genesis.header
    const url = httpUrl(options.rpc.host, server.port)
    logger.debug({ url, head: Number(head().number) }, 'rollup node started')
    return {
      url,
      metricsUrl:
        metrics && options.metrics && `${httpUrl(options.metrics.host, metrics.port)}/metrics`,
      engine,
      peerAddresses: sync?.p2p.host.addresses() ?? [],
      status: () => ({ head: head().number, timestamp: Number(head().timestamp) }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** libp2p takes half a second of a processor to load: only for who needs it. */
async function joinNetwork(options: SyncOptions): Promise<Sync> {
  const { startSync } = await import('./sync/sync.ts')
  return startSync(options)
}

/** Milliseconds between questions to an L1 that did not answer, and between lines about it. */
const L1_PAUSE = 1_000
const L1_REMINDER = 30_000

/** Asks L1 again while it does not answer, if there is a signal that can end that. */
async function patiently<T>(
  ask: () => Promise<T>,
  { logger, signal }: NodeOptions,
  clock: Clock,
): Promise<T> {
  for (let toldAt = Number.NEGATIVE_INFINITY; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof L1Error) || signal === undefined || signal.aborted) throw error
      if (clock.now() - toldAt > L1_REMINDER) {
        toldAt = clock.now()
        logger.warn({ reason: error.message }, 'L1 does not answer: waiting for it to start')
      }
    }
    await clock.sleep(L1_PAUSE, signal)
  }
}

/** The L1 block that the rollup's genesis names: proof that this is the rollup's L1. */
async function l1GenesisBlock(config: RollupConfig, client: L1Client): Promise<L1Block> {
  const chainId = await client.chainId()
  if (chainId !== config.l1ChainId) {
    throw new ChainMismatchError(
      `L1 at ${client.origin} is chain ${chainId}, the rollup stands on chain ${config.l1ChainId}`,
    )
  }
  const { number, hash } = config.genesis.l1
  const block = await client.block(number)
  if (block?.hash === hash) return block
  throw new ChainMismatchError(
    `L1 at ${client.origin} has ${block?.hash ?? 'nothing'} as block ${number}, the rollup's genesis stands on ${hash}: this is another L1 chain`,
  )
}

function assertGenesis(config: RollupConfig, engine: Engine): void {
  if (engine.genesis.hash === config.genesis.l2.hash) return
  throw new ChainMismatchError(
    `genesis.json makes block ${engine.genesis.hash}, rollup.json names ${config.genesis.l2.hash}`,
  )
}

/** An address to connect to: the wildcard ones are for listening only. */
function httpUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return `altlayer/${(JSON.parse(manifest) as { version: string }).version}`
}
