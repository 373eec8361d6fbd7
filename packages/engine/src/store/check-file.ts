import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { EngineError } from '../errors.ts'

// Layout of a meta page in lmdb-js' LMDB (data version 2): a page header of 24 bytes, then MDB_meta.
const MAGIC_AT = 24
const VERSION_AT = 28
const PAGE_SIZE_AT = 48
const LAST_PAGE_AT = 144
const META_SIZE = 168

const MAGIC = 0xbeefc0de
const VERSION = 2
const MIN_PAGE_SIZE = 512
const MAX_PAGE_SIZE = 65_536

/**
 * Refuses a file that is no LMDB database: LMDB would map it and crash the process. A file that is
 * shorter than its pages (cut off by whoever copied it) is filled up with zeros, so that a missing page
 * is an error of LMDB's and not a signal. Throws EngineError `store`.
 */
export function checkDatabaseFile(path: string): void {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    const { size } = fstatSync(descriptor)
    if (size === 0) return
    const first = readMeta(descriptor, 0, path)
    const second = readMeta(descriptor, first.pageSize, path)
    const end = (Math.max(first.lastPage, second.lastPage) + 1) * first.pageSize
    if (size < end) ftruncateSync(descriptor, end)
  } finally {
    closeSync(descriptor)
  }
}

function readMeta(descriptor: number, at: number, path: string) {
  const page = new DataView(new ArrayBuffer(META_SIZE))
  const read = readSync(descriptor, page, 0, META_SIZE, at)
  const pageSize = page.getUint32(PAGE_SIZE_AT, true)
  const lastPage = page.getBigUint64(LAST_PAGE_AT, true)
  const sound =
    read === META_SIZE &&
    page.getUint32(MAGIC_AT, true) === MAGIC &&
    page.getUint32(VERSION_AT, true) === VERSION &&
    pageSize >= MIN_PAGE_SIZE &&
    pageSize <= MAX_PAGE_SIZE &&
    (pageSize & (pageSize - 1)) === 0 &&
    lastPage < BigInt(Number.MAX_SAFE_INTEGER) / BigInt(MAX_PAGE_SIZE)
  if (!sound)
    throw new EngineError(
      'store',
      `cannot open the database: ${path} is not an LMDB file of this version, or is damaged`,
    )
  return { pageSize, lastPage: Number(lastPage) }
}
