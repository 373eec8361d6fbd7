import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { EngineError, messageOf } from '../errors.ts'

/**
 * The pool's write-ahead journal: each accepted transaction is in the file, handed to the operating
 * system, before its sender hears that it was accepted, so that it survives the death of the process at
 * any moment. It is synced to disk once a second: a power failure can cost what came in that second.
 */
export interface PoolJournal {
  /** Appends transactions. Throws EngineError `store` when the disk refuses. */
  append(transactions: readonly Uint8Array[]): void
  /** Rewrites the file with the pool's transactions when most of it is of transactions that left. */
  compact(live: () => Iterable<Uint8Array>, liveCount: number): void
  close(): void
}

/** What was in the file of an earlier run. */
export interface JournalContent {
  readonly transactions: readonly Uint8Array[]
  /** Bytes after the last whole entry: the trace of a write that never finished. */
  readonly ignoredBytes: number
}

/** Entry: u32 length, u32 CRC-32 of the bytes, the bytes; big-endian. */
const HEADER_SIZE = 8
const SYNC_INTERVAL = 1000
/** Entries of transactions that left the pool, from which on the file may be rewritten. */
const MIN_GARBAGE = 4096

/** Reads a journal; a file that is not there is empty. */
export function readJournal(path: string): JournalContent {
  if (!existsSync(path)) return { transactions: [], ignoredBytes: 0 }
  const file = readFileSync(path)
  const transactions: Uint8Array[] = []
  let offset = 0
  while (offset + HEADER_SIZE <= file.length) {
    const start = offset + HEADER_SIZE
    const end = start + file.readUInt32BE(offset)
    if (end > file.length) break
    const bytes = file.subarray(start, end)
    if (crc32(bytes) !== file.readUInt32BE(offset + 4)) break
    transactions.push(Uint8Array.from(bytes))
    offset = end
  }
  return { transactions, ignoredBytes: file.length - offset }
}

/** Opens the journal at `path` with exactly these transactions in it. */
export function openJournal(path: string, transactions: Iterable<Uint8Array>): PoolJournal {
  mkdirSync(dirname(path), { recursive: true })
  let { descriptor, entries } = rewrite(path, transactions)
  let dirty = false
  let syncing = false
  const timer = setInterval(() => {
    if (!dirty || syncing) return
    dirty = false
    syncing = true
    fdatasync(descriptor, () => {
      syncing = false
    })
  }, SYNC_INTERVAL)
  timer.unref()
  return {
    append(added) {
      if (added.length === 0) return
      try {
        writeAll(descriptor, Buffer.concat(added.flatMap(entry)))
      } catch (error) {
        throw new EngineError('store', `cannot write ${path}: ${messageOf(error)}`, {
          cause: error,
        })
      }
      entries += added.length
      dirty = true
    },
    compact(live, liveCount) {
      // A sync in flight still uses the old descriptor; the next head asks again.
      if (syncing || entries - liveCount < Math.max(MIN_GARBAGE, liveCount)) return
      closeSync(descriptor)
      ;({ descriptor, entries } = rewrite(path, live()))
    },
    close() {
      clearInterval(timer)
      fsyncSync(descriptor)
      closeSync(descriptor)
    },
  }
}

function rewrite(path: string, transactions: Iterable<Uint8Array>) {
  const temporary = `${path}.new`
  const descriptor = openSync(temporary, 'w')
  const content = [...transactions]
  writeAll(descriptor, Buffer.concat(content.flatMap(entry)))
  fsyncSync(descriptor)
  renameSync(temporary, path)
  return { descriptor, entries: content.length }
}

function entry(transaction: Uint8Array): Uint8Array[] {
  const header = Buffer.alloc(HEADER_SIZE)
  header.writeUInt32BE(transaction.length, 0)
  header.writeUInt32BE(crc32(transaction), 4)
  return [header, transaction]
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset)
}
