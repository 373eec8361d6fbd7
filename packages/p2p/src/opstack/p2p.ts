import type { Address } from '@altlayer/protocol'
import { blocksTopic, signBlockMessage } from '../gossip/message.ts'
import { createSeenBlocks } from '../gossip/seen-blocks.ts'
import { type Refusal, validateBlock } from '../gossip/validate-block.ts'
import { type Host, startHost } from '../host/host.ts'
import type { HostOptions } from '../host/options.ts'
import type { Topic } from '../host/types.ts'
import { type BlockPayload, PAYLOAD_VERSIONS } from '../payload/payload.ts'
import { type Counters, createPeerScores, type PeerEvent } from '../peers/score.ts'
import {
  decodeResponse,
  encodeRequest,
  MAX_RESPONSE_SIZE,
  payloadByNumberProtocol,
} from '../request/codec.ts'
import { createPayloadServer } from '../request/server.ts'
import { type Chain, payloadVersionOf } from './chain.ts'

export interface OpStackP2pOptions
  extends Omit<HostOptions, 'topics' | 'protocols' | 'scores' | 'blockTime'> {
  readonly chain: Chain
  /** Who signs unsafe blocks now; undefined while L1 has not told. */
  readonly signer: () => Address | undefined
  /** A gossiped block that follows all rules. Called while it is judged: only notes it. */
  readonly onBlock: (payload: BlockPayload, from: string) => void
  /** A canonical block of ours, for peers that ask. */
  readonly payloadByNumber: (number: bigint) => BlockPayload | undefined
  /** Whether requests are answered. */
  readonly serve: boolean
  readonly sleep: (ms: number) => Promise<void>
  /** Topics and protocols of other services on the same host. */
  readonly topics?: HostOptions['topics']
  readonly protocols?: HostOptions['protocols']
}

/** Gossiped blocks by what became of them. */
export interface BlockCounts {
  readonly accepted: number
  readonly refused: Readonly<Partial<Record<Refusal, number>>>
}

/** A host that speaks the OP Stack's protocols for one rollup. */
export interface OpStackP2p {
  readonly host: Host
  /** Signs a block with the unsafe block signer's key (32 bytes) and gossips it. */
  publish(payload: BlockPayload, privateKey: Uint8Array): Promise<void>
  /**
   * Asks a peer for a block; number and hash of the answer are checked.
   * @throws RequestRefusedError, WrongPayloadError, StreamError, libp2p's errors
   */
  request(peer: string, number: bigint): Promise<BlockPayload>
  /** Connected peers that answer such requests. */
  syncPeers(): readonly string[]
  /** Notes what an answer was worth. */
  record(peer: string, event: PeerEvent): void
  /** What a peer's answers were so far, decayed. */
  answers(peer: string): Counters
  counts(): BlockCounts
  close(): Promise<void>
}

/** Milliseconds between warnings that blocks come at the wrong time. */
const TIME_WARNINGS = 60_000

/** Milliseconds; the OP Stack node's. */
const REQUEST_LIMITS = {
  maxResponse: MAX_RESPONSE_SIZE,
  openTimeout: 5_000,
  writeTimeout: 10_000,
  readTimeout: 10_000,
} as const

/** Starts the host with the block topics of all forks and payload_by_number. See `startHost` for errors. */
export async function startOpStackP2p(options: OpStackP2pOptions): Promise<OpStackP2p> {
  const { chain, now, logger } = options
  const scores = createPeerScores(Number(chain.blockTime))
  const seen = createSeenBlocks()
  const refused = new Map<Refusal, number>()
  let accepted = 0

  let warnedAt = Number.NEGATIVE_INFINITY
  /** One such block is a peer's fault; when all are, it is this machine's clock. */
  function warnOfTime(reason: Refusal, timestamp: string | undefined): void {
    if (now() - warnedAt < TIME_WARNINGS) return
    warnedAt = now()
    logger.warn(
      { reason, block: Number(timestamp), clock: Math.floor(now() / 1_000) },
      'a gossiped block was rejected for its time; if others are too, see whether the clock of this machine is right',
    )
  }

  const blockTopic = (version: (typeof PAYLOAD_VERSIONS)[number]): Topic => ({
    name: blocksTopic(chain.chainId, version),
    validate({ from, content }) {
      const verdict = validateBlock(content, {
        chainId: chain.chainId,
        version,
        now: BigInt(Math.floor(now() / 1_000)),
        signer: options.signer(),
        seen,
      })
      if (verdict.outcome === 'accept') {
        accepted += 1
        options.onBlock(verdict.payload, from)
        return 'accept'
      }
      const { outcome, reason, detail } = verdict
      refused.set(reason, (refused.get(reason) ?? 0) + 1)
      if (reason === 'too new' || reason === 'too old') warnOfTime(reason, detail)
      if (outcome === 'reject')
        logger.debug({ peer: from, reason, ...(detail && { detail }) }, 'gossiped block rejected')
      return outcome
    },
  })
  const server = createPayloadServer(options)
  const host = await startHost({
    ...options,
    scores,
    blockTime: Number(chain.blockTime),
    topics: [...PAYLOAD_VERSIONS.map(blockTopic), ...(options.topics ?? [])],
    protocols: [...(options.serve ? [server] : []), ...(options.protocols ?? [])],
  })
  const protocol = payloadByNumberProtocol(chain.chainId)
  return {
    host,
    async publish(payload, privateKey) {
      const { topic, data } = signBlockMessage(payload, chain, privateKey)
      await host.publish(topic, data)
    },
    async request(peer, number) {
      const bytes = await host.request(peer, protocol, encodeRequest(number), REQUEST_LIMITS)
      return decodeResponse(bytes, number, payloadVersionOf(chain, number))
    },
    syncPeers: () => host.speakers(protocol),
    record: (peer, event) => scores.record(peer, event, now()),
    answers: (peer) => scores.counters(peer, now()),
    counts: () => ({ accepted, refused: Object.fromEntries(refused) }),
    close: () => host.close(),
  }
}
