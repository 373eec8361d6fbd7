import { createHash } from 'node:crypto'
import type { Genesis, Hash, Header } from '@altlayer/protocol'
import {
  bytesToHex,
  EMPTY_ROOT,
  encodeHeader,
  genesisHeader,
  genesisToJson,
  headerHash,
  hexToBytes,
  isForkActive,
} from '@altlayer/protocol'
import { EngineError } from '../errors.ts'
import type { AccountOverride, Program } from '../program/types.ts'
import {
  readCanonicalHash,
  readHeader,
  writeBlock,
  writeCanonical,
  writePointer,
} from '../store/chain-store.ts'
import { META } from '../store/keys.ts'
import type { Store, StoreBatch } from '../store/store.ts'

/** Raised whenever a table's meaning changes: a database of another version is refused. */
const SCHEMA = 1

/** Predeploy whose storage root an Isthmus header carries (specs, "Isthmus: Execution Engine"). */
const MESSAGE_PASSER = '0x4200000000000000000000000000000000000016'

/** Accounts given to the program at once. */
const CHUNK = 512

/** What identifies a chain: its config, first header and allocation. */
export function chainDigest(genesis: Genesis): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify(genesisToJson(genesis)))
    .digest()
}

/**
 * Checks that the database holds this chain. Returns its genesis, or undefined when the database is new.
 * Throws EngineError `store` when it is another chain's, another version's, or incomplete.
 */
export function readGenesis(
  store: Store,
  genesis: Genesis,
): { readonly header: Header; readonly hash: Hash } | undefined {
  const schema = store.get('meta', META.schema)
  if (schema === undefined) return undefined
  if (schema[0] !== SCHEMA)
    throw new EngineError('store', `the database has schema ${schema[0]}, expected ${SCHEMA}`)
  const stored = store.get('meta', META.chain)
  const expected = chainDigest(genesis)
  if (stored === undefined || Buffer.compare(stored, expected) !== 0)
    throw new EngineError(
      'store',
      `the database belongs to another chain or configuration: expected ${describe(expected)} (chain ${genesis.config.chainId}), got ${describe(stored)}`,
    )
  const hash = readCanonicalHash(store, genesis.header.number)
  const header = hash && readHeader(store, hash)
  if (hash === undefined || header === undefined)
    throw new EngineError('store', 'the database has no genesis block: it is damaged')
  return { header, hash }
}

function describe(digest: Uint8Array | undefined): string {
  return digest === undefined ? 'nothing' : `digest ${bytesToHex(digest.subarray(0, 8))}`
}

/**
 * Writes the allocation through the program and the genesis block in one transaction. `collect` makes
 * the program's output go to the batch.
 */
export function writeGenesis(
  store: Store,
  program: Program,
  genesis: Genesis,
  collect: (batch: StoreBatch) => void,
): { readonly header: Header; readonly hash: Hash } {
  program.openAt(genesisHeader(genesis, EMPTY_ROOT, EMPTY_ROOT))
  const accounts = genesis.alloc.map(override)
  for (let at = 0; at < accounts.length; at += CHUNK)
    program.override(accounts.slice(at, at + CHUNK))
  const stateRoot = program.stateRoot()
  const { config } = genesis
  const isthmus =
    config.mode === 'op' && isForkActive(config.forks, 'isthmus', genesis.header.timestamp)
  return store.transaction((batch) => {
    collect(batch)
    program.commit()
    const messagePasserRoot = isthmus ? storageRoot(program, genesis, stateRoot) : undefined
    const header = genesisHeader(genesis, stateRoot, messagePasserRoot)
    const hash = headerHash(header)
    writeBlock(batch, {
      hash,
      headerRlp: encodeHeader(header),
      body: {
        transactions: [],
        ...(header.withdrawalsRoot !== undefined && { withdrawals: [] }),
      },
      receipts: new Uint8Array(0),
      manifest: { senders: [], hashes: [] },
    })
    writeCanonical(batch, header.number, hash, [])
    writePointer(batch, 'head', hash)
    batch.put('meta', META.schema, Uint8Array.of(SCHEMA))
    batch.put('meta', META.chain, chainDigest(genesis))
    return { header, hash }
  })
}

// Read from the state just committed: its nodes are in the program's cache.
function storageRoot(program: Program, genesis: Genesis, stateRoot: Hash): Hash {
  program.openAt(genesisHeader(genesis, stateRoot, EMPTY_ROOT))
  const account = program.account(MESSAGE_PASSER)
  program.abort()
  return account?.storageRoot ?? EMPTY_ROOT
}

function override(account: Genesis['alloc'][number]): AccountOverride {
  return {
    address: account.address,
    balance: account.balance,
    nonce: account.nonce,
    ...(account.code !== '0x' && { code: hexToBytes(account.code) }),
    ...(account.storage.length > 0 && { state: account.storage }),
  }
}
