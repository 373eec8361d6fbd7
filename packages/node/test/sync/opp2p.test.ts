import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Host, type OpStackP2p, openBans, type PeerSummary } from '@altlayer/p2p'
import { RpcError } from '@altlayer/rpc'
import { opp2pMethods } from '../../src/sync/opp2p.ts'

const peer: PeerSummary = {
  id: '16Uiu2HAmCY4GC6XnMYjdKiDCB73xvp9aAwSr3vtyS46MEKDMccRL',
  nodeId: 'ab'.repeat(32),
  userAgent: 'optimism',
  protocolVersion: 'ipfs/0.1.0',
  addresses: ['/ip4/10.0.0.1/tcp/9222'],
  protocols: ['/ipfs/id/1.0.0'],
  connected: true,
  direction: 'outbound',
  protected: false,
  latency: 1.5,
  score: -3.5,
  topics: ['/optimism/901/3/blocks'],
}
const stranger: PeerSummary = {
  ...peer,
  id: 'other',
  connected: false,
  direction: 'unknown',
  topics: [],
}

function methodsOf(admin: boolean) {
  const calls: unknown[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push([name, ...args])
    }
  const host: Partial<Host> = {
    self: () => peer,
    peers: async (connected) => (connected ? [peer] : [peer, stranger]),
    connected: () => [peer.id],
    topicPeers: (topic) => (topic === '/optimism/901/3/blocks' ? [peer.id] : []),
    connect: async (address) => {
      if (address !== 'good') throw new Error('no such place')
    },
    disconnect: async (id) => note('disconnect')(id),
    protect: note('protect'),
  }
  const p2p = {
    host,
    answers: () => ({ validResponses: 4, errorResponses: 1, rejectedPayloads: 2, at: 0 }),
  } as unknown as OpStackP2p
  const bans = openBans(undefined, 0)
  const methods = new Map(
    opp2pMethods({ p2p, bans, chainId: 901n, now: () => 1_000, admin }).map((one) => [
      one.name,
      one,
    ]),
  )
  const call = async (name: string, ...args: unknown[]) =>
    (methods.get(`opp2p_${name}`) ?? assert.fail(`no ${name}`)).call(args, {})
  return { methods, bans, call, calls }
}

describe('the opp2p namespace', () => {
  it("tells of peers in op-node's forms", async () => {
    const { call, bans } = methodsOf(false)
    const info = {
      peerID: peer.id,
      nodeID: peer.nodeId,
      userAgent: 'optimism',
      protocolVersion: 'ipfs/0.1.0',
      ENR: '',
      addresses: peer.addresses,
      protocols: peer.protocols,
      connectedness: 1,
      direction: 2,
      protected: false,
      chainID: 901,
      latency: 1_500_000,
      gossipBlocks: true,
      scores: {
        gossip: { total: -3.5 },
        reqResp: { validResponses: 4, errorResponses: 1, rejectedPayloads: 2 },
      },
    }
    assert.deepEqual(await call('self'), info)
    bans.banPeer('bad', 2_000)
    bans.banPeer('was bad', 500)
    bans.blockAddress('10.0.0.9')
    bans.blockSubnet('10.1.0.0/16')
    assert.deepEqual(await call('peers', true), {
      totalConnected: 1,
      peers: { [peer.id]: info },
      bannedPeers: ['bad'],
      bannedIPS: ['10.0.0.9'],
      bannedSubnets: ['10.1.0.0/16'],
    })
    const all = (await call('peers', false)) as { peers: Record<string, typeof info> }
    assert.deepEqual(
      [all.peers.other?.connectedness, all.peers.other?.direction, all.peers.other?.chainID],
      [0, 0, 0],
    )
    assert.deepEqual(await call('peerStats'), {
      connected: 1,
      table: 0,
      blocksTopic: 0,
      blocksTopicV2: 0,
      blocksTopicV3: 0,
      blocksTopicV4: 1,
      banned: 1,
      known: 2,
    })
    assert.deepEqual(await call('listBlockedSubnets'), ['10.1.0.0/16'])
    await assert.rejects(call('discoveryTable'), RpcError)
  })

  it('changes nothing unless it is told to serve such methods', () => {
    const changing = [...methodsOf(true).methods.keys()].filter(
      (name) => !methodsOf(false).methods.has(name),
    )
    const names = ['Peer', 'Addr', 'Subnet'].flatMap((what) => [`block${what}`, `unblock${what}`])
    names.push('protectPeer', 'unprotectPeer', 'connectPeer', 'disconnectPeer')
    assert.deepEqual(changing.toSorted(), names.map((name) => `opp2p_${name}`).toSorted())
  })

  it('blocks, lifts, protects and connects', async () => {
    const { call, calls, bans } = methodsOf(true)
    await call('blockPeer', peer.id)
    await call('blockAddr', '10.0.0.1')
    await call('blockSubnet', '10.2.0.0/16')
    assert.deepEqual(bans.list(1_000), {
      peers: [peer.id],
      addresses: ['10.0.0.1'],
      subnets: ['10.2.0.0/16'],
    })
    await call('unblockPeer', peer.id)
    await call('unblockAddr', '10.0.0.1')
    await call('unblockSubnet', '10.2.0.0/16')
    assert.deepEqual(bans.list(1_000), { peers: [], addresses: [], subnets: [] })
    await call('protectPeer', 'x')
    await call('unprotectPeer', 'x')
    await call('disconnectPeer', 'x')
    assert.deepEqual(calls, [
      ['protect', 'x', true],
      ['protect', 'x', false],
      ['disconnect', 'x'],
    ])
    assert.equal(await call('connectPeer', 'good'), null)
    await assert.rejects(call('connectPeer', 'bad'), /no such place/)
    await assert.rejects(call('blockAddr', 'nowhere'), RpcError)
    await assert.rejects(call('blockPeer', 'nobody'), RpcError)
  })
})
