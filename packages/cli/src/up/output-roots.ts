import type { Connection } from '@altlayer/engine'
import type { LaunchedRollup } from '@altlayer/launch'
import type { RollupNode } from '@altlayer/node'
import type { Address } from '@altlayer/protocol'
import type { PlayerEvent, ProposerEvent } from '@altlayer/vital/services'
import { type Logger, levels } from 'pino'
import { keepThread } from './kept-thread.ts'
import type { UpOptions } from './options.ts'
import { outputRootKeys } from './output-root-keys.ts'
import type {
  OutputRootsHandlers,
  OutputRootsJob,
  OutputRootsMessage,
} from './output-roots-worker.ts'

/** Proposes output roots and disputes false ones until it is closed. */
export interface OutputRoots {
  /** Rejects with what keeps the proposer or the player from starting. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

/** Milliseconds between looks at L1. */
const POLL_INTERVAL = 2_000
/** Wei at stake at most: a dispute to the last instruction takes 360 ether, the local account has 10 000. */
const MAX_BONDS = 9_000n * 10n ** 18n

/** What the thread is to do; undefined when nobody has a key. */
export function outputRootsJob(
  options: UpOptions,
  rollup: LaunchedRollup,
  node: RollupNode,
): OutputRootsJob | undefined {
  const { l1Url, l1ChainId, addresses, rollupConfigPath } = rollup
  const { proposer, player } = outputRootKeys(options, rollup)
  if (proposer === undefined && player === undefined) return undefined
  const interval = options.proposalInterval ?? 0
  const allowNonFinalized = options.l1Url === undefined
  return {
    l1Url,
    l1ChainId,
    factory: addresses.DisputeGameFactoryProxy as Address,
    rollupUrl: node.url,
    rollupConfigPath,
    ...(options.l1ChainConfigPath && { l1ChainConfigPath: options.l1ChainConfigPath }),
    pollInterval: POLL_INTERVAL,
    ...(proposer && { proposer: { privateKey: proposer, interval, allowNonFinalized } }),
    ...(player && { player: { privateKey: player, maxBonds: MAX_BONDS } }),
  }
}

/** Starts the proposer and the player of `job` in a thread of their own: what they were at follows from L1. */
export function startOutputRoots(
  job: OutputRootsJob,
  options: {
    readonly logger: Logger
    readonly onProposer?: (event: ProposerEvent) => void
    readonly onPlayer?: (event: PlayerEvent) => void
  },
): OutputRoots {
  const { logger, onProposer, onPlayer } = options
  const ready = ({ remote }: Connection<OutputRootsHandlers>) => remote.ready(undefined as never)
  const thread = keepThread<OutputRootsHandlers>({
    file: new URL('./output-roots-worker.ts', import.meta.url),
    workerData: job,
    name: 'output roots',
    logger,
    onMessage(message: Partial<OutputRootsMessage>) {
      if (message.kind === 'log') relay(message.line as string)
      else if (message.kind === 'proposer') onProposer?.(message.event as ProposerEvent)
      else if (message.kind === 'player') onPlayer?.(message.event as PlayerEvent)
    },
    onRestart: (connection) =>
      void ready(connection).catch((error: Error) => logger.error({ err: error }, 'output roots')),
  })

  /** A line of the thread's log, as if it were logged here. Routine is only for those who want to see it. */
  function relay(line: string): void {
    const { level, time: _, msg, service, ...fields } = JSON.parse(line)
    const routine = service === 'proposer' && level === levels.values.info
    const label = routine ? 'debug' : levels.labels[level]
    logger[label as 'info']({ service, ...fields }, msg)
  }

  return { ready: ready(thread.connection), close: thread.close }
}
