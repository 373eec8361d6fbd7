import { peersToPrune } from '../peers/tide.ts'
import { ipOf, isLoopback, type PeerAddress, parsePeerId } from './addresses.ts'
import { type Attempts, afterAttempt, afterConnected, peersToDial } from './dialer.ts'
import { DIAL_TIMEOUT, type Node } from './libp2p.ts'
import type { HostOptions } from './options.ts'

/** Milliseconds between looks. */
const LOOK = 1_000
/** Looks after which a connection is given up whose peer gossips and whose gossip stream is gone. */
const MAX_SILENT = 10

export interface KeeperOptions
  extends Pick<HostOptions, 'ban' | 'bans' | 'tide' | 'now' | 'logger'> {
  readonly node: Node
  readonly staticPeers: readonly PeerAddress[]
  readonly bootPeers: readonly PeerAddress[]
  readonly scoreOf: (peer: string) => number
  /** Static and protected peers: neither pruned nor banned for their score. */
  readonly stays: (peer: string) => boolean
  /** A peer that speaks gossipsub and has no stream of it to us: it broke off, or we did. */
  readonly isSilent: (peer: string) => boolean
}

/**
 * Looks after connections: bans peers with a bad score, ends banned ones and those that broke off, keeps
 * their number in the tide, dials.
 */
export interface Keeper {
  close(): void
}

export function keepConnections(options: KeeperOptions): Keeper {
  const { node, bans, ban, tide, now, logger, scoreOf, stays, isSilent } = options
  const { staticPeers, bootPeers } = options
  const staticIds = new Set(staticPeers.map(({ id }) => id))
  const staticIps = new Set(staticPeers.map(({ address }) => ipOf(address)))
  const since = new Map<string, number>()
  const onConnect = ({ detail }: { readonly detail: { toString(): string } }) => {
    since.set(detail.toString(), now())
  }
  const onDisconnect = ({ detail }: { readonly detail: { toString(): string } }) => {
    since.delete(detail.toString())
  }
  node.addEventListener('peer:connect', onConnect)
  node.addEventListener('peer:disconnect', onDisconnect)

  function banBadPeers(): void {
    for (const peer of node.getPeers()) {
      const id = peer.toString()
      const score = scoreOf(id)
      if (score >= ban.threshold || stays(id)) continue
      const until = now() + ban.duration
      bans.banPeer(id, until)
      // Peers on this machine share its address.
      for (const { remoteAddr } of node.getConnections(peer)) {
        const ip = ipOf(remoteAddr)
        if (ip !== undefined && !isLoopback(ip) && !staticIps.has(ip)) bans.banAddress(ip, until)
      }
      logger.warn({ peer: id, score: Math.round(score) }, 'peer banned for its score')
    }
  }

  function endBanned(): void {
    for (const connection of node.getConnections()) {
      const id = connection.remotePeer.toString()
      const ip = ipOf(connection.remoteAddr)
      const banned =
        bans.isPeerBanned(id, now()) ||
        (!staticIds.has(id) && ip !== undefined && bans.isAddressBanned(ip, now()))
      if (banned) connection.abort(new Error('the peer is banned'))
    }
  }

  function prune(): void {
    const peers = node.getPeers().map((peer) => {
      const id = peer.toString()
      return { id, score: scoreOf(id), since: since.get(id) ?? now(), protected: stays(id) }
    })
    for (const id of peersToPrune(peers, tide, now())) hangUp(id)
  }

  function hangUp(id: string): void {
    node.hangUp(parsePeerId(id)).catch((error: unknown) => {
      logger.debug({ err: error, peer: id }, 'peer could not be disconnected in order')
    })
  }

  let silent: ReadonlyMap<string, number> = new Map()

  /** Gossipsub makes streams for new connections only: without one, a peer is there and never heard. */
  function endSilent(): void {
    const ids = node.getPeers().map(String).filter(isSilent)
    silent = new Map(ids.map((id) => [id, (silent.get(id) ?? 0) + 1]))
    for (const [id, looks] of silent) if (looks >= MAX_SILENT) hangUp(id)
  }

  let attempts: Attempts = new Map()

  function dial(): void {
    const connected = new Set(node.getPeers().map(String))
    attempts = afterConnected(attempts, connected)
    const view = { staticPeers, bootPeers, connected, low: tide.low, now: now() }
    for (const { id, address } of peersToDial(view, attempts)) {
      attempts = afterAttempt(attempts, id, now())
      node.dial(address, { signal: AbortSignal.timeout(DIAL_TIMEOUT) }).catch((error: Error) => {
        logger.debug({ peer: id, reason: error.message }, 'peer cannot be reached')
      })
    }
  }

  const look = () => {
    for (const step of [banBadPeers, endBanned, endSilent, prune, dial])
      try {
        step()
      } catch (error) {
        // A full disk, where bans are kept: they hold as long as the process, and the rest goes on.
        logger.error({ err: error }, 'connections could not be looked after')
      }
  }
  look()
  const timer = setInterval(look, LOOK)
  return {
    close() {
      clearInterval(timer)
      node.removeEventListener('peer:connect', onConnect)
      node.removeEventListener('peer:disconnect', onDisconnect)
    },
  }
}
