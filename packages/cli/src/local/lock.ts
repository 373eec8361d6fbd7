import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../command.ts'
import { identify, isAlive, killGroup, type ProcessId } from './process.ts'

/** What `up.json` in a data directory says of the `altlayer up` that runs, or ran, there. */
export interface RunRecord {
  readonly process: ProcessId
  /** Process groups it started, by their leaders; it stops them itself unless it was killed. */
  readonly children: readonly (ProcessId & { readonly name: string })[]
}

export interface Lock {
  /** Notes a started child, so that `down` finds it even if this process is killed. */
  addChild(name: string, pid: number): void
  /** Ends the noted children at once. */
  killChildren(): void
  release(): void
}

const recordPath = (dataDir: string) => join(dataDir, 'up.json')

/** The record left in a data directory, of a live or a dead process. */
export function readRecord(dataDir: string): RunRecord | undefined {
  let text: string
  try {
    text = readFileSync(recordPath(dataDir), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const record = JSON.parse(text) as RunRecord
    if (isId(record.process) && record.children.every(isId)) return record
  } catch {
    // Falls through to the same message: not JSON, or not a record.
  }
  throw new CommandError(
    `${recordPath(dataDir)} is damaged; make sure that no 'altlayer up' runs there, then remove it`,
  )
}

export function removeRecord(dataDir: string): void {
  rmSync(recordPath(dataDir), { force: true })
}

/**
 * Makes this process the only `up` of a data directory.
 * @throws CommandError when another one runs there.
 */
export function acquireLock(dataDir: string): Lock {
  mkdirSync(dataDir, { recursive: true })
  const self = identify(process.pid)
  if (!self) throw new Error(`process ${process.pid} does not find itself`)
  let record: RunRecord = { process: self, children: [] }
  createRecord(dataDir, record)
  return {
    addChild(name, pid) {
      const id = identify(pid)
      // A child that is gone already needs no stopping.
      if (!id) return
      record = { ...record, children: [...record.children, { name, ...id }] }
      const temporary = `${recordPath(dataDir)}.new`
      writeFileSync(temporary, JSON.stringify(record))
      renameSync(temporary, recordPath(dataDir))
    },
    killChildren() {
      for (const child of record.children) killGroup(child)
    },
    release: () => removeRecord(dataDir),
  }
}

/** Exclusive creation decides between two that start at once. */
function createRecord(dataDir: string, record: RunRecord): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    let file: number
    try {
      file = openSync(recordPath(dataDir), 'wx')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const other = readRecord(dataDir)
      if (other && isAlive(other.process)) throw alreadyRuns(dataDir, other.process.pid)
      removeRecord(dataDir)
      continue
    }
    writeFileSync(file, JSON.stringify(record))
    closeSync(file)
    return
  }
  throw new CommandError(`another 'altlayer up' is starting in ${dataDir}`)
}

function alreadyRuns(dataDir: string, pid: number): CommandError {
  return new CommandError(
    `already running in ${dataDir} (process ${pid}); stop it with 'altlayer down --data-dir ${dataDir}' or give another --data-dir`,
  )
}

function isId(value: unknown): value is ProcessId {
  const id = value as Partial<ProcessId> | null
  return typeof id?.pid === 'number' && typeof id.started === 'string'
}
