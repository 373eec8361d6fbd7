import { fileURLToPath } from 'node:url'
import { loadBlobKzg } from '@altlayer/engine/kzg'
import { type Address, l1BlobForks, parseRollupConfig } from '@altlayer/protocol'
import { createRollupClient } from '@altlayer/vital/rollup'
import { createTraces, createTruthSource, startPlayer } from '@altlayer/vital/services'
import { ensureEmulator, ensureProgram } from '../ensure-program.ts'
import type { MetricsAddress } from '../metrics-options.ts'
import { aborted, listenForStop } from '../up/signals.ts'
import {
  connectToL1,
  readContractAddress,
  readJson,
  senderFrom,
  VITAL_GAME_TYPE,
} from './connect.ts'
import { terminalLogger } from './log.ts'
import { servePlayerMetrics } from './metrics.ts'

export interface PlayOptions {
  readonly l1Url: string
  readonly l1BeaconUrls: readonly string[]
  readonly addressesPath: string
  readonly rollupUrl: string
  readonly rollupConfigPath: string
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
  const client = connectToL1(options.l1Url)
  const factory = readContractAddress(options.addressesPath, 'DisputeGameFactoryProxy')
  const config = readJson(options.rollupConfigPath, (json) => parseRollupConfig(json))
  const sender = await senderFrom('ALTLAYER_VITAL_KEY', client, options.maxFeePerGas)
  await ensureProgram()
  await ensureEmulator()
  const metrics = options.metrics && (await servePlayerMetrics(options.metrics))
  const stop = listenForStop()
  const logger = terminalLogger(options.verbose)
  const { l1Url, l1BeaconUrls, rollupUrl } = options
  const traces = createTraces({
    options: { config, l1BlobForks: l1BlobForks(config.l1ChainId) },
    program: fileURLToPath(import.meta.resolve('@altlayer/program/elf/program.elf')),
    source: {
      module: import.meta.resolve('@altlayer/node/proof'),
      options: { l1Url, l1BeaconUrls, rollupUrl },
    },
    capacity: options.traces,
    proveElement: async (blob, index) => (await kzg()).proveElement(blob, index),
  })
  const truths = createTruthSource({
    rollup: createRollupClient(rollupUrl),
    traces,
    l1Number: async (blockHash) => (await client.getBlock({ blockHash })).number,
  })
  const player = startPlayer({
    client,
    factory,
    gameType: VITAL_GAME_TYPE,
    sender,
    truthOf: truths.of,
    ...(options.games && { games: options.games }),
    maxBonds: options.maxBonds,
    window: options.window,
    concurrency: options.concurrency,
    pollInterval: options.pollInterval,
    logger,
    ...(metrics && { onEvent: metrics.event }),
  })
  if (metrics) console.log(`metrics on port ${metrics.port}`)
  console.log(`playing as ${sender.address}`)
  try {
    await aborted(stop.graceful)
  } finally {
    await player.close()
    await traces.close()
    await metrics?.close()
    stop.dispose()
  }
  return 0
}

let loaded: ReturnType<typeof loadBlobKzg> | undefined

/** Loaded when the first blob is disputed. */
function kzg(): ReturnType<typeof loadBlobKzg> {
  loaded ??= loadBlobKzg()
  return loaded
}
