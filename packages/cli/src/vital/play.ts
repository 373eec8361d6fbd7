import type { Address } from '@altlayer/protocol'
import { readRollupConfig } from '../l1-chain-config.ts'
import type { MetricsAddress } from '../metrics-options.ts'
import { aborted, listenForStop } from '../up/signals.ts'
import { askL1, connectToL1, readContractAddress, senderFrom } from './connect.ts'
import { terminalLogger } from './log.ts'
import { playerMetrics, serveMetrics } from './metrics.ts'
import { startHonestPlayer } from './player.ts'

export interface PlayOptions {
  readonly l1Url: string
  readonly l1BeaconUrls: readonly string[]
  readonly addressesPath: string
  readonly rollupUrl: string
  readonly rollupConfigPath: string
  /** Describes L1; undefined: what is known of public L1s. */
  readonly l1ChainConfigPath: string | undefined
  /** undefined: all. */
  readonly games: readonly Address[] | undefined
  /** Wei. */
  readonly maxBonds: bigint
  /** Wei. */
  readonly maxFeePerGas: bigint
  /** Seconds. */
  readonly window: bigint
  readonly concurrency: number
  readonly traces: number
  /** Milliseconds. */
  readonly pollInterval: number
  /** undefined: no metrics are served. */
  readonly metrics: MetricsAddress | undefined
  readonly verbose: boolean
}

/** Plays until it is asked to stop. Returns the exit code. */
export async function playGames(options: PlayOptions): Promise<number> {
  const { l1Url, l1BeaconUrls, rollupUrl } = options
  const client = connectToL1(l1Url)
  const factory = readContractAddress(options.addressesPath, 'DisputeGameFactoryProxy')
  const config = readRollupConfig(options)
  const sender = await askL1(l1Url, () =>
    senderFrom('ALTLAYER_VITAL_KEY', client, options.maxFeePerGas),
  )
  const metrics = options.metrics && (await serveMetrics(options.metrics, playerMetrics))
  const stop = listenForStop()
  const player = await startHonestPlayer({
    ...{ client, factory, sender, config, l1Url, l1BeaconUrls, rollupUrl },
    ...(options.games && { games: options.games }),
    maxBonds: options.maxBonds,
    window: options.window,
    concurrency: options.concurrency,
    traces: options.traces,
    pollInterval: options.pollInterval,
    logger: terminalLogger(options.verbose),
    ...(metrics && { onEvent: metrics.event }),
  })
  if (metrics) console.log(`metrics on port ${metrics.port}`)
  console.log(`playing as ${sender.address}`)
  try {
    await aborted(stop.graceful)
  } finally {
    await player.close()
    await metrics?.close()
    stop.dispose()
  }
  return 0
}
