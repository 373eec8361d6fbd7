import type { Engine, ForkchoiceState, PayloadAttributes } from '@altlayer/engine'
import { type Hash, type Hex, type RollupConfig, ZERO_HASH } from '@altlayer/protocol'
import type { Logger } from 'pino'
import { type L2Parent, parentOf } from '../chain/parent.ts'
import { findPlausibleHead } from '../chain/reorg.ts'
import type { Turns } from '../chain/turns.ts'
import { type Clock, sleepUntil } from '../clock.ts'
import type { L1Block, L1Client } from '../l1/client.ts'
import type { L1Epoch, L1Follower } from '../l1/follower.ts'
import { attributesInEpoch, attributesOfEpochStart } from './attributes.ts'
import { chooseOrigin } from './origin.ts'
import { CATCH_UP_BUILD_TIME, createSealingTime, nextSlot } from './schedule.ts'

export interface SequencerOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly client: L1Client
  readonly follower: L1Follower
  /** The L1 block that genesis names. */
  readonly l1Genesis: L1Block
  readonly turns: Turns
  readonly clock: Clock
  readonly logger: Logger
}

/** Makes blocks until it is closed. Failures are logged and tried again. */
export interface Sequencer {
  /** Finishes the open block. */
  close(): Promise<void>
}

/** Milliseconds that a block waits for L1 to tell its next block: on time, and while catching up. */
const PATIENCE = 200
const PATIENCE_BEHIND = 2_000
/** Seconds behind the wall clock from which the sequencer is catching up. */
const BEHIND = 5
/** Milliseconds until a step that could not be done is tried again, at first and at most. */
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 8_000

/** The engine refused what the sequencer asked of it. */
export class SequencerError extends Error {
  override readonly name = 'SequencerError'
}

export function startSequencer(options: SequencerOptions): Sequencer {
  const { config, engine, client, follower, turns, clock, logger } = options
  const stop = new AbortController()
  const sealing = createSealingTime(config.blockTime)
  let pause = FIRST_PAUSE
  let waiting = false

  function currentParent(): L2Parent {
    const block = engine.block({ tag: 'latest' })
    if (!block) throw new SequencerError('the engine has no head')
    return parentOf(config, block, options.l1Genesis)
  }

  /** Under a new head; derivation moves the other two, a recovery goes back no further than what is final. */
  function forkchoice(head: Hash): ForkchoiceState {
    const number = engine.header({ hash: head })?.header.number ?? 0n
    const finalized = engine.header({ tag: 'finalized' })
    const safe = engine.header({ tag: 'safe' })
    return {
      headBlockHash: head,
      safeBlockHash: (safe && safe.header.number <= number ? safe : finalized)?.hash ?? ZERO_HASH,
      finalizedBlockHash: finalized?.hash ?? ZERO_HASH,
    }
  }

  async function setHead(head: Hash): Promise<void> {
    const { payloadStatus } = await engine.forkchoiceUpdated(forkchoice(head))
    if (payloadStatus.status !== 'VALID') {
      throw new SequencerError(
        `head ${head} is ${payloadStatus.status}: ${payloadStatus.validationError ?? 'no reason given'}`,
      )
    }
  }

  async function nextEpoch(parent: L2Parent): Promise<L1Epoch | undefined> {
    const behind = clock.now() / 1_000 - Number(parent.timestamp) > BEHIND
    const patience = follower.silentSince() !== undefined ? 0 : behind ? PATIENCE_BEHIND : PATIENCE
    return follower.epoch(parent.origin.number + 1n, patience)
  }

  /**
   * One block, or the reason why there is none: `waiting` for L1, L1 was `reorganised`, or the parent is the
   * head no more.
   */
  async function step(): Promise<'made' | 'waiting' | 'reorganised' | 'superseded' | 'stopped'> {
    const parent = currentParent()
    const slot = nextSlot({
      parentTimestamp: parent.timestamp,
      blockTime: config.blockTime,
      now: clock.now(),
      transactionsWaiting: engine.pool.status().pending > 0,
    })
    await sleepUntil(clock, slot.start, stop.signal)
    if (stop.signal.aborted) return 'stopped'

    const epoch = await nextEpoch(parent)
    const choice = chooseOrigin(config, parent, epoch && nextOrigin(epoch), {
      l1Head: follower.heads().latest?.header.number ?? 0n,
    })
    if (choice.kind === 'wait') return 'waiting'
    if (choice.kind === 'reorg') return 'reorganised'
    const attributes =
      choice.kind === 'stay'
        ? attributesInEpoch(config, parent, choice)
        : attributesOfEpochStart(config, parent, choice.origin.epoch, choice)
    return makeBlock(parent, attributes, slot.seal)
  }

  const isHead = (hash: Hash) => engine.header({ tag: 'latest' })?.hash === hash

  async function makeBlock(
    parent: L2Parent,
    attributes: PayloadAttributes,
    seal: number,
  ): Promise<'made' | 'superseded'> {
    const begun = clock.now()
    const result = await turns.take(async () =>
      isHead(parent.hash)
        ? engine.forkchoiceUpdated(forkchoice(parent.hash), attributes)
        : undefined,
    )
    if (result === undefined) return 'superseded'
    const { payloadStatus, payloadId } = result
    if (payloadId === undefined) {
      throw new SequencerError(
        `block ${parent.number + 1n} cannot be begun: ${payloadStatus.validationError ?? payloadStatus.status}`,
      )
    }
    // A stop ends the wait: the open block is sealed early rather than lost.
    const least = Math.min(seal, begun + CATCH_UP_BUILD_TIME)
    await sleepUntil(clock, Math.max(least, seal - sealing.most), stop.signal)
    const lead = sealing.lead(engine.pool.status().pending)
    await sleepUntil(clock, Math.max(least, seal - lead), stop.signal)
    return turns.take(async () => {
      // Derivation found another block on L1, or L1 was reorganised: this one is nobody's any more.
      if (!isHead(parent.hash)) return 'superseded'
      await sealBlock(payloadId, begun)
      return 'made'
    })
  }

  async function sealBlock(payloadId: Hex, begun: number): Promise<void> {
    const started = clock.now()
    const payload = await engine.getPayload(payloadId)
    const status = await engine.newPayload(payload)
    if (status.status !== 'VALID') {
      throw new SequencerError(
        `block ${payload.header.number} (${payload.blockHash}) is ${status.status}: ${status.validationError ?? 'no reason given'}`,
      )
    }
    await setHead(payload.blockHash)
    sealing.took(payload.transactions.length, clock.now() - started)
    logger.debug(
      {
        number: Number(payload.header.number),
        hash: payload.blockHash,
        txs: payload.transactions.length,
        gas: Number(payload.header.gasUsed),
        ms: Math.round(clock.now() - begun),
      },
      'block',
    )
  }

  /** Goes back to the last block whose L1 origin still stands. */
  async function recover(): Promise<void> {
    follower.forget()
    const head = engine.block({ tag: 'latest' })
    if (!head) throw new SequencerError('the engine has no head')
    const target = await findPlausibleHead({
      config,
      engine,
      client,
      head,
      l1Genesis: options.l1Genesis,
    })
    if (target.hash === head.hash) return
    await turns.take(async () => {
      if (!isHead(head.hash)) return
      logger.warn(
        { from: Number(head.header.number), to: Number(target.header.number) },
        'L1 was reorganised: L2 goes back to the last block whose L1 origin stands',
      )
      await setHead(target.hash)
    })
  }

  async function guardedStep(): Promise<void> {
    try {
      const outcome = await step()
      if (outcome === 'reorganised') await recover()
      if (outcome === 'waiting' && !waiting) {
        logger.warn('past the sequencer drift and L1 tells no new block: waiting for L1')
      }
      if (outcome !== 'waiting' && waiting) logger.info('L1 goes on: making blocks again')
      waiting = outcome === 'waiting'
      pause = FIRST_PAUSE
      if (waiting) await clock.sleep(FIRST_PAUSE, stop.signal)
    } catch (error) {
      logger.error({ err: error }, 'no block could be made; trying again')
      await clock.sleep(pause, stop.signal)
      pause = Math.min(2 * pause, LONGEST_PAUSE)
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) await guardedStep()
  }

  const running = run()
  return {
    async close() {
      stop.abort()
      await running
    },
  }
}

function nextOrigin(epoch: L1Epoch) {
  const { number, timestamp, parentHash } = epoch.header
  return { number, timestamp, parentHash, hash: epoch.hash, epoch }
}
