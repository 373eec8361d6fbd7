import { type Block, type DerivedAttributes, type Engine, ProgramError } from '@altlayer/engine'
import { type BlockId, type Hash, MAX_UINT64, type RollupConfig } from '@altlayer/protocol'
import type { Logger } from 'pino'
import type { Turns } from '../chain/turns.ts'
import type { Clock } from '../clock.ts'
import { type L1Block, type L1Client, L1Error } from '../l1/client.ts'
import type { L1Follower } from '../l1/follower.ts'
import { DerivationError, existingBlock, makeBlock } from './blocks.ts'
import { type Deriver, DeriverEndedError } from './deriver.ts'
import { PreimageUnknownError } from './preimage-source.ts'
import type { SafeAt, SafeHeads } from './safe-heads.ts'
import { findStartingPoint } from './starting-point.ts'

export interface VerifierOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly client: L1Client
  readonly follower: L1Follower
  /** Starts what derives; again when it has ended by itself. */
  readonly startDeriver: () => Deriver
  /** The L1 block that genesis names. */
  readonly l1Genesis: L1Block
  readonly safeHeads: SafeHeads
  /**
   * A sequencer makes the blocks of this node and moves its heads: derivation only says which are safe,
   * unless L1 has others.
   */
  readonly sequencing: boolean
  /** Unsafe blocks that are followed change the chain too. */
  readonly turns: Turns
  readonly clock: Clock
  readonly logger: Logger
}

/** How far derivation is. */
export interface DerivedHeads {
  /** The L1 block whose data are read. */
  readonly currentL1: L1Block
  /** Whether all of them are, and L1 has no further block. */
  readonly idle: boolean
  readonly safe: Block
  /** Made of a span that is not complete; the safe head else. */
  readonly pendingSafe: Block
  readonly finalized: Block
}

/** Derives the rollup from L1 until it is closed. Failures are logged and tried again. */
export interface Verifier {
  /** Undefined until derivation has begun. */
  heads(): DerivedHeads | undefined
  /** The safe head once an L1 block had been read; undefined when that is not known. */
  safeHeadAt(l1Number: bigint): SafeAt | undefined
  close(): Promise<void>
}

/** Milliseconds between looks for the next L1 block, and until a failed step is tried again, at first and at most. */
const POLL = 250
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 8_000
/** Milliseconds between writes of the safe heads while much is derived. */
const SAVE_EVERY = 5_000

export function startVerifier(options: VerifierOptions): Verifier {
  const { config, engine, client, follower, l1Genesis, safeHeads, turns, clock, logger } = options
  const stop = new AbortController()
  let deriver = options.startDeriver()
  let heads: DerivedHeads | undefined
  /** The last block that concluded a batch since derivation began. */
  let concluded: Block = engine.genesis
  let startHash = engine.genesis.hash
  /** Number of the L1 block from which on the start is the safe head until a batch concludes; undefined: not known. */
  let startSafeFrom: bigint | undefined
  /** Whether the deriver goes on from `heads`. */
  let deriving = false
  let savedAt = 0
  const { unsupportedFrom } = config
  if (unsupportedFrom !== undefined)
    logger.warn(
      {
        [`${unsupportedFrom.fork}_time`]: Number(unsupportedFrom.time),
        at: new Date(Number(unsupportedFrom.time) * 1_000),
      },
      'the rollup config has a fork that this version does not know: no block is derived from its time on',
    )

  /** Whether L1 has this block; throws L1ReorgError where it has another. */
  async function stands({ number, hash }: BlockId): Promise<boolean> {
    const block = await client.block(number)
    if (block !== undefined && block.hash !== hash) throw new L1ReorgError()
    return block !== undefined
  }

  async function begin(): Promise<void> {
    if (deriver.ended) deriver = options.startDeriver()
    const headBefore = engine.block({ tag: 'latest' }) ?? engine.genesis
    const { start, judged, safe, finalized, unsafe } = await findStartingPoint({
      ...options,
      safeHeads,
    })
    const first = await deriver.reset(start.hash, judged)
    const currentL1 = await client.block(first.number)
    if (currentL1?.hash !== first.hash) throw new L1ReorgError()
    concluded = start
    startHash = start.hash
    startSafeFrom = judged
    // Nothing followed from L1 until its first batch was read.
    if (safeHeads.upTo(MAX_UINT64) === undefined && start.hash === engine.genesis.hash) {
      safeHeads.add({ l1: idOf(l1Genesis), l2: idOf(engine.genesis) })
      startSafeFrom = l1Genesis.header.number
    }
    await turns.take(() => {
      // Where nothing is given up, the blocks that were made meanwhile stay.
      const head = unsafe.hash === headBefore.hash ? engine.block({ tag: 'latest' }) : unsafe
      const found = { currentL1, idle: false, safe, pendingSafe: start, finalized }
      return setHeads(found, (head ?? unsafe).hash)
    })
    deriving = true
    logger.debug(
      {
        from: Number(start.header.number),
        safe: Number(safe.header.number),
        l1: Number(currentL1.header.number),
      },
      'deriving from L1',
    )
  }

  /** Moves the heads. */
  async function setHeads(of: DerivedHeads, head: Hash): Promise<void> {
    const { payloadStatus } = await engine.forkchoiceUpdated({
      headBlockHash: head,
      safeBlockHash: of.safe.hash,
      finalizedBlockHash: of.finalized.hash,
    })
    if (payloadStatus.status !== 'VALID')
      throw new DerivationError(`head ${head} is ${payloadStatus.status}`)
    heads = of
  }

  /** As `setHeads`, under the head that there is. */
  const keepHead = (of: DerivedHeads): Promise<void> =>
    setHeads(of, (engine.block({ tag: 'latest' }) ?? of.safe).hash)

  /** Makes the block; undefined when the attributes hold a transaction that no block can have. */
  async function make(of: DerivedHeads, derived: DerivedAttributes): Promise<Block | undefined> {
    const { hash: parent, number } = derived.parent
    if (number < of.finalized.header.number)
      throw new DerivationError(
        `L1 has another L2 block ${number + 1n} than the one that is final: it is not believed`,
      )
    const state = {
      headBlockHash: parent,
      // What was safe above does not follow from L1 any more.
      safeBlockHash: (number < of.safe.header.number ? concluded : of.safe).hash,
      finalizedBlockHash: of.finalized.hash,
    }
    const made = await makeBlock(engine, state, derived)
    if (made.block === undefined)
      logger.warn({ reason: made.reason }, 'a batch makes no valid block')
    return made.block
  }

  async function apply(of: DerivedHeads, derived: DerivedAttributes): Promise<void> {
    const parent = engine.block({ hash: derived.parent.hash })
    if (parent === undefined) throw new DerivationError('the safe head is missing')
    const known = existingBlock(engine, config, parent, derived)
    const block = known ?? (await make(of, derived))
    if (block === undefined) return giveUp(of)
    if (derived.concludes) concluded = block
    const isSafe = known !== undefined && of.safe.header.number >= concluded.header.number
    const next = { ...of, pendingSafe: block, safe: isSafe ? of.safe : concluded }
    if (known === undefined) {
      if (options.sequencing)
        logger.error(
          { number: Number(block.header.number) },
          'L1 holds another block than was made',
        )
      await setHeads(next, block.hash)
    } else {
      await keepHead(next)
    }
    logger.debug(
      {
        number: Number(block.header.number),
        hash: block.hash,
        l1: Number(derived.derivedFrom.number),
      },
      known === undefined ? 'derived block' : 'block is safe',
    )
  }

  /** The block of the last attributes is not valid. */
  async function giveUp(of: DerivedHeads): Promise<void> {
    const instead = await deriver.invalid()
    if (instead === undefined) {
      heads = { ...of, pendingSafe: concluded }
      return
    }
    return apply(of, instead)
  }

  let checkedHead: Hash | undefined

  /**
   * A chain that became shorter shows only at the block that was read last; what is read again after a start
   * comes late to where the safe head is from. An L1 that does not have such a block (any more, or again) says
   * nothing: endpoints that balance load do not all know the same.
   */
  async function noticeReorg({ currentL1 }: DerivedHeads): Promise<void> {
    const head = follower.heads().latest?.hash
    if (head === checkedHead) return
    const newest = safeHeads.upTo(MAX_UINT64)
    const read = await stands(idOf(currentL1))
    if ((newest === undefined || (await stands(newest.l1))) && read) checkedHead = head
  }

  /** An L1 that does not tell any more what it told may have been reorganised: then the error is that. */
  async function reorgBehind(error: unknown): Promise<unknown> {
    if (!(error instanceof L1Error) || !deriving || heads === undefined) return error
    try {
      await stands(idOf(heads.currentL1))
      return error
    } catch (other) {
      return other instanceof L1ReorgError ? other : error
    }
  }

  /** Goes on to the next L1 block; false when there is none yet. */
  async function advance(of: DerivedHeads, number: bigint): Promise<boolean> {
    // Before that, blocks are read again that had been read when the start was not safe yet.
    const from = concluded.hash === startHash ? startSafeFrom : 0n
    if (from !== undefined && of.currentL1.header.number >= from)
      safeHeads.add({ l1: idOf(of.currentL1), l2: idOf(concluded) })
    await noticeReorg(of)
    const block = await deriver.advance(number)
    if (block === undefined) {
      saveSafeHeads()
      heads = { ...of, idle: true }
    } else {
      if (clock.now() - savedAt > SAVE_EVERY) saveSafeHeads()
      heads = { ...of, currentL1: block, idle: false }
    }
    await finalize(heads)
    return block !== undefined
  }

  function saveSafeHeads(): void {
    savedAt = clock.now()
    try {
      safeHeads.save()
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'the safe heads could not be saved')
    }
  }

  /** What was derived from finalised L1 blocks is final. */
  async function finalize(of: DerivedHeads): Promise<void> {
    const l1Finalized = follower.heads().finalized?.header.number
    if (l1Finalized === undefined) return
    const entry = safeHeads.upTo(l1Finalized)
    if (entry === undefined || entry.l2.number <= of.finalized.header.number) return
    // The L1 that finalised may be another than the one that was read.
    if (!(await stands(entry.l1))) return
    const block = engine.block({ hash: entry.l2.hash })
    if (block === undefined) throw new DerivationError(`the safe block ${entry.l2.hash} is missing`)
    await turns.take(() => keepHead({ ...of, finalized: block }))
  }

  /** One step; false when there is nothing to do for now. */
  async function step(): Promise<boolean> {
    if (!deriving) await begin()
    const of = heads
    if (of === undefined) return false
    const next = await deriver.next(of.pendingSafe.hash)
    if (next.kind === 'needs-l1') return advance(of, next.number)
    await turns.take(() => apply(of, next.derived))
    return true
  }

  function restart(error: unknown): void {
    const ended = error instanceof DeriverEndedError
    const reason = (error as Error).message
    logger[ended ? 'error' : 'warn']({ reason }, 'derivation starts over')
    deriving = false
    if (heads !== undefined) heads = { ...heads, idle: false }
    checkedHead = undefined
  }

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE
    while (!stop.signal.aborted) {
      try {
        const busy = await step()
        pause = FIRST_PAUSE
        // Other work of this thread goes on between steps.
        await clock.sleep(busy ? 0 : POLL, stop.signal)
        if (busy) await new Promise((resolve) => setImmediate(resolve))
      } catch (failure) {
        const error = await reorgBehind(failure)
        if (stop.signal.aborted) return
        if (needsReset(error)) restart(error)
        else logger.error({ err: error }, 'derivation failed; trying again')
        await clock.sleep(pause, stop.signal)
        pause = Math.min(2 * pause, LONGEST_PAUSE)
      }
    }
  }

  const running = run()
  return {
    heads: () => heads,
    safeHeadAt: (l1Number) =>
      l1Number < l1Genesis.header.number
        ? { l1: idOf(l1Genesis), l2: idOf(engine.genesis) }
        : safeHeads.at(l1Number),
    async close() {
      stop.abort()
      await deriver.close()
      await running
      saveSafeHeads()
      safeHeads.close()
    },
  }
}

const idOf = ({ hash, header }: Pick<Block, 'hash' | 'header'>): BlockId => ({
  number: header.number,
  hash,
})

/** L1's chain is another than the one that was read. */
class L1ReorgError extends Error {
  override readonly name = 'L1ReorgError'
  constructor() {
    super('L1 was reorganised')
  }
}

/** Whether an error means that derivation cannot go on from where it is. */
function needsReset(error: unknown): boolean {
  if (
    error instanceof L1ReorgError ||
    error instanceof PreimageUnknownError ||
    error instanceof DeriverEndedError
  )
    return true
  return (
    error instanceof ProgramError &&
    ['L1_REORG', 'SAFE_HEAD_MISMATCH', 'DERIVE_ORDER', 'NOT_DERIVING'].includes(error.code)
  )
}
