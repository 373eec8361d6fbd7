import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, describe, it } from 'node:test'
import { eventually } from '../../launch/test/eventually.ts'
import {
  RpcError,
  type RpcMethod,
  type RpcServer,
  serveRpc,
} from '../../rpc/test/support/json-rpc-server.ts'
import { createExecutor } from '../src/execute.ts'
import {
  createRpcClient,
  type FollowEvent,
  type FollowService,
  startFollowing,
  verifyForeignBlock,
} from '../src/index.ts'
import { createTestChain, type TestChain } from './helpers/chain.ts'

const cleanups: (() => Promise<unknown>)[] = []
after(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup()
})

async function serve(
  chain: TestChain,
  changes: Record<string, RpcMethod> = {},
): Promise<RpcServer> {
  const server = await serveRpc({ ...chain.methods, ...changes })
  cleanups.push(() => server.close())
  return server
}

interface Followed {
  readonly service: FollowService
  /** Events by rollup. */
  readonly events: FollowEvent[][]
  close(): Promise<void>
}

/** @param timeout of a request, milliseconds: short where a test is about RPCs that hang */
function follow(
  rollups: readonly { url: string; chain: TestChain; from?: bigint }[],
  timeout = 60_000,
): Followed {
  const events: FollowEvent[][] = rollups.map(() => [])
  const service = startFollowing({
    rollups: rollups.map(({ url, chain, from }) => ({
      rpc: url,
      rules: { config: chain.config, name: `chain ${chain.config.chainId}`, from: 'the test' },
      ...(from !== undefined && { from }),
    })),
    workers: 1,
    pollInterval: 20,
    limits: { timeout },
    onEvent: (index, event) => events[index]?.push(event),
  })
  let closing: Promise<void> | undefined
  const close = () => (closing ??= service.close())
  cleanups.push(close)
  return { service, events, close }
}

const validNumbers = (events: readonly FollowEvent[] = []) =>
  events.flatMap((event) =>
    event.type === 'block' && event.verdict.status === 'valid' ? [event.verdict.number] : [],
  )

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => BigInt(from + i))

describe('a chain made by the program', () => {
  for (const fork of ['holocene', 'isthmus'] as const)
    it(`is valid block by block, ${fork}`, async () => {
      const chain = createTestChain(901n, fork)
      chain.mine(40)
      const server = await serve(chain)
      const rollup = {
        config: chain.config,
        rpc: createRpcClient(server.url),
        executor: createExecutor({ config: chain.config }),
        capabilities: { refused: new Set<string>() },
      }
      for (const { header, hash } of chain.blocks.slice(1)) {
        const verdict = await verifyForeignBlock(rollup, header.number)
        assert.equal(verdict.status, 'valid', verdict.problem?.message)
        assert.equal(verdict.hash, hash)
        assert.equal(verdict.receipts, 'compared')
      }
      const genesis = await verifyForeignBlock(rollup, 0n)
      assert.equal(genesis.problem?.code, 'PARENT_HEADER')
      rollup.rpc.close()
    })
})

describe('following rollups', () => {
  it('verifies every block of several, those to come too, and says how far behind it is', async () => {
    const chains = [createTestChain(901n), createTestChain(902n, 'isthmus')] as const
    for (const chain of chains) chain.mine(12)
    const rollups = await Promise.all(
      chains.map(async (chain) => ({ url: (await serve(chain)).url, chain, from: 3n })),
    )
    const { service, events, close } = follow(rollups)
    await eventually('ten blocks each', () =>
      events.every((list) => validNumbers(list).length === 10),
    )
    for (const chain of chains) chain.mine(5)
    await eventually('the new blocks', () =>
      events.every((list) => validNumbers(list).length === 15),
    )
    for (const [index, list] of events.entries()) {
      assert.deepEqual(validNumbers(list), range(3, 17))
      const status = service.status()[index]
      assert.equal(status?.behind.blocks, 0n)
      const { timestamp } = chains[index]?.blocks.at(-1)?.header ?? {}
      const age = Date.now() / 1000 - Number(timestamp)
      assert.ok(Math.abs((status?.behind.seconds ?? 0) - age) < 60)
      assert.deepEqual(status?.counts, { valid: 15, invalid: 0, unverified: 0 })
      assert.ok((status?.gas ?? 0n) > 0n)
    }
    await close()
  })

  it('begins with the head when it is not told where', async () => {
    const chain = createTestChain(903n)
    chain.mine(6)
    const { events, close } = follow([{ url: (await serve(chain)).url, chain }])
    await eventually('the head', () => events[0]?.length === 1)
    chain.mine(1)
    await eventually('the block after', () => events[0]?.length === 2)
    assert.deepEqual(validNumbers(events[0]), [6n, 7n])
    await close()
  })

  it('follows a reorganisation, and reports the blocks that took the places', async () => {
    const chain = createTestChain(904n)
    chain.mine(20)
    const { events, close } = follow([{ url: (await serve(chain)).url, chain, from: 1n }])
    await eventually('the first chain', () => validNumbers(events[0]).length === 20)
    chain.reorg(7)
    await eventually('the second chain', () => validNumbers(events[0]).at(-1) === 21n)
    const told = new Map<bigint, string>()
    for (const event of events[0] ?? [])
      if (event.type === 'block')
        told.set(event.verdict.number as bigint, event.verdict.hash as string)
    for (const { header, hash } of chain.blocks.slice(1))
      assert.equal(told.get(header.number), hash)
    assert.ok(events[0]?.some(({ type }) => type === 'reorg'))
    assert.deepEqual(validNumbers(events[0]).slice(20), range(14, 21))
    await close()
  })

  it('is not held up by a rollup whose RPC hangs, lies, or is gone', async () => {
    const good = createTestChain(905n)
    const bad = createTestChain(906n)
    for (const chain of [good, bad]) chain.mine(15)
    const hung = createServer(() => {}).listen(0, '127.0.0.1')
    await once(hung, 'listening')
    cleanups.push(async () => {
      hung.closeAllConnections()
      hung.close()
    })
    const { port } = hung.address() as { port: number }
    const slow = await serve(bad, { debug_executionWitness: () => new Promise(() => {}) })
    const liar = await serve(bad, {
      eth_getBlockReceipts: () => [],
    })
    const { events, service, close } = follow(
      [
        { url: `http://127.0.0.1:${port}`, chain: bad, from: 1n },
        { url: slow.url, chain: bad, from: 1n },
        { url: liar.url, chain: bad, from: 1n },
        { url: (await serve(good)).url, chain: good, from: 1n },
      ],
      1_000,
    )
    await eventually('the good chain', () => validNumbers(events[3]).length === 15)
    assert.deepEqual(validNumbers(events[3]), range(1, 15))
    await eventually('the hung RPC to be told', () => events[0]?.[0]?.type === 'silent')
    await eventually('the slow RPC to be told', () => events[1]?.[0]?.type === 'silent')
    await eventually('a block given up for its receipts', () =>
      events[2]?.some(
        (event) => event.type === 'block' && event.verdict.problem?.code === 'RECEIPT',
      ),
    )
    assert.ok((service.status()[2]?.counts.unverified ?? 0) > 0)
    for (const list of events.slice(0, 3)) assert.deepEqual(validNumbers(list), [])
    await close()
  })

  it('goes on by itself when an RPC that was gone is back', async () => {
    const chain = createTestChain(907n)
    chain.mine(3)
    let down = true
    const server = await serveRpc(chain.methods, {
      intercept(_, response) {
        if (down) response.destroy()
        return down
      },
    })
    cleanups.push(() => server.close())
    const { events, close } = follow([{ url: server.url, chain, from: 1n }])
    await eventually('the outage', () => events[0]?.[0]?.type === 'silent')
    down = false
    await eventually('the blocks', () => validNumbers(events[0]).length === 3)
    down = true
    await eventually('the second outage', () => events[0]?.at(-1)?.type === 'silent')
    chain.mine(2)
    down = false
    await eventually('the blocks after', () => validNumbers(events[0]).length === 5)
    const kinds = events[0]?.map(({ type }) => type).filter((type) => type !== 'block')
    assert.deepEqual(kinds, ['silent', 'answering', 'silent', 'answering'])
    await close()
  })

  it('gives up no block because its RPC limits how often it is asked', async () => {
    const chain = createTestChain(908n)
    chain.mine(12)
    // A request of five, and of the calls that come through one of thirty by an error of JSON-RPC's.
    let requests = 0
    let calls = 0
    const limited: Record<string, RpcMethod> = Object.fromEntries(
      Object.entries(chain.methods).map(([name, method]) => [
        name,
        (params: readonly unknown[]) => {
          if (calls++ % 30 === 1) throw new RpcError(-32005, 'rate limit exceeded')
          return method(params)
        },
      ]),
    )
    const server = await serveRpc(limited, {
      intercept(_, response) {
        const refuse = requests++ % 5 === 0
        if (refuse) response.writeHead(429, { 'retry-after': '0' }).end('slow down')
        return refuse
      },
    })
    cleanups.push(() => server.close())
    const { events, service, close } = follow([{ url: server.url, chain, from: 1n }])
    await eventually('the blocks', () => validNumbers(events[0]).length === 12)
    assert.deepEqual(validNumbers(events[0]), range(1, 12))
    assert.deepEqual(service.status()[0]?.counts, { valid: 12, invalid: 0, unverified: 0 })
    await close()
  })
})
