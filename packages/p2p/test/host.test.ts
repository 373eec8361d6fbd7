import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, it } from 'node:test'
import { type Address, concatBytes } from '@altlayer/protocol'
import { multiaddr } from '@multiformats/multiaddr'
import { eventually } from '../../launch/test/eventually.ts'
import { MAX_GOSSIP_SIZE, signBlockMessage } from '../src/gossip/message.ts'
import { lengthPrefixed } from '../src/gossip/router.ts'
import { addressOfKey } from '../src/gossip/signature.ts'
import { randomPrivateKey } from '../src/host/identity.ts'
import { StreamError } from '../src/host/streams.ts'
import { ListenError, type PeerRequest } from '../src/host/types.ts'
import {
  encodeResponse,
  payloadByNumberProtocol,
  RequestRefusedError,
  WrongPayloadError,
} from '../src/request/codec.ts'
import { snappyCompress } from '../src/snappy/block.ts'
import { blockOf, blocksOf } from './support/blocks.ts'
import {
  chain,
  closeAll,
  field,
  freshBlock,
  gossipStream,
  key,
  rawPeer,
  startPeer,
  type TestPeer,
  TOPIC,
} from './support/peer.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-host-'))
after(() => rmSync(folder, { recursive: true }))

const PROTOCOL = payloadByNumberProtocol(chain.chainId)
afterEach(closeAll)

/** Blocks below this number only show that gossip runs. */
const FIRST = 1_000n
const blocksAt = ({ received }: TestPeer) => received.filter(({ header }) => header.number >= FIRST)
const numbers = (peer: TestPeer) => blocksAt(peer).map(({ header }) => header.number)

/** Waits until what one peer publishes reaches another through those between: their meshes grow by and by. */
async function reaches(from: TestPeer, to: TestPeer): Promise<void> {
  let number = 1n
  await eventually('blocks go around', async () => {
    await from.publish(freshBlock(number++), key)
    return to.received.length > 0
  })
}

describe('gossip', () => {
  it('brings a block to peers of peers, once', async () => {
    const first = await startPeer()
    const second = await startPeer({ to: [first] })
    const third = await startPeer({ to: [second] })
    await reaches(first, third)
    const block = freshBlock(1_000n)
    await first.publish(block, key)
    await first.publish(block, key)
    await eventually('the block', () => blocksAt(third).length > 0)
    assert.deepEqual(blocksAt(third), [block])
    await first.publish(freshBlock(1_001n), key)
    await eventually('the next block', () => blocksAt(third).length > 1)
    assert.deepEqual([second.counts().refused, third.counts().refused], [{}, {}])
    assert.deepEqual(
      [numbers(second), numbers(third), numbers(first)],
      [[1_000n, 1_001n], [1_000n, 1_001n], []],
    )
  })

  it('stops at a peer that sends what the rules reject: it is not heard, then banned, also after a restart', async () => {
    const bansFile = join(folder, 'bans.json')
    const privateKey = randomPrivateKey()
    const good = await startPeer()
    const victim = await startPeer({ to: [good], bansFile, privateKey })
    const hostile = await rawPeer()
    const id = hostile.peerId.toString()
    // All in one RPC: after the second, another one would not be read.
    const messages = Array.from({ length: 3 }, () => {
      const { topic, data } = signBlockMessage(freshBlock(1_000n), chain, randomPrivateKey())
      return field(2, concatBytes(field(2, data), field(4, Buffer.from(topic))))
    })
    const stream = await gossipStream(hostile, victim)
    stream.send(lengthPrefixed(concatBytes(...messages)))
    await eventually('the ban', () => victim.bans.isPeerBanned(id, Date.now()))
    await eventually('the end of the connection', () => !victim.host.connected().includes(id))
    assert.deepEqual(victim.counts().refused, { signature: 3 })
    assert.deepEqual(good.counts(), { accepted: 0, refused: {} })
    assert.ok(victim.host.connected().includes(good.host.id))
    // Whoever dials learns late that it is refused.
    const dials = async (to: TestPeer) => {
      await eventually('no connection', () => hostile.getConnections().length === 0)
      await hostile.dial(multiaddr(to.address)).catch(() => {})
    }
    await dials(victim)
    assert.ok(!victim.host.connected().includes(id))
    // The good peer is as it was.
    await good.publish(freshBlock(1_000n), key)
    await eventually('a block from the good peer', () => victim.received.length === 1)
    await victim.close()
    const again = await startPeer({ bansFile, privateKey })
    await dials(again)
    assert.ok(!again.host.connected().includes(id))
    again.bans.unblockPeer(id)
    await eventually('the pardoned peer', async () => {
      if (hostile.getConnections().length === 0) await dials(again)
      return again.host.connected().includes(id)
    })
  })

  it('takes no bombs, no garbage, no foreign topics, and stays within its memory', async () => {
    const victim = await startPeer()
    const bomb = snappyCompress(new Uint8Array(MAX_GOSSIP_SIZE + 1))
    const messages = [bomb, randomBytes(1_000), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)]
    for (const data of messages) {
      const hostile = await startPeer({ to: [victim] })
      await hostile.host.publish(TOPIC, data)
      await hostile.host.publish(`${TOPIC}/else`, data)
      await eventually(
        'a message refused',
        () => (victim.counts().refused.compression ?? 0) === messages.indexOf(data) + 1,
      )
    }
    assert.deepEqual(victim.counts(), { accepted: 0, refused: { compression: 3 } })
  })

  it('brings the largest blocks', async () => {
    const first = await startPeer()
    const second = await startPeer({ to: [first] })
    const third = await startPeer({ to: [second] })
    await reaches(first, third)
    const large = [new Uint8Array(randomBytes(MAX_GOSSIP_SIZE - 4_000))]
    await first.publish(freshBlock(1_000n, large), key)
    await eventually('a large block', () => blocksAt(third).length === 1)
    assert.deepEqual(blocksAt(third)[0]?.transactions, large)
  })

  it('ends with a peer that announces a message of more than 10 MiB', async () => {
    const victim = await startPeer()
    const good = await startPeer({ to: [victim] })
    const hostile = await rawPeer()
    const stream = await gossipStream(hostile, victim)
    await eventually('two peers', () => victim.host.connected().length === 2)
    // 10 MiB and one byte, as a varint; what follows is not waited for.
    stream.send(Uint8Array.of(0x81, 0x80, 0x80, 0x05, 1, 2, 3))
    await eventually('the end of the connection', () => victim.host.connected().length === 1)
    await good.publish(freshBlock(1_000n), key)
    await eventually('a block', () => victim.received.length === 1)
    assert.deepEqual(victim.counts(), { accepted: 1, refused: {} })
  })

  it('is not held against peers while the signer is not known', async () => {
    let signer: Address | undefined
    const node = await startPeer({ signer: () => signer })
    const peer = await startPeer({ to: [node] })
    for (let i = 0; i < 5; i++) await peer.publish(freshBlock(1_000n), key)
    await eventually('five ignored', () => node.counts().refused['signer unknown'] === 5)
    signer = addressOfKey(key)
    await peer.publish(freshBlock(1_000n), key)
    await eventually('a block', () => node.received.length === 1)
    assert.ok(node.host.connected().includes(peer.host.id))
  })
})

describe('requests', () => {
  it('get blocks from peers that have them', async () => {
    const blocks = blocksOf(chain, 900n, 30)
    const server = await startPeer({ blocks })
    const client = await startPeer({ to: [server] })
    await eventually('a peer that serves', () => client.syncPeers().includes(server.host.id))
    const asked = blocks
      .slice(0, 10)
      .map(({ header }) => client.request(server.host.id, header.number))
    assert.deepEqual(await Promise.all(asked), blocks.slice(0, 10))
    const refused = (code: number) => (error: unknown) =>
      error instanceof RequestRefusedError && error.code === code
    await assert.rejects(client.request(server.host.id, 1n), refused(1))
    await assert.rejects(client.request(server.host.id, 9_999n), refused(2))
  })

  it('find peers that do not serve nowhere', async () => {
    const server = await startPeer({ serve: false })
    const client = await startPeer({ to: [server] })
    // Only now it is known what the server speaks.
    await eventually('its protocols', () => client.host.speakers('/ipfs/id/1.0.0').length === 1)
    assert.deepEqual(client.syncPeers(), [])
    await assert.rejects(client.request(server.host.id, 900n))
  })

  /** A peer that answers requests as it likes. */
  const hostile = (handle: (request: PeerRequest) => Promise<void>) =>
    startPeer({ serve: false, protocols: [{ id: PROTOCOL, maxInboundStreams: 32, handle }] })

  it('are not fooled by another block, by garbage or by a bomb', async () => {
    const answers = [
      encodeResponse(blockOf(chain, 901n), 4),
      randomBytes(500),
      Uint8Array.of(0, 2, 0, 0, 0),
      Uint8Array.of(0),
    ]
    answers[1]?.set([0, 2, 0, 0, 0])
    const server = await hostile(async (request) => {
      await request.read(8, 30_000)
      await request.respond(answers.shift() ?? assert.fail(), 30_000)
    })
    const client = await startPeer({ to: [server] })
    for (let i = 0; i < 4; i++)
      await assert.rejects(client.request(server.host.id, 900n), WrongPayloadError)
  })

  it('end where a peer sends more than an answer can be', async () => {
    const server = await hostile(async (request) => {
      await request.read(8, 30_000)
      await request.respond(randomBytes(MAX_GOSSIP_SIZE + 200_000), 30_000)
    })
    const client = await startPeer({ to: [server] })
    await assert.rejects(client.request(server.host.id, 900n), StreamError)
  })

  it('of one peer are so many at a time: a flood of streams does not stop others', async () => {
    const blocks = blocksOf(chain, 900n, 2)
    // Nobody's turn comes but by the burst, however long this takes.
    const turn = Promise.withResolvers<void>()
    let waiting = 0
    const start = Date.now()
    const server = await startPeer({
      blocks,
      now: () => start,
      sleep: async (ms) => {
        if (ms === 0) return
        waiting += 1
        await turn.promise
      },
    })
    const flood = await startPeer({ to: [server] })
    const good = await startPeer({ to: [server] })
    await eventually('a peer that serves', () => good.syncPeers().length === 1)
    let failed = 0
    const results = Array.from({ length: 60 }, () =>
      flood.request(server.host.id, 900n).catch(() => {
        failed += 1
      }),
    )
    await eventually('requests of the flood wait', () => waiting > 0)
    assert.deepEqual(await good.request(server.host.id, 901n), blocks[1])
    // The burst is served, and as many may wait as a peer may have streams.
    await eventually('the rest is refused', () => failed >= 60 - 15 - 16)
    turn.resolve()
    await Promise.all(results)
    assert.ok(server.host.connected().includes(good.host.id))
  })
})

describe('a stream', () => {
  it('that is slow is reset when its time is over', async () => {
    const outcome = Promise.withResolvers<unknown>()
    const server = await startPeer({
      serve: false,
      protocols: [
        {
          id: '/test/slow/1',
          maxInboundStreams: 1,
          async handle(request) {
            await request.read(8, 300).then(outcome.resolve, outcome.resolve)
          },
        },
      ],
    })
    const client = await rawPeer()
    const stream = await eventually('a stream', () =>
      client.dialProtocol(multiaddr(server.address), '/test/slow/1'),
    )
    // Three bytes and then nothing: the request is never complete.
    stream.send(randomBytes(3))
    assert.ok((await outcome.promise) instanceof StreamError)
    await eventually('the reset', () => stream.status === 'reset')
  })

  it('that is reset, or whose connection is lost, is no answer', async () => {
    const server = await startPeer({
      serve: false,
      protocols: [
        {
          id: '/test/broken/1',
          maxInboundStreams: 1,
          async handle(request) {
            if ((await request.read(1, 30_000))[0] === 0) throw new Error('reset')
            await server.host.disconnect(request.from)
          },
        },
      ],
    })
    const client = await startPeer({ to: [server] })
    const time = 60_000
    const limits = { maxResponse: 10, openTimeout: time, writeTimeout: time, readTimeout: time }
    for (const how of [0, 1])
      await assert.rejects(
        client.host.request(server.host.id, '/test/broken/1', Uint8Array.of(how), limits),
        StreamError,
      )
  })
})

describe('a host', () => {
  it('says which address cannot be had, and why', async () => {
    const taken = Number(/tcp\/(\d+)/.exec((await startPeer()).address)?.[1])
    await assert.rejects(
      startPeer({ listen: { ip: '127.0.0.1', port: taken } }),
      (error) => error instanceof ListenError && /EADDRINUSE/.test(error.message),
    )
    await assert.rejects(startPeer({ listen: { ip: '203.0.113.7', port: 0 } }), /EADDRNOTAVAIL/)
  })
})

describe('connections', () => {
  const raw: Socket[] = []
  afterEach(() => {
    for (const socket of raw.splice(0)) socket.destroy()
  })

  it('stay below the high mark', async () => {
    const node = await startPeer({ tide: { low: 2, high: 4, grace: 0 } })
    for (let i = 0; i < 5; i++) {
      const peer = await startPeer({ tide: { low: 0, high: 30, grace: 0 } })
      // The fifth is one too many, and they are two then.
      await eventually(`peer ${i}`, async () => {
        const there = node.host.connected()
        if (i < 4 ? there.includes(peer.host.id) : there.length === 2) return true
        if (peer.host.connected().length === 0) await peer.host.connect(node.address)
        return false
      })
    }
  })

  it('that never become any do not keep others out', async () => {
    const node = await startPeer()
    const port = Number(/tcp\/(\d+)/.exec(node.address)?.[1])
    for (let i = 0; i < 40; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      raw.push(socket)
    }
    const peer = await startPeer()
    // So many are let in per second, whoever they are.
    await eventually(
      'a way in',
      () => peer.host.connect(node.address).then(() => true),
      undefined,
      {
        interval: 1_000,
      },
    )
    assert.deepEqual(peer.host.connected(), [node.host.id])
  })
})
