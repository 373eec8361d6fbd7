import { type LaunchedRollup, launchRollup } from '@altlayer/launch'
import { BatcherSettingError, type RollupNode, startNode } from '@altlayer/node'
import type { Logger } from 'pino'
import { CommandError } from '../command.ts'
import type { Lock } from '../local/lock.ts'
import type { MetricsRegistry } from '../metrics-server.ts'
import type { UpOptions } from './options.ts'
import { DEPLOYER_KEY, isKey } from './output-root-keys.ts'
import type { Reporter } from './report.ts'

/** Starts the L1, or reaches it, deploys what is missing, writes the genesis files. */
export async function launchLocal(
  options: UpOptions,
  reporter: Reporter,
  lock: Lock,
  signal: AbortSignal,
): Promise<LaunchedRollup> {
  return launchRollup(
    {
      dataDir: options.dataDir,
      l1: l1Of(options),
      ...(options.l1ChainConfigPath && { l1ChainConfigPath: options.l1ChainConfigPath }),
      ...(options.l2BlockTime !== undefined && { l2BlockTime: options.l2BlockTime }),
      ...(options.l2ChainId !== undefined && { l2ChainId: options.l2ChainId }),
      onProcess: lock.addChild,
      signal,
    },
    reporter.launch,
  )
}

function l1Of(options: UpOptions) {
  if (options.l1Url === undefined) {
    return {
      port: options.l1Port,
      ...(options.l1BlockTime !== undefined && { blockTime: options.l1BlockTime }),
    }
  }
  const deployerKey = process.env[DEPLOYER_KEY]
  if (!isKey(deployerKey)) {
    throw new CommandError(
      `an L1 given by --l1-url needs the key of the account that pays for the deployment, 32 bytes of hex, in the environment variable ${DEPLOYER_KEY}`,
    )
  }
  return { url: options.l1Url, deployerKey }
}

/** Milliseconds: our own L1 answers at once and has a block every second or two. */
const LOCAL_POLL_INTERVAL = 250

/** A channel every other L1 block, and no long waits for an L1 that answers at once. */
const LOCAL_BATCHER = {
  maxChannelDuration: 2,
  pollInterval: 500,
  resubmissionTimeout: 20_000,
} as const

/** Starts the rollup node on a launched rollup. */
export async function startRollupNode(
  options: UpOptions,
  rollup: LaunchedRollup,
  logger: Logger,
  registry?: MetricsRegistry,
): Promise<RollupNode> {
  return startNode({
    rollupConfigPath: rollup.rollupConfigPath,
    genesisPath: rollup.genesisPath,
    ...(options.l1ChainConfigPath && { l1ChainConfigPath: options.l1ChainConfigPath }),
    l1Url: rollup.l1Url,
    ...(options.l1Url === undefined && { l1PollInterval: LOCAL_POLL_INTERVAL }),
    dataDir: options.dataDir,
    rpc: {
      host: options.host,
      port: options.l2Port,
      cors: options.cors,
      vhosts: options.vhosts,
      admin: options.admin,
    },
    ...(options.metrics && {
      metrics: { ...options.metrics, ...(registry && { registry }) },
    }),
    l1BeaconUrls: [rollup.l1Url],
    sequencer: {
      confirmations: options.confirmations,
      ...(rollup.roleKeys.batcher && {
        batcher: {
          privateKey: rollup.roleKeys.batcher,
          settings: {
            ...LOCAL_BATCHER,
            // Anvil keeps blobs in memory for good: a network that runs for a day would need gigabytes.
            ...(options.l1Url === undefined && { dataAvailabilityType: 'calldata' }),
            ...options.batcher.settings,
          },
          // A local L1 takes whatever it is given: nothing is gained by holding blocks back.
          throttle: {
            ...(options.l1Url === undefined && { lowerThreshold: 0 }),
            ...options.batcher.throttle,
          },
        },
      }),
    },
    ...(options.p2p && {
      p2p: { ...options.p2p, ...sequencerKey(rollup.roleKeys.sequencer) },
    }),
    logger,
  }).catch((error: unknown) => {
    throw error instanceof BatcherSettingError ? new CommandError(error.message) : error
  })
}

/** The rollup's unsafe block signer: its blocks are gossiped. */
function sequencerKey(key: string | undefined): { readonly sequencerKey?: Uint8Array } {
  return key === undefined ? {} : { sequencerKey: new Uint8Array(Buffer.from(key.slice(2), 'hex')) }
}

/** Seconds behind the clock at which a chain counts as caught up. */
const CAUGHT_UP = 5

/** Milliseconds between two lines about it. */
const TELL_EVERY = 2_000

/** Waits until the chain has reached the present, telling how far it is after a pause. */
export async function waitUntilCurrent(
  node: RollupNode,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const seconds = () => Math.floor(Date.now() / 1_000) - node.status().timestamp
  const start = { at: performance.now(), behind: seconds() }
  let told = start.at
  for (let behind = start.behind; behind > CAUGHT_UP && !signal.aborted; behind = seconds()) {
    const now = performance.now()
    if (now - told >= TELL_EVERY) {
      told = now
      const rate = (start.behind - behind) / (now - start.at)
      const left = rate > 0 ? `, about ${Math.ceil(behind / rate / 1_000)} s left` : ''
      reporter.step('node', `making the blocks of the last ${behind} s${left}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
