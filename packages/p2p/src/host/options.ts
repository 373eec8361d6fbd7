import type { Bans } from '../peers/bans.ts'
import type { PeerScores } from '../peers/score.ts'
import type { Tide } from '../peers/tide.ts'
import type { Logger, Now, RequestProtocol, Topic } from './types.ts'

export interface HostOptions {
  /** Network identity: a secp256k1 private key of 32 bytes. */
  readonly privateKey: Uint8Array
  readonly listen: { readonly ip: string; readonly port: number }
  /** Multiaddrs of peers that are always connected to, never banned for their score, never pruned. */
  readonly staticPeers: readonly string[]
  /** Multiaddrs of peers that are connected to while there are few. */
  readonly bootPeers: readonly string[]
  readonly tide: Tide
  readonly ban: {
    /** Score below which a peer is banned. */
    readonly threshold: number
    /** Milliseconds. */
    readonly duration: number
  }
  readonly bans: Bans
  /** What the answers to our requests are worth. */
  readonly scores: PeerScores
  /** Seconds between L2 blocks: how fast scores decay. */
  readonly blockTime: number
  readonly userAgent: string
  readonly topics: readonly Topic[]
  readonly protocols: readonly RequestProtocol[]
  readonly now: Now
  readonly logger: Logger
}
