import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildContracts } from '@altlayer/contracts/build'
import type { Hash } from '@altlayer/protocol'
import { devDeployer, devRoles } from '../src/accounts.ts'
import { anvilPath, startKept } from '../src/anvil/process.ts'
import {
  DEFAULT_GAME,
  DEFAULT_L2_GAS_LIMIT,
  DEFAULT_SCALARS,
  type DeployConfig,
  LOCAL_DELAYS,
  VITAL_GAME_TYPE,
} from '../src/l1/config.ts'
import { rpc } from '../src/l1/rpc.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

// The genesis needs our own predeploys; nothing is compiled when nothing changed.
buildContracts()

export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`

/** A folder that is gone when the test is over. */
export function temporaryFolder(test: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'altlayer-launch-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An anvil with the given arguments, stopped when the test is over. Returns its URL. */
export async function bareAnvil(
  test: { after(fn: () => Promise<void>): void },
  folder: string,
  args: readonly string[],
): Promise<string> {
  const port = await freePort()
  const kept = startKept(
    anvilPath(),
    ['--host', '127.0.0.1', '--port', String(port), '--quiet', ...args],
    join(folder, `anvil-${port}.log`),
  )
  test.after(async () => {
    kept.stop()
    await kept.exited
  })
  const url = `http://127.0.0.1:${port}`
  await eventually(`anvil at ${url}`, () => rpc<string>(url, 'eth_chainId', []))
  return url
}

export function testConfig(change: Partial<DeployConfig> = {}): DeployConfig {
  return {
    l1ChainId: 900,
    l2ChainId: 901,
    deployer: devDeployer().address,
    roles: devRoles(),
    salt: ZERO_HASH,
    l2GasLimit: DEFAULT_L2_GAS_LIMIT,
    ...DEFAULT_SCALARS,
    ...DEFAULT_GAME,
    ...LOCAL_DELAYS,
    gameType: VITAL_GAME_TYPE,
    ...change,
  }
}

/** A dispute about no rollup in particular. */
export const TEST_DISPUTE = {
  absolutePrestate: `0x03${'11'.repeat(31)}`,
  configHash: `0x${'22'.repeat(32)}`,
} as const
