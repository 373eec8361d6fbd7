import { createRegistry, metricsFactory } from '@altlayer/node'
import type { FollowEvent, FollowedRollup, RollupStatus } from '@altlayer/verify'
import type { MetricsAddress } from '../metrics-options.ts'
import { serveRegistry } from '../metrics-server.ts'

/** What Prometheus reads of `altlayer verify`. */
export interface VerifyMetrics {
  event(rollup: number, event: FollowEvent): void
  /** Shows the status from now on. */
  start(status: () => readonly RollupStatus[]): void
  close(): Promise<void>
}

const LABELS = ['chain_id', 'origin'] as const

/** Serves metrics of the rollups. Throws CommandError when the port cannot be had. */
export async function serveMetrics(
  address: MetricsAddress,
  rollups: readonly FollowedRollup[],
): Promise<VerifyMetrics> {
  const registry = createRegistry()
  const { gauge, counter } = metricsFactory(registry, 'altlayer_verify')
  const labels = rollups.map(({ rpc, rules }) => ({
    chain_id: `${rules.config.chainId}`,
    origin: new URL(rpc).origin,
  }))
  let look = (): readonly RollupStatus[] => []
  const perRollup = (
    name: string,
    help: string,
    read: (status: RollupStatus) => bigint | number | undefined,
  ) =>
    gauge(name, help, LABELS, (metric) => {
      for (const [index, status] of look().entries()) {
        const value = read(status)
        if (value !== undefined) metric.set(labels[index] ?? {}, Number(value))
      }
    })
  perRollup('head_number', 'Newest block that the RPC tells', ({ head }) => head?.number)
  perRollup('reached_number', 'Newest block with a verdict', ({ reached }) => reached?.number)
  perRollup('behind_blocks', 'Blocks without a verdict', ({ behind }) => behind.blocks)
  perRollup(
    'behind_seconds',
    'Clock minus the time of the newest block with a verdict',
    ({ behind }) => behind.seconds,
  )
  perRollup('silent', '1 while the RPC does not answer', ({ silent }) => (silent ? 1 : 0))
  const blocks = counter('blocks_total', 'Blocks, by verdict', [...LABELS, 'status'])
  const gas = counter('gas_total', 'Gas of executed blocks', LABELS)
  const execution = counter('execution_seconds_total', 'Seconds of execution', LABELS)
  const reorgs = counter('reorgs_total', 'Times that the chain became another', LABELS)
  const server = await serveRegistry(registry, address)
  return {
    event(index, event) {
      const label = labels[index] as (typeof labels)[number]
      if (event.type === 'reorg') reorgs.inc(label)
      if (event.type !== 'block') return
      const { status, gasUsed, milliseconds } = event.verdict
      blocks.inc({ ...label, status })
      gas.inc(label, Number(gasUsed ?? 0n))
      execution.inc(label, milliseconds.execution / 1000)
    },
    start(status) {
      look = status
    },
    close: () => server.close(),
  }
}
