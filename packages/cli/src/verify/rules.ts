import { readFile } from 'node:fs/promises'
import { MalformedInputError, parseRollupConfig, type RollupConfig } from '@altlayer/protocol'
import {
  type RollupRules,
  RpcAnswerTooLarge,
  type RpcClient,
  RpcRefusal,
  RpcUnavailable,
  resolveRules,
  UnknownRollupError,
} from '@altlayer/verify'
import { CommandError } from '../command.ts'

/** Where a rollup's rules are looked for. */
export interface RulesSources {
  /** Paths of `rollup.json` files. */
  readonly configs: readonly string[]
  readonly rollupRpcs: readonly string[]
}

/** The rules of the chain behind an RPC. Throws CommandError where there are none. */
export async function rulesFor(rpc: RpcClient, sources: RulesSources): Promise<RollupRules> {
  const configs = await Promise.all(sources.configs.map(readConfig))
  return foreseen(() => resolveRules(rpc, { configs, rollupRpcs: sources.rollupRpcs }))
}

async function readConfig(path: string): Promise<RollupConfig> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`cannot read ${path}: ${error.code ?? error.message}`)
  })
  try {
    return parseRollupConfig(JSON.parse(text), path)
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new CommandError(`${path} is not JSON: ${error.message}`)
    if (error instanceof MalformedInputError) throw new CommandError(error.message)
    throw error
  }
}

/** What an RPC says wrong, or fails to say, as the command's own failure. */
export async function foreseen<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const known =
      error instanceof RpcRefusal ||
      error instanceof RpcUnavailable ||
      error instanceof RpcAnswerTooLarge ||
      error instanceof UnknownRollupError ||
      error instanceof MalformedInputError
    throw known ? new CommandError(error.message, { cause: error }) : error
  }
}
