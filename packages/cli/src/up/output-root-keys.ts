import type { LaunchedRollup } from '@altlayer/launch'
import type { Hex } from '@altlayer/protocol'
import { CommandError } from '../command.ts'
import type { UpOptions } from './options.ts'

// Keys come from environment variables: options are seen by `ps`.

/** The key that deploys to an L1 given by URL. */
export const DEPLOYER_KEY = 'ALTLAYER_DEPLOYER_KEY'
/** The keys that propose and dispute there. */
export const PROPOSER_KEY = 'ALTLAYER_PROPOSER_KEY'
export const PLAYER_KEY = 'ALTLAYER_VITAL_KEY'

/** Who proposes and who disputes; undefined: nobody. */
export interface OutputRootKeys {
  readonly proposer: Hex | undefined
  readonly player: Hex | undefined
}

export function isKey(text: string | undefined): text is Hex {
  return text !== undefined && /^0x[0-9a-fA-F]{64}$/.test(text)
}

/**
 * The keys for an L1 given by URL. Each needs an account that nothing else sends from: two that count the nonces of one
 * account replace each other's transactions, and the deployer's is the batcher's. Throws CommandError.
 */
export function externalKeys(env: NodeJS.ProcessEnv): OutputRootKeys {
  const taken = new Map<string, string>()
  const deployer = env[DEPLOYER_KEY]
  if (deployer !== undefined) taken.set(deployer.toLowerCase(), DEPLOYER_KEY)
  const read = (name: string): Hex | undefined => {
    const key = env[name]
    if (key === undefined || key === '') return undefined
    if (!isKey(key))
      throw new CommandError(`${name} must hold a key of 32 bytes, 0x and 64 hex digits`)
    const other = taken.get(key.toLowerCase())
    if (other !== undefined)
      throw new CommandError(
        `${name} and ${other} hold the same key; each needs an account of its own`,
      )
    taken.set(key.toLowerCase(), name)
    return key
  }
  return { proposer: read(PROPOSER_KEY), player: read(PLAYER_KEY) }
}

/** The keys that are wanted: well-known accounts on our own L1, the environment's elsewhere. */
export function outputRootKeys(
  options: UpOptions,
  { roleKeys }: Pick<LaunchedRollup, 'roleKeys'>,
): OutputRootKeys {
  const keys =
    options.l1Url === undefined
      ? { proposer: roleKeys.proposer, player: roleKeys.challenger }
      : externalKeys(process.env)
  return {
    proposer: options.proposalInterval === undefined ? undefined : keys.proposer,
    player: options.vital ? keys.player : undefined,
  }
}
