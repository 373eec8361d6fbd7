import { constants, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { copyFile, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

// Anvil writes its state in place, so a kill in the middle leaves half a file. Therefore it loads one
// file and writes another; at the next start the written one, if whole, takes the loaded one's place. Now and
// then the written one is copied over the loaded one, so that there is an older one from the first minutes on.

export interface StateFiles {
  /** Loaded at start. */
  readonly load: string
  /** Written every few seconds and at the end. */
  readonly dump: string
}

export function stateFiles(folder: string): StateFiles {
  return { load: join(folder, 'state.json'), dump: join(folder, 'state.next.json') }
}

export interface RestoredState {
  /** Path to load, undefined for a new chain. */
  readonly path?: string
  /** The newest dump was incomplete and dropped; the chain goes back to this time. */
  readonly rolledBackTo?: Date
}

/** Both dumps of the L1's state are unreadable. */
export class DamagedStateError extends Error {
  override readonly name = 'DamagedStateError'
  constructor(path: string) {
    super(`${path} is damaged and there is no older one: "altlayer clean" starts a new network`)
  }
}

/** Chooses the newest whole dump. Throws DamagedStateError when there are only damaged ones. */
export function restoreState(files: StateFiles): RestoredState {
  if (existsSync(files.dump)) {
    if (isWhole(files.dump)) renameSync(files.dump, files.load)
    else {
      if (!existsSync(files.load) || !isWhole(files.load)) throw new DamagedStateError(files.dump)
      rmSync(files.dump)
      return { path: files.load, rolledBackTo: statSync(files.load).mtime }
    }
  }
  if (!existsSync(files.load)) return {}
  if (!isWhole(files.load)) throw new DamagedStateError(files.load)
  return { path: files.load }
}

/**
 * Copies what anvil wrote over what it loaded, unless anvil is writing, or was kept from writing the whole of it.
 * @returns whether there is a new copy; on a full disk there is none, and the older one stays.
 */
export async function keepOlder({ load, dump }: StateFiles): Promise<boolean> {
  const copy = `${load}.new`
  try {
    const before = await stat(dump)
    await copyFile(dump, copy, constants.COPYFILE_FICLONE)
    const after = await stat(dump)
    const isStill = before.mtimeMs === after.mtimeMs && before.size === after.size
    if (!isStill || !(await isClosed(copy))) return false
    await rename(copy, load)
    return true
  } catch (error) {
    // Nothing written yet, or a disk that takes nothing: next time, perhaps.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return false
    throw error
  } finally {
    await rm(copy, { force: true })
  }
}

/** Whether a file ends as a JSON object does: all of it is only read at the next start. */
async function isClosed(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    return bytesRead === 1 && buffer.toString('latin1') === '}'
  } finally {
    await file.close()
  }
}

function isWhole(path: string): boolean {
  try {
    const state: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof state === 'object' && state !== null && 'blocks' in state && 'accounts' in state
  } catch {
    return false
  }
}
