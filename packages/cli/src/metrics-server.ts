import { type createRegistry, startMetricsServer } from '@altlayer/node'
import { CommandError } from './command.ts'
import type { MetricsAddress } from './metrics-options.ts'

/** Where metrics are registered. */
export type MetricsRegistry = ReturnType<typeof createRegistry>

/** Serves a registry to Prometheus. Rejects with CommandError when the port cannot be had. */
export async function serveRegistry(
  registry: MetricsRegistry,
  address: MetricsAddress,
): ReturnType<typeof startMetricsServer> {
  return startMetricsServer(registry, address).catch((error: Error) => {
    throw new CommandError(`cannot serve metrics on port ${address.port}: ${error.message}`)
  })
}
