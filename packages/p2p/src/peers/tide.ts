/** A connected peer, as far as it matters to who may stay. */
export interface TidePeer {
  readonly id: string
  readonly score: number
  /** Milliseconds since the epoch. */
  readonly since: number
  /** Static and protected peers stay. */
  readonly protected: boolean
}

export interface Tide {
  /** Below so many peers, others are looked for; pruning stops here. */
  readonly low: number
  /** Above so many peers, some are pruned. */
  readonly high: number
  /** Milliseconds for which a new peer is left alone, unless its score is below zero. */
  readonly grace: number
}

/**
 * Whom to disconnect (OP Stack specs, "Peer management"): above the high mark the peers with the lowest
 * score, among equals the newest, until the low mark is reached.
 */
export function peersToPrune(
  peers: readonly TidePeer[],
  tide: Tide,
  now: number,
): readonly string[] {
  if (peers.length <= tide.high) return []
  return peers
    .filter((peer) => !peer.protected && (peer.score < 0 || now - peer.since >= tide.grace))
    .sort((a, b) => a.score - b.score || b.since - a.since)
    .slice(0, peers.length - tide.low)
    .map(({ id }) => id)
}
