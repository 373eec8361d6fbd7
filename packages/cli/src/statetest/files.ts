import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError, readTarXz } from '../archive.ts'
import { CommandError } from '../command.ts'

/** A JSON file that was asked for, by itself, in a folder or in an archive. */
export interface TestFile {
  readonly path: string
  readonly bytes: Uint8Array
  /** Named on the command line: it has to hold tests. Others may hold something else. */
  readonly named: boolean
}

/**
 * The JSON files that `paths` name, in order: files, folders (all below them, sorted), `.tar.xz`
 * archives. Throws CommandError for a path that is none of these.
 */
export async function* testFiles(paths: readonly string[]): AsyncGenerator<TestFile> {
  for (const path of paths) {
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(`cannot read ${path}: ${error.code ?? error.message}`)
    })
    if (info.isDirectory()) yield* folder(path)
    else if (path.endsWith('.tar.xz')) yield* archive(path)
    else yield { path, bytes: await readFile(path), named: true }
  }
}

async function* folder(path: string): AsyncGenerator<TestFile> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) yield { path: file, bytes: await readFile(file), named: false }
}

async function* archive(path: string): AsyncGenerator<TestFile> {
  try {
    for await (const entry of readTarXz(path)) {
      if (!entry.path.endsWith('.json')) continue
      yield { path: `${path}/${entry.path}`, bytes: entry.bytes, named: false }
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw new CommandError(error.message, { cause: error })
    throw error
  }
}
