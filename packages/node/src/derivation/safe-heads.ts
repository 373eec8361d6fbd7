import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { crc32 } from 'node:zlib'
import { type BlockId, bytesToHex, hexToBytes } from '@altlayer/protocol'

/** The L2 block that was the safe head once an L1 block had been read. */
export interface SafeAt {
  readonly l1: BlockId
  readonly l2: BlockId
}

/**
 * Which L2 block followed from L1 up to which of its blocks: after a reorganisation of L1, or a restart, it
 * tells what still follows; a dispute game asks what followed from its own L1 head. Kept in a file that grows by
 * some 80 bytes an L1 block; without it only time is lost, as derivation then goes back further.
 */
export interface SafeHeads {
  /** Ignores an L1 block that is not newer than the newest one. */
  add(entry: SafeAt): void
  /**
   * The safe head once the L1 block with this number had been read; undefined when that block has not been read, or
   * was read before the file began.
   */
  at(l1Number: bigint): SafeAt | undefined
  /** The newest entry whose L1 block has at most this number. */
  upTo(l1Number: bigint): SafeAt | undefined
  /** The newest entry whose L2 block has at most this number. */
  upToL2(l2Number: bigint): SafeAt | undefined
  /** Drops entries from the newest on, down to the first that `keep` accepts. */
  rewind(keep: (entry: SafeAt) => Promise<boolean>): Promise<void>
  /** Makes what was added outlive the machine. Throws what the file system throws. */
  save(): void
  close(): void
}

/** L1 number and hash, L2 number and hash, and their CRC-32: a torn write is no entry. */
const BODY = 80
const RECORD = BODY + 4

/** Where records stand. */
interface Store {
  count(): number
  read(index: number): Uint8Array
  append(record: Uint8Array): void
  truncate(count: number): void
  sync(): void
  close(): void
}

/**
 * @param path Undefined: kept in memory only.
 * @param onDamage Hears why a file's end, or all of it, cannot be used.
 */
export function openSafeHeads(
  path: string | undefined,
  onDamage: (reason: string) => void,
): SafeHeads {
  const store = path === undefined ? memoryStore() : fileStore(path)
  dropDamaged(store, path, onDamage)
  let newest = store.count() === 0 ? undefined : decode(store.read(store.count() - 1))
  let changed = false

  /** The newest entry with at most this number on a layer: neither layer's numbers ever fall. */
  function newestUpTo(layer: keyof SafeAt, number: bigint): SafeAt | undefined {
    let low = 0
    let high = store.count()
    while (low < high) {
      const middle = (low + high) >>> 1
      if (decode(store.read(middle))[layer].number <= number) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : decode(store.read(low - 1))
  }
  const upTo = (l1Number: bigint) => newestUpTo('l1', l1Number)

  return {
    add(entry) {
      if (newest !== undefined && newest.l1.number >= entry.l1.number) return
      store.append(encode(entry))
      newest = entry
      changed = true
    },
    at(l1Number) {
      return newest === undefined || newest.l1.number < l1Number ? undefined : upTo(l1Number)
    },
    upTo,
    upToL2: (l2Number) => newestUpTo('l2', l2Number),
    async rewind(keep) {
      while (newest !== undefined && !(await keep(newest))) {
        store.truncate(store.count() - 1)
        changed = true
        newest = store.count() === 0 ? undefined : decode(store.read(store.count() - 1))
      }
    },
    save() {
      if (changed) store.sync()
      changed = false
    },
    close: () => store.close(),
  }
}

/** Cuts the file after its last whole entry: what a crash left of a write goes. */
function dropDamaged(
  store: Store,
  path: string | undefined,
  onDamage: (reason: string) => void,
): void {
  const before = store.count()
  let count = before
  while (count > 0 && !isWhole(store.read(count - 1))) count--
  if (count === before) return
  onDamage(`${path}: ${before - count} of ${before} entries are damaged`)
  store.truncate(count)
}

function fileStore(path: string): Store {
  const file = openSync(path, 'a+')
  let count = Math.floor(fstatSync(file).size / RECORD)
  ftruncateSync(file, count * RECORD)
  return {
    count: () => count,
    read(index) {
      const record = new Uint8Array(RECORD)
      readSync(file, record, 0, RECORD, index * RECORD)
      return record
    },
    append(record) {
      writeSync(file, record)
      count++
    },
    truncate(to) {
      ftruncateSync(file, to * RECORD)
      count = to
    },
    sync: () => fdatasyncSync(file),
    close: () => closeSync(file),
  }
}

function memoryStore(): Store {
  const records: Uint8Array[] = []
  return {
    count: () => records.length,
    read: (index) => records[index] as Uint8Array,
    append: (record) => void records.push(record),
    truncate: (count) => void records.splice(count),
    sync: () => undefined,
    close: () => undefined,
  }
}

function encode({ l1, l2 }: SafeAt): Uint8Array {
  const record = new Uint8Array(RECORD)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, l1.number)
  record.set(hexToBytes(l1.hash), 8)
  view.setBigUint64(40, l2.number)
  record.set(hexToBytes(l2.hash), 48)
  view.setUint32(BODY, crc32(record.subarray(0, BODY)))
  return record
}

function isWhole(record: Uint8Array): boolean {
  const view = new DataView(record.buffer, record.byteOffset)
  return view.getUint32(BODY) === crc32(record.subarray(0, BODY))
}

function decode(record: Uint8Array): SafeAt {
  const view = new DataView(record.buffer, record.byteOffset)
  return {
    l1: { number: view.getBigUint64(0), hash: bytesToHex(record.subarray(8, 40)) },
    l2: { number: view.getBigUint64(40), hash: bytesToHex(record.subarray(48, 80)) },
  }
}
