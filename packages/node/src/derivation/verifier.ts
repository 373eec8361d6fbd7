import { type Block, type DerivedAttributes, type Engine, ProgramError } from '@altlayer/engine'
import {
  encodeHoloceneExtraData,
  equalBytes,
  type Hash,
  type Hex,
  parseEip1559ParamsHex,
  type RollupConfig,
} from '@altlayer/protocol'
import type { Logger } from 'pino'
import { parentOf } from '../chain/parent.ts'
import type { Turns } from '../chain/turns.ts'
import type { Clock } from '../clock.ts'
import type { L1Block, L1Client } from '../l1/client.ts'
import type { L1Follower } from '../l1/follower.ts'
import { type Deriver, DeriverEndedError } from './deriver.ts'
import { PreimageUnknownError } from './preimage-source.ts'

export interface VerifierOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly client: L1Client
  readonly follower: L1Follower
  /** Starts what derives; again when it has ended by itself. */
  readonly startDeriver: () => Deriver
  /** The L1 block that genesis names. */
  readonly l1Genesis: L1Block
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
  close(): Promise<void>
}

/** The engine refused what derivation asked of it. */
export class DerivationError extends Error {
  override readonly name = 'DerivationError'
}

/** Milliseconds between looks for the next L1 block, and until a failed step is tried again, at first and at most. */
const POLL = 250
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 8_000

/** A block that became safe with an L1 block's data. */
interface SafeAt {
  readonly l1: bigint
  readonly block: Block
}

export function startVerifier(options: VerifierOptions): Verifier {
  const { config, engine, client, follower, turns, clock, logger, l1Genesis } = options
  const stop = new AbortController()
  let deriver = options.startDeriver()
  let heads: DerivedHeads | undefined
  /** The last block that concluded a batch since derivation began. */
  let concluded: Block = engine.genesis
  let reorganised = false
  /** Oldest first; what L1 has finalised leaves. */
  let unfinalized: SafeAt[] = []

  const originOf = (block: Block) => parentOf(config, block, l1Genesis).origin

  async function l1Block({ number, hash }: { number: bigint; hash: Hash }): Promise<L1Block> {
    const block = await client.block(number)
    if (block?.hash !== hash) throw new L1ReorgError()
    return block
  }

  async function isCanonical(origin: { number: bigint; hash: Hash }): Promise<boolean> {
    const block = await client.block(origin.number)
    return block?.hash === origin.hash
  }

  function parentBlock(block: Block): Block {
    const parent = engine.block({ hash: block.header.parentHash })
    if (parent === undefined)
      throw new DerivationError(`the parent of L2 block ${block.hash} is missing`)
    return parent
  }

  /**
   * Where to derive from: the last safe block whose L1 origin stands, and from there back by a sequencing
   * window, for what L1 held in between may have been another; never behind the finalised block (OP Stack
   * specs, "Finding the sync starting point").
   */
  async function startingPoint(): Promise<{ readonly safe: Block; readonly start: Block }> {
    const finalized = engine.block({ tag: 'finalized' }) ?? engine.genesis
    let block = engine.block({ tag: 'safe' }) ?? engine.genesis
    const above = () => block.header.number > finalized.header.number
    while (above() && !(await isCanonical(originOf(block)))) block = parentBlock(block)
    const safe = block
    const newest = originOf(block).number
    while (above() && originOf(block).number + config.seqWindowSize > newest)
      block = parentBlock(block)
    return { safe, start: block }
  }

  async function begin(): Promise<void> {
    if (deriver.ended) deriver = options.startDeriver()
    const found = await startingPoint()
    const { start } = found
    // The batches of safe blocks may have gone with the L1 blocks that held them.
    const safe = reorganised ? start : found.safe
    const currentL1 = await l1Block(await deriver.reset(start.hash))
    const finalized = engine.block({ tag: 'finalized' }) ?? engine.genesis
    unfinalized = unfinalized.filter(({ block }) => block.header.number <= start.header.number)
    concluded = start
    await turns.take(() => keepHead({ currentL1, idle: false, safe, pendingSafe: start, finalized }))
    reorganised = false
    logger.debug(
      {
        from: Number(start.header.number),
        safe: Number(safe.header.number),
        l1: Number(currentL1.header.number),
      },
      'deriving from L1',
    )
  }

  /** Moves the engine's heads; the unsafe head stays where it is if it stands on the new ones. */
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
  async function keepHead(of: DerivedHeads): Promise<void> {
    if (options.sequencing) heads = of
    else await setHeads(of, (engine.block({ tag: 'latest' }) ?? of.safe).hash)
  }

  /** The canonical block after `parent`, if it is what the attributes would make. */
  function existing(parent: Block, { attributes }: DerivedAttributes): Block | undefined {
    const block = engine.block({ number: parent.header.number + 1n })
    if (block === undefined || block.header.parentHash !== parent.hash) return undefined
    const { header, transactions } = block
    const same =
      header.timestamp === attributes.timestamp &&
      header.mixHash === attributes.prevRandao &&
      header.gasLimit === attributes.gasLimit &&
      header.miner === attributes.feeRecipient &&
      header.parentBeaconBlockRoot === attributes.parentBeaconBlockRoot &&
      (attributes.eip1559Params === undefined ||
        header.extraData === extraDataOf(config, attributes.eip1559Params)) &&
      transactions.length === attributes.transactions.length &&
      transactions.every((raw, i) => equalBytes(raw, attributes.transactions[i] as Uint8Array))
    return same ? block : undefined
  }

  /** Makes the block; undefined when the attributes hold a transaction that no block can have. */
  async function make(of: DerivedHeads, derived: DerivedAttributes): Promise<Block | undefined> {
    const parent = derived.parent.hash
    const state = {
      headBlockHash: parent,
      safeBlockHash: of.safe.hash,
      finalizedBlockHash: of.finalized.hash,
    }
    // By itself first: what is invalid afterwards are the attributes.
    await engine.forkchoiceUpdated(state)
    let begun: Awaited<ReturnType<Engine['forkchoiceUpdated']>>
    try {
      begun = await engine.forkchoiceUpdated(state, derived.attributes)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'invalid') throw error
      logger.warn({ reason: (error as Error).message }, 'a batch makes no valid block')
      return undefined
    }
    if (begun.payloadId === undefined)
      throw new DerivationError(`L2 block ${derived.parent.number + 1n} cannot be begun`)
    const payload = await engine.getPayload(begun.payloadId)
    const { status, validationError } = await engine.newPayload(payload)
    const block = engine.block({ hash: payload.blockHash })
    if (status !== 'VALID' || block === undefined)
      throw new DerivationError(`L2 block ${payload.blockHash} is ${status}: ${validationError}`)
    return block
  }

  async function apply(of: DerivedHeads, derived: DerivedAttributes): Promise<void> {
    const parent = engine.block({ hash: derived.parent.hash })
    if (parent === undefined) throw new DerivationError('the safe head is missing')
    const known = existing(parent, derived)
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
    if (derived.concludes) unfinalized.push({ l1: derived.derivedFrom.number, block })
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

  /** A chain that became shorter shows only at the block that was read last. */
  async function noticeReorg(of: DerivedHeads): Promise<void> {
    const head = follower.heads().latest?.hash
    if (head === checkedHead) return
    if (!(await isCanonical({ ...of.currentL1.header, hash: of.currentL1.hash })))
      throw new L1ReorgError()
    checkedHead = head
  }

  /** Goes on to the next L1 block; false when there is none yet. */
  async function advance(of: DerivedHeads, number: bigint): Promise<boolean> {
    const block = await deriver.advance(number)
    if (block === undefined) {
      await noticeReorg(of)
      heads = { ...of, idle: true }
      return false
    }
    heads = { ...of, currentL1: block, idle: false }
    await finalize()
    return true
  }

  /** What was derived from finalised L1 blocks is final. */
  async function finalize(): Promise<void> {
    const l1Finalized = follower.heads().finalized?.header.number
    if (l1Finalized === undefined || heads === undefined) return
    const final = unfinalized.filter((entry) => entry.l1 <= l1Finalized)
    const last = final.at(-1)?.block
    if (last === undefined || last.header.number <= heads.finalized.header.number) return
    unfinalized = unfinalized.slice(final.length)
    const next = { ...heads, finalized: last }
    await turns.take(() => keepHead(next))
  }

  /** One step; false when there is nothing to do for now. */
  async function step(): Promise<boolean> {
    if (heads === undefined) await begin()
    const of = heads
    if (of === undefined) return false
    const next = await deriver.next(of.pendingSafe.hash)
    if (next.kind === 'needs-l1') return advance(of, next.number)
    await turns.take(() => apply(of, next.derived))
    return true
  }

  async function restart(error: unknown): Promise<void> {
    const ended = error instanceof DeriverEndedError
    const reason = (error as Error).message
    logger[ended ? 'error' : 'warn']({ reason }, 'derivation starts over')
    heads = undefined
    // L1 is as it was when only the thread is gone.
    reorganised ||= !ended
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
      } catch (error) {
        if (stop.signal.aborted) return
        if (needsReset(error)) await restart(error)
        else logger.error({ err: error }, 'derivation failed; trying again')
        await clock.sleep(pause, stop.signal)
        pause = Math.min(2 * pause, LONGEST_PAUSE)
      }
    }
  }

  const running = run()
  return {
    heads: () => heads,
    async close() {
      stop.abort()
      await deriver.close()
      await running
    },
  }
}

/** A block's extra data since Holocene; parameters of zero stand for the chain's own (specs, "Holocene"). */
function extraDataOf({ eip1559 }: RollupConfig, params: Hex): Hex {
  const { denominator, elasticity } = parseEip1559ParamsHex(params)
  if (denominator !== 0) return encodeHoloceneExtraData({ denominator, elasticity })
  return encodeHoloceneExtraData({
    denominator: Number(eip1559.denominatorCanyon),
    elasticity: Number(eip1559.elasticity),
  })
}

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
