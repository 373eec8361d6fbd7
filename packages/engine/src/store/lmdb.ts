import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { EngineError, messageOf } from '../errors.ts'
import { checkDatabaseFile } from './check-file.ts'
import { type Store, TABLES, type Table } from './store.ts'

/**
 * Address space reserved for the memory map, not disk space: large enough never to remap while
 * other threads read.
 */
const MAP_SIZE = 2 ** 40

/** Threads of one node and the tools beside it. */
const MAX_READERS = 126

/**
 * Opens the LMDB store in `directory`, made when missing. Every thread opens its own; the
 * environment below is shared. Commits are LMDB's classic ones: data is synced to disk, then the
 * meta page is, then the call returns (lmdb-js' overlapping sync would return earlier).
 * Throws EngineError `store`.
 */
export function openLmdbStore(directory: string): Store {
  let root: RootDatabase<Uint8Array, Uint8Array>
  const tables = {} as Record<Table, Database<Uint8Array, Uint8Array>>
  try {
    mkdirSync(directory, { recursive: true })
    const path = join(directory, 'chain.mdb')
    checkDatabaseFile(path)
    root = open({
      path,
      noSubdir: true,
      maxDbs: TABLES.length,
      maxReaders: MAX_READERS,
      mapSize: MAP_SIZE,
      overlappingSync: false,
      eventTurnBatching: false,
      encoding: 'binary',
      keyEncoding: 'binary',
    })
    for (const name of TABLES)
      tables[name] = root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' })
  } catch (error) {
    if (error instanceof EngineError) throw error
    throw new EngineError(
      'store',
      `cannot open the database in ${directory}: ${messageOf(error)}`,
      {
        cause: error,
      },
    )
  }
  let open_ = true
  const checkOpen = (): void => {
    if (!open_) throw new EngineError('closed', 'the database is closed')
  }
  return {
    get(table, key) {
      checkOpen()
      const value = tables[table].getBinary(key)
      // A Buffer of its own memory; callers are promised plain bytes.
      return value && new Uint8Array(value.buffer, value.byteOffset, value.length)
    },
    has(table, key) {
      checkOpen()
      return tables[table].doesExist(key)
    },
    transaction(write) {
      checkOpen()
      return root.transactionSync(() =>
        write({
          put: (table, key, value) => tables[table].putSync(key, value),
          delete: (table, key) => {
            tables[table].removeSync(key)
          },
        }),
      )
    },
    refresh() {
      checkOpen()
      root.resetReadTxn()
    },
    async close() {
      if (!open_) return
      open_ = false
      await root.close()
    },
  }
}
