import { join } from 'node:path'
import type { LaunchedRollup } from '@altlayer/launch'
import { createRegistry, type RollupNode } from '@altlayer/node'
import type { Logger } from 'pino'
import { CommandError } from '../command.ts'
import { prepareDataDir } from '../local/data-dir.ts'
import { acquireLock, type Lock } from '../local/lock.ts'
import { stopLeftovers } from '../local/stop.ts'
import type { MetricsRegistry } from '../metrics-server.ts'
import { playerMetrics, proposerMetrics } from '../vital/metrics.ts'
import { type Log, openLog } from './log.ts'
import { launchLocal, startRollupNode, waitUntilCurrent } from './network.ts'
import type { UpOptions } from './options.ts'
import { externalKeys } from './output-root-keys.ts'
import { type OutputRoots, outputRootsJob, startOutputRoots } from './output-roots.ts'
import type { OutputRootsJob } from './output-roots-worker.ts'
import { assertFree } from './ports.ts'
import {
  createReporter,
  type Reporter,
  readyJson,
  readyLines,
  restakingJson,
  restakingLines,
} from './report.ts'
import { type RestakingTask, startRestaking } from './restaking.ts'
import { aborted, listenForStop, type StopRequest } from './signals.ts'

interface Context {
  readonly options: UpOptions
  readonly lock: Lock
  readonly stop: StopRequest
  readonly reporter: Reporter
  readonly log: Log
}

/**
 * Runs a local network until it is asked to stop.
 * @returns the exit code: 0 when stopped on request, 1 when the network ended by itself.
 */
export async function runUp(options: UpOptions): Promise<number> {
  const stop = listenForStop()
  const reporter = createReporter(options.json ? console.error : console.log)
  try {
    prepareDataDir(options.dataDir)
    reporter.step('data', options.dataDir)
    await stopLeftovers(options.dataDir, (label) =>
      reporter.step('data', `stopped ${label}, left over by a killed run`),
    )
    const lock = acquireLock(options.dataDir)
    const log = openLog({
      file: join(options.dataDir, 'logs', 'node.log'),
      write: reporter.line,
      verbose: options.verbose,
    })
    void aborted(stop.forced).then(() => {
      reporter.line('stopping at once')
      lock.killChildren()
      lock.release()
      process.exit(130)
    })
    try {
      return await runNetwork({ options, lock, stop, reporter, log })
    } finally {
      await log.close()
      lock.release()
    }
  } finally {
    stop.dispose()
  }
}

async function runNetwork(context: Context): Promise<number> {
  const { options, lock, stop, reporter, log } = context
  await assertPortsFree(options)
  if (options.l1Url !== undefined) externalKeys(process.env)
  let rollup: LaunchedRollup | undefined
  let node: RollupNode | undefined
  let outputRoots: OutputRoots | undefined
  let restaking: RestakingTask | undefined
  try {
    rollup = await launchLocal(options, reporter, lock, stop.graceful)
    const registry = options.metrics && createRegistry()
    node = await startRollupNode(options, rollup, log.logger, registry)
    reporter.step('node', `rollup node listens on ${node.url}`)
    await waitUntilCurrent(node, reporter, stop.graceful)
    const job = outputRootsJob(options, rollup, node)
    if (!stop.graceful.aborted) {
      reportReady(context, rollup, node, job)
      // Afterwards: it need not be there for the first transaction.
      outputRoots = job && startWatching(job, log.logger, registry)
      if (options.restaking) restaking = await restake(context, rollup, node)
    }
    const ended = await Promise.race([
      aborted(stop.graceful).then(() => undefined),
      rollup.l1Exited.then(
        ({ code, output }) => `the L1 node ended by itself (exit code ${code})\n${output}`,
      ),
    ])
    if (ended === undefined) return 0
    throw new CommandError(`${ended}\nRun \`altlayer up\` again to continue the chain.`)
  } catch (error) {
    // What a stop request interrupts fails; that is what was asked for.
    if (stop.graceful.aborted) return 0
    throw error
  } finally {
    await Promise.all([outputRoots?.close(), restaking?.close()])
    if (rollup) await stopNetwork(context, rollup, node)
  }
}

/** Afterwards too: ALT and restaking tell themselves when they are ready. */
async function restake(
  { options: { dataDir, json }, reporter, log: { logger } }: Context,
  rollup: LaunchedRollup,
  node: RollupNode,
): Promise<RestakingTask | undefined> {
  const onFailed = (error: Error) => {
    const next = 'The rollup runs without; `altlayer up` again goes on with them'
    reporter.step('restake', `ALT and restaking failed: ${error.message}. ${next}`)
    if (json) console.log(JSON.stringify({ restaking: { ready: false, error: error.message } }))
  }
  return startRestaking({
    ...{ dataDir, rollup, reporter, logger },
    l2Url: node.url,
    onReady(restaking) {
      reporter.step('restake', 'ALT and restaking are ready')
      if (json) console.log(restakingJson(restaking, dataDir))
      else for (const line of restakingLines(restaking, dataDir)) reporter.line(line)
    },
    onFailed,
  }).catch((error: Error) => {
    onFailed(error)
    return undefined
  })
}

function startWatching(
  job: OutputRootsJob,
  logger: Logger,
  registry: MetricsRegistry | undefined,
): OutputRoots {
  const outputRoots = startOutputRoots(job, {
    logger,
    ...(registry && job.proposer && { onProposer: proposerMetrics(registry) }),
    ...(registry && job.player && { onPlayer: playerMetrics(registry) }),
  })
  outputRoots.ready.catch((error: Error) =>
    logger.error({ err: error }, 'output roots are neither proposed nor watched'),
  )
  return outputRoots
}

async function stopNetwork(
  { options, reporter }: Context,
  rollup: LaunchedRollup,
  node: RollupNode | undefined,
): Promise<void> {
  const parts = options.l1Url === undefined ? 'the rollup node, then L1' : 'the rollup node'
  reporter.step('stop', `stopping ${parts}; Ctrl-C again stops at once`)
  await node?.close()
  await rollup.stop()
  reporter.step('stop', 'done')
}

async function assertPortsFree({ l1Url, l1Port, l2Port, host, metrics }: UpOptions) {
  if (l1Url === undefined) {
    await assertFree({ port: l1Port, host: '127.0.0.1', purpose: 'L1', option: '--l1-port' })
  }
  await assertFree({ port: l2Port, host, purpose: 'L2', option: '--l2-port' })
  if (metrics) await assertFree({ ...metrics, purpose: 'metrics', option: '--metrics.port' })
}

function reportReady(
  { options, reporter }: Context,
  rollup: LaunchedRollup,
  node: RollupNode,
  job: OutputRootsJob | undefined,
) {
  const { url: l2Url, metricsUrl, peerAddresses } = node
  const ready = { rollup, l2Url, metricsUrl, peerAddresses, dataDir: options.dataDir, job }
  reporter.step('ready', `L2 is at block ${node.status().head}`)
  if (options.json) console.log(readyJson(ready))
  else for (const line of readyLines(ready)) reporter.line(line)
}
