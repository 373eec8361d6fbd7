import { parseL1ChainConfig, parseRollupConfig, type RollupConfig } from '@altlayer/protocol'
import { readJson } from './vital/connect.ts'

/** op-node's name for it, as other options of the derivation have op-node's names. */
export const l1ChainConfigOption = {
  'rollup.l1-chain-config': {
    summary: "L1's chain config or genesis: its blob schedule, where this version does not know it",
    value: 'FILE',
  },
} as const

/** A rollup config, and the blob schedule of its L1 where a file gives one. Throws CommandError. */
export function readRollupConfig(files: {
  readonly rollupConfigPath: string
  readonly l1ChainConfigPath?: string | undefined
}): RollupConfig {
  const { rollupConfigPath, l1ChainConfigPath } = files
  const config = readJson(rollupConfigPath, (json) => parseRollupConfig(json))
  if (l1ChainConfigPath === undefined) return config
  const { l1ChainId } = config
  const l1BlobForks = readJson(l1ChainConfigPath, (json) => parseL1ChainConfig(json, l1ChainId))
  return { ...config, l1BlobForks }
}
