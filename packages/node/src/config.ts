import { readFileSync } from 'node:fs'
import {
  type ChainConfig,
  type Genesis,
  MalformedInputError,
  OP_FORKS,
  parseGenesis,
  parseL1ChainConfig,
  parseRollupConfig,
  type RollupConfig,
} from '@altlayer/protocol'

/** A configuration file that cannot be used; the message names file and field. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError'
}

export interface ChainFiles {
  /** The OP Stack's `rollup.json`. */
  readonly rollupConfigPath: string
  /** The L2 genesis in geth's form. */
  readonly genesisPath: string
  /** L1's chain config or genesis, for its blob schedule (`parseL1ChainConfig`). Default: what is known of public L1s. */
  readonly l1ChainConfigPath?: string
}

/**
 * Reads `rollup.json` and `genesis.json` and checks that they describe the same chain. Its forks are those of
 * `rollup.json`: a genesis file from before a fork need not know it, and may not know it otherwise.
 * @throws ConfigFileError
 */
export function readChainFiles({ rollupConfigPath, genesisPath, l1ChainConfigPath }: ChainFiles): {
  readonly config: RollupConfig
  readonly genesis: Genesis
} {
  const rollup = readConfig(rollupConfigPath, (json) => parseRollupConfig(json))
  const config = { ...rollup, ...l1BlobForksIn(l1ChainConfigPath, rollup) }
  const genesis = readConfig(genesisPath, (json) => parseGenesis(json), WITHOUT_GENESIS)
  if (genesis.config.mode !== 'op')
    throw new ConfigFileError(
      `${genesisPath}: config.optimism is not there: this is no genesis of an OP Stack chain`,
    )
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
  const other = otherForks(genesis.config, config)
  if (other !== undefined)
    throw new ConfigFileError(
      `${genesisPath}: config.${other.fork}Time is ${other.time}, but ${other.fork}_time in ${rollupConfigPath} is ${other.rollupTime ?? 'not there'}`,
    )
  const { forks, unsupportedFrom } = config
  const rules = { ...genesis.config, forks, ...(unsupportedFrom && { unsupportedFrom }) }
  return { config, genesis: { ...genesis, config: rules } }
}

function l1BlobForksIn(path: string | undefined, { l1ChainId }: RollupConfig) {
  if (path === undefined) return {}
  return { l1BlobForks: readConfig(path, (json) => parseL1ChainConfig(json, l1ChainId)) }
}

/** What someone can do who has only the RPC of a rollup. */
const WITHOUT_GENESIS =
  'A node derives every block from the first on, and so needs all of its state: the genesis.json that the ' +
  "rollup's other nodes began with (--genesis FILE). Blocks of a rollup whose genesis you do not have are " +
  'verified one by one through its RPC: altlayer verify --rpc URL --follow'

/** The first fork that a genesis file has at another time than the rollup config. */
function otherForks(rules: ChainConfig, config: RollupConfig) {
  for (const fork of OP_FORKS) {
    const [time, rollupTime] = [rules.forks[fork], config.forks[fork]]
    if (time !== undefined && time !== rollupTime) return { fork, time, rollupTime }
  }
  const [its, ours] = [rules.unsupportedFrom, config.unsupportedFrom]
  if (its === undefined || (its.fork === ours?.fork && its.time === ours.time)) return undefined
  return { ...its, rollupTime: its.fork === ours?.fork ? ours.time : undefined }
}

/** `nextStep`: for people, where the file is not there or lacks what only it can tell. */
function readConfig<T>(path: string, parse: (json: unknown) => T, nextStep = ''): T {
  const advice = nextStep === '' ? '' : `\n${nextStep}`
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigFileError(`${path} cannot be read: ${(error as Error).message}${advice}`)
  }
  try {
    return parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MalformedInputError) {
      throw new ConfigFileError(`${path}: ${error.message}${advice}`, { cause: error })
    }
    throw error
  }
}
