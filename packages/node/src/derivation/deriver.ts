import { Worker } from 'node:worker_threads'
import {
  type Connection,
  checkDerivationOptions,
  connect,
  type DerivationStep,
  type DerivedAttributes,
  type Engine,
  packBytes,
  packedBuffers,
  stopThread,
  unpackBytes,
} from '@altlayer/engine'
import { type Hash, l1BlobForks } from '@altlayer/protocol'
import { type L1Block, L1Error } from '../l1/client.ts'
import type {
  DeriverData,
  DeriverHandlers,
  Outcome,
  PackedAttributes,
  PackedL2Block,
} from './deriver-worker.ts'
import { PreimageUnknownError } from './preimage-source.ts'

/**
 * Derivation with all it reads of L1, on a thread of its own: fetching, hashing and decoding take
 * nothing from the thread that serves. Methods reject with ProgramError, L1Error, PreimageUnknownError;
 * with DeriverEndedError once the thread has ended by itself: then another must be started and reset.
 */
export interface Deriver {
  /** See Derivation of the engine. Resolves to the L1 block whose data are read first. */
  reset(safeHead: Hash, judged?: bigint): Promise<DerivedAttributes['origin']>
  /** Goes on to the L1 block with this number; undefined: L1 does not have it yet. */
  advance(number: bigint): Promise<L1Block | undefined>
  /** See Derivation of the engine. */
  next(safeHead: Hash): Promise<DerivationStep>
  invalid(): Promise<DerivedAttributes | undefined>
  /** Whether the thread is gone. */
  readonly ended: boolean
  close(): Promise<void>
}

export interface DeriverOptions extends DeriverData {
  /** Where L2 blocks are read. */
  readonly engine: Pick<Engine, 'block'>
}

/** The thread that derives has ended by itself. */
export class DeriverEndedError extends Error {
  override readonly name = 'DeriverEndedError'
}

/** L2 blocks that are given along with one that was asked for: derivation walks back through its ancestors. */
const ANCESTORS = 64
/** And until they have this many transactions: a busy block's trie costs 20 µs a transaction to make. */
const ENOUGH_TRANSACTIONS = 256

/** Throws MalformedInputError for a config that cannot be derived. */
export function startDeriver({ engine, config, l1Url, l1BeaconUrls }: DeriverOptions): Deriver {
  checkDerivationOptions({ config, l1BlobForks: l1BlobForks(config) })
  const workerData: DeriverData = { config, l1Url, l1BeaconUrls }
  const worker = new Worker(new URL('./deriver-worker.ts', import.meta.url), { workerData })
  let ended = false
  worker.on('error', () => {
    ended = true
  })
  worker.on('exit', () => {
    ended = true
  })
  const connection: Connection<DeriverHandlers> = connect(worker, [L1Error, PreimageUnknownError])
  const { remote } = connection

  /** Asks the thread; an answer that never comes says why. */
  async function ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request()
    } catch (error) {
      if (!ended) throw error
      throw new DeriverEndedError(`the derivation thread ended: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  /** Does a step, repeating it with the L2 or L1 blocks that it misses. */
  async function withBlocks<T>(step: () => Promise<Outcome<T>>): Promise<T> {
    let asked: Hash | undefined
    for (;;) {
      const outcome = await ask(step)
      if ('result' in outcome) return outcome.result
      // Asking for what was just given would never end.
      if (outcome.missing === asked)
        throw new PreimageUnknownError(`the block given for ${asked} has another hash`)
      asked = outcome.missing
      const blocks = ancestry(engine, outcome.missing)
      const buffers = blocks.flatMap(({ transactions }) => packedBuffers(transactions))
      if (blocks.length > 0) await ask(() => remote.give(blocks, buffers))
      else await ask(() => remote.fetchL1(outcome.missing))
    }
  }

  return {
    get ended() {
      return ended
    },
    async reset(safeHead, judged) {
      await ask(() => remote.trim(undefined))
      return withBlocks(() => remote.reset({ safeHead, judged }))
    },
    async advance(number) {
      const block = await ask(() => remote.read(number))
      if (block !== undefined) await withBlocks(() => remote.advance(block.hash))
      return block
    },
    async next(safeHead) {
      const step = await withBlocks(() => remote.next(safeHead))
      return step.kind === 'attributes' ? { ...step, derived: unpacked(step.derived) } : step
    },
    async invalid() {
      const derived = await withBlocks(() => remote.invalid(undefined))
      return derived && unpacked(derived)
    },
    close: () => stopThread(worker, connection),
  }
}

/** The L2 block with this hash and some of its ancestors; nothing when there is no such block. */
function ancestry(engine: Pick<Engine, 'block'>, hash: Hash): readonly PackedL2Block[] {
  const found: PackedL2Block[] = []
  let count = 0
  let block = engine.block({ hash })
  while (block !== undefined && found.length < ANCESTORS && count < ENOUGH_TRANSACTIONS) {
    const { header, transactions } = block
    found.push({ header, transactions: packBytes(transactions) })
    count += transactions.length
    block = engine.block({ hash: header.parentHash })
  }
  return found
}

function unpacked({ transactions, ...derived }: PackedAttributes): DerivedAttributes {
  return {
    ...derived,
    attributes: { ...derived.attributes, transactions: unpackBytes(transactions) },
  }
}
