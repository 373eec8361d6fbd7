import {
  type BlockPayload,
  createBuckets,
  type OpStackP2p,
  PEER_LIMIT,
  WrongPayloadError,
} from '@altlayer/p2p'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { UnsafeChain } from './unsafe-chain.ts'

export interface GapFillerOptions {
  readonly p2p: Pick<OpStackP2p, 'request' | 'syncPeers' | 'record'>
  readonly chain: UnsafeChain
  readonly clock: Clock
  readonly logger: Logger
  /** An answer came, or a peer may be asked again. */
  readonly onChange: () => void
}

/** Asks peers for the blocks that the chain wants. */
export interface GapFiller {
  /** Asks as much as peers and limits allow now. */
  fill(): void
  /** Tells peers' scores what their answers were worth. */
  settle(): void
  /** Milliseconds until a peer may be asked; undefined while nothing is wanted or nobody is there. */
  pause(): number | undefined
}

/** Requests under way at a time, in all and to one peer. */
const MAX_REQUESTS = 8
const MAX_PER_PEER = 4
/** Peers whose requests are counted. */
const MAX_PEERS = 1_000
/** What a failed request costs of a peer's tokens: others are asked for a while. */
const FAILURE_COST = PEER_LIMIT.burst - 1

export function createGapFiller(options: GapFillerOptions): GapFiller {
  const { p2p, chain, clock, logger, onChange } = options
  // The server's limits, so that no peer has reason to refuse.
  const buckets = createBuckets(PEER_LIMIT, MAX_PEERS)
  const asked = new Map<bigint, string>()

  const load = (peer: string) => [...asked.values()].filter((one) => one === peer).length

  /** The peer that has the least to do of those that may be asked now. */
  function idlePeer(): string | undefined {
    return p2p
      .syncPeers()
      .filter((peer) => load(peer) < MAX_PER_PEER && buckets.wait(peer, clock.now()) === 0)
      .sort((a, b) => load(a) - load(b))[0]
  }

  async function ask(number: bigint, peer: string): Promise<void> {
    buckets.reserve(peer, clock.now(), 0)
    asked.set(number, peer)
    let payload: BlockPayload | undefined
    try {
      payload = await p2p.request(peer, number)
    } catch (error) {
      const wrong = error instanceof WrongPayloadError
      p2p.record(peer, wrong ? 'rejected payload' : 'error response')
      buckets.reserve(peer, clock.now(), Number.POSITIVE_INFINITY, FAILURE_COST)
      logger.debug(
        { peer, number: Number(number), reason: (error as Error).message },
        'a peer did not answer with the block',
      )
    } finally {
      asked.delete(number)
    }
    if (payload) chain.addAnswer(payload, peer)
    settle()
    onChange()
  }

  function settle(): void {
    for (const { peer, right } of chain.takeVerdicts())
      p2p.record(peer, right ? 'valid response' : 'rejected payload')
  }

  const open = () => chain.wanted(new Set(asked.keys()), MAX_REQUESTS - asked.size)

  return {
    fill() {
      if (asked.size >= MAX_REQUESTS) return
      for (const number of open()) {
        const peer = idlePeer()
        if (peer === undefined) return
        void ask(number, peer)
      }
    },
    settle,
    pause() {
      if (asked.size >= MAX_REQUESTS || open().length === 0) return undefined
      // A peer that is asked as much as it may be wakes us with its answer.
      const waits = p2p
        .syncPeers()
        .filter((peer) => load(peer) < MAX_PER_PEER)
        .map((peer) => buckets.wait(peer, clock.now()))
      return waits.length === 0 ? undefined : Math.min(...waits)
    },
  }
}
