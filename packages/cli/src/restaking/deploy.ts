import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { deployAlt, deploymentJson, journalPath, readAltConfig } from '@altlayer/restaking'
import { createPublicClient, http } from 'viem'
import { CommandError } from '../command.ts'
import type { ChainContext } from './options.ts'
import { print, signingClient } from './session.ts'

/**
 * Deploys ALT on a chain, or goes on where an earlier run ended. Writes what stands to `deploymentPath`
 * and the journal beside it. Returns the exit code.
 */
export async function deploy(context: ChainContext, configPath: string): Promise<number> {
  const path = resolve(configPath)
  if (!existsSync(path)) throw new CommandError(`there is no configuration ${path}`)
  const config = readAltConfig(path)
  const { deploymentPath } = context
  const chainId = await createPublicClient({ transport: http(context.url) }).getChainId()
  const client = await signingClient(context, chainId)
  mkdirSync(dirname(deploymentPath), { recursive: true })
  const deployment = await deployAlt({
    client,
    config,
    statePath: journalPath(deploymentPath),
    progress: ({ step, done, total, found }) => {
      if (!context.json && !found) console.log(`[${done}/${total}] ${step}`)
    },
  })
  writeFileSync(deploymentPath, deploymentJson(deployment))
  if (context.json) {
    print(deployment)
    return 0
  }
  console.log(`ALT ${deployment.contracts.AltToken} on chain ${chainId}; see ${deploymentPath}`)
  return 0
}
