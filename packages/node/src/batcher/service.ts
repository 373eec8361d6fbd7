import { Worker } from 'node:worker_threads'
import {
  type Connection,
  connect,
  type DaLimits,
  type Engine,
  packBytes,
  packedBuffers,
  stopThread,
} from '@altlayer/engine'
import { type RollupConfig, TX_DEPOSIT } from '@altlayer/protocol'
import type { Logger } from 'pino'
import type { Hex } from 'viem'
import { parentOf } from '../chain/parent.ts'
import type { Clock } from '../clock.ts'
import type { DerivedHeads } from '../derivation/verifier.ts'
import { type L1Block, L1Error } from '../l1/client.ts'
import { blockDaSize, createBacklog } from './backlog.ts'
import type { BatcherData, BatcherHandlers, PackedBlock, StepReport } from './batcher-worker.ts'
import { describeEvent } from './log.ts'
import { type BatcherSettings, resolveSettings } from './settings.ts'
import type { BatcherEvent, Observation } from './state.ts'
import { resolveThrottle, type Throttle, type ThrottleSettings, throttleFor } from './throttle.ts'

export interface BatcherOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly l1Url: string
  readonly l1Genesis: L1Block
  /** Key of the account that the system config names as batcher. */
  readonly privateKey: Hex
  /** What is derived from L1: posting begins behind it. */
  readonly derived: () => DerivedHeads | undefined
  readonly settings?: Partial<BatcherSettings>
  readonly throttle?: Partial<ThrottleSettings>
  /** Hears of everything that happens; see `metrics/batcher.ts`. */
  readonly observer?: BatcherObserver
  readonly clock: Clock
  readonly logger: Logger
}

export interface BatcherObserver {
  event(event: BatcherEvent): void
  step(report: StepReport): void
  /** `unsafeBytes`: estimated bytes on L1 of the blocks that are not there. */
  throttled(throttle: Throttle, unsafeBytes: number): void
  failed(): void
}

/** Posts the blocks that are not safe yet, until it is closed. Failures are logged and tried again. */
export interface Batcher {
  close(): Promise<void>
}

/** Blocks, and about how many bytes of them, that the thread is given at once. */
const MAX_BLOCKS = 512
const MAX_BYTES = 8 * 1024 * 1024
/** Milliseconds between reminders of a problem that stays. */
const REMINDER = 30_000

/**
 * Starts the batcher's thread and feeds it: it decides and posts, this one only reads blocks for it, and holds block
 * building back while much waits for L1. Throws BatcherSettingError.
 */
export function startBatcher(options: BatcherOptions): Batcher {
  const { engine, clock, logger, observer } = options
  const settings = resolveSettings(options.settings ?? {})
  const throttleSettings = resolveThrottle(options.throttle ?? {})
  const { config, l1Url, privateKey } = options
  const stop = new AbortController()
  const backlog = createBacklog(engine)
  let thread: Connection<BatcherHandlers> | undefined
  let worker: Worker | undefined
  let wanted: bigint | undefined
  /** The last block that L1 has, as the thread sees it. */
  let submitted: bigint | undefined
  let limits: DaLimits = { transaction: 0, block: 0 }

  function start(): Connection<BatcherHandlers> {
    const workerData: BatcherData = { config, l1Url, privateKey, settings }
    worker = new Worker(new URL('./batcher-worker.ts', import.meta.url), { workerData })
    // Without a listener an error would end the process; what waits for the thread hears of it.
    worker.on('error', () => {})
    wanted = undefined
    submitted = undefined
    return connect<BatcherHandlers>(worker, [L1Error])
  }

  function nodeNow(): Observation['node'] {
    const derived = options.derived()
    const unsafe = engine.block({ tag: 'latest' })
    if (derived === undefined || unsafe === undefined) return undefined
    const { currentL1, idle, pendingSafe } = derived
    return {
      readTo: idle ? currentL1.header.number : currentL1.header.number - 1n,
      safe: { number: pendingSafe.header.number, hash: pendingSafe.hash },
      unsafe: { number: unsafe.header.number, hash: unsafe.hash },
    }
  }

  function blocksFrom(first: bigint | undefined): readonly PackedBlock[] {
    const blocks: PackedBlock[] = []
    if (first === undefined) return blocks
    for (let bytes = 0; blocks.length < MAX_BLOCKS && bytes < MAX_BYTES; ) {
      const block = engine.block({ number: first + BigInt(blocks.length) })
      if (block === undefined) break
      const { origin, sequenceNumber } = parentOf(config, block, options.l1Genesis)
      const transactions = packBytes(block.transactions.filter((raw) => raw[0] !== TX_DEPOSIT))
      bytes += transactions.bytes.length
      blocks.push({
        number: block.header.number,
        hash: block.hash,
        parentHash: block.header.parentHash,
        timestamp: block.header.timestamp,
        origin: { number: origin.number, hash: origin.hash },
        originChanged: sequenceNumber === 0n,
        daBytes: blockDaSize(block),
        transactions,
      })
    }
    return blocks
  }

  function throttle(): void {
    const derived = options.derived()
    // While derivation starts it is not known what L1 has.
    if (derived === undefined) return
    const onL1 = [derived.safe.header.number, derived.pendingSafe.header.number, submitted ?? 0n]
    const unsafeBytes = backlog.measure(onL1.reduce((most, each) => (each > most ? each : most)))
    const next = throttleFor(throttleSettings, unsafeBytes)
    observer?.throttled(next, unsafeBytes)
    if (next.maxTxSize === limits.transaction && next.maxBlockSize === limits.block) return
    const [was, is] = [limits.block > 0, next.intensity > 0]
    limits = { transaction: next.maxTxSize, block: next.maxBlockSize }
    engine.setDaLimits(limits)
    if (was !== is)
      logger.warn(
        { unsafeBytes, ...next },
        is ? 'L1 is behind: blocks are made smaller' : 'L1 has caught up',
      )
  }

  async function step(): Promise<string | undefined> {
    if (thread === undefined || thread.ended) thread = start()
    const refusals: string[] = []
    const node = nodeNow()
    const blocks = blocksFrom(node && wanted)
    const buffers = blocks.flatMap(({ transactions }) => packedBuffers(transactions))
    const report = await thread.remote.step({ node, blocks }, buffers)
    wanted = report.wanted
    submitted = report.figures.submitted
    for (const event of report.events) {
      observer?.event(event)
      if (event.kind === 'transaction-refused') {
        refusals.push(event.reason)
        continue
      }
      const { level, message, ...fields } = describeEvent(event)
      logger[level](fields, message)
    }
    observer?.step(report)
    if (report.problem !== undefined) observer?.failed()
    return report.problem ?? refusals[0]
  }

  let problemSince: number | undefined
  let toldAt = 0

  /** Tells of a problem once, then now and then, and of its end. */
  function tell(problem: string | undefined): void {
    const now = clock.now()
    if (problem === undefined) {
      if (problemSince !== undefined)
        logger.info({ seconds: Math.round((now - problemSince) / 1_000) }, 'posting batches again')
      problemSince = undefined
      return
    }
    if (problemSince !== undefined && now - toldAt < REMINDER) return
    problemSince ??= now
    toldAt = now
    logger.error({ reason: problem }, 'batches cannot be posted; trying again')
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        throttle()
        tell(await step())
      } catch (error) {
        if (stop.signal.aborted) return
        observer?.failed()
        tell((error as Error).message)
      }
      await clock.sleep(settings.pollInterval, stop.signal)
    }
  }

  const running = run()
  return {
    async close() {
      stop.abort()
      if (worker !== undefined && thread !== undefined) await stopThread(worker, thread)
      await running
    },
  }
}
