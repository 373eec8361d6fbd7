import {
  CANCUN_BLOB_FRACTION,
  l1BlobForks,
  MAX_UINT64,
  optional,
  PRAGUE_BLOB_FRACTION,
  parseInteger,
  parseObject,
  type RollupConfig,
} from '@altlayer/protocol'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { checked, type L1Connection } from './client.ts'

export interface BlobScheduleWatchOptions {
  readonly config: RollupConfig
  readonly l1: Pick<L1Connection, 'request'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds between looks: L1s announce a fork with their releases, weeks before. */
const LOOK = 3_600_000

/**
 * Says as long as it is so that L1 changes its blob prices otherwise than this node counts them: from then on its blocks
 * would be others than those of nodes that know. An L1 that does not serve `eth_config` (EIP-7910) is believed.
 */
export function watchBlobSchedule(options: BlobScheduleWatchOptions): { close(): Promise<void> } {
  const { config, l1, clock, logger } = options
  const stop = new AbortController()

  async function look(): Promise<void> {
    const answer = await l1.request('eth_config', [])
    const { current, next } = checked('eth_config', () => parseForks(answer))
    for (const fork of [current, next]) {
      if (fork === undefined || isKnown(config, fork)) continue
      logger.error(
        {
          from: new Date(Number(fork.time) * 1_000),
          baseFeeUpdateFraction: String(fork.fraction),
        },
        "L1's blob schedule is another than this node's: blocks will not be those of other nodes. Give " +
          "L1's chain config, --rollup.l1-chain-config FILE, to every node of the rollup",
      )
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await look().catch((error: Error) => {
        if (!stop.signal.aborted)
          logger.debug({ reason: error.message }, 'L1 does not tell its blob schedule')
      })
      await clock.sleep(LOOK, stop.signal)
    }
  }

  const running = run()
  return {
    async close() {
      stop.abort()
      await running
    },
  }
}

interface Fork {
  /** Seconds. */
  readonly time: bigint
  readonly fraction: bigint
}

function isKnown(config: RollupConfig, { time, fraction }: Fork): boolean {
  const scheduled = l1BlobForks(config).findLast((each) => each.time <= time)
  // What headers show by themselves is known of every L1.
  if (scheduled === undefined)
    return fraction === CANCUN_BLOB_FRACTION || fraction === PRAGUE_BLOB_FRACTION
  return fraction === scheduled.fraction
}

/** Of the fork in force and the next one; undefined where there is none, or none with blobs. */
function parseForks(answer: unknown) {
  const config = parseObject(answer, 'config')
  const fork = (name: 'current' | 'next') =>
    optional(config[name], `config.${name}`, (value, path) => {
      const json = parseObject(value, path)
      return optional(json.blobSchedule, `${path}.blobSchedule`, (schedule, at) => ({
        time: parseInteger(json.activationTime, `${path}.activationTime`, MAX_UINT64),
        fraction: parseInteger(
          parseObject(schedule, at).baseFeeUpdateFraction,
          `${at}.baseFeeUpdateFraction`,
          MAX_UINT64,
        ),
      }))
    })
  return { current: fork('current'), next: fork('next') }
}
