import { dirname, join, resolve } from 'node:path'
import {
  BanError,
  BatcherSettingError,
  ChainMismatchError,
  ConfigFileError,
  KeyFileError,
  L1Error,
  ListenError,
  type P2pOptions,
  PeerAddressError,
  type RollupNode,
  readKeyFile,
  startNode,
} from '@altlayer/node'
import type { Logger } from 'pino'
import type { ParsedBatcherOptions } from '../batcher-options.ts'
import { CommandError } from '../command.ts'
import { ensureProgram } from '../ensure-program.ts'
import { makeDataDir } from '../local/data-dir.ts'
import type { MetricsAddress } from '../metrics-options.ts'
import { openLog } from '../up/log.ts'
import { assertFree } from '../up/ports.ts'
import { aborted, listenForStop } from '../up/signals.ts'

export interface VerifierRunOptions {
  readonly l1Url: string
  readonly rollupConfigPath: string
  /** undefined: `genesis.json` beside the rollup config. */
  readonly genesisPath: string | undefined
  /** Describes L1; undefined: what is known of public L1s. */
  readonly l1ChainConfigPath: string | undefined
  readonly l1BeaconUrls: readonly string[]
  /** Milliseconds. */
  readonly l1PollInterval: number
  /** undefined: a verifier. */
  readonly sequencer:
    | { readonly confirmations: number; readonly batcher: ParsedBatcherOptions }
    | undefined
  /** undefined: no metrics. */
  readonly metrics: MetricsAddress | undefined
  /** Methods that change how the node works are served. */
  readonly admin: boolean
  /** undefined: no network. */
  readonly p2p: P2pOptions | undefined
  /** File with the key that signs gossiped blocks. */
  readonly sequencerKeyPath: string | undefined
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly verbose: boolean
}

/** Errors whose message is enough for whoever started the node. */
const FORESEEN = [
  BanError,
  BatcherSettingError,
  ChainMismatchError,
  ConfigFileError,
  KeyFileError,
  L1Error,
  ListenError,
  PeerAddressError,
] as const

/** Environment variable with the key that posts batches: not an option, `ps` shows those. */
const keyVariable = 'ALTLAYER_BATCHER_KEY'

/** Runs a node until it is asked to stop. Returns the exit code. */
export async function runVerifier(options: VerifierRunOptions): Promise<number> {
  const sequencer = options.sequencer && {
    confirmations: options.sequencer.confirmations,
    ...batcher(options.sequencer.batcher),
  }
  const stop = listenForStop()
  const dataDir = resolve(options.dataDir)
  makeDataDir(dataDir)
  const { host, port } = options
  await assertFree({ port, host, purpose: 'JSON-RPC', option: '--port' })
  const log = openLog({
    file: join(dataDir, 'logs', 'node.log'),
    write: console.error,
    verbose: options.verbose,
  })
  try {
    await ensureProgram()
    const node = await startNode({
      rollupConfigPath: options.rollupConfigPath,
      genesisPath: options.genesisPath ?? join(dirname(options.rollupConfigPath), 'genesis.json'),
      ...(options.l1ChainConfigPath && { l1ChainConfigPath: options.l1ChainConfigPath }),
      l1Url: options.l1Url,
      l1BeaconUrls: options.l1BeaconUrls,
      l1PollInterval: options.l1PollInterval,
      dataDir,
      rpc: { host: options.host, port: options.port, admin: options.admin },
      ...(options.metrics && { metrics: options.metrics }),
      ...(sequencer && { sequencer }),
      ...(options.p2p && { p2p: { ...options.p2p, ...sequencerKey(options.sequencerKeyPath) } }),
      logger: log.logger,
      signal: stop.graceful,
    })
    console.log(`node listens on ${node.url}`)
    if (node.metricsUrl !== undefined) console.log(`metrics are at ${node.metricsUrl}`)
    for (const address of node.peerAddresses) console.log(`peers reach it at ${address}`)
    const progress = tellProgress(node, log.logger)
    await aborted(stop.graceful)
    clearInterval(progress)
    await node.close()
    return 0
  } catch (error) {
    if (stop.graceful.aborted && error instanceof L1Error) return 0
    const foreseen = FORESEEN.some((type) => error instanceof type)
    throw foreseen ? new CommandError((error as Error).message, { cause: error }) : error
  } finally {
    await log.close()
    stop.dispose()
  }
}

/** Milliseconds between two lines about catching up, and seconds of the chain in between that make one. */
const TELL_EVERY = 10_000
const CATCHING_UP = 60

/** Tells how far the node is while its chain goes faster than time. */
function tellProgress(node: RollupNode, logger: Logger): NodeJS.Timeout {
  let last = node.status().timestamp
  return setInterval(() => {
    const { head, timestamp } = node.status()
    const behind = Math.floor(Date.now() / 1_000) - timestamp
    if (timestamp - last >= CATCHING_UP)
      logger.info({ block: Number(head), secondsBehind: behind }, 'catching up')
    last = timestamp
  }, TELL_EVERY)
}

function batcher(asked: ParsedBatcherOptions) {
  const privateKey = process.env[keyVariable]
  if (privateKey === undefined) return {}
  if (!/^0x[0-9a-fA-F]{64}$/.test(privateKey))
    throw new CommandError(`${keyVariable} must be a key of 32 bytes, 0x and 64 hex digits`)
  return { batcher: { privateKey: privateKey as `0x${string}`, ...asked } }
}

function sequencerKey(path: string | undefined): { readonly sequencerKey?: Uint8Array } {
  return path === undefined ? {} : { sequencerKey: readKeyFile(path) }
}
