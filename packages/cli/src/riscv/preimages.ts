import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hexToBytes, MalformedInputError, parseData, parseObject } from '@altlayer/protocol'
import { CommandError } from '../command.ts'

/** Preimages by typed key, 64 hex digits. */
export type Preimages = ReadonlyMap<string, Uint8Array>

const KEY = /^(?:0x)?([0-9a-f]{64})(?:\.bin)?$/i

/**
 * Reads preimages from a folder whose files are named by their key, or from a JSON object of hex by key.
 * Throws CommandError naming the file or member that is wrong.
 */
export async function readPreimages(path: string): Promise<Preimages> {
  try {
    return (await stat(path)).isDirectory() ? await readFolder(path) : await readJson(path)
  } catch (error) {
    if (error instanceof MalformedInputError || error instanceof SyntaxError)
      throw new CommandError(`${path}: ${error.message}`)
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof CommandError) throw error
    throw new CommandError(`cannot read preimages from ${path}: ${code ?? message}`)
  }
}

async function readFolder(path: string): Promise<Preimages> {
  const preimages = new Map<string, Uint8Array>()
  for (const name of await readdir(path))
    preimages.set(keyOf(name), await readFile(join(path, name)))
  return preimages
}

async function readJson(path: string): Promise<Preimages> {
  const members = Object.entries(parseObject(JSON.parse(await readFile(path, 'utf8')), 'preimages'))
  return new Map(members.map(([key, value]) => [keyOf(key), hexToBytes(parseData(value, key))]))
}

function keyOf(name: string): string {
  const digits = KEY.exec(name)?.[1]
  if (digits === undefined)
    throw new MalformedInputError('preimages', 'typed keys of 64 hex digits', JSON.stringify(name))
  return digits.toLowerCase()
}
