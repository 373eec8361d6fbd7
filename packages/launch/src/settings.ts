import type { Address, Hash } from '@altlayer/protocol'
import { devRoles } from './accounts.ts'
import type { ExternalL1, LaunchOptions, LocalL1, Roles } from './api.ts'
import { readJsonFile, writeFileAtomically } from './files.ts'

/** What a data directory was launched with. Kept, so that a later start needs no options. */
export interface LaunchSettings {
  readonly version: 1
  readonly l1: 'local' | 'external'
  readonly l1ChainId: number
  /** Seconds; of a local L1. */
  readonly l1BlockTime: number
  readonly l2ChainId: number
  /** Seconds. */
  readonly l2BlockTime: number
  readonly deployer: Address
  readonly roles: Roles
  readonly fundDevAccounts: boolean
  /** Set once the L2 genesis is written. */
  readonly genesis?: { readonly hash: Hash; readonly outputRoot: Hash }
}

/** Options contradict what the data directory holds, or are impossible. */
export class LaunchOptionsError extends Error {
  override readonly name = 'LaunchOptionsError'
}

const DEFAULTS = {
  l1ChainId: 900,
  l1BlockTime: 2,
  l2ChainId: 901,
  l2BlockTime: 1,
} as const

/** Largest chain id that every client reads as a number: JSON's. */
const MAX_CHAIN_ID = Number.MAX_SAFE_INTEGER

/** Whether the options name an L1 of someone else. */
export function isExternal(l1: LaunchOptions['l1']): l1 is ExternalL1 {
  return l1 !== undefined && 'url' in l1
}

/**
 * The settings that the options and the directory's earlier ones give together. Throws
 * LaunchOptionsError where they contradict each other: a rollup's nature is fixed by its genesis.
 */
export function resolveSettings(
  options: LaunchOptions,
  saved: LaunchSettings | undefined,
  l1: { readonly chainId?: number; readonly deployer: Address },
): LaunchSettings {
  const external = isExternal(options.l1)
  const local: LocalL1 = isExternal(options.l1) ? {} : (options.l1 ?? {})
  const asked = {
    l1: external ? ('external' as const) : ('local' as const),
    l1ChainId: l1.chainId ?? local.chainId,
    l2ChainId: options.l2ChainId,
    l2BlockTime: options.l2BlockTime,
    deployer: l1.deployer,
    fundDevAccounts: options.fundDevAccounts,
  }
  for (const [name, value] of Object.entries(asked)) {
    const before = saved?.[name as keyof typeof asked]
    if (saved && value !== undefined && value !== before)
      throw new LaunchOptionsError(
        `${options.dataDir} holds a rollup with ${name} ${before}, ${value} was asked for: give another data directory or remove this one`,
      )
  }
  const settings: LaunchSettings = {
    version: 1,
    l1: asked.l1,
    l1ChainId: asked.l1ChainId ?? saved?.l1ChainId ?? DEFAULTS.l1ChainId,
    l1BlockTime: local.blockTime ?? saved?.l1BlockTime ?? DEFAULTS.l1BlockTime,
    l2ChainId: asked.l2ChainId ?? saved?.l2ChainId ?? DEFAULTS.l2ChainId,
    l2BlockTime: asked.l2BlockTime ?? saved?.l2BlockTime ?? DEFAULTS.l2BlockTime,
    deployer: l1.deployer,
    roles: resolveRoles(options, saved, external ? sameForAll(l1.deployer) : devRoles()),
    fundDevAccounts: asked.fundDevAccounts ?? saved?.fundDevAccounts ?? !external,
    ...(saved?.genesis && { genesis: saved.genesis }),
  }
  checkNumbers(settings)
  return settings
}

/** Reads the directory's settings; undefined before the first launch. Throws LaunchOptionsError. */
export function readSettings(path: string): LaunchSettings | undefined {
  const settings = readJsonFile(path, LaunchOptionsError) as LaunchSettings | undefined
  if (settings === undefined) return undefined
  if (settings.version !== 1)
    throw new LaunchOptionsError(`${path}: expected version 1, found ${String(settings.version)}`)
  return settings
}

export function writeSettings(path: string, settings: LaunchSettings): void {
  writeFileAtomically(path, `${JSON.stringify(settings, null, 2)}\n`)
}

function resolveRoles(
  options: LaunchOptions,
  saved: LaunchSettings | undefined,
  defaults: Roles,
): Roles {
  // A role that came later than the directory has its default.
  const roles: Roles = {
    ...defaults,
    ...(saved?.roles ?? lowerCase(options.roles ?? {})),
  }
  for (const [name, address] of Object.entries(lowerCase(options.roles ?? {}))) {
    if (roles[name as keyof Roles] !== address)
      throw new LaunchOptionsError(
        `${options.dataDir} holds a rollup with ${name} ${roles[name as keyof Roles]}, ${address} was asked for`,
      )
  }
  for (const [name, address] of Object.entries(roles)) {
    if (!/^0x[0-9a-f]{40}$/.test(address) || /^0x0{40}$/.test(address))
      throw new LaunchOptionsError(
        `roles.${name}: expected an address other than zero, got ${address}`,
      )
  }
  return roles
}

function lowerCase(roles: Partial<Roles>): Partial<Roles> {
  return Object.fromEntries(
    Object.entries(roles).map(([name, address]) => [name, address.toLowerCase()]),
  )
}

/** On a public L1 no development key may hold a role: everyone has them. */
function sameForAll(address: Address): Roles {
  return Object.fromEntries(Object.keys(devRoles()).map((role) => [role, address])) as never
}

function checkNumbers(settings: LaunchSettings): void {
  const check = (name: keyof LaunchSettings, maximum: number) => {
    const value = settings[name]
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > maximum)
      throw new LaunchOptionsError(`${name}: expected an integer of 1 to ${maximum}, got ${value}`)
  }
  check('l1ChainId', MAX_CHAIN_ID)
  check('l2ChainId', MAX_CHAIN_ID)
  check('l1BlockTime', 3_600)
  check('l2BlockTime', 3_600)
  if (settings.l1ChainId === settings.l2ChainId)
    throw new LaunchOptionsError(
      `l2ChainId: expected another id than the L1's, ${settings.l1ChainId}`,
    )
}
