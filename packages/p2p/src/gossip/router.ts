import { type GossipSub, type GossipsubOpts, gossipsub } from '@libp2p/gossipsub'
import { GOSSIP_PARAMETERS } from './params.ts'

/** What the library's router has beyond the interface that it declares. */
export interface Router extends GossipSub {
  /** Score of a peer it knows; 0 of others. */
  getScore(peer: string): number
  readonly peers: ReadonlyMap<string, unknown>
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
    return router
  }
}
