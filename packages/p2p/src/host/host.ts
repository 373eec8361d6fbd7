import { ECDH } from 'node:crypto'
import { keccak256 } from '@altlayer/protocol'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { Connection, Peer, PeerId, Stream } from '@libp2p/interface'
import type { Decompressor } from '../gossip/message.ts'
import { parsePeerAddress, parsePeerId } from './addresses.ts'
import { keepConnections } from './keeper.ts'
import { createNode, DIAL_TIMEOUT, MAX_STREAMS, type Node } from './libp2p.ts'
import type { HostOptions } from './options.ts'
import { readBytes, StreamError, writeAndEnd } from './streams.ts'
import {
  ListenError,
  type Logger,
  type Outcome,
  type PeerSummary,
  type RequestLimits,
  type RequestProtocol,
  type Topic,
} from './types.ts'

/** A libp2p node: connections, gossip, requests, and who may take part. */
export interface Host {
  readonly id: string
  /** Multiaddrs it is reached at, with its id. */
  addresses(): readonly string[]
  /** Sends a compressed message to the topic's peers, if there are any. */
  publish(topic: string, data: Uint8Array): Promise<void>
  /**
   * Asks a connected peer.
   * @throws StreamError, or libp2p's error where the peer is gone or does not speak the protocol.
   */
  request(
    peer: string,
    protocol: string,
    bytes: Uint8Array,
    limits: RequestLimits,
  ): Promise<Uint8Array>
  /** Ids of the connected peers. */
  connected(): readonly string[]
  /** Connected peers that said they speak a protocol. */
  speakers(protocol: string): readonly string[]
  topicPeers(topic: string): readonly string[]
  self(): PeerSummary
  /** The connected peers, or all that are known. */
  peers(connected: boolean): Promise<readonly PeerSummary[]>
  /** Rejects with PeerAddressError, or with libp2p's error where the peer cannot be reached. */
  connect(address: string): Promise<void>
  disconnect(peer: string): Promise<void>
  /** Keeps a peer from being pruned and from being banned for its score. */
  protect(peer: string, on: boolean): void
  close(): Promise<void>
}

/** libp2p's, which every implementation tells. */
const PROTOCOL_VERSION = 'ipfs/0.1.0'
/** Peers that an operator can protect. */
const MAX_PROTECTED = 1_000

/**
 * Starts a host.
 * @throws PeerAddressError, ListenError
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { scores, now, logger } = options
  const staticPeers = options.staticPeers.map(parsePeerAddress)
  const bootPeers = options.bootPeers.map(parsePeerAddress)
  const protectedIds = new Set<string>()
  const staticIds = new Set(staticPeers.map(({ id }) => id))
  const stays = (id: string) => staticIds.has(id) || protectedIds.has(id)
  const { node, decompress } = await createNode(options, staticPeers)
  const { gossip } = node.services
  const names = options.topics.map(({ name }) => name)
  const id = node.peerId.toString()
  /** Gossipsub's score, which has the requests' in it, where it knows the peer. */
  const scoreOf = (peer: string) =>
    gossip.peers.has(peer) ? gossip.getScore(peer) : scores.score(peer, now())
  const connectedIds = () => new Set(node.getPeers().map(String))

  for (const topic of options.topics)
    gossip.topicValidators.set(topic.name, judgeOf(topic, decompress, logger))
  for (const protocol of options.protocols) await serve(node, protocol, logger)
  const speaks = followPeers(node, stays, logger)
  await listen(node, options)
  for (const name of names) gossip.subscribe(name)
  const isSilent = (peer: string) =>
    !gossip.streamsInbound.has(peer) &&
    gossip.protocols.some((one) => speaks.get(peer)?.includes(one))
  const shared = { ...options, node, staticPeers, bootPeers }
  const keeper = keepConnections({ ...shared, scoreOf, stays, isSilent })

  function summaryOf(peer: Peer): PeerSummary {
    const name = peer.id.toString()
    const [connection] = node.getConnections(peer.id)
    const told = (key: string) => Buffer.from(peer.metadata.get(key) ?? []).toString('utf8')
    return {
      id: name,
      nodeId: nodeIdOf(peer.id),
      userAgent: told('AgentVersion'),
      protocolVersion: told('ProtocolVersion'),
      addresses: peer.addresses.map(({ multiaddr }) => withId(multiaddr.toString(), name)),
      protocols: peer.protocols,
      connected: connection !== undefined,
      direction: connection?.direction ?? 'unknown',
      protected: stays(name),
      ...(connection?.rtt !== undefined && { latency: connection.rtt }),
      score: scoreOf(name),
      topics: names.filter((topic) =>
        gossip.getSubscribers(topic).some((subscriber) => subscriber.equals(peer.id)),
      ),
    }
  }

  const addresses = () => node.getMultiaddrs().map((address) => withId(address.toString(), id))
  return {
    id,
    addresses,
    async publish(topic, data) {
      await gossip.publish(topic, data)
    },
    async request(peer, protocol, bytes, limits) {
      const [connection] = node.getConnections(parsePeerId(peer))
      if (connection === undefined) throw new StreamError(`peer ${peer} is not connected`)
      return ask(connection, protocol, bytes, limits)
    },
    connected: () => [...connectedIds()],
    speakers: (protocol) =>
      [...connectedIds()].filter((peer) => speaks.get(peer)?.includes(protocol)),
    topicPeers: (topic) => gossip.getSubscribers(topic).map(String),
    self: () => ({
      id,
      nodeId: nodeIdOf(node.peerId),
      userAgent: options.userAgent,
      protocolVersion: PROTOCOL_VERSION,
      addresses: addresses(),
      protocols: node.getProtocols(),
      connected: false,
      direction: 'unknown',
      protected: false,
      score: 0,
      topics: names,
    }),
    async peers(connected) {
      const known = await node.peerStore.all()
      const ids = connectedIds()
      return known
        .filter((peer) => !peer.id.equals(node.peerId))
        .filter((peer) => !connected || ids.has(peer.id.toString()))
        .map(summaryOf)
    },
    async connect(address) {
      const target = parsePeerAddress(address).address
      await node.dial(target, { signal: AbortSignal.timeout(DIAL_TIMEOUT) })
    },
    async disconnect(peer) {
      await node.hangUp(parsePeerId(peer))
    },
    protect(peer, on) {
      const name = parsePeerId(peer).toString()
      if (!on) protectedIds.delete(name)
      else if (protectedIds.size < MAX_PROTECTED) protectedIds.add(name)
      else throw new RangeError(`${MAX_PROTECTED} peers are protected already: unprotect some`)
    },
    async close() {
      keeper.close()
      await node.stop()
    },
  }
}

/** libp2p tells the system's error in the text of its own. */
async function listen(node: Node, { listen: { ip, port } }: HostOptions): Promise<void> {
  try {
    await node.start()
  } catch (error) {
    await node.stop()
    const reason = /listen (E[A-Z]+: [^\n]*)/.exec((error as Error).message)?.[1]
    if (reason === undefined) throw error
    throw new ListenError(`peers cannot be listened for at ${ip}, port ${port}: ${reason}`, {
      cause: error,
    })
  }
}

const RESULTS: Readonly<Record<Outcome, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

function judgeOf(topic: Topic, decompress: Decompressor, logger: Logger) {
  return (peer: PeerId, { data }: { readonly data: Uint8Array }): TopicValidatorResult => {
    try {
      return RESULTS[topic.validate({ from: peer.toString(), content: decompress(data) })]
    } catch (error) {
      // A fault of ours must not cost peers their score.
      logger.error({ err: error, topic: topic.name }, 'a gossip message could not be judged')
      return TopicValidatorResult.Ignore
    }
  }
}

async function serve(node: Node, protocol: RequestProtocol, logger: Logger): Promise<void> {
  const { id, maxInboundStreams } = protocol
  const onStream = async (stream: Stream, connection: Connection) => {
    const from = connection.remotePeer.toString()
    try {
      await protocol.handle({
        from,
        read: (size, timeout) => readBytes(stream, { max: size, timeout, exact: true }),
        respond: (bytes, timeout) => writeAndEnd(stream, bytes, timeout),
      })
    } catch (error) {
      logger.debug({ err: error, peer: from, protocol: id }, 'a request was not served')
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }
  await node.handle(id, onStream, { maxInboundStreams, maxOutboundStreams: MAX_STREAMS })
}

async function ask(
  connection: Connection,
  protocol: string,
  bytes: Uint8Array,
  limits: RequestLimits,
): Promise<Uint8Array> {
  const stream = await connection.newStream([protocol], {
    signal: AbortSignal.timeout(limits.openTimeout),
  })
  const response = readBytes(stream, {
    max: limits.maxResponse,
    timeout: limits.writeTimeout + limits.readTimeout,
  })
  // Whichever fails first resets the stream, which ends the other too.
  const [answer] = await Promise.all([response, writeAndEnd(stream, bytes, limits.writeTimeout)])
  // A peer that hangs up in order ends its streams.
  if (answer.length === 0) throw new StreamError('the peer ended the stream without an answer')
  return answer
}

/** The protocols of the connected peers; what strangers said of themselves is forgotten when they go. */
function followPeers(
  node: Node,
  stays: (peer: string) => boolean,
  logger: Logger,
): ReadonlyMap<string, readonly string[]> {
  const speaks = new Map<string, readonly string[]>()
  node.addEventListener('peer:identify', ({ detail: { peerId, protocols } }) => {
    if (node.getConnections(peerId).length > 0) speaks.set(peerId.toString(), protocols)
  })
  node.addEventListener('peer:connect', ({ detail }) => {
    logger.debug({ peer: detail.toString() }, 'peer connected')
  })
  const forget = (peerId: PeerId) => {
    const peer = peerId.toString()
    if (stays(peer)) return
    node.peerStore.delete(peerId).catch((error: unknown) => {
      logger.debug({ err: error, peer }, 'peer could not be forgotten')
    })
  }
  node.addEventListener('peer:disconnect', ({ detail }) => {
    const peer = detail.toString()
    speaks.delete(peer)
    logger.debug({ peer }, 'peer disconnected')
    forget(detail)
  })
  // What it said last may be stored only after it went.
  node.addEventListener('peer:update', ({ detail: { peer } }) => {
    if (node.getConnections(peer.id).length === 0) forget(peer.id)
  })
  return speaks
}

function withId(address: string, id: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${id}`
}

/** keccak256 of the uncompressed public key (devp2p, "Ethereum Node Records", v4 identity). */
function nodeIdOf(peer: PeerId): string {
  if (peer.type !== 'secp256k1') return '00'.repeat(32)
  const { raw } = peer.publicKey
  const point = ECDH.convertKey(raw, 'secp256k1', undefined, undefined, 'uncompressed') as Buffer
  return Buffer.from(keccak256(point.subarray(1))).toString('hex')
}
