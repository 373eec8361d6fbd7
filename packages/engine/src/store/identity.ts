import { createHash } from 'node:crypto'
import { chainConfigToJson, type Genesis, genesisToJson } from '@altlayer/protocol'
import { EngineError } from '../errors.ts'
import { readHeader, readPointer } from './chain-store.ts'
import { META } from './keys.ts'
import type { Store, StoreBatch } from './store.ts'

/** Raised whenever a table's meaning changes: a database of another version is refused. */
const SCHEMA = 1

/** What the database remembers of the chain it holds. */
interface Identity {
  /** sha256 of the genesis file without its config: first header and allocation. */
  readonly genesis: string
  /** The config in its JSON form, without members that mean nothing here. */
  readonly config: Readonly<Record<string, unknown>>
}

function identityOf(genesis: Genesis): Identity {
  const { config: _, ...content } = genesisToJson(genesis)
  return {
    genesis: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
    // Through text, so that it compares with what was stored.
    config: JSON.parse(JSON.stringify(chainConfigToJson(genesis.config))) as Identity['config'],
  }
}

export function writeIdentity(batch: StoreBatch, genesis: Genesis): void {
  batch.put('meta', META.schema, Uint8Array.of(SCHEMA))
  batch.put('meta', META.chain, new TextEncoder().encode(JSON.stringify(identityOf(genesis))))
}

/**
 * Whether the database holds a chain already, and this one. A fork may be scheduled or moved as long as
 * the chain has not come to it: the new config is then stored. Throws EngineError `store` for another
 * chain, a config that would have executed blocks differently, or another schema.
 */
export function checkIdentity(store: Store, genesis: Genesis): 'new' | 'known' {
  const schema = store.get('meta', META.schema)
  if (schema === undefined) return 'new'
  if (schema[0] !== SCHEMA)
    throw new EngineError('store', `the database has schema ${schema[0]}, expected ${SCHEMA}`)
  const record = store.get('meta', META.chain)
  if (record === undefined)
    throw new EngineError('store', 'the database does not say which chain it holds: it is damaged')
  const stored = JSON.parse(new TextDecoder().decode(record)) as Identity
  const expected = identityOf(genesis)
  const other = (what: string, has: unknown, wants: unknown): EngineError =>
    new EngineError(
      'store',
      `the database belongs to another chain or configuration: its ${what} is ${shown(has)}, expected ${shown(wants)}`,
    )
  const names = new Set([...Object.keys(stored.config), ...Object.keys(expected.config)])
  const differing = [...names].filter(
    (name) => JSON.stringify(stored.config[name]) !== JSON.stringify(expected.config[name]),
  )
  for (const name of differing) {
    const [has, wants] = [stored.config[name], expected.config[name]]
    if (
      !isAhead(headTime(store), has) ||
      !isAhead(headTime(store), wants) ||
      !name.endsWith('Time')
    )
      throw other(name, has, wants)
  }
  if (stored.genesis !== expected.genesis)
    throw other('genesis (header and allocation)', stored.genesis, expected.genesis)
  if (differing.length > 0) store.transaction((batch) => writeIdentity(batch, genesis))
  return 'known'
}

/** Whether a fork's time, a number or nothing, is after the head. */
function isAhead(head: bigint, time: unknown): boolean {
  return time === undefined || (typeof time === 'number' && BigInt(time) > head)
}

function headTime(store: Store): bigint {
  const hash = readPointer(store, 'head')
  const header = hash && readHeader(store, hash)
  if (header === undefined)
    throw new EngineError('store', 'the database has no head: it is damaged')
  return header.timestamp
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
