import { mkdirSync, writeFileSync } from 'node:fs'
import { devAccount, type LaunchedRollup } from '@altlayer/launch'
import { writeFileAtomically } from '@altlayer/launch/deploy'
import { type Address, type Hex, hexToBytes } from '@altlayer/protocol'
import {
  LOCAL_ACCOUNTS,
  type LocalNetwork,
  type LocalRestaking,
  newSecret,
} from '@altlayer/restaking'
import type { Logger } from 'pino'
import {
  endpointsPath,
  keysFolder,
  OPERATOR_KEY,
  OWNER_KEY,
  passwordPath,
  restakingPaths,
} from '../local/files.ts'
import { hasKey, openKey, saveKey } from '../restaking/keys.ts'
import { keepThread } from './kept-thread.ts'
import type { Reporter } from './report.ts'
import type { RestakingHandlers, RestakingJob, RestakingMessage } from './restaking-worker.ts'

export interface RestakingOptions {
  readonly dataDir: string
  readonly rollup: LaunchedRollup
  readonly l2Url: string
  readonly reporter: Reporter
  readonly logger: Logger
  readonly onReady: (restaking: LocalRestaking) => void
  /** What of it failed; the rollup runs without. */
  readonly onFailed: (error: Error) => void
}

/** ALT and restaking, deployed and kept beside the running network. */
export interface RestakingTask {
  /** Resolves once nothing more is sent; the next start goes on from there. */
  close(): Promise<void>
}

/** Milliseconds between two lines of progress: the report of the ready network stays in view. */
const TELL_EVERY = 1_000

/** Deploys ALT and restaking in a thread of its own, which then keeps the stake tables rolled. */
export async function startRestaking(options: RestakingOptions): Promise<RestakingTask> {
  const { dataDir, rollup, l2Url, reporter, logger, onReady, onFailed } = options
  writeEndpoints(dataDir, rollup.l1Url, l2Url)
  const network = networkOf(rollup, l2Url)
  const job: RestakingJob = {
    network,
    paths: restakingPaths(dataDir),
    secret: await localKeys(dataDir, network.ownerKey),
  }
  let told = performance.now()
  let isReady = false
  const thread = keepThread<RestakingHandlers>({
    file: new URL('./restaking-worker.ts', import.meta.url),
    workerData: job,
    name: 'restaking',
    logger,
    onMessage(message: RestakingMessage | { readonly kind?: undefined }) {
      if (message.kind === 'ready') {
        // A thread that died finds again what stands.
        if (!isReady) onReady(message.restaking)
        isReady = true
      } else if (message.kind === 'failed') onFailed(new Error(message.error))
      else if (message.kind === 'rolled')
        logger.debug({ epoch: message.epoch }, 'stake tables rolled')
      else if (message.kind === 'warning')
        logger.warn({ error: message.error }, 'cannot roll stake tables')
      else if (message.kind === 'step' && performance.now() - told >= TELL_EVERY) {
        told = performance.now()
        reporter.step('restake', message.message)
      }
    },
  })
  return { close: thread.close }
}

/** For the commands that look for a local network: `altlayer alt`, `altlayer operator`. */
function writeEndpoints(dataDir: string, l1: string, l2: string): void {
  writeFileAtomically(endpointsPath(dataDir), `${JSON.stringify({ l1, l2 }, null, 2)}\n`)
}

function networkOf(rollup: LaunchedRollup, l2Url: string): LocalNetwork {
  const { l1Url, l1ChainId, l2ChainId, addresses, roles, roleKeys, accounts } = rollup
  if (roleKeys.owner === undefined) throw new Error('the key of the rollup owner is not here')
  return {
    l1Url,
    l2Url,
    l1ChainId,
    l2ChainId,
    systemConfig: addresses.SystemConfigProxy as Address,
    owner: roles.owner,
    ownerKey: roleKeys.owner,
    users: accounts.map(({ address }) => address),
  }
}

/** As everybody knows the mnemonic, nothing is won by another. */
const LOCAL_PASSWORD = 'altlayer'
/** scrypt's cost: more does not help a password that everybody knows. */
const LOCAL_COST = 4_096

/**
 * Keystores made at the first start: the local operator's, whose account is of the mnemonic and whose BN254
 * key is random, and the rollup owner's. Returns the BN254 key.
 */
async function localKeys(dataDir: string, ownerKey: Hex): Promise<Uint8Array> {
  const folder = keysFolder(dataDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(passwordPath(dataDir), `${LOCAL_PASSWORD}\n`, { mode: 0o600 })
  const save = async (name: string, type: 'ecdsa' | 'bn254', secret: () => Uint8Array) => {
    if (hasKey(folder, name, type)) return
    await saveKey(folder, name, type, secret(), LOCAL_PASSWORD, LOCAL_COST)
  }
  const account = devAccount(LOCAL_ACCOUNTS.operator).privateKey
  await save(OPERATOR_KEY, 'ecdsa', () => hexToBytes(account))
  await save(OPERATOR_KEY, 'bn254', newSecret)
  await save(OWNER_KEY, 'ecdsa', () => hexToBytes(ownerKey))
  return openKey(folder, OPERATOR_KEY, 'bn254', LOCAL_PASSWORD)
}
