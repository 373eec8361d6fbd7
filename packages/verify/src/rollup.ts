import {
  type ChainConfig,
  chainConfigOf,
  MalformedInputError,
  parseQuantity,
  parseRollupConfig,
  type RollupConfig,
} from '@altlayer/protocol'
import { createRpcClient, type RpcClient, RpcRefusal } from '@altlayer/rpc/client'
import { knownChain } from './chains.ts'

/** Rules of a rollup, and who gave them. They are the one thing that is trusted. */
export interface RollupRules {
  readonly config: ChainConfig
  /** For people. */
  readonly from: string
  /** Name of a known chain, else its chain id. */
  readonly name: string
  /** Seconds between blocks, where the rules say so. */
  readonly blockTime?: number
}

export interface RulesOptions {
  /** Contents of `rollup.json` files: the one with the RPC's chain id counts. */
  readonly configs?: readonly RollupConfig[]
  /** RPCs of rollup nodes (`optimism_rollupConfig`): likewise. */
  readonly rollupRpcs?: readonly string[]
}

/** No rules were found for the chain that an RPC serves. */
export class UnknownRollupError extends Error {
  override readonly name = 'UnknownRollupError'
}

/**
 * Finds the rules of the chain behind `rpc`, first of: a given configuration with its chain id, a given rollup
 * node that serves one, the chains known by name, the RPC itself (`optimism_rollupConfig`). Rejects with
 * UnknownRollupError, MalformedInputError, or as RpcClient does.
 */
export async function resolveRules(
  rpc: RpcClient,
  options: RulesOptions = {},
): Promise<RollupRules> {
  const chainId = parseQuantity(await rpc.request('eth_chainId', []), `${rpc.origin} eth_chainId`)
  const own = options.configs?.find((config) => config.l2ChainId === chainId)
  if (own !== undefined) return rulesOf(own, 'the configuration given')
  for (const url of options.rollupRpcs ?? []) {
    const client = createRpcClient(url, { responseBytes: 1 << 20 })
    const config = await rollupConfigFrom(client).finally(() => client.close())
    if (config.l2ChainId === chainId) return rulesOf(config, client.origin)
  }
  const known = knownChain(chainId)
  if (known !== undefined)
    return {
      config: known.config,
      name: known.name,
      from: 'the chains known by name',
      blockTime: 2,
    }
  try {
    const config = await rollupConfigFrom(rpc)
    if (config.l2ChainId === chainId) return rulesOf(config, rpc.origin)
    throw new MalformedInputError(
      `${rpc.origin} optimism_rollupConfig.l2_chain_id`,
      `${chainId}`,
      `${config.l2ChainId}`,
    )
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error
  }
  throw new UnknownRollupError(
    `${rpc.origin} serves chain ${chainId}, whose rules are not known: give its rollup.json, or the RPC of a rollup node that serves optimism_rollupConfig`,
  )
}

async function rollupConfigFrom(rpc: RpcClient): Promise<RollupConfig> {
  const json = await rpc.request('optimism_rollupConfig', [])
  return parseRollupConfig(json, `${rpc.origin} optimism_rollupConfig`)
}

function rulesOf(config: RollupConfig, from: string): RollupRules {
  return {
    config: chainConfigOf(config),
    name: knownChain(config.l2ChainId)?.name ?? `chain ${config.l2ChainId}`,
    from,
    blockTime: Number(config.blockTime),
  }
}
