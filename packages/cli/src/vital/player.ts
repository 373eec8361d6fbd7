import { fileURLToPath } from 'node:url'
import { loadBlobKzg } from '@altlayer/engine/kzg'
import { l1BlobForks, type RollupConfig } from '@altlayer/protocol'
import { createRollupClient } from '@altlayer/vital/rollup'
import {
  createTraces,
  createTruthSource,
  type Player,
  type PlayerOptions,
  startPlayer,
} from '@altlayer/vital/services'
import { ensureEmulator, ensureProgram } from '../ensure-program.ts'
import { VITAL_GAME_TYPE } from './connect.ts'

/** Milliseconds for which a trace that no game asks about is kept: longer than a move takes on a public L1. */
const KEEP_TRACE = 600_000

export interface HonestPlayerOptions extends Omit<PlayerOptions, 'gameType' | 'truthOf'> {
  readonly config: RollupConfig
  readonly l1Url: string
  readonly l1BeaconUrls: readonly string[]
  /** One's own node of the rollup: what it says is true. */
  readonly rollupUrl: string
  /** Runs of the program kept in memory. */
  readonly traces: number
}

/** Plays by what a node of the rollup says and what runs of the program show. Rejects with CommandError. */
export async function startHonestPlayer(options: HonestPlayerOptions): Promise<Player> {
  const { client, config, l1Url, l1BeaconUrls, rollupUrl, traces: capacity, ...rest } = options
  await ensureProgram()
  await ensureEmulator()
  const traces = createTraces({
    options: { config, l1BlobForks: l1BlobForks(config) },
    program: fileURLToPath(import.meta.resolve('@altlayer/program/elf/program.elf')),
    source: {
      module: import.meta.resolve('@altlayer/node/proof'),
      options: { l1Url, l1BeaconUrls, rollupUrl },
    },
    capacity,
    keep: KEEP_TRACE,
    proveElement: async (blob, index) => (await kzg()).proveElement(blob, index),
  })
  const truths = createTruthSource({
    rollup: createRollupClient(rollupUrl),
    traces,
    l1Number: async (blockHash) => (await client.getBlock({ blockHash })).number,
  })
  const player = startPlayer({
    client,
    gameType: VITAL_GAME_TYPE,
    truthOf: truths.of,
    ...rest,
  })
  return {
    async close() {
      // Together: a move that waits for a trace ends with it.
      await Promise.all([player.close(), traces.close()])
    },
  }
}

let loaded: ReturnType<typeof loadBlobKzg> | undefined

/** Loaded when the first blob is disputed. */
function kzg(): ReturnType<typeof loadBlobKzg> {
  loaded ??= loadBlobKzg()
  return loaded
}
