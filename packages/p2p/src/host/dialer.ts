import type { PeerAddress } from './addresses.ts'

/** Milliseconds after which a peer that could not be reached is tried again, at first and at most. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000

export interface Attempt {
  /** Not before; milliseconds. */
  readonly next: number
  readonly pause: number
}

/** Attempts so far by peer id. */
export type Attempts = ReadonlyMap<string, Attempt>

export interface DialView {
  readonly staticPeers: readonly PeerAddress[]
  readonly bootPeers: readonly PeerAddress[]
  readonly connected: ReadonlySet<string>
  readonly low: number
  readonly now: number
}

/**
 * Whom to dial now: static peers that are not connected always, boot peers below the low mark. A peer is
 * tried again after pauses that double.
 */
export function peersToDial(view: DialView, attempts: Attempts): readonly PeerAddress[] {
  const { connected, now } = view
  const missing = view.low - connected.size
  const due = ({ id }: PeerAddress) => !connected.has(id) && (attempts.get(id)?.next ?? 0) <= now
  return [
    ...view.staticPeers.filter(due),
    ...view.bootPeers.filter(due).slice(0, Math.max(0, missing)),
  ]
}

/** The attempts after `id` was dialled at `now`. */
export function afterAttempt(attempts: Attempts, id: string, now: number): Attempts {
  const before = attempts.get(id)
  const pause = before === undefined ? FIRST_PAUSE : Math.min(2 * before.pause, LONGEST_PAUSE)
  return new Map(attempts).set(id, { next: now + pause, pause })
}

/** The attempts once `connected` peers are there: theirs are forgotten. */
export function afterConnected(attempts: Attempts, connected: ReadonlySet<string>): Attempts {
  return new Map([...attempts].filter(([id]) => !connected.has(id)))
}
