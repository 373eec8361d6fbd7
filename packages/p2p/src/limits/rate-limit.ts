// Token buckets as data: tokens come back with time up to a burst, each request takes some.

export interface RateLimit {
  /** Tokens a second. */
  readonly rate: number
  /** Most tokens there can be. */
  readonly burst: number
}

export interface Bucket {
  /** Below zero: tokens that are owed; who comes next waits for them. */
  readonly tokens: number
  /** When `tokens` was right, milliseconds. */
  readonly at: number
}

export function fullBucket({ burst }: RateLimit, now: number): Bucket {
  return { tokens: burst, at: now }
}

function refilled({ rate, burst }: RateLimit, bucket: Bucket, now: number): number {
  // A clock that went back gives nothing.
  const elapsed = Math.max(0, now - bucket.at)
  return Math.min(burst, bucket.tokens + (elapsed * rate) / 1_000)
}

/** Milliseconds until `cost` tokens are there; 0 now. `cost` is at most the burst. */
export function waitFor(limit: RateLimit, bucket: Bucket, now: number, cost = 1): number {
  const missing = cost - refilled(limit, bucket, now)
  return missing <= 0 ? 0 : Math.ceil((missing * 1_000) / limit.rate)
}

/** The bucket after `cost` tokens are taken, whether they are there or owed. */
export function take(limit: RateLimit, bucket: Bucket, now: number, cost = 1): Bucket {
  return { tokens: refilled(limit, bucket, now) - cost, at: Math.max(now, bucket.at) }
}

/** Buckets by name; those that are full again are forgotten, and at `max` the one used longest ago. */
export interface Buckets {
  /**
   * Takes tokens and says how many milliseconds the taker has to wait for them; undefined, and nothing is
   * taken, where that is more than `patience`.
   */
  reserve(name: string, now: number, patience: number, cost?: number): number | undefined
  /** Milliseconds until a token is there. */
  wait(name: string, now: number): number
  readonly size: number
}

export function createBuckets(limit: RateLimit, max: number): Buckets {
  const buckets = new Map<string, Bucket>()
  const get = (name: string, now: number) => buckets.get(name) ?? fullBucket(limit, now)
  return {
    reserve(name, now, patience, cost = 1) {
      const bucket = get(name, now)
      const wait = waitFor(limit, bucket, now, cost)
      if (wait > patience) return undefined
      buckets.delete(name)
      buckets.set(name, take(limit, bucket, now, cost))
      if (buckets.size > max) buckets.delete(buckets.keys().next().value as string)
      return wait
    },
    wait: (name, now) => waitFor(limit, get(name, now), now),
    get size() {
      return buckets.size
    },
  }
}
