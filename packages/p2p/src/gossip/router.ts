import { type GossipSub, type GossipsubOpts, gossipsub } from '@libp2p/gossipsub'
import { MAX_GOSSIP_SIZE } from './message.ts'
import { GOSSIP_PARAMETERS } from './params.ts'

/** What the library's router has beyond the interface that it declares. */
export interface Router extends GossipSub {
  /** Score of a peer it knows; 0 of others. */
  getScore(peer: string): number
  readonly peers: ReadonlyMap<string, unknown>
  readonly streamsInbound: ReadonlyMap<string, unknown>
  readonly streamsOutbound: Map<string, OutboundStream>
}

interface OutboundStream {
  push(rpc: Uint8Array): void
  pushPrefixed(prefixed: Uint8Array): void
}

/** Without 1.0, which has no scores: a peer gets fewer ways to open streams. */
const PROTOCOLS = ['/meshsub/1.2.0', '/meshsub/1.1.0']

/** Gossipsub with the OP Stack's parameters; messages have no author and no signature. */
export function gossipRouter(options: Partial<GossipsubOpts>) {
  const create = gossipsub({
    ...GOSSIP_PARAMETERS,
    globalSignaturePolicy: 'StrictNoSign',
    ...options,
  })
  return (components: Parameters<typeof create>[0]): Router => {
    const router = create(components) as Router
    router.protocols = [...PROTOCOLS]
    sendLargeRpcs(router)
    return router
  }
}

/**
 * The library sends no RPC above 4 MiB and has no option for it; the OP Stack's limit is 10 MiB. So the length
 * is written here.
 */
function sendLargeRpcs({ streamsOutbound }: Router): void {
  const set = streamsOutbound.set.bind(streamsOutbound)
  streamsOutbound.set = (peer, stream) => {
    stream.push = (rpc) => stream.pushPrefixed(lengthPrefixed(rpc))
    return set(peer, stream)
  }
}

/**
 * An RPC after its length as a varint.
 * @throws RangeError where it is larger than peers take.
 */
export function lengthPrefixed(rpc: Uint8Array): Uint8Array {
  if (rpc.length > MAX_GOSSIP_SIZE)
    throw new RangeError(`an RPC has ${MAX_GOSSIP_SIZE} bytes at most, not ${rpc.length}`)
  const length: number[] = []
  let rest = rpc.length
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80)
  length.push(rest)
  const prefixed = new Uint8Array(length.length + rpc.length)
  prefixed.set(length)
  prefixed.set(rpc, length.length)
  return prefixed
}
