import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError, readTarXz } from '../archive.ts'
import { CommandError } from '../command.ts'

/** A JSON file that was asked for, by itself, in a folder or in an archive. */
export interface TestFile {
  readonly path: string
  /** Named on the command line: it has to hold tests. Others may hold something else. */
  readonly named: boolean
  /** Largest gas limit among its transactions: how long a case may take. 0 for what is no state test. */
  readonly gas: number
  /** Its bytes; those of a file on disk are not kept, as suites have gigabytes. */
  read(): Promise<Uint8Array>
}

/** A file with its bytes, as a thread runs it. */
export interface LoadedFile extends Pick<TestFile, 'path' | 'named'> {
  readonly bytes: Uint8Array
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
    else yield await onDisk(path, true)
  }
}

async function* folder(path: string): AsyncGenerator<TestFile> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) yield await onDisk(file, false)
}

async function onDisk(path: string, named: boolean): Promise<TestFile> {
  const read = () =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(`cannot read ${path}: ${error.code ?? error.message}`)
    })
  return { path, named, gas: mostGas(await read()), read }
}

async function* archive(path: string): AsyncGenerator<TestFile> {
  try {
    for await (const entry of readTarXz(path)) {
      if (!entry.path.endsWith('.json')) continue
      const { bytes } = entry
      yield {
        path: `${path}/${entry.path}`,
        named: false,
        gas: mostGas(bytes),
        read: async () => bytes,
      }
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw new CommandError(error.message, { cause: error })
    throw error
  }
}

function mostGas(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const gas = [...text.matchAll(/"gasLimit"\s*:\s*\[([^\]]*)\]/g)].flatMap(([, list]) =>
    [...(list ?? '').matchAll(/0x[0-9a-f]{1,16}/gi)].map(([limit]) => Number(limit)),
  )
  return gas.reduce((most, limit) => Math.max(most, limit), 0)
}
