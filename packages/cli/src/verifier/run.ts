import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ChainMismatchError, ConfigFileError, L1Error, startNode } from '@altlayer/node'
import { CommandError } from '../command.ts'
import { ensureProgram } from '../ensure-program.ts'
import { openLog } from '../up/log.ts'
import { aborted, listenForStop } from '../up/signals.ts'

export interface VerifierRunOptions {
  readonly l1Url: string
  readonly rollupConfigPath: string
  /** undefined: `genesis.json` beside the rollup config. */
  readonly genesisPath: string | undefined
  readonly l1BeaconUrls: readonly string[]
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly verbose: boolean
}

/** Runs a verifying node until it is asked to stop. Returns the exit code. */
export async function runVerifier(options: VerifierRunOptions): Promise<number> {
  const stop = listenForStop()
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true })
  const log = openLog({
    file: join(dataDir, 'logs', 'node.log'),
    write: console.error,
    verbose: options.verbose,
  })
  try {
    await ensureProgram()
    const node = await startNode({
      rollupConfigPath: options.rollupConfigPath,
      genesisPath: options.genesisPath ?? join(dirname(options.rollupConfigPath), 'genesis.json'),
      l1Url: options.l1Url,
      l1BeaconUrls: options.l1BeaconUrls,
      dataDir,
      rpc: { host: options.host, port: options.port },
      logger: log.logger,
    })
    console.log(`node listens on ${node.url}`)
    await aborted(stop.graceful)
    await node.close()
    return 0
  } catch (error) {
    const foreseen =
      error instanceof ChainMismatchError ||
      error instanceof ConfigFileError ||
      error instanceof L1Error
    throw foreseen ? new CommandError(error.message, { cause: error }) : error
  } finally {
    await log.close()
    stop.dispose()
  }
}
