import type { Genesis, Hash, Header } from '@altlayer/protocol'
import {
  EMPTY_ROOT,
  encodeHeader,
  genesisHeader,
  headerHash,
  hexToBytes,
  isForkActive,
  PREDEPLOYS,
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
import { checkIdentity, writeIdentity } from '../store/identity.ts'
import type { Store, StoreBatch } from '../store/store.ts'

/** Accounts given to the program at once. */
const CHUNK = 512

/** The genesis block that the database holds, or undefined when it is new. Throws EngineError `store`. */
export function readGenesis(
  store: Store,
  genesis: Genesis,
): { readonly header: Header; readonly hash: Hash } | undefined {
  if (checkIdentity(store, genesis) === 'new') return undefined
  const hash = readCanonicalHash(store, genesis.header.number)
  const header = hash && readHeader(store, hash)
  if (hash === undefined || header === undefined)
    throw new EngineError('store', 'the database has no genesis block: it is damaged')
  return { header, hash }
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
  const accounts = genesis.alloc.map(overrideOf)
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
    writeIdentity(batch, genesis)
    return { header, hash }
  })
}

// L2ToL1MessagePasser's, which an Isthmus header carries. Read from the state just committed: its nodes are in the program's cache.
function storageRoot(program: Program, genesis: Genesis, stateRoot: Hash): Hash {
  program.openAt(genesisHeader(genesis, stateRoot, EMPTY_ROOT))
  const account = program.account(PREDEPLOYS.L2ToL1MessagePasser)
  program.abort()
  return account?.storageRoot ?? EMPTY_ROOT
}

/** What puts an account of the allocation into a state. */
export function overrideOf(account: Genesis['alloc'][number]): AccountOverride {
  return {
    address: account.address,
    balance: account.balance,
    nonce: account.nonce,
    ...(account.code !== '0x' && { code: hexToBytes(account.code) }),
    ...(account.storage.length > 0 && { state: account.storage }),
  }
}
