import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, bytesToHex, type Hex, hexToBytes } from '@altlayer/protocol'
import {
  bn254PublicKey,
  ecdsaAddress,
  newSecret,
  openBn254Key,
  openEcdsaKey,
  publicKeyOf,
  sealBn254Key,
  sealEcdsaKey,
} from '@altlayer/restaking'
import { privateKeyToAddress } from 'viem/accounts'
import { CommandError } from '../command.ts'

/** `ecdsa` signs transactions, `bn254` what a service's operators sign together. */
export type KeyType = 'ecdsa' | 'bn254'

export const KEY_TYPES = ['ecdsa', 'bn254'] as const
/** A keystore is some hundred bytes. */
const MAX_FILE = 65_536

/** A keystore in the folder, as its file shows it without a password. */
export interface ListedKey {
  readonly name: string
  readonly type: KeyType
  /** Account, or BN254 key in G1; undefined where the file does not say. */
  readonly public: Address | Hex | undefined
  readonly path: string
}

/** Makes and seals keys of an operator. Throws CommandError where a file is there already. */
export async function newKeys(
  folder: string,
  name: string,
  types: readonly KeyType[],
  password: string,
): Promise<readonly ListedKey[]> {
  for (const type of types) assertFree(pathOf(folder, name, type))
  const made: ListedKey[] = []
  for (const type of types) {
    const secret = type === 'ecdsa' ? newEcdsaSecret() : newSecret()
    made.push(await saveKey(folder, name, type, secret, password))
  }
  return made
}

/**
 * Seals a key that a file holds: 32 bytes in hex. Throws CommandError where the keystore's file is
 * there already, or the key is none.
 */
export async function importKey(
  folder: string,
  name: string,
  type: KeyType,
  secretFile: string,
  password: string,
): Promise<ListedKey> {
  assertFree(pathOf(folder, name, type))
  const text = readBounded(secretFile).trim()
  // Nothing of the file is quoted: it may be a key with a slip.
  if (!/^(0x)?[0-9a-fA-F]{64}$/.test(text))
    throw new CommandError(`${secretFile} does not hold a key: 32 bytes as 64 hex digits`)
  const secret = hexToBytes(`0x${text.replace(/^0x/, '')}`)
  try {
    if (type === 'ecdsa') privateKeyToAddress(bytesToHex(secret))
    else publicKeyOf(secret)
  } catch {
    throw new CommandError(`${secretFile} does not hold a key of ${type}: zero, or too large`)
  }
  return saveKey(folder, name, type, secret, password)
}

/** Keystores of the folder, by name; none where there is no folder. */
export function listKeys(folder: string): readonly ListedKey[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const match = /^(.+)\.(ecdsa|bn254)\.json$/.exec(file)
      if (match === null) return []
      const [name, type] = [match[1] as string, match[2] as KeyType]
      const path = join(folder, file)
      return [{ name, type, public: publicOf(type, readJson(path)), path }]
    })
}

/** Whether the folder has a key of a name. */
export function hasKey(folder: string, name: string, type: KeyType): boolean {
  return existsSync(pathOf(folder, name, type))
}

/** Opens a key of the folder. Throws CommandError, MalformedInputError, WrongPasswordError. */
export async function openKey(
  folder: string,
  name: string,
  type: KeyType,
  password: string,
): Promise<Uint8Array> {
  const keystore = readJson(existing(folder, name, type))
  return type === 'ecdsa' ? openEcdsaKey(keystore, password) : openBn254Key(keystore, password)
}

/** The account of a name, without a password. Throws CommandError. */
export function accountOf(folder: string, name: string): Address {
  const path = existing(folder, name, 'ecdsa')
  const address = ecdsaAddress(readJson(path))
  if (address === undefined) throw new CommandError(`${path} does not say which account it holds`)
  return address
}

/** Seals a key into the folder. @param cost scrypt's, where less than the usual is enough. */
export async function saveKey(
  folder: string,
  name: string,
  type: KeyType,
  secret: Uint8Array,
  password: string,
  cost?: number,
): Promise<ListedKey> {
  const seal = type === 'ecdsa' ? sealEcdsaKey : sealBn254Key
  const keystore = await seal(secret, password, cost)
  const path = pathOf(folder, name, type)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Never over another key.
  writeFileSync(path, `${JSON.stringify(keystore, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return { name, type, public: publicOf(type, keystore), path }
}

function publicOf(type: KeyType, keystore: unknown): Address | Hex | undefined {
  return type === 'ecdsa' ? ecdsaAddress(keystore) : bn254PublicKey(keystore)
}

function newEcdsaSecret(): Uint8Array {
  for (;;) {
    const secret = Uint8Array.from(randomBytes(32))
    try {
      privateKeyToAddress(bytesToHex(secret))
      return secret
    } catch {
      // Zero, or not below the curve's order: once in 2^128.
    }
  }
}

function pathOf(folder: string, name: string, type: KeyType): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$/.test(name))
    throw new CommandError(
      `'${name}' is not a name of a key: up to 64 letters, digits, - and _, the first not - or _`,
    )
  return join(folder, `${name}.${type}.json`)
}

/** Path of a keystore that is there. Throws CommandError that names those that are. */
function existing(folder: string, name: string, type: KeyType): string {
  const path = pathOf(folder, name, type)
  if (existsSync(path)) return path
  const names = listKeys(folder).flatMap((key) => (key.type === type ? [key.name] : []))
  const others = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none'
  throw new CommandError(
    `${folder} has no ${type} key '${name}': ${others}; another folder is said with --keys-dir`,
  )
}

function assertFree(path: string): void {
  if (existsSync(path)) throw new CommandError(`${path} is there already: choose another name`)
}

function readBounded(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MAX_FILE) throw new CommandError(`${path} has ${size} bytes, more than any key`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`cannot read ${path}: ${(error as Error).message}`)
  }
}

function readJson(path: string): unknown {
  const text = readBounded(path)
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`${path} is not a keystore: it is not JSON`)
  }
}
