import type { Hash } from '@altlayer/protocol'
import type { Problem, Verdict } from '../verdict.ts'

// What to verify next and what has come of it, for one rollup: a state machine without clock, network or threads.

/** The newest block that an RPC tells. */
export interface Head {
  readonly number: bigint
  readonly hash: Hash
  /** Seconds. */
  readonly timestamp: bigint
}

export type FollowEvent =
  /** A block was verified, or given up; in the order of the chain, each once. */
  | { readonly type: 'block'; readonly verdict: Verdict }
  /** The chain is another from `from` on: those blocks are verified again. */
  | { readonly type: 'reorg'; readonly from: bigint; readonly depth: number }
  /** The RPC does not answer; it is asked again, ever less often. */
  | { readonly type: 'silent'; readonly problem: Problem }
  | { readonly type: 'answering' }

/** One block to verify. `epoch` tells results from before a reorganisation. */
export interface Job {
  readonly number: bigint
  readonly epoch: number
}

export interface FollowerOptions {
  /** The first block to verify; undefined: the head when it is first heard of. */
  readonly from?: bigint
  /** Blocks in work or waiting for one before them, at most. */
  readonly lookahead: number
  /** Times a block is tried before it is given up, outages of the RPC not counted. Default 5. */
  readonly attempts?: number
}

export interface FollowerState {
  readonly head: Head | undefined
  /** The newest block that was reported, whatever its verdict; undefined before the first. */
  readonly reached: { readonly number: bigint; readonly timestamp: bigint | undefined } | undefined
  /** Blocks of the chain that are not reported yet. */
  readonly behind: bigint
  readonly running: number
  readonly silent: boolean
}

export interface Follower {
  /** The RPC told its head. */
  head(head: Head): readonly FollowEvent[]
  /** The RPC did not tell its head. */
  noHead(problem: Problem): readonly FollowEvent[]
  /**
   * A block to verify now, counted as running from now on; undefined: none. `now`: milliseconds of any clock that
   * does not go back.
   */
  next(now: number): Job | undefined
  /** What came of a job. */
  finished(job: Job, verdict: Verdict, now: number): readonly FollowEvent[]
  readonly state: FollowerState
}

/** Hashes of reported blocks that are kept; a deeper reorganisation is taken up where they end. */
const KEPT_HASHES = 4096
const DEFAULT_ATTEMPTS = 5
/** Milliseconds before the second try; doubled from try to try, up to MAX_PAUSE. */
const FIRST_PAUSE = 500
const MAX_PAUSE = 30_000

export function createFollower(options: FollowerOptions): Follower {
  const most = options.attempts ?? DEFAULT_ATTEMPTS
  let head: Head | undefined
  let first = options.from
  /** Number of the last block that was reported. */
  let cursor: bigint | undefined = first === undefined ? undefined : first - 1n
  let lastTimestamp: bigint | undefined
  let epoch = 0
  let rewind = 1n
  /** What the RPC does not answer. */
  const silent = new Set<'heads' | 'blocks'>()
  const hashes = new Map<bigint, Hash>()
  /** Hashes before a rewind: what comes out the same is not reported again. */
  const before = new Map<bigint, Hash>()
  const running = new Set<bigint>()
  const waiting = new Map<bigint, Verdict>()
  const tries = new Map<bigint, { readonly count: number; readonly notBefore: number }>()

  const goBack = (to: bigint): FollowEvent => {
    const at = cursor as bigint
    const target = first !== undefined && to < first - 1n ? first - 1n : to
    for (let number = target + 1n; number <= at; number++) {
      const hash = hashes.get(number)
      if (hash !== undefined) before.set(number, hash)
      hashes.delete(number)
    }
    cursor = target
    epoch++
    running.clear()
    waiting.clear()
    tries.clear()
    return { type: 'reorg', from: target + 1n, depth: Number(at - target) }
  }

  const report = (number: bigint, verdict: Verdict): readonly FollowEvent[] => {
    cursor = number
    lastTimestamp = verdict.timestamp ?? lastTimestamp
    rewind = 1n
    if (verdict.hash !== undefined) hashes.set(number, verdict.hash)
    hashes.delete(number - BigInt(KEPT_HASHES))
    const repeated = verdict.hash !== undefined && before.get(number) === verdict.hash
    before.delete(number)
    return repeated ? [] : [{ type: 'block', verdict }]
  }

  const drain = (): FollowEvent[] => {
    const events: FollowEvent[] = []
    while (cursor !== undefined) {
      const number = cursor + 1n
      const verdict = waiting.get(number)
      if (verdict === undefined) break
      const parent = hashes.get(cursor)
      if (
        parent !== undefined &&
        verdict.parentHash !== undefined &&
        verdict.parentHash !== parent
      ) {
        // Twice as far each time: a deep reorganisation is found in few steps.
        events.push(goBack(cursor - rewind))
        rewind *= 2n
        break
      }
      waiting.delete(number)
      tries.delete(number)
      events.push(...report(number, verdict))
    }
    return events
  }

  const answering = (about: 'heads' | 'blocks'): FollowEvent[] =>
    silent.delete(about) && silent.size === 0 ? [{ type: 'answering' }] : []

  const noAnswer = (about: 'heads' | 'blocks', problem: Problem): FollowEvent[] => {
    const events: FollowEvent[] = silent.size === 0 ? [{ type: 'silent', problem }] : []
    silent.add(about)
    return events
  }

  /** Notes a failed try; the time of the next. */
  const pause = (number: bigint, now: number): number => {
    const count = (tries.get(number)?.count ?? 0) + 1
    tries.set(number, {
      count,
      notBefore: now + Math.min(FIRST_PAUSE * 2 ** (count - 1), MAX_PAUSE),
    })
    return count
  }

  return {
    head(newHead) {
      const events = answering('heads')
      head ??= newHead
      if (cursor === undefined) {
        first = newHead.number
        cursor = newHead.number - 1n
      }
      if (newHead.number <= cursor) {
        const known = hashes.get(newHead.number)
        // A server behind others tells an older head of the same chain.
        if (known === newHead.hash || known === undefined) return events
        events.push(goBack(newHead.number - 1n))
      }
      head = newHead
      return events
    },
    noHead: (problem) => noAnswer('heads', problem),
    next(now) {
      if (head === undefined || cursor === undefined) return undefined
      // One try at a time while nothing comes back.
      if (silent.size > 0 && running.size > 0) return undefined
      const end = cursor + BigInt(options.lookahead)
      for (let number = cursor + 1n; number <= end && number <= head.number; number++) {
        if (running.has(number) || waiting.has(number)) continue
        if ((tries.get(number)?.notBefore ?? 0) > now) continue
        running.add(number)
        return { number, epoch }
      }
      return undefined
    },
    finished(job, verdict, now) {
      if (job.epoch !== epoch) return []
      const { number } = job
      running.delete(number)
      const { status, problem } = verdict
      if (status === 'unverified' && problem?.code === 'RPC') {
        pause(number, now)
        return noAnswer('blocks', problem)
      }
      const events = answering('blocks')
      if (status === 'unverified' && pause(number, now) < most) return events
      waiting.set(number, verdict)
      return [...events, ...drain()]
    },
    get state() {
      const told = cursor !== undefined && first !== undefined && cursor >= first
      return {
        head,
        reached: told ? { number: cursor as bigint, timestamp: lastTimestamp } : undefined,
        behind:
          head === undefined || cursor === undefined || head.number < cursor
            ? 0n
            : head.number - cursor,
        running: running.size,
        silent: silent.size > 0,
      }
    },
  }
}
