import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes beside the file and renames, so that no reader sees half of it. Creates the folder. */
export function writeFileAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, text, { flush: true })
  renameSync(temporary, path)
}

/** What a JSON file holds, undefined when there is no file; `Refusal` is thrown for one that is not JSON. */
export function readJsonFile(
  path: string,
  Refusal: new (message: string, options: ErrorOptions) => Error,
): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Refusal(`${path} is not JSON`, { cause })
  }
}
