import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { newSecret, sealBn254Key, sealEcdsaKey } from '@altlayer/restaking'
import { temporaryFolder } from '../../../restaking/test/helpers.ts'

export const PASSWORD = 'correct horse battery staple'
/** scrypt's cost. */
const CHEAP = 4_096

/** A folder of keystores and a file with their password. */
export function keysFolder(t: TestContext) {
  const folder = temporaryFolder(t)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${PASSWORD}\n`)
  const keysDir = join(folder, 'keys')
  const options = ['--keys-dir', keysDir, '--password-file', passwordFile]
  const write = (name: string, type: string, keystore: unknown) => {
    mkdirSync(keysDir, { recursive: true })
    writeFileSync(join(keysDir, `${name}.${type}.json`), JSON.stringify(keystore))
  }
  return {
    folder,
    keysDir,
    options,
    /** Seals an account's key under a name with little work, and a new BN254 key. */
    async sealAccount(name: string, secret: Uint8Array): Promise<void> {
      write(name, 'ecdsa', await sealEcdsaKey(secret, PASSWORD, CHEAP))
      write(name, 'bn254', await sealBn254Key(newSecret(), PASSWORD, CHEAP))
    },
    /** Seals a new BN254 key alone. */
    async sealBn254(name: string): Promise<void> {
      write(name, 'bn254', await sealBn254Key(newSecret(), PASSWORD, CHEAP))
    },
  }
}
