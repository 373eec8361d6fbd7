import { importKey, KEY_TYPES, type KeyType, type ListedKey, listKeys, newKeys } from './keys.ts'
import { readPassword } from './password.ts'
import { print } from './session.ts'

// `altlayer operator keys`; each returns the exit code.

export interface KeysContext {
  readonly keysDir: string
  readonly passwordFile: string | undefined
  readonly json: boolean
}

/** @param type Undefined: both. */
export async function createKeys(
  context: KeysContext,
  name: string,
  type: KeyType | undefined,
): Promise<number> {
  const password = await readPassword({ file: context.passwordFile, confirm: true })
  const types = type === undefined ? KEY_TYPES : [type]
  show(context, await newKeys(context.keysDir, name, types, password))
  return 0
}

export async function importOne(
  context: KeysContext,
  name: string,
  type: KeyType,
  secretFile: string,
): Promise<number> {
  const password = await readPassword({ file: context.passwordFile, confirm: true })
  show(context, [await importKey(context.keysDir, name, type, secretFile, password)])
  return 0
}

export async function showKeys(context: KeysContext): Promise<number> {
  const keys = listKeys(context.keysDir)
  if (keys.length === 0 && !context.json) console.log(`no keys in ${context.keysDir}`)
  else show(context, keys)
  return 0
}

function show({ json }: KeysContext, keys: readonly ListedKey[]): void {
  if (json) print({ keys })
  else for (const { name, type, public: shown } of keys) console.log(`${name}  ${type}  ${shown}`)
}
