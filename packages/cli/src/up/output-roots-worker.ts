import { parentPort, workerData } from 'node:worker_threads'
import { serve, workInBackground } from '@altlayer/engine'
import type { Address, Hex } from '@altlayer/protocol'
import { createSender, type Sender } from '@altlayer/vital/l1'
import { createRollupClient } from '@altlayer/vital/rollup'
import { type PlayerEvent, type ProposerEvent, startProposer } from '@altlayer/vital/services'
import { type Logger, pino } from 'pino'
import { privateKeyToAccount } from 'viem/accounts'
import { readRollupConfig } from '../l1-chain-config.ts'
import { connectToL1, VITAL_GAME_TYPE } from '../vital/connect.ts'
import { startHonestPlayer } from '../vital/player.ts'
import { newestOutput } from '../vital/propose.ts'

// The proposer and the player of a local network, in a thread that blocks need not wait for.

export interface OutputRootsJob {
  readonly l1Url: string
  readonly l1ChainId: number
  readonly factory: Address
  readonly rollupUrl: string
  readonly rollupConfigPath: string
  readonly l1ChainConfigPath?: string
  /** Milliseconds between looks at L1. */
  readonly pollInterval: number
  readonly proposer?: {
    readonly privateKey: Hex
    /** Seconds. */
    readonly interval: number
    /** Safe blocks too, not only finalized ones. */
    readonly allowNonFinalized: boolean
  }
  readonly player?: {
    readonly privateKey: Hex
    /** Wei. */
    readonly maxBonds: bigint
  }
}

/** What the thread tells beside the answers to requests. */
export type OutputRootsMessage =
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'proposer'; readonly event: ProposerEvent }
  | { readonly kind: 'player'; readonly event: PlayerEvent }

/** Wei per gas that a transaction is worth at most. */
const MAX_FEE = 10n ** 12n
/** Seconds: games older than that were settled or are nobody's. */
const WINDOW = 7n * 86_400n
/** Seconds that the proposer has to settle its own games before the player does. */
const SETTLE_AFTER = 15n
/** Games thought about at a time, and runs of the program kept in memory. */
const CONCURRENCY = 50
const TRACES = 2

const port = parentPort
if (port === null) throw new Error('output-roots-worker.ts runs as a worker thread')
const job = workerData as OutputRootsJob
const tell = (message: OutputRootsMessage) => port.postMessage(message)
const client = connectToL1(job.l1Url)
const running: { close(): Promise<void> }[] = []

/** The main thread decides what of it is shown. */
const logger: Logger = pino(
  { level: 'debug', base: null },
  { write: (line: string) => tell({ kind: 'log', line }) },
)

function senderOf(privateKey: Hex): Sender {
  const account = privateKeyToAccount(privateKey)
  return createSender({ client, account, chainId: job.l1ChainId, maxFeePerGas: MAX_FEE })
}

async function start(): Promise<void> {
  workInBackground()
  const { l1Url, factory, rollupUrl, pollInterval, proposer, player } = job
  if (proposer !== undefined) {
    const rollup = createRollupClient(rollupUrl)
    running.push(
      startProposer({
        ...{ client, factory, pollInterval },
        gameType: VITAL_GAME_TYPE,
        sender: senderOf(proposer.privateKey),
        newest: () => newestOutput(rollup, proposer.allowNonFinalized),
        proposalInterval: BigInt(proposer.interval),
        window: WINDOW,
        logger: logger.child({ service: 'proposer' }),
        onEvent: (event) => tell({ kind: 'proposer', event }),
      }),
    )
  }
  if (player === undefined) return
  running.push(
    await startHonestPlayer({
      ...{ client, factory, l1Url, rollupUrl, pollInterval },
      config: readRollupConfig(job),
      l1BeaconUrls: [l1Url],
      sender: senderOf(player.privateKey),
      maxBonds: player.maxBonds,
      window: WINDOW,
      settleAfter: SETTLE_AFTER,
      concurrency: CONCURRENCY,
      traces: TRACES,
      logger: logger.child({ service: 'vital' }),
      onEvent: (event) => tell({ kind: 'player', event }),
    }),
  )
}

const started = start()

const handlers = {
  /** Resolves when both look at L1. */
  ready: () => started,
  async close() {
    // What failed to start was told by `ready`.
    await started.catch(() => undefined)
    await Promise.all(running.map((each) => each.close()))
  },
}

export type OutputRootsHandlers = typeof handlers

serve(port, handlers)
