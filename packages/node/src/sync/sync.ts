import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Block, Engine } from '@altlayer/engine'
import {
  addressOfKey,
  type BlockPayload,
  type Chain,
  type OpStackP2p,
  openBans,
  readOrCreateKeyFile,
  startOpStackP2p,
} from '@altlayer/p2p'
import type { Hash, RollupConfig } from '@altlayer/protocol'
import type { Method } from '@altlayer/rpc'
import type { Logger } from 'pino'
import type { Turns } from '../chain/turns.ts'
import type { Clock } from '../clock.ts'
import { connectL1, type L1Block, type L1Client } from '../l1/client.ts'
import { followUnsafe, type UnsafeFollower } from './follower.ts'
import { opp2pMethods } from './opp2p.ts'
import { watchSigner } from './signer.ts'

/** How a node takes part in the rollup's network. Times in milliseconds. */
export interface P2pOptions {
  /** IP address to listen at. Default 127.0.0.1: only this machine. */
  readonly listenIp?: string
  /** TCP port; 0 picks a free one. Default 9222. */
  readonly listenPort?: number
  /** Multiaddrs of peers that are always connected to, never banned for their score. */
  readonly staticPeers?: readonly string[]
  /** Multiaddrs of peers that are connected to while there are few. */
  readonly bootPeers?: readonly string[]
  /** File with the network identity's key, made where it is missing. Default: in the data directory. */
  readonly privateKeyPath?: string
  /** The unsafe block signer's key (32 bytes): a sequencer with it signs its blocks and gossips them. */
  readonly sequencerKey?: Uint8Array
  /** Below so many peers others are looked for, above so many some are pruned. Default 20 and 30. */
  readonly peersLow?: number
  readonly peersHigh?: number
  /** For which a new peer is not pruned. Default 30 s. */
  readonly peersGrace?: number
  /** Score below which a peer is banned, and for how long. Default -100 and an hour. */
  readonly banThreshold?: number
  readonly banDuration?: number
  /** Whether peers' requests for blocks are answered, and gaps filled by asking them. Default true. */
  readonly syncReqResp?: boolean
  /** Whether `opp2p_` methods that change something are served over JSON-RPC. Default false. */
  readonly adminRpc?: boolean
}

export interface SyncOptions extends P2pOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly client: L1Client
  readonly l1Url: string
  /** Hash of L1's newest block, as far as it is known. */
  readonly l1Head: () => Hash | undefined
  readonly l1Genesis: L1Block
  /** A sequencer publishes its blocks and follows nobody's. */
  readonly sequencing: boolean
  readonly turns: Turns
  /** The network's key and bans are below it. */
  readonly dataDir: string
  readonly userAgent: string
  readonly clock: Clock
  readonly logger: Logger
}

export interface Sync {
  readonly p2p: OpStackP2p
  /** For the RPC server. */
  readonly methods: readonly Method[]
  close(): Promise<void>
}

const DEFAULTS = {
  listenIp: '127.0.0.1',
  listenPort: 9_222,
  peersLow: 20,
  peersHigh: 30,
  peersGrace: 30_000,
  banThreshold: -100,
  banDuration: 3_600_000,
} as const

/** Seconds; a block that is older is not taken by anybody. */
const MAX_PUBLISHED_AGE = 60n

/**
 * Takes part in the rollup's network: a sequencer gossips its blocks, others follow them ahead of L1, all
 * answer requests for blocks.
 * @throws KeyFileError, BanError, PeerAddressError, ListenError
 */
export async function startSync(options: SyncOptions): Promise<Sync> {
  const { config, engine, clock, logger, sequencing } = options
  const { sequencerKey, syncReqResp = true, staticPeers = [], bootPeers = [] } = options
  const directory = join(options.dataDir, 'p2p')
  mkdirSync(directory, { recursive: true })
  const keyPath = options.privateKeyPath ?? join(directory, 'priv.txt')
  const bans = openBans(join(directory, 'bans.json'), clock.now())
  const l1 = connectL1({ url: options.l1Url })
  const watch = watchSigner({
    l1,
    systemConfig: config.l1SystemConfigAddress,
    l1Head: options.l1Head,
    clock,
    logger,
    onChange: (signer) => {
      if (sequencing && sequencerKey && addressOfKey(sequencerKey) !== signer)
        logger.error(
          { signer, key: addressOfKey(sequencerKey) },
          'L1 names another unsafe block signer than the key: peers will not take our blocks',
        )
    },
  })
  // In reverse: what waits for L1 ends when L1's client does.
  const stop = new AbortController()
  const closing: (() => Promise<void> | void)[] = [
    () => watch.close(),
    () => l1.close(),
    () => stop.abort(),
  ]
  const close = async () => {
    while (closing.length > 0) await closing.pop()?.()
  }
  let follower: UnsafeFollower | undefined
  try {
    const p2p = await startOpStackP2p({
      privateKey: readOrCreateKeyFile(keyPath),
      listen: {
        ip: options.listenIp ?? DEFAULTS.listenIp,
        port: options.listenPort ?? DEFAULTS.listenPort,
      },
      staticPeers,
      bootPeers,
      tide: {
        low: options.peersLow ?? DEFAULTS.peersLow,
        high: options.peersHigh ?? DEFAULTS.peersHigh,
        grace: options.peersGrace ?? DEFAULTS.peersGrace,
      },
      ban: {
        threshold: options.banThreshold ?? DEFAULTS.banThreshold,
        duration: options.banDuration ?? DEFAULTS.banDuration,
      },
      bans,
      userAgent: options.userAgent,
      now: () => clock.now(),
      sleep: (ms) => clock.sleep(ms, stop.signal),
      logger,
      chain: chainOf(config),
      signer: watch.signer,
      serve: syncReqResp,
      payloadByNumber: (number) => payloadOf(engine.block({ number })),
      onBlock: (payload) => follower?.onBlock(payload),
    })
    closing.push(() => p2p.close())
    if (!sequencing) {
      const asking = syncReqResp ? p2p : { ...p2p, syncPeers: () => [] }
      follower = followUnsafe({ ...options, p2p: asking })
      closing.push(() => follower?.close())
    } else if (sequencerKey) {
      closing.push(publishBlocks(options, p2p, sequencerKey))
    } else {
      logger.warn("a sequencer without the unsafe block signer's key: its blocks are not gossiped")
    }
    logger.info({ addresses: p2p.host.addresses() }, 'peer-to-peer network')
    const admin = options.adminRpc ?? false
    const shared = { p2p, bans, chainId: config.l2ChainId, now: () => clock.now(), admin }
    return { p2p, methods: opp2pMethods(shared), close }
  } catch (error) {
    await close()
    throw error
  }
}

function chainOf(config: RollupConfig): Chain {
  const { forks, blockTime, genesis } = config
  return {
    chainId: config.l2ChainId,
    forks,
    blockTime,
    genesisNumber: genesis.l2.number,
    genesisTime: genesis.l2Time,
  }
}

function payloadOf(block: Block): BlockPayload
function payloadOf(block: Block | undefined): BlockPayload | undefined
function payloadOf(block: Block | undefined): BlockPayload | undefined {
  if (block === undefined) return undefined
  const { header, hash, transactions, withdrawals } = block
  return { header, blockHash: hash, transactions, ...(withdrawals && { withdrawals }) }
}

/** Gossips each new block of ours; returns what stops it. */
function publishBlocks(
  { engine, clock, logger }: SyncOptions,
  p2p: OpStackP2p,
  privateKey: Uint8Array,
): () => void {
  const publish = async (block: Block): Promise<void> => {
    try {
      await p2p.publish(payloadOf(block), privateKey)
    } catch (error) {
      logger.error({ err: error, number: Number(block.header.number) }, 'a block was not gossiped')
    }
  }
  return engine.on('head', ({ applied }) => {
    // Nobody to hear it: a block of thousands of transactions is not encoded for nothing.
    if (p2p.host.connected().length === 0) return
    const now = BigInt(Math.floor(clock.now() / 1_000))
    for (const block of applied)
      if (block.header.timestamp + MAX_PUBLISHED_AGE >= now) void publish(block)
  })
}
