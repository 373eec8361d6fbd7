import { join } from 'node:path'
import type { LaunchedRollup } from '@altlayer/launch'
import type { RollupNode } from '@altlayer/node'
import type { Proposer } from '@altlayer/vital/services'
import { CommandError } from '../command.ts'
import { prepareDataDir } from '../local/data-dir.ts'
import { acquireLock, type Lock } from '../local/lock.ts'
import { stopLeftovers } from '../local/stop.ts'
import { type Log, openLog } from './log.ts'
import { launchLocal, startLocalProposer, startRollupNode, waitUntilCurrent } from './network.ts'
import type { UpOptions } from './options.ts'
import { assertFree } from './ports.ts'
import { createReporter, type Reporter, readyJson, readyLines } from './report.ts'
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
  let rollup: LaunchedRollup | undefined
  let node: RollupNode | undefined
  let proposer: Proposer | undefined
  try {
    rollup = await launchLocal(options, reporter, lock, stop.graceful)
    node = await startRollupNode(options, rollup, log.logger)
    reporter.step('node', `rollup node listens on ${node.url}`)
    await waitUntilCurrent(node, reporter, stop.graceful)
    proposer = await startLocalProposer(options, rollup, node, log.logger)
    if (!stop.graceful.aborted) reportReady(context, rollup, node)
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
    await proposer?.close()
    if (rollup) await stopNetwork(context, rollup, node)
  }
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

function reportReady({ options, reporter }: Context, rollup: LaunchedRollup, node: RollupNode) {
  const { url: l2Url, metricsUrl, peerAddresses } = node
  const ready = { rollup, l2Url, metricsUrl, peerAddresses, dataDir: options.dataDir }
  reporter.step('ready', `L2 is at block ${node.status().head}`)
  if (options.json) console.log(readyJson(ready))
  else for (const line of readyLines(ready)) reporter.line(line)
}
