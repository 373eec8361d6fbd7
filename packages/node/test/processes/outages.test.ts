import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { eventually } from '../../../launch/test/eventually.ts'
import { startTestAnvil, type TestAnvil } from './helpers/anvil.ts'
import { type L1Proxy, type Manners, startL1Proxy } from './helpers/l1-proxy.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, newMarker, type World } from './helpers/world.ts'

// A verifier whose L1 endpoint fails in every way it can: it says so, gives nothing up, and goes on by itself.

const ETHER = 10n ** 18n
let world: World
let proxy: L1Proxy
let node: TestNode

before(async () => {
  world = await createWorld({ tempo: { seqWindowSize: 60n }, slotsInEpoch: 4 })
  proxy = await startL1Proxy(world.l1.url)
  node = await world.startNode('verifier', { l1Url: proxy.url })
  await world.l1.mine(3)
  await world.extend(node)
})
afterEach(() => proxy.behave({ kind: 'honest' }))
after(async () => {
  await world.close()
  await proxy.close()
})

/** The heads stay while L1 goes on behind an endpoint with these manners, and it is said; then they go on. */
async function survives(manners: Manners, said: RegExp, requests = 8): Promise<void> {
  const before = await world.caughtUp(node)
  const logged = node.log().length
  proxy.behave(manners)
  const receiver = newMarker()
  await world.deposit(receiver, ETHER)
  await world.l1.mine(3)
  await eventually(
    'the node has tried, and said what is wrong',
    () => proxy.requests >= requests && said.test(node.log().slice(logged)),
    world.explain,
  )
  const during = await node.status()
  for (const head of ['unsafe_l2', 'safe_l2'] as const)
    assert.equal(during[head].hash, before[head].hash, `${head} during the outage`)
  // That more is final may have been heard in the last moment before it.
  assert.ok(during.finalized_l2.number >= before.finalized_l2.number)
  proxy.behave({ kind: 'honest' })
  await world.extend(node)
  await world.has(node, receiver, ETHER)
}

describe('a verifier goes on after L1', () => {
  it('hung up', () => survives({ kind: 'hang-up' }, /L1 does not answer/))

  it('was overloaded', () =>
    survives({ kind: 'garbage', status: 503, body: 'busy' }, /L1 does not answer/))

  it('answered with what is no JSON', () =>
    survives({ kind: 'garbage', status: 200, body: '<html>welcome</html>' }, /L1 does not answer/))

  it('answered with JSON that is no block', () =>
    survives(
      { kind: 'garbage', status: 200, body: '{"jsonrpc":"2.0","id":1,"result":[7]}' },
      /unexpected/,
    ))

  it('cut its answers short', () => survives({ kind: 'truncated' }, /L1 does not answer/))

  it('lied about the transactions and receipts of blocks', () =>
    survives(
      {
        kind: 'lying',
        lie: (method, result) => {
          if (method === 'eth_getBlockReceipts') return []
          const block = result as { transactions?: readonly unknown[] }
          return Array.isArray(block?.transactions) ? { ...block, transactions: [] } : result
        },
      },
      /unexpected/,
    ))

  it('was slow', async () => {
    proxy.behave({ kind: 'slow', delay: 300 })
    await world.l1.mine(2)
    await world.extend(node)
    proxy.behave({ kind: 'honest' })
  })

  it('was another chain', async () => {
    const other: TestAnvil = await startTestAnvil({
      folder: world.deployment.folder,
      slotsInEpoch: 1,
    })
    await other.mine(90, 13)
    await survives({ kind: 'other', url: other.url }, /waiting for the L1 that has it/)
    await other.stop('SIGKILL')
  })

  it('was behind, or now behind and now not, as load balancers are', async () => {
    await world.caughtUp(node)
    const { number } = await world.l1.head()
    const { safe_l2 } = await node.status()
    const logged = node.log().length
    proxy.behave({ kind: 'stale', head: number - 3n })
    await eventually('the node has looked', () => proxy.requests > 10)
    proxy.behave((request) =>
      request % 3 === 0 ? { kind: 'honest' } : { kind: 'stale', head: number - 2n },
    )
    await world.l1.mine(4)
    const { last } = await world.extend(node)
    assert.ok(last > safe_l2.number)
    assert.doesNotMatch(node.log().slice(logged), /starts over/)
    proxy.behave({ kind: 'honest' })
  })

  it('was stopped', async () => {
    await world.l1.process().signal('SIGSTOP')
    const logged = node.log().length
    await eventually('the node says so', () => /L1 does not answer/.test(node.log().slice(logged)))
    await world.l1.process().signal('SIGCONT')
    await world.l1.mine(2)
    await world.extend(node)
    await eventually('the node says so', () => /L1 answers again/.test(node.log().slice(logged)))
  })

  it('was ended and started again', async () => {
    await world.l1.stop()
    const logged = node.log().length
    await eventually('the node says so', () => /L1 does not answer/.test(node.log().slice(logged)))
    await world.l1.restart()
    await world.l1.mine(2)
    await world.extend(node)
  })

  it('was killed, lost its newest blocks and made others', async () => {
    const marker = newMarker()
    await world.l1.mine(3)
    await world.extend(node, { marker })
    await world.l1.stop('SIGKILL')
    await world.l1.restart()
    await world.l1.mine(9, 3)
    await world.stands(node)
    await world.has(node, marker, 0n)
    await world.extend(node)
  })
})

describe('a verifier that is started while L1 is silent', () => {
  it('waits for it', async () => {
    await node.stop('SIGKILL')
    proxy.behave({ kind: 'hang-up' })
    const started = node.start()
    await eventually('the node has tried', () => proxy.requests > 6)
    proxy.behave({ kind: 'honest' })
    await started
    await world.extend(node)
  })
})

describe('in the end', () => {
  it('a node from an empty disk has the same chain, and no head ever contradicted it', () =>
    world.conclude([node]))
})
