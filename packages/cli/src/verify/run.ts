import {
  createRpcClient,
  type FollowedRollup,
  type RollupStatus,
  startFollowing,
} from '@altlayer/verify'
import { CommandError } from '../command.ts'
import type { MetricsAddress } from '../metrics-options.ts'
import { aborted, listenForStop } from '../up/signals.ts'
import { serveMetrics } from './metrics.ts'
import { createReport } from './report.ts'
import { type RulesSources, rulesFor } from './rules.ts'

export interface VerifyRun extends RulesSources {
  readonly rpcs: readonly string[]
  /** Go on after the heads of the start. */
  readonly follow: boolean
  readonly from: bigint | undefined
  readonly workers: number
  readonly receipts: boolean
  readonly json: boolean
  /** undefined: no metrics. */
  readonly metrics: MetricsAddress | undefined
}

/** Milliseconds between looks at whether all is done, without --follow. */
const LOOK = 100

/** Verifies rollups until the user stops it, or their heads are reached. Returns the exit code. */
export async function runVerify(run: VerifyRun): Promise<number> {
  const stop = listenForStop()
  const rollups = await Promise.all(run.rpcs.map((rpc) => rollupOf(rpc, run)))
  const report = createReport(rollups, run.json)
  const metrics = run.metrics && (await serveMetrics(run.metrics, rollups))
  const service = startFollowing({
    rollups,
    workers: run.workers,
    verify: { receipts: run.receipts },
    onEvent(index, event) {
      metrics?.event(index, event)
      report.event(index, event)
    },
  })
  metrics?.start(() => service.status())
  report.start(() => service.status())
  const timer = run.follow ? undefined : setInterval(() => endAtHeads(), LOOK)
  const done = Promise.withResolvers<void>()
  const goals = new Map<number, bigint>()
  const endAtHeads = () => {
    const status = service.status()
    for (const [index, { head }] of status.entries()) {
      if (head === undefined || goals.has(index)) continue
      goals.set(index, head.number)
      if (run.from !== undefined && run.from > head.number)
        done.reject(new CommandError(beyondHead(run.from, head.number, run.rpcs[index] as string)))
    }
    if (status.every((one, index) => isReached(one, goals.get(index)))) done.resolve()
  }
  try {
    await Promise.race([aborted(stop.graceful), done.promise])
  } finally {
    clearInterval(timer)
    report.stop()
    await metrics?.close()
    await service.close()
    stop.dispose()
  }
  const failures = service
    .status()
    .reduce((sum, { counts }) => sum + counts.invalid + counts.unverified, 0)
  return failures === 0 ? 0 : 1
}

function beyondHead(from: bigint, head: bigint, rpc: string): string {
  return `--from ${from} is after block ${head}, the head of ${new URL(rpc).origin}; --follow waits for it`
}

function isReached({ reached }: RollupStatus, goal: bigint | undefined): boolean {
  return goal !== undefined && reached !== undefined && reached.number >= goal
}

async function rollupOf(url: string, run: VerifyRun): Promise<FollowedRollup> {
  const rpc = createRpcClient(url)
  try {
    const rules = await rulesFor(rpc, run)
    return { rpc: url, rules, ...(run.from !== undefined && { from: run.from }) }
  } finally {
    rpc.close()
  }
}
