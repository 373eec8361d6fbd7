import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Bans } from '../peers/bans.ts'
import { ipOf } from './addresses.ts'
import type { Now } from './types.ts'

export interface GaterOptions {
  readonly bans: Bans
  readonly now: Now
  /** A static peer is let in from a banned address; it is kept out only where it is blocked itself. */
  readonly isStatic: (peer: string) => boolean
  readonly connectionsOf: (peer: PeerId) => number
  readonly maxPerPeer: number
}

/** Refuses banned peers and addresses, in both directions, and more connections than a peer needs. */
export function createGater(options: GaterOptions): ConnectionGater {
  const { bans, now, isStatic, connectionsOf, maxPerPeer } = options
  const isBanned = (peer: PeerId) => bans.isPeerBanned(peer.toString(), now())
  const isFromBanned = ({ remoteAddr }: Pick<MultiaddrConnection, 'remoteAddr'>) => {
    const ip = ipOf(remoteAddr)
    return ip !== undefined && bans.isAddressBanned(ip, now())
  }
  const refuses = (peer: PeerId, connection: Pick<MultiaddrConnection, 'remoteAddr'>) =>
    isBanned(peer) || (!isStatic(peer.toString()) && isFromBanned(connection))
  return {
    denyDialPeer: isBanned,
    // Who it is shows only later: a static peer may come from a banned address.
    denyInboundEncryptedConnection: (peer, connection) =>
      refuses(peer, connection) || connectionsOf(peer) >= maxPerPeer,
    denyOutboundConnection: refuses,
  }
}
