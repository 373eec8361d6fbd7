import type { GossipsubOpts } from '@libp2p/gossipsub'
import { DECAY_TO_ZERO, decayPerInterval } from '../peers/score.ts'
import { MAX_GOSSIP_SIZE } from './message.ts'

/** Milliseconds. */
const HEARTBEAT = 500
/** Heartbeats that a message id is remembered for. */
const SEEN_HEARTBEATS = 130

/** Below this a peer's score counts: no gossip, nothing of ours is sent to it, nothing of its is read. */
export const SCORE_THRESHOLDS = {
  gossipThreshold: -10,
  publishThreshold: -40,
  graylistThreshold: -40,
  acceptPXThreshold: 20,
  opportunisticGraftThreshold: 0.05,
} as const

/** GossipSub's parameters (OP Stack specs, "Heartbeat and parameters") and the limits of what is read. */
export const GOSSIP_PARAMETERS = {
  D: 8,
  Dlo: 6,
  Dhi: 12,
  Dlazy: 6,
  heartbeatInterval: HEARTBEAT,
  fanoutTTL: 24_000,
  mcacheLength: 12,
  mcacheGossip: 3,
  seenTTL: SEEN_HEARTBEATS * HEARTBEAT,
  doPX: false,
  fallbackToFloodsub: false,
  allowPublishToZeroTopicPeers: true,
  ignoreDuplicatePublishError: true,
  // One message after the other, per peer: what a peer sends waits in its own stream's window, not in memory.
  awaitRpcHandler: true,
  awaitRpcMessageHandler: true,
  maxInboundDataLength: MAX_GOSSIP_SIZE,
  // Of what waits for a peer that reads slowly.
  maxOutboundBufferSize: 2 * MAX_GOSSIP_SIZE,
  // A stream of each peer and another while it reconnects.
  maxInboundStreams: 2,
  maxOutboundStreams: 2,
  maxTopicBytesPerPeer: 64 * 1_024,
  decodeRpcLimits: {
    maxSubscriptions: 64,
    maxMessages: 256,
    maxIhaveMessageIDs: 1_024,
    maxIwantMessageIDs: 1_024,
    maxIdontwantMessageIDs: 512,
    maxControlMessages: 64,
    maxPeerInfos: 16,
  },
} satisfies Partial<GossipsubOpts>

/**
 * GossipSub's score of peers. Behaviour and colocation as the OP Stack's node has them. On top, messages
 * that a topic's rules reject: one is -16, two are -64 (not listened to any more), three -144 (banned). Mesh
 * delivery is not scored: a rollup that makes no blocks is no fault of its peers.
 *
 * @param blockTime seconds between L2 blocks
 * @param own the score that comes from requests
 */
export function scoreParameters(
  topics: readonly string[],
  blockTime: number,
  own: (peer: string) => number,
): NonNullable<Partial<GossipsubOpts>['scoreParams']> {
  const interval = Math.max(1_000, blockTime * 1_000)
  const topic = {
    topicWeight: 0.8,
    timeInMeshWeight: 10 / 3_600,
    timeInMeshQuantum: 1_000,
    timeInMeshCap: 3_600,
    firstMessageDeliveriesWeight: 1,
    firstMessageDeliveriesDecay: decayPerInterval(120),
    firstMessageDeliveriesCap: 23,
    // Off, with the library's figures.
    meshMessageDeliveriesWeight: 0,
    meshMessageDeliveriesDecay: 0.5,
    meshMessageDeliveriesCap: 100,
    meshMessageDeliveriesThreshold: 20,
    meshMessageDeliveriesWindow: 10,
    meshMessageDeliveriesActivation: 5_000,
    meshFailurePenaltyWeight: 0,
    meshFailurePenaltyDecay: 0.5,
    invalidMessageDeliveriesWeight: -20,
    invalidMessageDeliveriesDecay: decayPerInterval(300),
  }
  return {
    topics: Object.fromEntries(topics.map((name) => [name, topic])),
    topicScoreCap: 34,
    appSpecificScore: own,
    appSpecificWeight: 1,
    IPColocationFactorWeight: -35,
    IPColocationFactorThreshold: 10,
    // Networks on one machine have no other address.
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    behaviourPenaltyWeight: -16,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: decayPerInterval(60),
    decayInterval: interval,
    decayToZero: DECAY_TO_ZERO,
    retainScore: 600 * interval,
  }
}
