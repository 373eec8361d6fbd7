import { type Address, bloomBits, bloomHas, hexToBytes } from '@altlayer/protocol'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { L1Block, L1Client, L1Tag } from './client.ts'
import type { L1Log } from './receipts.ts'

/** An L1 block with the logs that matter to a rollup: all that an epoch is made from. */
export interface L1Epoch extends L1Block {
  /** Of the followed contracts, in order. */
  readonly logs: readonly L1Log[]
}

export interface L1Heads {
  readonly latest?: L1Block
  readonly safe?: L1Block
  readonly finalized?: L1Block
}

/** Follows an L1 chain by polling. An L1 that stops answering is logged, never an error. */
export interface L1Follower {
  /** What L1 last said; empty before its first answer. */
  heads(): L1Heads
  /** Milliseconds of the wall clock since when L1 has not answered; undefined while it does. */
  silentSince(): number | undefined
  /**
   * The block of a number with its logs, once it has enough confirmations; undefined when it does
   * not exist yet or L1 does not tell within `timeout` milliseconds.
   */
  epoch(number: bigint, timeout: number): Promise<L1Epoch | undefined>
  /** Forgets cached blocks: they were reorganised away. */
  forget(): void
  close(): Promise<void>
}

export interface L1FollowerOptions {
  readonly client: L1Client
  readonly clock: Clock
  readonly logger: Logger
  /** Milliseconds between polls. */
  readonly pollInterval: number
  /** L1 blocks that must stand on a block before it is used. */
  readonly confirmations: number
  /** Contracts whose logs matter. */
  readonly contracts: readonly Address[]
}

/** Epochs kept; a sequencer needs the next one, and the same again after an interruption. */
const CACHE_SIZE = 256
/** `safe` and `finalized` move by L1 epochs: asked once in so many polls. */
const SLOW_POLL = 8
/** Milliseconds between reminders that L1 is silent. */
const REMINDER = 30_000

/** Starts following; the first poll happens at once. */
export function followL1(options: L1FollowerOptions): L1Follower {
  const { client, clock, logger } = options
  const stop = new AbortController()
  const contractBits = options.contracts.map((address) => bloomBits(hexToBytes(address)))
  const cache = new Map<bigint, L1Epoch>()
  const fetching = new Map<bigint, Promise<L1Epoch | undefined>>()
  let heads: L1Heads = {}
  let silentSince: number | undefined
  let remindedAt = 0
  let generation = 0

  function forget() {
    cache.clear()
    fetching.clear()
    generation += 1
  }

  function onHead(block: L1Block) {
    const previous = heads.latest
    if (previous?.hash === block.hash) return
    const replaced =
      previous !== undefined &&
      (block.header.number <= previous.header.number ||
        (block.header.number === previous.header.number + 1n &&
          block.header.parentHash !== previous.hash))
    if (replaced) {
      logger.warn(
        { from: previous.hash, to: block.hash, number: Number(block.header.number) },
        'L1 was reorganised',
      )
      forget()
    }
    heads = { ...heads, latest: block }
  }

  function onAnswer() {
    if (silentSince === undefined) return
    const seconds = Math.round((clock.now() - silentSince) / 1_000)
    silentSince = undefined
    logger.info({ l1: client.origin, seconds }, 'L1 answers again')
  }

  function onSilence(error: unknown) {
    const now = clock.now()
    if (silentSince !== undefined && now - remindedAt < REMINDER) return
    silentSince ??= now
    remindedAt = now
    const seconds = Math.round((now - silentSince) / 1_000)
    logger.warn(
      { ...(seconds > 0 && { seconds }), reason: messageOf(error) },
      'L1 does not answer; blocks go on within the sequencer drift',
    )
  }

  async function poll(slow: boolean) {
    try {
      const latest = await client.block('latest')
      if (latest) onHead(latest)
      if (slow) heads = { ...heads, ...(await slowHeads()) }
      onAnswer()
    } catch (error) {
      if (!stop.signal.aborted) onSilence(error)
    }
  }

  async function slowHeads(): Promise<L1Heads> {
    const found = await Promise.all(
      (['safe', 'finalized'] satisfies L1Tag[]).map((tag) => client.block(tag)),
    )
    return { ...(found[0] && { safe: found[0] }), ...(found[1] && { finalized: found[1] }) }
  }

  async function run() {
    for (let count = 0; !stop.signal.aborted; count++) {
      await poll(count % SLOW_POLL === 0)
      await clock.sleep(options.pollInterval, stop.signal)
    }
  }

  /** A bloom filter without any of the contracts spares the receipts. */
  async function fetchLogs(block: L1Block): Promise<readonly L1Log[]> {
    const bloom = hexToBytes(block.header.logsBloom)
    if (!contractBits.some((bits) => bloomHas(bloom, bits))) return []
    const receipts = await client.receipts(block)
    return receipts
      .flatMap(({ logs }) => logs)
      .filter(({ address }) => options.contracts.includes(address))
  }

  async function fetchEpoch(number: bigint): Promise<L1Epoch | undefined> {
    const started = generation
    try {
      const block = await client.block(number)
      if (!block) return undefined
      const epoch = { ...block, logs: await fetchLogs(block) }
      if (generation === started) remember(epoch)
      return epoch
    } catch (error) {
      if (!stop.signal.aborted) onSilence(error)
      return undefined
    } finally {
      if (generation === started) fetching.delete(number)
    }
  }

  function remember(epoch: L1Epoch) {
    cache.set(epoch.header.number, epoch)
    if (cache.size <= CACHE_SIZE) return
    const [oldest] = cache.keys()
    if (oldest !== undefined) cache.delete(oldest)
  }

  /** Closing needs no signal here: it ends the request, and so the promise. */
  async function within<T>(promise: Promise<T>, timeout: number): Promise<T | undefined> {
    const answered = new AbortController()
    const patience = clock.sleep(timeout, answered.signal).then(() => undefined)
    try {
      return await Promise.race([promise, patience])
    } finally {
      answered.abort()
    }
  }

  const running = run()
  return {
    heads: () => heads,
    silentSince: () => silentSince,
    forget,
    async epoch(number, timeout) {
      const cached = cache.get(number)
      if (cached) return cached
      const head = heads.latest?.header.number
      if (head === undefined || number + BigInt(options.confirmations) > head) return undefined
      const pending = fetching.get(number) ?? fetchEpoch(number)
      fetching.set(number, pending)
      return within(pending, timeout)
    },
    async close() {
      stop.abort()
      client.close()
      await running
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
