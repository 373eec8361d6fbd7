import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { lengthPrefixed } from '../src/gossip/router.ts'
import { parsePeerAddress } from '../src/host/addresses.ts'
import { type Attempts, afterAttempt, afterConnected, peersToDial } from '../src/host/dialer.ts'
import { KeyFileError, readKeyFile, readOrCreateKeyFile } from '../src/host/identity.ts'
import { PeerAddressError } from '../src/host/types.ts'
import { createBuckets } from '../src/limits/rate-limit.ts'
import { BanError, openBans } from '../src/peers/bans.ts'
import { applicationScore, createPeerScores, NO_COUNTERS } from '../src/peers/score.ts'
import { peersToPrune, type TidePeer } from '../src/peers/tide.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-p2p-'))
after(() => rmSync(folder, { recursive: true }))

describe('a rate limit', () => {
  it('grants a burst, then the rate, in any order of times', () => {
    const limits = fc.record({
      rate: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 60 }),
    })
    fc.assert(
      fc.property(limits, fc.array(fc.nat(300), { maxLength: 200 }), (limit, pauses) => {
        const buckets = createBuckets(limit, 10)
        let now = 0
        const granted: number[] = []
        for (const pause of pauses) {
          now += pause
          const wait = buckets.reserve('peer', now, 1_000)
          if (wait !== undefined) granted.push(now + wait)
        }
        // One more for the fractions of a token at both ends.
        for (const [i, from] of granted.entries())
          for (const [more, to] of granted.slice(i).entries())
            assert.ok(more + 1 <= limit.burst + ((to - from) * limit.rate) / 1_000 + 1)
      }),
    )
  })

  it('takes nothing from who would have to wait too long', () => {
    const buckets = createBuckets({ rate: 1, burst: 2 }, 10)
    assert.deepEqual(
      [0, 0, 0, 0].map((now) => buckets.reserve('a', now, 1_000)),
      [0, 0, 1_000, undefined],
    )
    assert.equal(buckets.reserve('a', 1_000, 1_000), 1_000)
    assert.equal(buckets.reserve('b', 1_000, 0), 0)
  })

  it('remembers so many peers', () => {
    const buckets = createBuckets({ rate: 1, burst: 2 }, 100)
    for (let peer = 0; peer < 10_000; peer++) buckets.reserve(`${peer}`, 0, 0)
    assert.equal(buckets.size, 100)
  })

  it('gives nothing when the clock goes back', () => {
    const buckets = createBuckets({ rate: 1, burst: 1 }, 1)
    assert.equal(buckets.reserve('a', 100_000, 0), 0)
    assert.equal(buckets.reserve('a', 0, 0), undefined)
    assert.equal(buckets.wait('a', 100_000), 1_000)
  })
})

describe('the score of answers', () => {
  it('bans for five wrong payloads, never for errors alone', () => {
    const scores = createPeerScores(2)
    for (let i = 0; i < 1_000; i++) scores.record('a', 'error response', 0)
    assert.equal(scores.score('a', 0), -9)
    for (let i = 0; i < 5; i++) scores.record('b', 'rejected payload', 0)
    assert.equal(scores.score('b', 0), -100)
    for (let i = 0; i < 1_000; i++) scores.record('c', 'valid response', 0)
    assert.equal(scores.score('c', 0), 5)
  })

  it('decays to nothing in 60 blocks, in steps or at once', () => {
    const [once, steps] = [createPeerScores(2), createPeerScores(2)]
    for (const scores of [once, steps])
      for (let i = 0; i < 3; i++) scores.record('a', 'rejected payload', 0)
    assert.ok(Math.abs(once.score('a', 60_000) + 60 * 0.1) < 1e-9)
    for (let now = 0; now <= 60_000; now += 2_000) steps.record('a', 'error response', now)
    assert.ok(Math.abs(steps.counters('a', 60_000).rejectedPayloads - 0.3) < 1e-9)
    assert.equal(once.score('a', 240_000), 0)
  })

  it('is zero without answers, and remembers so many peers', () => {
    assert.equal(applicationScore(NO_COUNTERS), 0)
    const scores = createPeerScores(1, 2)
    for (const peer of ['a', 'b', 'c']) scores.record(peer, 'rejected payload', 0)
    assert.deepEqual(
      ['a', 'b', 'c'].map((peer) => scores.score(peer, 0)),
      [0, -20, -20],
    )
  })
})

describe('bans', () => {
  const file = join(folder, 'bans.json')

  it('end when their time is over, and not earlier for a restart', () => {
    const before = openBans(file, 0)
    before.banPeer('bad', 1_000)
    before.banAddress('10.0.0.9', 2_000)
    before.banPeer('bad', 500)
    const bans = openBans(file, 600)
    assert.deepEqual(
      [600, 999, 1_000].map((now) => bans.isPeerBanned('bad', now)),
      [true, true, false],
    )
    assert.ok(bans.isAddressBanned('10.0.0.9', 1_999))
    assert.ok(!bans.isAddressBanned('10.0.0.8', 600))
    assert.deepEqual(openBans(file, 1_500).list(1_500), {
      peers: [],
      addresses: ['10.0.0.9'],
      subnets: [],
    })
  })

  it('of an operator stay until they are lifted', () => {
    const bans = openBans(file, 0)
    bans.blockPeer('peer')
    bans.blockSubnet('192.168.0.0/16')
    bans.blockSubnet('fd00::/8')
    const later = openBans(file, 1e15)
    assert.ok(later.isPeerBanned('peer', 1e15))
    assert.ok(later.isAddressBanned('192.168.7.7', 1e15))
    assert.ok(later.isAddressBanned('fd12::1', 1e15))
    assert.ok(!later.isAddressBanned('193.168.7.7', 1e15))
    later.unblockPeer('peer')
    later.unblockSubnet('192.168.0.0/16')
    assert.ok(!openBans(file, 0).isPeerBanned('peer', 0))
    assert.ok(!openBans(file, 0).isAddressBanned('192.168.7.7', 0))
  })

  it('refuse what is no address or subnet', () => {
    const bans = openBans(undefined, 0)
    for (const ip of ['', '10.0.0', 'localhost', '1.2.3.4/8'])
      assert.throws(() => bans.blockAddress(ip), BanError)
    for (const cidr of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8', 'x/8', '10.0.0.0/-1'])
      assert.throws(() => bans.blockSubnet(cidr), BanError)
  })

  it('are bounded', () => {
    const bans = openBans(undefined, 0)
    for (let i = 0; i < 10_050; i++) bans.banPeer(`${i}`, 1_000 + i)
    assert.equal(bans.list(0).peers.length, 10_000)
    // Those that end first left.
    assert.ok(!bans.isPeerBanned('0', 0))
    assert.ok(bans.isPeerBanned('10049', 0))
  })

  it('say so where their file is damaged', () => {
    for (const text of ['{', '{"version":2}', '{"version":1,"peers":{"a":"x"},"addresses":{}}']) {
      writeFileSync(file, text)
      assert.throws(() => openBans(file, 0), BanError)
    }
  })
})

describe('the tide', () => {
  const tide = { low: 3, high: 5, grace: 1_000 }
  const peer = (id: string, score: number, since = 0, stays = false): TidePeer => ({
    id,
    score,
    since,
    protected: stays,
  })

  it('prunes from above the high mark to the low one, the worst first', () => {
    const peers = ['a', 'b', 'c', 'd', 'e'].map((id, i) => peer(id, i))
    assert.deepEqual(peersToPrune(peers, tide, 10_000), [])
    assert.deepEqual(peersToPrune([...peers, peer('f', -1)], tide, 10_000), ['f', 'a', 'b'])
  })

  it('leaves protected and new peers, but not those with a bad score', () => {
    const peers = [
      peer('static', -500, 0, true),
      peer('new', 0, 9_500),
      peer('new and bad', -1, 9_500),
      ...['a', 'b', 'c'].map((id) => peer(id, 1)),
    ]
    assert.deepEqual(peersToPrune(peers, tide, 10_000), ['new and bad', 'a', 'b'])
  })

  it('never prunes below the low mark or a protected peer', () => {
    const any = fc.record({
      id: fc.uuid(),
      score: fc.integer({ min: -10, max: 10 }),
      since: fc.nat(5_000),
      protected: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (peers) => {
        const pruned = peersToPrune(peers, tide, 5_000)
        assert.ok(pruned.length === 0 || peers.length - pruned.length >= tide.low)
        for (const { id, protected: stays } of peers) assert.ok(!stays || !pruned.includes(id))
      }),
    )
  })
})

const ID = '16Uiu2HAmCY4GC6XnMYjdKiDCB73xvp9aAwSr3vtyS46MEKDMccRL'

describe('dialling', () => {
  const address = (port: number) => ({
    ...parsePeerAddress(`/ip4/127.0.0.1/tcp/${port}/p2p/${ID}`),
    id: `${port}`,
  })
  const view = {
    staticPeers: [address(1), address(2)],
    bootPeers: [address(3), address(4)],
    low: 3,
    now: 0,
  }
  const ids = (peers: readonly { readonly id: string }[]) => peers.map(({ id }) => id)

  it('goes for static peers always and for boot peers below the low mark', () => {
    const connected = new Set(['1', 'x'])
    assert.deepEqual(ids(peersToDial({ ...view, connected }, new Map())), ['2', '3'])
    const many = new Set(['x', 'y', 'z', '2'])
    assert.deepEqual(ids(peersToDial({ ...view, connected: many }, new Map())), ['1'])
  })

  it('waits longer and longer, a minute at most, and begins again once connected', () => {
    let attempts: Attempts = new Map()
    const tried: number[] = []
    for (let now = 0; now < 400_000; now += 500) {
      const due = peersToDial({ ...view, bootPeers: [], connected: new Set(['2']), now }, attempts)
      if (due.length === 0) continue
      tried.push(now)
      attempts = afterAttempt(attempts, '1', now)
    }
    const expected = [0, 1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 123_000, 183_000]
    assert.deepEqual(tried.slice(0, 9), expected)
    assert.equal(afterConnected(attempts, new Set(['1'])).size, 0)
  })

  it('wants addresses with TCP and a peer id', () => {
    assert.equal(parsePeerAddress(`/dns4/example.org/tcp/9222/p2p/${ID}`).id, ID)
    for (const text of [
      '',
      '127.0.0.1:9222',
      '/ip4/127.0.0.1/tcp/9222',
      `/p2p/${ID}`,
      '/ip4/1/tcp/1/p2p/x',
    ])
      assert.throws(() => parsePeerAddress(text), PeerAddressError)
  })
})

describe('an RPC', () => {
  it('is sent after its length, up to 10 MiB', () => {
    for (const [size, prefix] of [
      [0, [0]],
      [127, [127]],
      [128, [0x80, 1]],
      [5_000_000, [0xc0, 0x96, 0xb1, 0x02]],
      [10 * 2 ** 20, [0x80, 0x80, 0x80, 0x05]],
    ] as const) {
      const sent = lengthPrefixed(new Uint8Array(size))
      assert.deepEqual([...sent.subarray(0, prefix.length)], [...prefix])
      assert.equal(sent.length, prefix.length + size)
    }
    assert.throws(() => lengthPrefixed(new Uint8Array(10 * 2 ** 20 + 1)), RangeError)
  })
})

describe('key files', () => {
  it('are made once, for their owner only, and read again', () => {
    const path = join(folder, 'keys', 'priv.txt')
    const key = readOrCreateKeyFile(path)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readOrCreateKeyFile(path), key)
    assert.deepEqual(readKeyFile(path), key)
    writeFileSync(path, `0x${Buffer.from(key).toString('hex')}\n`)
    assert.deepEqual(readKeyFile(path), key)
  })

  it('are refused without showing what is in them', () => {
    const path = join(folder, 'wrong.txt')
    const secret = 'fe'.repeat(31)
    for (const text of [secret, `0x${'00'.repeat(32)}`, `${'ff'.repeat(32)}`, 'secret words']) {
      writeFileSync(path, text)
      assert.throws(
        () => readKeyFile(path),
        (error) => error instanceof KeyFileError && !error.message.includes(text.slice(2, 20)),
      )
      assert.equal(readFileSync(path, 'utf8'), text)
    }
    assert.throws(() => readKeyFile(join(folder, 'missing')), KeyFileError)
  })
})
