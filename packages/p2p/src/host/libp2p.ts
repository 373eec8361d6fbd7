import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import {
  arrivalId,
  createDecompressor,
  type Decompressor,
  MAX_GOSSIP_SIZE,
  messageId,
} from '../gossip/message.ts'
import { SCORE_THRESHOLDS, scoreParameters } from '../gossip/params.ts'
import { gossipRouter, type Router } from '../gossip/router.ts'
import { listenAddress, type PeerAddress } from './addresses.ts'
import { createGater } from './gater.ts'
import type { HostOptions } from './options.ts'

export type Node = Libp2p<{
  readonly identify: Identify
  readonly ping: Ping
  readonly gossip: Router
}>

/** Connections beyond the high mark that are taken before they are pruned. */
const HEADROOM = 16
const CONNECTIONS_PER_PEER = 2
const NO_BYTES = new Uint8Array(0)
/** Milliseconds to dial. */
export const DIAL_TIMEOUT = 10_000
/** Milliseconds for who connects to agree on encryption and multiplexing, and how many may be at it. */
const UPGRADE_TIMEOUT = 5_000
const MAX_PENDING = 64
/** Streams of all kinds that one connection may open. */
export const MAX_STREAMS = 64
/** Bytes of a stream that are on their way or unread; a peer that sends more is reset. */
const MAX_STREAM_WINDOW = 2 * 2 ** 20

/** A libp2p node with the OP Stack's choices, not started: TCP, noise, yamux, gossipsub, identify, ping. */
export async function createNode(
  options: HostOptions,
  staticPeers: readonly PeerAddress[],
): Promise<{ readonly node: Node; readonly decompress: Decompressor }> {
  const { bans, scores, now, tide } = options
  const staticIds = new Set(staticPeers.map(({ id }) => id))
  const topics = options.topics.map(({ name }) => name)
  const decompress = createDecompressor(MAX_GOSSIP_SIZE)
  const most = tide.high + HEADROOM + staticPeers.length
  const node: Node = await createLibp2p({
    privateKey: privateKeyFromRaw(options.privateKey),
    nodeInfo: { userAgent: options.userAgent },
    addresses: {
      listen: [listenAddress(options.listen.ip, options.listen.port)],
    },
    // Sockets that have not become connections yet count here too.
    transports: [tcp({ maxConnections: most + MAX_PENDING })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: MAX_STREAMS,
        maxOutboundStreams: MAX_STREAMS,
        streamOptions: {
          maxStreamWindowSize: MAX_STREAM_WINDOW,
          maxReadBufferLength: MAX_STREAM_WINDOW,
        },
      }),
    ],
    connectionGater: createGater({
      bans,
      now,
      isStatic: (id) => staticIds.has(id),
      connectionsOf: (peer): number => node.getConnections(peer).length,
      maxPerPeer: CONNECTIONS_PER_PEER,
    }),
    connectionManager: {
      maxConnections: most,
      // One address opens five connections a second at most (libp2p's limit): its unfinished ones leave room.
      maxIncomingPendingConnections: MAX_PENDING,
      dialTimeout: DIAL_TIMEOUT,
      inboundUpgradeTimeout: UPGRADE_TIMEOUT,
      // The keeper looks after static peers.
      reconnectRetries: 0,
    },
    services: {
      identify: identify(),
      ping: ping(),
      gossip: gossipRouter({
        allowedTopics: topics,
        fastMsgIdFn: ({ topic, data }) => arrivalId(topic, data ?? NO_BYTES),
        msgIdFn: ({ topic, data }) => messageId(topic, data, decompress(data)),
        scoreParams: scoreParameters(topics, options.blockTime, (id) => scores.score(id, now())),
        scoreThresholds: SCORE_THRESHOLDS,
      }),
    },
    start: false,
  })
  return { node, decompress }
}
