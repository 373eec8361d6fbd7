import type { Logger, Now, PeerRequest, RequestProtocol } from '../host/types.ts'
import { createBuckets, type RateLimit } from '../limits/rate-limit.ts'
import type { Chain } from '../opstack/chain.ts'
import { blockNumberAt, payloadVersionOf } from '../opstack/chain.ts'
import type { BlockPayload, PayloadVersion } from '../payload/payload.ts'
import {
  decodeRequest,
  encodeFailure,
  encodeResponse,
  type FailureCode,
  payloadByNumberProtocol,
  REQUEST_SIZE,
  RESULT_INVALID_REQUEST,
  RESULT_NOT_FOUND,
  RESULT_OTHER_ERROR,
} from './codec.ts'

/** Requests served a second: in all, and of one peer. */
export const GLOBAL_LIMIT: RateLimit = { rate: 20, burst: 40 }
export const PEER_LIMIT: RateLimit = { rate: 4, burst: 15 }
/** Milliseconds that a request waits for its turn at most; one that would wait longer is refused. */
export const MAX_THROTTLE = 20_000
/** Milliseconds to read a request, and to write an answer. */
const READ_TIMEOUT = 10_000
const WRITE_TIMEOUT = 10_000
/** Answers on their way at a time: each may be 10 MiB that a peer takes slowly. */
const MAX_ANSWERS = 16
/** The same to one peer, whose further requests wait: one that takes answers slowly does not keep others from theirs. */
const MAX_ANSWERS_OF_PEER = 4
/** Requests of one peer that are open at a time: a burst and one more. */
const MAX_STREAMS_PER_PEER = PEER_LIMIT.burst + 1
/** Peers whose requests are counted. */
const MAX_PEERS = 1_000

export interface PayloadServerOptions {
  readonly chain: Chain
  /** A canonical block; undefined: not there. */
  readonly payloadByNumber: (number: bigint) => BlockPayload | undefined
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly logger: Logger
}

/** Answers payload_by_number, at the OP Stack node's limits. */
export function createPayloadServer(options: PayloadServerOptions): RequestProtocol {
  const { chain, now, sleep, logger } = options
  const peers = createBuckets(PEER_LIMIT, MAX_PEERS)
  const everyone = createBuckets(GLOBAL_LIMIT, 1)
  let answering = 0
  /** Answers on their way, by peer; each settles when it is taken, or is not. */
  const ofPeers = new Map<string, Set<Promise<void>>>()

  /** Waits for the peer's turn; false where that would take too long. */
  async function turn(from: string): Promise<boolean> {
    const own = peers.reserve(from, now(), MAX_THROTTLE)
    if (own === undefined) return false
    await sleep(own)
    const shared = everyone.reserve('all', now(), MAX_THROTTLE)
    if (shared === undefined) return false
    await sleep(shared)
    return true
  }

  function answer(number: bigint): Uint8Array {
    const failure = (code: FailureCode) => encodeFailure(code)
    if (number < chain.genesisNumber || number > blockNumberAt(chain, now()))
      return failure(RESULT_INVALID_REQUEST)
    try {
      const payload = options.payloadByNumber(number)
      if (payload === undefined) return failure(RESULT_NOT_FOUND)
      const version: PayloadVersion = payloadVersionOf(chain, number)
      return encodeResponse(payload, version)
    } catch (error) {
      logger.error({ err: error, number: Number(number) }, 'a block could not be served to a peer')
      return failure(RESULT_OTHER_ERROR)
    }
  }

  async function handle(request: PeerRequest): Promise<void> {
    const busy = () => request.respond(encodeFailure(RESULT_OTHER_ERROR), WRITE_TIMEOUT)
    if (!(await turn(request.from))) return busy()
    const number = decodeRequest(await request.read(REQUEST_SIZE, READ_TIMEOUT))
    const { from } = request
    const own = () => ofPeers.get(from) ?? new Set()
    while (own().size >= MAX_ANSWERS_OF_PEER) await Promise.race(own())
    if (answering >= MAX_ANSWERS) return busy()
    const sent = request.respond(answer(number), WRITE_TIMEOUT)
    const settled = sent.then(
      () => {},
      () => {},
    )
    answering += 1
    ofPeers.set(from, own().add(settled))
    try {
      await sent
    } finally {
      answering -= 1
      own().delete(settled)
      if (own().size === 0) ofPeers.delete(from)
    }
  }

  return {
    id: payloadByNumberProtocol(chain.chainId),
    maxInboundStreams: MAX_STREAMS_PER_PEER,
    handle,
  }
}
