import {
  type Bans,
  blocksTopic,
  type OpStackP2p,
  type PeerSummary,
  parsePeerId,
} from '@altlayer/p2p'
import { MAX_UINT64 } from '@altlayer/protocol'
import { type Json, type Method, method, param, RpcError, types } from '@altlayer/rpc'

export interface Opp2pOptions {
  readonly p2p: OpStackP2p
  readonly bans: Bans
  readonly chainId: bigint
  readonly now: () => number
  /** Whether methods that change something are served: who may ask may then cut the node off. */
  readonly admin: boolean
}

const SERVER_ERROR = -32_000
const OBJECT = { type: 'object' }
const LIST = { type: 'array', items: { type: 'string' } }
const NOTHING = { type: 'null' }

/** The OP Stack node's `opp2p_` namespace: who the peers are, and with `admin` who may be one. */
export function opp2pMethods(options: Opp2pOptions): readonly Method[] {
  return options.admin ? [...readers(options), ...changers(options)] : readers(options)
}

function readers({ p2p, bans, chainId, now }: Opp2pOptions): readonly Method[] {
  const { host } = p2p
  const banned = () => bans.list(now())
  const info = (peer: PeerSummary) => peerInfo(peer, p2p, chainId)
  return [
    method({
      name: 'opp2p_self',
      summary: 'This node as a peer.',
      result: ['Peer', OBJECT],
      handler: () => ({ ...info(host.self()), gossipBlocks: true }),
    }),
    method({
      name: 'opp2p_peers',
      summary: 'The connected peers, or all that are known, with their scores.',
      params: [param('Connected', types.boolean)],
      result: ['Peers', OBJECT],
      handler: async ([connected]) => {
        const peers = await host.peers(connected)
        const { peers: bannedPeers, addresses: bannedIPS, subnets: bannedSubnets } = banned()
        return {
          totalConnected: peers.filter((peer) => peer.connected).length,
          peers: Object.fromEntries(peers.map((peer) => [peer.id, info(peer)])),
          bannedPeers,
          bannedIPS,
          bannedSubnets,
        }
      },
    }),
    method({
      name: 'opp2p_peerStats',
      summary: 'Numbers of peers.',
      result: ['Stats', OBJECT],
      handler: async () => {
        const on = (version: 1 | 2 | 3 | 4) => host.topicPeers(blocksTopic(chainId, version)).length
        return {
          connected: host.connected().length,
          // There is no discovery, and so no table.
          table: 0,
          blocksTopic: on(1),
          blocksTopicV2: on(2),
          blocksTopicV3: on(3),
          blocksTopicV4: on(4),
          banned: banned().peers.length,
          known: (await host.peers(false)).length,
        }
      },
    }),
    method({
      name: 'opp2p_discoveryTable',
      summary: 'Always refused: there is no discovery.',
      result: ['Node records', LIST],
      handler: () => {
        throw new RpcError(SERVER_ERROR, 'discovery disabled')
      },
    }),
    method({
      name: 'opp2p_listBlockedPeers',
      summary: 'Ids of the peers that are banned or blocked.',
      result: ['Peer ids', LIST],
      handler: () => banned().peers,
    }),
    method({
      name: 'opp2p_listBlockedAddrs',
      summary: 'IP addresses that are banned or blocked.',
      result: ['IP addresses', LIST],
      handler: () => banned().addresses,
    }),
    method({
      name: 'opp2p_listBlockedSubnets',
      summary: 'Subnets that are blocked.',
      result: ['Subnets', LIST],
      handler: () => banned().subnets,
    }),
  ]
}

function changers({ p2p, bans }: Opp2pOptions): readonly Method[] {
  const { host } = p2p
  const change = (
    name: string,
    summary: string,
    argument: string,
    act: (value: string) => void | Promise<void>,
  ) =>
    method({
      name: `opp2p_${name}`,
      summary,
      params: [param(argument, types.string)],
      result: ['Nothing', NOTHING],
      handler: async ([value]) => {
        await refusing(() => act(value))
        return null
      },
    })
  const peerId = 'Peer id'
  return [
    change('blockPeer', 'Blocks a peer until it is unblocked.', peerId, (id) =>
      bans.blockPeer(parsePeerId(id).toString()),
    ),
    change('unblockPeer', 'Lifts a block or a ban of a peer.', peerId, (id) =>
      bans.unblockPeer(parsePeerId(id).toString()),
    ),
    change('blockAddr', 'Blocks an IP address.', 'IP address', bans.blockAddress),
    change(
      'unblockAddr',
      'Lifts a block or a ban of an address.',
      'IP address',
      bans.unblockAddress,
    ),
    change('blockSubnet', 'Blocks a subnet.', 'Subnet', bans.blockSubnet),
    change('unblockSubnet', 'Lifts the block of a subnet.', 'Subnet', bans.unblockSubnet),
    change('protectPeer', 'Keeps a peer from being pruned or banned for its score.', peerId, (id) =>
      host.protect(id, true),
    ),
    change('unprotectPeer', 'Lifts the protection of a peer.', peerId, (id) =>
      host.protect(id, false),
    ),
    change('connectPeer', 'Connects to a peer.', 'Multiaddr', host.connect),
    change('disconnectPeer', 'Disconnects a peer.', peerId, host.disconnect),
  ]
}

/** What an operator asked for and cannot be done is told with its reason. */
async function refusing(act: () => void | Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    throw new RpcError(SERVER_ERROR, error instanceof Error ? error.message : String(error))
  }
}

// Numbers as go-libp2p has them.
const DIRECTION = { unknown: 0, inbound: 1, outbound: 2 } as const
const NOT_CONNECTED = 0
const CONNECTED = 1
const NANOSECONDS = 1_000_000

function peerInfo(peer: PeerSummary, p2p: OpStackP2p, chainId: bigint): Record<string, Json> {
  const { validResponses, errorResponses, rejectedPayloads } = p2p.answers(peer.id)
  const onBlocks = peer.topics.some((topic) => topic.startsWith(`/optimism/${chainId}/`))
  return {
    peerID: peer.id,
    nodeID: peer.nodeId,
    userAgent: peer.userAgent,
    protocolVersion: peer.protocolVersion,
    ENR: '',
    addresses: [...peer.addresses],
    protocols: [...peer.protocols],
    connectedness: peer.connected ? CONNECTED : NOT_CONNECTED,
    direction: DIRECTION[peer.direction],
    protected: peer.protected,
    chainID: onBlocks && chainId <= MAX_UINT64 ? Number(chainId) : 0,
    latency: Math.round((peer.latency ?? 0) * NANOSECONDS),
    gossipBlocks: onBlocks,
    scores: {
      gossip: { total: peer.score },
      reqResp: { validResponses, errorResponses, rejectedPayloads },
    },
  }
}
