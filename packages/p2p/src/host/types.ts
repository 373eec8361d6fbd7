/** What a topic's rules say of a message: relay it, drop it, or drop it and count it against its sender. */
export type Outcome = 'accept' | 'ignore' | 'reject'

export interface TopicMessage {
  /** Id of the peer that sent it to us, who need not be its author. */
  readonly from: string
  /** Decompressed; undefined where the compression is not valid or the content too large. */
  readonly content: Uint8Array | undefined
}

/** A gossip topic: its messages are snappy blocks of at most 10 MiB, without author or signature of their own. */
export interface Topic {
  readonly name: string
  /**
   * Judges a message. Synchronous on purpose: what a peer sends is judged as fast as it is read and never
   * piles up. Acts on what it accepts by itself, after it returned.
   */
  validate(message: TopicMessage): Outcome
}

export interface PeerRequest {
  readonly from: string
  /**
   * Reads the request: exactly `size` bytes within `timeout` milliseconds.
   * @throws StreamError
   */
  read(size: number, timeout: number): Promise<Uint8Array>
  /**
   * Answers and ends the stream.
   * @throws StreamError where the peer does not take it within `timeout` milliseconds.
   */
  respond(bytes: Uint8Array, timeout: number): Promise<void>
}

/** A protocol in which one peer asks and the other answers, a stream each time. */
export interface RequestProtocol {
  readonly id: string
  /** Requests of one peer that may be open at a time. */
  readonly maxInboundStreams: number
  /** Rejections reset the stream. */
  handle(request: PeerRequest): Promise<void>
}

export interface RequestLimits {
  /** Bytes of the response. */
  readonly maxResponse: number
  /** Milliseconds to open a stream, to send the request, to read the response. */
  readonly openTimeout: number
  readonly writeTimeout: number
  readonly readTimeout: number
}

/** A multiaddr names no TCP address of a peer, or a peer id is none. */
export class PeerAddressError extends Error {
  override readonly name = 'PeerAddressError'
}

/** The address to listen at cannot be had: it is taken, or not this machine's. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** One of the peers that are connected or known. */
export interface PeerSummary {
  readonly id: string
  /** As discovery names nodes, hex without 0x; zero for keys other than secp256k1. */
  readonly nodeId: string
  readonly userAgent: string
  readonly protocolVersion: string
  /** Multiaddrs with the peer's id. */
  readonly addresses: readonly string[]
  readonly protocols: readonly string[]
  readonly connected: boolean
  readonly direction: 'inbound' | 'outbound' | 'unknown'
  readonly protected: boolean
  /** Milliseconds of a round trip; undefined before the first one. */
  readonly latency?: number
  /** GossipSub's score with what our requests added. */
  readonly score: number
  readonly topics: readonly string[]
}

/** A clock in milliseconds since the epoch, so that tests can bring their own. */
export type Now = () => number

/** The part of a logger that this package uses; pino's is one. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
