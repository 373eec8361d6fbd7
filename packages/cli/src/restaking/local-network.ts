import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, parseAddress, parseObject } from '@altlayer/protocol'
import { parseUrl, UsageError } from '../command.ts'
import { endpointsPath, keysFolder, passwordPath, restakingPaths } from '../local/files.ts'

// What `altlayer up` keeps about its network, so that commands need no options there.

/** A chain of a local network. */
export interface LocalChain {
  readonly url: string
  readonly deploymentPath: string
  readonly keysDir: string
  readonly passwordFile: string
}

/** @throws UsageError where the data directory has no network with ALT. */
export function localChain(dataDir: string, chain: 'l1' | 'l2'): LocalChain {
  const path = endpointsPath(dataDir)
  let url: unknown
  try {
    url = parseObject(JSON.parse(readFileSync(path, 'utf8')), path)[chain]
  } catch (cause) {
    throw new UsageError(
      `give --l1 and --deployment, or start a local network: ${path} cannot be read`,
      { cause },
    )
  }
  return {
    url: parseUrl(`l1 of ${path}`, String(url)),
    deploymentPath: restakingPaths(dataDir)[chain],
    keysDir: keysFolder(dataDir),
    passwordFile: passwordPath(dataDir),
  }
}

/** The OP Stack's L2StandardBridge. */
const L2_STANDARD_BRIDGE: Address = '0x4200000000000000000000000000000000000010'

/** The StandardBridge of a local network's chain. Throws MalformedInputError, and what reading throws. */
export function localBridge(dataDir: string, chain: 'l1' | 'l2'): Address {
  if (chain === 'l2') return L2_STANDARD_BRIDGE
  const path = join(dataDir, 'rollup', 'addresses.json')
  const { L1StandardBridgeProxy } = parseObject(JSON.parse(readFileSync(path, 'utf8')), path)
  return parseAddress(L1StandardBridgeProxy, `${path}: L1StandardBridgeProxy`)
}
