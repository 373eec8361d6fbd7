// What a peer's answers to our requests are worth, beside gossipsub's own score of it.

export interface Counters {
  readonly validResponses: number
  readonly errorResponses: number
  readonly rejectedPayloads: number
  /** When they were right, milliseconds. */
  readonly at: number
}

export type PeerEvent = 'valid response' | 'error response' | 'rejected payload'

interface Weight {
  readonly counter: 'validResponses' | 'errorResponses' | 'rejectedPayloads'
  readonly weight: number
  readonly cap: number
}

/**
 * The OP Stack node's figures: no peer is banned for errors alone (a peer without the protocol errs too),
 * five payloads that are not what was asked for suffice.
 */
const WEIGHTS: Readonly<Record<PeerEvent, Weight>> = {
  'valid response': { counter: 'validResponses', weight: 0.5, cap: 10 },
  'error response': { counter: 'errorResponses', weight: -1, cap: 9 },
  'rejected payload': { counter: 'rejectedPayloads', weight: -20, cap: 20 },
}

/** A counter decays to this share of itself in `DECAY_BLOCKS` blocks; below it, it is zero. */
export const DECAY_TO_ZERO = 0.01
const DECAY_BLOCKS = 60

/** The factor per interval by which a counter is down to `DECAY_TO_ZERO` after `intervals`. */
export function decayPerInterval(intervals: number): number {
  return DECAY_TO_ZERO ** (1 / intervals)
}

export const NO_COUNTERS: Counters = {
  validResponses: 0,
  errorResponses: 0,
  rejectedPayloads: 0,
  at: 0,
}

/** The counters as they are now, given the block time in seconds. */
export function decayed(counters: Counters, now: number, blockTime: number): Counters {
  const intervals = Math.max(0, now - counters.at) / (blockTime * 1_000)
  const factor = decayPerInterval(DECAY_BLOCKS) ** intervals
  const decay = (value: number) => (value * factor < DECAY_TO_ZERO ? 0 : value * factor)
  return {
    validResponses: decay(counters.validResponses),
    errorResponses: decay(counters.errorResponses),
    rejectedPayloads: decay(counters.rejectedPayloads),
    at: Math.max(now, counters.at),
  }
}

/** The counters after something happened. */
export function counted(
  counters: Counters,
  event: PeerEvent,
  now: number,
  blockTime: number,
): Counters {
  const current = decayed(counters, now, blockTime)
  const { counter, cap } = WEIGHTS[event]
  return { ...current, [counter]: Math.min(cap, current[counter] + 1) }
}

/** What they add to the peer's score. */
export function applicationScore(counters: Counters): number {
  return Object.values(WEIGHTS).reduce(
    (sum, { counter, weight }) => sum + counters[counter] * weight,
    0,
  )
}

/** Counters of peers by id; at `max` the one that changed longest ago is forgotten. */
export interface PeerScores {
  record(peer: string, event: PeerEvent, now: number): void
  counters(peer: string, now: number): Counters
  score(peer: string, now: number): number
}

export function createPeerScores(blockTime: number, max = 1_000): PeerScores {
  const peers = new Map<string, Counters>()
  const counters = (peer: string, now: number) =>
    decayed(peers.get(peer) ?? NO_COUNTERS, now, blockTime)
  return {
    record(peer, event, now) {
      const next = counted(peers.get(peer) ?? NO_COUNTERS, event, now, blockTime)
      peers.delete(peer)
      peers.set(peer, next)
      if (peers.size > max) peers.delete(peers.keys().next().value as string)
    },
    counters,
    score: (peer, now) => applicationScore(counters(peer, now)),
  }
}
