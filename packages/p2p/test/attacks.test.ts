import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, it } from 'node:test'
import { concatBytes } from '@altlayer/protocol'
import { multiaddr } from '@multiformats/multiaddr'
import { eventually } from '../../launch/test/eventually.ts'
import { signBlockMessage } from '../src/gossip/message.ts'
import { lengthPrefixed } from '../src/gossip/router.ts'
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

// What strangers may try. Afterwards the node hears its honest peer, and has nothing of the others. One address opens five
// connections a second at most, so that some have to try again.

afterEach(closeAll)

/** A block of the honest peer still comes. */
async function hears(victim: TestPeer, honest: TestPeer, number: bigint): Promise<void> {
  await honest.publish(freshBlock(number), key)
  await eventually(`block ${number}`, () =>
    victim.received.some(({ header }) => header.number === number),
  )
}

async function pair(): Promise<{ readonly victim: TestPeer; readonly honest: TestPeer }> {
  const victim = await startPeer()
  const honest = await startPeer({ to: [victim] })
  return { victim, honest }
}

const repeat = (count: number, make: (i: number) => Uint8Array) =>
  concatBytes(...Array.from({ length: count }, (_, i) => make(i)))
const text = (value: string) => Buffer.from(value)

// Of gossipsub's RPC: subscriptions 1, messages 2, control 3; of control: IHAVE 1, IWANT 2, GRAFT 3.
const subscription = (topic: string) =>
  field(1, concatBytes(Uint8Array.of(0x08, 1), field(2, text(topic))))

describe('gossip streams', () => {
  it('may hold anything: nothing is kept of it, and others are heard', async () => {
    const { victim, honest } = await pair()
    const rpcs: readonly Uint8Array[] = [
      new Uint8Array(randomBytes(5_000)),
      repeat(10_000, (i) => subscription(`/else/${i}`)),
      repeat(300, () => field(2, field(2, text('no topic')))),
      repeat(2_000, () => field(2, concatBytes(field(2, randomBytes(8)), field(4, text(TOPIC))))),
      field(
        3,
        field(
          1,
          concatBytes(
            field(1, text(TOPIC)),
            repeat(20_000, () => field(2, randomBytes(20))),
          ),
        ),
      ),
      field(
        3,
        field(
          2,
          repeat(20_000, () => field(1, randomBytes(20))),
        ),
      ),
      field(
        3,
        repeat(10_000, (i) => field(3, field(1, text(`/else/${i}`)))),
      ),
      field(
        3,
        field(
          4,
          concatBytes(
            field(1, text(TOPIC)),
            repeat(500, () => field(2, field(1, randomBytes(38)))),
          ),
        ),
      ),
      field(
        3,
        repeat(100_000, () => Uint8Array.of(0x1a, 0)),
      ),
    ]
    for (const [i, rpc] of rpcs.entries()) {
      const hostile = await rawPeer()
      const stream = await gossipStream(hostile, victim)
      // The second time the stream may be gone.
      for (let time = 0; time < 2 && stream.status === 'open'; time++)
        stream.send(lengthPrefixed(rpc))
      await hears(victim, honest, 1_000n + BigInt(i))
      await hostile.stop()
    }
    assert.deepEqual(victim.host.topicPeers('/else/1'), [])
  })

  it('of a sequencer that signs block after block for one height bring a few', async () => {
    const { victim, honest } = await pair()
    const blocks = Array.from({ length: 9 }, (_, i) => freshBlock(1_000n, [Uint8Array.of(i)]))
    for (const block of blocks) {
      const { topic, data } = signBlockMessage(block, chain, key)
      await honest.host.publish(topic, data)
    }
    // Whoever passes on more of them is at fault: two are enough not to be listened to.
    await eventually(
      'the refusal',
      () => (victim.counts().refused['too many blocks at this height'] ?? 0) >= 2,
    )
    assert.deepEqual(victim.received, blocks.slice(0, victim.received.length))
    assert.equal(victim.received.length, 6)
  })
})

describe('strangers', () => {
  it('with ever new identities, and addresses of others, are forgotten when they go', async () => {
    const { victim, honest } = await pair()
    for (let i = 0; i < 4; i++) {
      const addresses = Array.from({ length: 100 }, (_, j) => `/ip4/10.${i}.1.${j}/tcp/9222`)
      const stranger = await rawPeer(addresses)
      const id = stranger.peerId.toString()
      await eventually('the stranger', async () => {
        if (victim.host.connected().includes(id)) return true
        // Whoever dials learns late that it is refused.
        await stranger.dial(multiaddr(victim.address))
        return false
      })
      await stranger.stop()
      await eventually('its end', () => !victim.host.connected().includes(id))
    }
    await eventually('nothing of them', async () => (await victim.host.peers(false)).length === 1)
    assert.deepEqual(
      (await victim.host.peers(false)).map(({ id }) => id),
      [honest.host.id],
    )
    await hears(victim, honest, 1_000n)
  })
})
