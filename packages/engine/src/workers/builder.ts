import { parentPort, workerData } from 'node:worker_threads'
import type { Address, Genesis, Hash, Header, Hex } from '@altlayer/protocol'
import type { PayloadAttributes } from '../api.ts'
import { readGenesis, writeGenesis } from '../building/genesis.ts'
import { executeForeign, type ForeignBlock, recordOf } from '../building/import.ts'
import {
  createSenderHint,
  type ExecutedBatch,
  type OpenBlock,
  openBlock,
  type SenderHint,
  type SignedTransaction,
} from '../building/open-block.ts'
import { createStateReader } from '../chain/state-reader.ts'
import { EngineError } from '../errors.ts'
import type { SenderState } from '../pool/types.ts'
import { isRejection, ProgramError } from '../program/errors.ts'
import type { AccountDiff, BlockEnvironment, Program } from '../program/types.ts'
import {
  type BlockRecord,
  deleteCanonical,
  readHeader,
  readTransactionHashes,
  writeBlock,
  writeCanonical,
  writePointer,
  writePreimage,
} from '../store/chain-store.ts'
import { openLmdbStore } from '../store/lmdb.ts'
import type { StoreBatch } from '../store/store.ts'
import { warmUpBuilding } from '../warm-up/building.ts'
import { handOver, serve } from './channel.ts'
import { type PackedBytes, unpackBytes } from './pack.ts'
import { createStateProgram } from './state-program.ts'

// The only thread that writes the database: it builds, imports and commits blocks.

export interface BuilderData {
  readonly directory: string
  readonly genesis: Genesis
}

interface BlockName {
  readonly number: bigint
  readonly hash: Hash
}

/** A change of the canonical chain: every block is written, only pointers move. */
export interface CanonicalChange {
  readonly reverted: readonly BlockName[]
  readonly applied: readonly BlockName[]
  readonly head: Hash
  readonly safe: Hash | undefined
  readonly finalized: Hash | undefined
  /** Accounts whose state at the new head is wanted: this thread has just had it in its cache. */
  readonly senders: readonly Address[]
}

export interface OpenRequest {
  readonly id: Hex
  readonly parent: Hash
  readonly attributes: PayloadAttributes
  readonly forced: readonly SignedTransaction[]
}

export interface OpenedBlock {
  readonly environment: BlockEnvironment
  /** Receipt records of the forced transactions. */
  readonly receipts: Uint8Array
  readonly gasLeft: bigint
}

/** Longest run of pool transactions before the thread listens again, milliseconds. */
const BATCH_TIME = 50

interface Executor {
  readonly program: Program
  readonly hint: SenderHint
  commit(record: BlockRecord): void
}

const { directory, genesis } = workerData as BuilderData
const { config } = genesis
const store = openLmdbStore(directory)

function createExecutor(): Executor {
  let target: StoreBatch | undefined
  const hint = createSenderHint()
  const program = createStateProgram(store, config, 'build', {
    output(kind, hash, data) {
      if (target === undefined) throw new Error('output outside of a commit')
      writePreimage(target, kind, hash, data)
    },
    sender: hint.answer,
  })
  return {
    program,
    hint,
    commit(record) {
      try {
        store.transaction((batch) => {
          target = batch
          program.commit()
          writeBlock(batch, record)
        })
      } catch (error) {
        // The program may have been stopped in the middle, and took the new nodes for stored.
        program.abort()
        program.clearCache()
        throw error
      } finally {
        target = undefined
      }
    },
  }
}

const builder = createExecutor()
/** For blocks from outside while one is being built; most nodes do only one of both. */
let importer: Executor | undefined
let building: { readonly id: Hex; readonly block: OpenBlock } | undefined

function idleExecutor(): Executor {
  if (building === undefined) return builder
  importer ??= createExecutor()
  return importer
}

function current(id: Hex): OpenBlock {
  if (building?.id !== id) throw new EngineError('invalid', `unknown payload ${id}`)
  return building.block
}

function closeBuilding(): void {
  if (building === undefined) return
  building = undefined
  builder.program.abort()
}

/** Runs a step of the open block; an error other than a rejection means that there is no block any more. */
function step<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!isRejection(error)) building = undefined
    throw error
  }
}

function headerOf(hash: Hash): Header {
  const header = readHeader(store, hash)
  if (header === undefined) throw new EngineError('unknownBlock', `unknown block ${hash}`)
  return header
}

const handlers = {
  /** Checks the database's genesis, or writes it. */
  genesis: () => {
    const known = readGenesis(store, genesis)
    if (known !== undefined) return known
    const writer = createGenesisProgram()
    return writeGenesis(store, writer.program, genesis, writer.collect)
  },

  open: ({ id, parent, attributes, forced }: OpenRequest): OpenedBlock => {
    closeBuilding()
    const { transactions: _, noTxPool: __, ...blockAttributes } = attributes
    let block: OpenBlock
    try {
      block = openBlock(
        builder.program,
        builder.hint,
        { header: headerOf(parent), hash: parent },
        blockAttributes,
      )
    } catch (error) {
      if (error instanceof ProgramError && error.status >= 50)
        throw new EngineError('invalid', `invalid payload attributes: ${error.message}`)
      throw error
    }
    building = { id, block }
    for (const [index, transaction] of forced.entries())
      try {
        block.force(transaction)
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error
        // Derivation replaces a block by its deposits when a transaction makes it invalid: a fault of ours must
        // not look like one.
        const rejected = isRejection(error)
        if (rejected) closeBuilding()
        else building = undefined
        throw new EngineError(
          rejected ? 'invalid' : 'internal',
          `invalid payload attributes: forced transaction ${index}: ${error.message}`,
        )
      }
    const receipts = block.receipts()
    const opened = { environment: block.environment, receipts, gasLeft: builder.program.gasLeft() }
    return handOver(opened, [receipts])
  },

  execute: (request: {
    readonly id: Hex
    readonly raws: PackedBytes
    readonly senders: readonly Address[]
  }): ExecutedBatch => {
    const block = current(request.id)
    const transactions = unpackBytes(request.raws).map((raw, index) => ({
      raw,
      sender: request.senders[index],
    }))
    const batch = step(() => block.execute(transactions, performance.now() + BATCH_TIME))
    return handOver(batch, [batch.receipts, batch.outcomes])
  },

  /** Ends a block; its transactions and receipts stay here until the commit. */
  seal: (id: Hex): { readonly header: Header; readonly hash: Hash } => {
    const { header, hash } = step(() => current(id).seal())
    return { header, hash }
  },

  /** Net changes of the open block. */
  diff: (id: Hex): readonly AccountDiff[] => {
    current(id)
    return builder.program.diff()
  },

  /** Commits the sealed block if it is the one with this hash; whether it was. */
  commitBuilt: (hash: Hash): boolean => {
    const block = building?.block
    if (block?.sealed?.hash !== hash) return false
    building = undefined
    builder.commit(recordOf(block, block.sealed))
    return true
  },

  /** Executes and commits a block from outside; returns what is wrong with it, if anything. */
  import: (block: ForeignBlock): string | undefined => {
    const executor = idleExecutor()
    const parent = { header: headerOf(block.header.parentHash), hash: block.header.parentHash }
    const result = executeForeign(executor.program, executor.hint, config, parent, block)
    if ('error' in result) return result.error
    executor.commit(result.record)
    return undefined
  },

  /** Moves the canonical chain and the named blocks, in one transaction; returns the senders' states. */
  canonical: (change: CanonicalChange): readonly SenderState[] => {
    const named = (blocks: readonly BlockName[]) =>
      blocks.map((block) => ({ ...block, hashes: readTransactionHashes(store, block.hash) }))
    const [reverted, applied] = [named(change.reverted), named(change.applied)]
    store.transaction((batch) => {
      for (const { number, hashes } of reverted) deleteCanonical(batch, number, hashes)
      for (const { number, hash, hashes } of applied) writeCanonical(batch, number, hash, hashes)
      writePointer(batch, 'head', change.head)
      writePointer(batch, 'safe', change.safe)
      writePointer(batch, 'finalized', change.finalized)
    })
    if (change.senders.length === 0) return []
    const { program } = idleExecutor()
    const head = { header: headerOf(change.head), hash: change.head }
    const reader = createStateReader(program)
    const states = change.senders.map((address) => reader.sender(head, address))
    program.abort()
    return states
  },

  /** Compiles what building a block runs. */
  warmUp: async (): Promise<void> => {
    await warmUpBuilding(genesis)
  },

  close: () => store.close(),
}

function createGenesisProgram() {
  let target: StoreBatch | undefined
  const program = createStateProgram(store, config, 'build', {
    output(kind, hash, data) {
      if (target !== undefined) writePreimage(target, kind, hash, data)
    },
  })
  return {
    program,
    collect: (batch: StoreBatch): void => {
      target = batch
    },
  }
}

export type BuilderHandlers = typeof handlers

if (parentPort !== null) serve(parentPort, handlers)
