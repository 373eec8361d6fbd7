import { type Address, concatBytes } from '@altlayer/protocol'
import { identify } from '@libp2p/identify'
import type { Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { eventually } from '../../../launch/test/eventually.ts'
import { blocksTopic } from '../../src/gossip/message.ts'
import { lengthPrefixed } from '../../src/gossip/router.ts'
import { addressOfKey } from '../../src/gossip/signature.ts'
import { randomPrivateKey } from '../../src/host/identity.ts'
import type { HostOptions } from '../../src/host/options.ts'
import { type OpStackP2p, startOpStackP2p } from '../../src/opstack/p2p.ts'
import type { BlockPayload } from '../../src/payload/payload.ts'
import { type Bans, openBans } from '../../src/peers/bans.ts'
import { blockOf, chainOf } from './blocks.ts'

// Hosts of tests, on free loopback ports; what was started is closed by `closeAll`.

export const chain = chainOf(4, 1_000n)
/** The unsafe block signer's. */
export const key = randomPrivateKey()
export const TOPIC = blocksTopic(chain.chainId, 4)

/** A block of now: gossip takes those of the last minute only, however long a test has been at it. */
export function freshBlock(number: bigint, transactions?: readonly Uint8Array[]): BlockPayload {
  return blockOf(chainOf(4, number), number, undefined, transactions)
}

const opened: { close(): Promise<void> }[] = []

export async function closeAll(): Promise<void> {
  while (opened.length > 0) await opened.pop()?.close()
}

export interface TestPeer extends OpStackP2p {
  readonly received: BlockPayload[]
  readonly bans: Bans
  readonly address: string
}

interface TestPeerOptions
  extends Partial<Pick<HostOptions, 'tide' | 'privateKey' | 'protocols' | 'listen' | 'now'>> {
  readonly to?: readonly TestPeer[]
  readonly blocks?: readonly BlockPayload[]
  readonly bansFile?: string
  readonly signer?: () => Address | undefined
  readonly serve?: boolean
  readonly sleep?: (ms: number) => Promise<void>
}

/** Starts a host; it and the peers of `to` have gossip streams to each other afterwards. */
export async function startPeer(options: TestPeerOptions = {}): Promise<TestPeer> {
  const received: BlockPayload[] = []
  const bans = openBans(options.bansFile, Date.now())
  const p2p = await startOpStackP2p({
    privateKey: options.privateKey ?? randomPrivateKey(),
    listen: options.listen ?? { ip: '127.0.0.1', port: 0 },
    staticPeers: [],
    bootPeers: options.to?.map(({ address }) => address) ?? [],
    tide: options.tide ?? { low: 20, high: 30, grace: 30_000 },
    ban: { threshold: -100, duration: 3_600_000 },
    bans,
    userAgent: 'test',
    now: options.now ?? Date.now,
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    logger: {
      debug() {},
      info() {},
      warn() {},
      error: (fields, text) => console.error(text, fields),
    },
    chain,
    signer: options.signer ?? (() => addressOfKey(key)),
    serve: options.serve ?? true,
    onBlock: (payload) => received.push(payload),
    payloadByNumber: (number) => options.blocks?.find(({ header }) => header.number === number),
    ...(options.protocols && { protocols: options.protocols }),
  })
  const [address] = p2p.host.addresses()
  if (address === undefined) throw new Error('the host listens nowhere')
  const peer = { ...p2p, received, bans, address }
  opened.push(peer)
  for (const other of options.to ?? [])
    await eventually(
      'gossip streams',
      () =>
        p2p.host.topicPeers(TOPIC).includes(other.host.id) &&
        other.host.topicPeers(TOPIC).includes(p2p.host.id),
    )
  return peer
}

/** A field of protobuf with bytes, for RPCs that no honest peer sends. */
export function field(number: number, content: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of((number << 3) | 2), lengthPrefixed(content))
}

/** A gossip stream of a stranger's; one address opens five connections a second at most. */
export function gossipStream(stranger: Libp2p, to: TestPeer): Promise<Stream> {
  return eventually('a stream', () =>
    stranger.dialProtocol(multiaddr(to.address), '/meshsub/1.2.0'),
  )
}

/** A libp2p node without any protocol or manners of its own; says of itself that it is at these addresses. */
export async function rawPeer(announce: readonly string[] = []): Promise<Libp2p> {
  const peer = await createLibp2p({
    addresses: { announce: [...announce] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  await peer.handle('/meshsub/1.2.0', () => {})
  opened.push({ close: async () => peer.stop() })
  return peer
}
