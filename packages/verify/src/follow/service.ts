import { MalformedInputError } from '@altlayer/protocol'
import {
  createRpcClient,
  RpcAnswerTooLarge,
  type RpcClient,
  type RpcLimits,
  RpcRefusal,
  RpcUnavailable,
} from '@altlayer/rpc/client'
import { parseHeader } from '../block.ts'
import type { ExecutorOptions } from '../execute.ts'
import type { RollupRules } from '../rollup.ts'
import type { Problem, Status } from '../verdict.ts'
import type { VerifyOptions } from '../verify-block.ts'
import {
  createFollower,
  type FollowEvent,
  type Follower,
  type FollowerState,
  type Job,
} from './follower.ts'
import { startThreads } from './threads.ts'

/** A rollup to follow. */
export interface FollowedRollup {
  /** URL of its JSON-RPC. */
  readonly rpc: string
  readonly rules: RollupRules
  /** First block to verify; undefined: the head. */
  readonly from?: bigint
}

export interface FollowOptions {
  readonly rollups: readonly FollowedRollup[]
  /** Threads. */
  readonly workers: number
  readonly onEvent: (rollup: number, event: FollowEvent) => void
  /** Milliseconds between looks at a head. Default: half the block time, 250 to 2000. */
  readonly pollInterval?: number
  readonly verify?: VerifyOptions
  /** Of each rollup, on each of its threads. */
  readonly executor?: Omit<ExecutorOptions, 'config'>
  readonly limits?: Partial<RpcLimits>
}

/** How far a rollup is verified. */
export interface RollupStatus {
  readonly name: string
  readonly chainId: bigint
  /** Of the RPC, without what may be a key. */
  readonly origin: string
  readonly head: FollowerState['head']
  /** The newest block with a verdict. */
  readonly reached: FollowerState['reached']
  readonly behind: {
    readonly blocks: bigint
    /** Wall clock minus the timestamp of the newest block with a verdict; undefined before the first. */
    readonly seconds: number | undefined
  }
  readonly running: number
  readonly silent: boolean
  readonly counts: Readonly<Record<Status, number>>
  readonly reorgs: number
  readonly gas: bigint
  /** Milliseconds of execution in all. */
  readonly execution: number
}

export interface FollowService {
  status(): readonly RollupStatus[]
  close(): Promise<void>
}

/** Blocks of a rollup that are in work on a thread: while one is executed others are fetched. */
const JOBS_PER_THREAD = 3
/** Milliseconds between looks for blocks whose pause is over. */
const TICK = 200
const HEAD_PAUSE_MAX = 30_000

interface Followed {
  readonly rollup: FollowedRollup
  readonly rpc: RpcClient
  readonly follower: Follower
  readonly counts: Record<Status, number>
  reorgs: number
  gas: bigint
  execution: number
  timer: NodeJS.Timeout | undefined
  failures: number
}

/**
 * Verifies every new block of several rollups until it is closed. Each rollup has its own threads, or its own part of
 * one, and its own bounded number of blocks in work: one that is far behind, slow or silent does not hold up the others,
 * and a block is only fetched when there is room for it.
 */
export function startFollowing(options: FollowOptions): FollowService {
  const { rollups, onEvent } = options
  const threads = startThreads(options.workers, {
    rollups: rollups.map(({ rpc, rules }) => ({ rpc, config: rules.config })),
    options: options.verify ?? {},
    executor: options.executor ?? {},
    limits: options.limits ?? {},
  })
  const lookahead = JOBS_PER_THREAD * threads.width
  const followed = rollups.map((rollup) => open(rollup, lookahead, options.limits))
  let closed = false

  const tell = (index: number, events: readonly FollowEvent[]): void => {
    for (const event of events) {
      count(followed[index] as Followed, event)
      onEvent(index, event)
    }
  }

  /** Gives out what there is to do for a rollup. */
  const pump = (index: number): void => {
    const { follower } = followed[index] as Followed
    while (!closed) {
      const job = follower.next(performance.now())
      if (job === undefined) return
      void verify(index, job)
    }
  }

  const verify = async (index: number, job: Job): Promise<void> => {
    const verdict = await threads.verify(index, job.number)
    if (closed) return
    tell(index, (followed[index] as Followed).follower.finished(job, verdict, performance.now()))
    pump(index)
  }

  const poll = async (index: number): Promise<void> => {
    const one = followed[index] as Followed
    const outcome = await askHead(one.rpc)
    if (closed) return
    if ('problem' in outcome) {
      one.failures++
      tell(index, one.follower.noHead(outcome.problem))
    } else {
      one.failures = 0
      tell(index, one.follower.head(outcome.head))
      pump(index)
    }
    const interval = options.pollInterval ?? pollIntervalOf(one.rollup.rules)
    const pause = Math.min(interval * 2 ** Math.min(one.failures, 8), HEAD_PAUSE_MAX)
    one.timer = setTimeout(() => void poll(index), pause)
  }

  const tick = setInterval(() => {
    for (const index of followed.keys()) pump(index)
  }, TICK)
  for (const index of followed.keys()) void poll(index)
  return {
    status: () => followed.map((one) => statusOf(one, Date.now())),
    async close() {
      closed = true
      clearInterval(tick)
      for (const { timer, rpc } of followed) {
        clearTimeout(timer)
        rpc.close()
      }
      await threads.close()
    },
  }
}

function open(
  rollup: FollowedRollup,
  lookahead: number,
  limits: Partial<RpcLimits> = {},
): Followed {
  return {
    rollup,
    // For heads only.
    rpc: createRpcClient(rollup.rpc, { ...limits, responseBytes: 8 << 20 }),
    follower: createFollower({
      lookahead,
      ...(rollup.from !== undefined && { from: rollup.from }),
    }),
    counts: { valid: 0, invalid: 0, unverified: 0 },
    reorgs: 0,
    gas: 0n,
    execution: 0,
    timer: undefined,
    failures: 0,
  }
}

function pollIntervalOf({ blockTime }: RollupRules): number {
  return Math.min(Math.max((blockTime ?? 2) * 500, 250), 2000)
}

function count(one: Followed, event: FollowEvent): void {
  if (event.type === 'reorg') one.reorgs++
  if (event.type !== 'block') return
  one.counts[event.verdict.status]++
  one.gas += event.verdict.gasUsed ?? 0n
  one.execution += event.verdict.milliseconds.execution
}

type HeadOutcome =
  | { readonly head: Parameters<Follower['head']>[0] }
  | { readonly problem: Problem }

async function askHead(rpc: RpcClient): Promise<HeadOutcome> {
  try {
    const json = await rpc.request('eth_getBlockByNumber', ['latest', false])
    const { number, hash, header } = parseHeader(json, `${rpc.origin} latest block`)
    return { head: { number, hash, timestamp: header.timestamp } }
  } catch (error) {
    const foreseen =
      error instanceof RpcUnavailable ||
      error instanceof RpcRefusal ||
      error instanceof RpcAnswerTooLarge ||
      error instanceof MalformedInputError
    if (!foreseen) throw error
    return { problem: { code: 'RPC', message: error.message } }
  }
}

function statusOf(one: Followed, now: number): RollupStatus {
  const { rollup, rpc, follower, counts, reorgs, gas, execution } = one
  const { head, reached, behind, running, silent } = follower.state
  const { timestamp } = reached ?? {}
  return {
    name: rollup.rules.name,
    chainId: rollup.rules.config.chainId,
    origin: rpc.origin,
    head,
    reached,
    behind: {
      blocks: behind,
      seconds: timestamp === undefined ? undefined : Math.max(0, now / 1000 - Number(timestamp)),
    },
    running,
    silent,
    counts: { ...counts },
    reorgs,
    gas,
    execution,
  }
}
