import type { Block, Engine, EngineEvents } from '@altlayer/engine'
import type { BlockPayload, OpStackP2p } from '@altlayer/p2p'
import { type Hash, type RollupConfig, ZERO_HASH } from '@altlayer/protocol'
import type { Logger } from 'pino'
import { findPlausibleHead } from '../chain/reorg.ts'
import type { Turns } from '../chain/turns.ts'
import type { Clock } from '../clock.ts'
import type { L1Block, L1Client } from '../l1/client.ts'
import { createGapFiller } from './gap-filler.ts'
import { createUnsafeChain, type Tip } from './unsafe-chain.ts'

export interface UnsafeFollowerOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly client: Pick<L1Client, 'block' | 'origin'>
  readonly l1Genesis: L1Block
  readonly p2p: Pick<OpStackP2p, 'request' | 'syncPeers' | 'record'>
  /** Derivation changes the chain too. */
  readonly turns: Turns
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Follows the sequencer's blocks ahead of L1: what it signed and what that stands on becomes the unsafe
 * head. Safe and finalized blocks are derivation's alone; where it finds other blocks, those stand.
 */
export interface UnsafeFollower {
  /** A gossiped block that follows all rules. Only notes it. */
  onBlock(payload: BlockPayload): void
  status(): { readonly highest: bigint; readonly waiting: number; readonly bytes: number }
  close(): Promise<void>
}

/** Milliseconds between looks at least, so that other work of this thread goes on, and at most. */
const LOOK_AGAIN = 5
const LOOK = 1_000
/** Milliseconds between looks at L1 because the sequencer's blocks do not stand on ours. */
const RECOVER_EVERY = 4_000
/** Milliseconds until a step that failed is tried again, at first and at most. */
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 8_000
/** Milliseconds between reminders that the sequencer is too far ahead. */
const REMINDER = 30_000

export function followUnsafe(options: UnsafeFollowerOptions): UnsafeFollower {
  const { engine, clock, logger, turns } = options
  const stop = new AbortController()
  const head = () => engine.block({ tag: 'latest' }) ?? engine.genesis
  const chain = createUnsafeChain(tipOf(head()))
  let wake = () => {}
  let conflict = false
  let recoverNotBefore = 0
  let remindNotBefore = 0
  const filler = createGapFiller({
    p2p: options.p2p,
    chain,
    clock,
    logger,
    onChange: () => wake(),
  })

  const onHead = ({ reverted, applied }: EngineEvents['head'][0]) => {
    chain.moveTo(tipOf(applied.at(-1) ?? head()), reverted.length > 0)
    wake()
  }
  const unsubscribe = engine.on('head', onHead)

  /**
   * Executes a block on the head and makes it the head, or refuses it. False where neither was possible: the
   * head moved meanwhile.
   */
  async function apply(payload: BlockPayload): Promise<boolean> {
    const { blockHash } = payload
    const { number, parentHash } = payload.header
    if (head().hash !== parentHash) return false
    const { status, validationError } = await engine.newPayload(payload)
    if (status === 'INVALID') {
      chain.refuse(payload)
      logger.error(
        { number: Number(number), hash: blockHash, reason: validationError },
        'the sequencer signed a block that is not valid',
      )
      return true
    }
    if (status !== 'VALID' || head().hash !== parentHash) return false
    await moveHead(blockHash)
    logger.debug(
      { number: Number(number), hash: blockHash, txs: payload.transactions.length },
      'unsafe block',
    )
    return true
  }

  /** The other heads stay where derivation put them. */
  async function moveHead(hash: Hash): Promise<void> {
    const { payloadStatus } = await engine.forkchoiceUpdated({
      headBlockHash: hash,
      safeBlockHash: engine.header({ tag: 'safe' })?.hash ?? ZERO_HASH,
      finalizedBlockHash: engine.header({ tag: 'finalized' })?.hash ?? ZERO_HASH,
    })
    if (payloadStatus.status !== 'VALID')
      throw new Error(`unsafe head ${hash} is ${payloadStatus.status}`)
  }

  /**
   * The sequencer goes on from another block than ours. If L1 was reorganised under our head, it did too: go
   * back to what stands. Otherwise L1 decides, when it holds one of the branches.
   */
  async function recover(): Promise<void> {
    conflict = false
    recoverNotBefore = clock.now() + RECOVER_EVERY
    const { config, client, l1Genesis } = options
    const before = head()
    const target = await findPlausibleHead({ config, engine, client, head: before, l1Genesis })
    const safe = engine.header({ tag: 'safe' })?.header.number ?? 0n
    if (target.hash === before.hash || target.header.number < safe) return
    await turns.take(async () => {
      if (head().hash !== before.hash) return
      logger.warn(
        { from: Number(before.header.number), to: Number(target.header.number) },
        'L1 was reorganised: the unsafe head goes back to the last block whose L1 origin stands',
      )
      await moveHead(target.hash)
    })
  }

  function noteConflict({ header, blockHash }: BlockPayload): void {
    conflict = true
    logger.warn(
      { number: Number(header.number), hash: blockHash },
      'the sequencer goes on from another block than ours: waiting for what L1 says',
    )
  }

  async function step(): Promise<void> {
    for (let next = chain.next(); next.kind !== 'none'; next = chain.next()) {
      if (stop.signal.aborted) return
      const { payload } = next
      if (next.kind === 'conflict') {
        noteConflict(payload)
        continue
      }
      if (!(await turns.take(() => apply(payload)))) break
    }
    filler.settle()
    filler.fill()
    if (conflict && clock.now() >= recoverNotBefore) await recover()
  }

  async function run(): Promise<void> {
    let failurePause = FIRST_PAUSE
    while (!stop.signal.aborted) {
      const woken = new AbortController()
      wake = () => woken.abort()
      let pause = LOOK
      try {
        await step()
        failurePause = FIRST_PAUSE
        pause = Math.max(LOOK_AGAIN, Math.min(LOOK, filler.pause() ?? LOOK))
      } catch (error) {
        if (stop.signal.aborted) return
        logger.error({ err: error }, 'unsafe blocks could not be followed; trying again')
        await clock.sleep(failurePause, stop.signal)
        failurePause = Math.min(2 * failurePause, LONGEST_PAUSE)
      }
      if (woken.signal.aborted) await clock.sleep(LOOK_AGAIN, stop.signal)
      else await clock.sleep(pause, AbortSignal.any([woken.signal, stop.signal]))
    }
  }

  /** Such a gap is not filled from peers: derivation has to come nearer first. */
  function noteFar(number: bigint): void {
    if (clock.now() < remindNotBefore) return
    remindNotBefore = clock.now() + REMINDER
    const from = Number(head().header.number)
    logger.info(
      { head: from, sequencer: Number(number) },
      'the sequencer is far ahead: following L1 until its blocks are near',
    )
  }

  const running = run()
  return {
    onBlock(payload) {
      const added = chain.addSigned(payload)
      if (added === 'conflicting') conflict = true
      if (added === 'far') noteFar(payload.header.number)
      wake()
    },
    status() {
      const { blocks, bytes, highest } = chain.status()
      return { highest, waiting: blocks, bytes }
    },
    async close() {
      stop.abort()
      unsubscribe()
      await running
    },
  }
}

function tipOf({ header, hash }: Block): Tip {
  return { number: header.number, hash }
}
