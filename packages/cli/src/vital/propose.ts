import { createRollupClient, type RollupClient } from '@altlayer/vital/rollup'
import { type Proposal, startProposer } from '@altlayer/vital/services'
import type { MetricsAddress } from '../metrics-options.ts'
import { aborted, listenForStop } from '../up/signals.ts'
import { askL1, connectToL1, readContractAddress, senderFrom, VITAL_GAME_TYPE } from './connect.ts'
import { terminalLogger } from './log.ts'
import { proposerMetrics, serveMetrics } from './metrics.ts'

export interface ProposeOptions {
  readonly l1Url: string
  readonly addressesPath: string
  readonly rollupUrl: string
  /** Seconds. */
  readonly proposalInterval: bigint
  readonly allowNonFinalized: boolean
  /** Seconds. */
  readonly window: bigint
  /** Wei. */
  readonly maxFeePerGas: bigint
  /** Milliseconds. */
  readonly pollInterval: number
  /** undefined: no metrics are served. */
  readonly metrics: MetricsAddress | undefined
  readonly verbose: boolean
}

/** The output root of the newest block that L1 leads to, or whose L1 data are final. */
export async function newestOutput(
  rollup: RollupClient,
  allowNonFinalized: boolean,
): Promise<Proposal> {
  const { safe, finalized } = await rollup.syncStatus()
  const number = allowNonFinalized ? safe : finalized
  return { number, outputRoot: (await rollup.outputAtBlock(number)).outputRoot }
}

/** Proposes until it is asked to stop. Returns the exit code. */
export async function propose(options: ProposeOptions): Promise<number> {
  const client = connectToL1(options.l1Url)
  const factory = readContractAddress(options.addressesPath, 'DisputeGameFactoryProxy')
  const sender = await askL1(options.l1Url, () =>
    senderFrom('ALTLAYER_PROPOSER_KEY', client, options.maxFeePerGas),
  )
  const rollup = createRollupClient(options.rollupUrl)
  const metrics = options.metrics && (await serveMetrics(options.metrics, proposerMetrics))
  const stop = listenForStop()
  const proposer = startProposer({
    client,
    factory,
    gameType: VITAL_GAME_TYPE,
    sender,
    newest: () => newestOutput(rollup, options.allowNonFinalized),
    proposalInterval: options.proposalInterval,
    window: options.window,
    pollInterval: options.pollInterval,
    logger: terminalLogger(options.verbose),
    ...(metrics && { onEvent: metrics.event }),
  })
  if (metrics) console.log(`metrics on port ${metrics.port}`)
  console.log(`proposing as ${sender.address}`)
  try {
    await aborted(stop.graceful)
  } finally {
    await proposer.close()
    await metrics?.close()
    stop.dispose()
  }
  return 0
}
