import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CommandError, type OptionSpec, UsageError } from '../command.ts'

export const dataDirOption = {
  summary: 'where the local network keeps its data',
  value: 'DIR',
  default: '.altlayer',
} as const satisfies OptionSpec

const marker = 'altlayer.json'
const format = 1

/** Absolute path of the data directory that an option names. @throws UsageError */
export function dataDirPath(option: string | undefined): string {
  if (option === '') throw new UsageError('--data-dir takes the name of a directory')
  return resolve(option ?? dataDirOption.default)
}

/**
 * Makes the directory where there is none.
 * @throws CommandError naming it and why it cannot be.
 */
export function makeDataDir(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return
    throw new CommandError(`${path} is a file; --data-dir takes a directory`)
  }
  // One by one: Node's own way never ends where a parent cannot be made, as below /proc.
  if (!existsSync(dirname(path))) makeDataDir(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another start made it in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new CommandError(`${path} cannot be made: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Makes the directory ours, or checks that it is: new, empty, or marked by an earlier start.
 * @throws CommandError when it holds something else.
 */
export function prepareDataDir(path: string): void {
  makeDataDir(path)
  if (readdirSync(path).length > 0) {
    assertOurs(path)
    return
  }
  writeFileSync(join(path, marker), `${JSON.stringify({ format }, null, 2)}\n`)
}

/**
 * Checks that a directory was made by `altlayer up`, before anything in it is used or removed.
 * @throws CommandError
 */
export function assertOurs(path: string): void {
  const file = join(path, marker)
  if (!existsSync(file)) {
    throw new CommandError(
      `${path} is not a data directory of altlayer (it has no ${marker}); give another --data-dir`,
    )
  }
  let found: unknown
  try {
    found = (JSON.parse(readFileSync(file, 'utf8')) as { format?: unknown }).format
  } catch (error) {
    throw new CommandError(`${file} is damaged: ${(error as Error).message}`)
  }
  if (found !== format) {
    throw new CommandError(`${file}: expected format ${format}, found ${String(found)}`)
  }
}
