/** The tables of the database. Keys and values are bytes. */
export const TABLES = [
  /** Text keys: schema version, chain identity, head, safe, finalized. */
  'meta',
  /** Trie nodes by keccak256 preimage key. */
  'nodes',
  /** Contract code by keccak256 preimage key. */
  'codes',
  /** Block headers by keccak256 preimage key (`chain-store.ts` says how). */
  'headers',
  /** Transactions and withdrawals by block hash. */
  'bodies',
  /** Receipts by block hash. */
  'receipts',
  /** Sender and hash (20 + 32 bytes) of each transaction, by block hash. */
  'manifests',
  /** Hash of the canonical block by number (8 bytes, big-endian). */
  'canonical',
  /** Block hash and index of a canonical transaction, by its hash. */
  'transactions',
] as const

export type Table = (typeof TABLES)[number]

/** Writes of one transaction. */
export interface StoreBatch {
  put(table: Table, key: Uint8Array, value: Uint8Array): void
  delete(table: Table, key: Uint8Array): void
}

/** A durable ordered map of tables, read from any thread, written by one. */
export interface Store {
  /** The value, in memory of its own, or undefined. */
  get(table: Table, key: Uint8Array): Uint8Array | undefined
  has(table: Table, key: Uint8Array): boolean
  /**
   * Runs `write` in one transaction. All of it is on disk when this returns; when `write` throws or
   * the process dies, none of it is. Nested calls are not allowed.
   */
  transaction<T>(write: (batch: StoreBatch) => T): T
  /** Makes reads of this thread see all transactions committed so far by any thread. */
  refresh(): void
  close(): Promise<void>
}
