import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isPrivateKey } from '../gossip/signature.ts'

/** A file with a key cannot be used; the message names it and never shows what is in it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
}

/**
 * Reads a secp256k1 private key from a file: 32 bytes of hex, with or without 0x, white space around it.
 * @throws KeyFileError
 */
export function readKeyFile(path: string): Uint8Array {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new KeyFileError(
      `the key file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    )
  }
  const match = /^\s*(?:0x)?([0-9a-fA-F]{64})\s*$/.exec(text)
  const key = match?.[1] === undefined ? undefined : new Uint8Array(Buffer.from(match[1], 'hex'))
  if (key === undefined || !isPrivateKey(key))
    throw new KeyFileError(`${path} holds no secp256k1 private key: 32 bytes of hex are expected`)
  return key
}

/**
 * Reads the network key of a peer, and makes one, readable by its owner only, where there is no file yet.
 * @throws KeyFileError
 */
export function readOrCreateKeyFile(path: string): Uint8Array {
  const key = randomPrivateKey()
  mkdirSync(dirname(path), { recursive: true })
  try {
    writeFileSync(path, `${Buffer.from(key).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
    return key
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw new KeyFileError(`the key file ${path} cannot be made: ${code}`)
    return readKeyFile(path)
  }
}

/** 32 random bytes that are a private key. */
export function randomPrivateKey(): Uint8Array {
  for (;;) {
    const key = new Uint8Array(randomBytes(32))
    if (isPrivateKey(key)) return key
  }
}
