import { readFileSync } from 'node:fs'
import {
  type Genesis,
  MalformedInputError,
  parseGenesis,
  parseRollupConfig,
  type RollupConfig,
} from '@altlayer/protocol'

/** A configuration file that cannot be used; the message names file and field. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError'
}

/**
 * Reads `rollup.json` and `genesis.json` and checks that they describe the same chain.
 * @throws ConfigFileError
 */
export function readChainFiles(
  rollupConfigPath: string,
  genesisPath: string,
): { readonly config: RollupConfig; readonly genesis: Genesis } {
  const config = readConfig(rollupConfigPath, (json) => parseRollupConfig(json))
  const genesis = readConfig(genesisPath, (json) => parseGenesis(json))
  if (genesis.config.chainId !== config.l2ChainId) {
    throw new ConfigFileError(
      `${genesisPath}: chainId is ${genesis.config.chainId}, but l2_chain_id in ${rollupConfigPath} is ${config.l2ChainId}`,
    )
  }
  if (genesis.header.timestamp !== config.genesis.l2Time) {
    throw new ConfigFileError(
      `${genesisPath}: timestamp is ${genesis.header.timestamp}, but genesis.l2_time in ${rollupConfigPath} is ${config.genesis.l2Time}`,
    )
  }
  return { config, genesis }
}

function readConfig<T>(path: string, parse: (json: unknown) => T): T {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigFileError(`${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    return parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MalformedInputError) {
      throw new ConfigFileError(`${path}: ${error.message}`, { cause: error })
    }
    throw error
  }
}
