import { join } from 'node:path'
import type { LocalPaths } from '@altlayer/restaking'

// Files of a data directory that more than one command knows.

/** Keystores of the local operator and of the rollup's owner. */
export const keysFolder = (dataDir: string): string => join(dataDir, 'keys')

/** Their password: the local default, in the open as the mnemonic is. */
export const passwordPath = (dataDir: string): string => join(keysFolder(dataDir), 'password')

/** Name of the local operator's keys. */
export const OPERATOR_KEY = 'operator'

/** Name of the key of the local rollup's owner. */
export const OWNER_KEY = 'owner'

/** What stands of ALT and restaking on each chain. */
export function restakingPaths(dataDir: string): LocalPaths {
  return {
    l1: join(dataDir, 'rollup', 'restaking.json'),
    l2: join(dataDir, 'rollup', 'restaking-l2.json'),
  }
}

/** JSON-RPC of both chains, as of the last start. */
export const endpointsPath = (dataDir: string): string => join(dataDir, 'rollup', 'endpoints.json')
