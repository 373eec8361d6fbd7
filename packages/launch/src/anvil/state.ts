import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

// Anvil writes its state in place, so a kill in the middle leaves half a file. Therefore it loads one
// file and writes another; at the next start the written one, if whole, takes the loaded one's place.

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

function isWhole(path: string): boolean {
  try {
    const state: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof state === 'object' && state !== null && 'blocks' in state && 'accounts' in state
  } catch {
    return false
  }
}
