import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LaunchedRollup, launchRollup } from '@altlayer/launch'
import { parseRollupConfig, type RollupConfig, rollupConfigToJson } from '@altlayer/protocol'

/** A rollup's contracts on an L1 that does not run now, and the files that its nodes need. */
export interface Deployment {
  /** Everything is below it. */
  readonly folder: string
  /** Anvil's state with the contracts. */
  readonly statePath: string
  /** `rollup.json`; `genesis.json` is beside it. */
  readonly configPath: string
  readonly config: RollupConfig
  readonly launched: LaunchedRollup
}

/** What decides how long a rollup takes for things, in L1 blocks; neither is part of its genesis. */
export type Tempo = Partial<Pick<RollupConfig, 'seqWindowSize' | 'channelTimeout'>>

/** Deploys a rollup to a new L1, as `altlayer up` does, and stops that L1. */
export async function deployRollup(tempo: Tempo): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'altlayer-processes-'))
  const launched = await launchRollup({ dataDir: folder, l1: { port: 0, blockTime: 1 } })
  await launched.stop()
  const configPath = launched.rollupConfigPath
  const saved = parseRollupConfig(JSON.parse(readFileSync(configPath, 'utf8')))
  const config = { ...saved, ...tempo }
  writeFileSync(configPath, JSON.stringify(rollupConfigToJson(config)))
  return { folder, statePath: join(folder, 'l1', 'state.next.json'), configPath, config, launched }
}

export function removeDeployment({ folder }: Deployment): void {
  rmSync(folder, { recursive: true, force: true })
}
