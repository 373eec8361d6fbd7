import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Hash } from '@altlayer/protocol'
import { call, result, withServer } from './support/client.ts'
import { CONTRACT, createFakeEngine } from './support/fake-engine.ts'

const TOPIC: Hash = `0x${'11'.repeat(32)}`
const OTHER: Hash = `0x${'22'.repeat(32)}`
const NOT_FOUND = { code: -32000, message: 'filter not found' }

type Log = { readonly logIndex: string; readonly removed: boolean; readonly blockNumber: string }

describe('filters that are polled', () => {
  test('give each log once, and take back what a reorganisation removed', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const id = await result(port, 'eth_newFilter', [{ topics: [null, OTHER] }])
      const changes = async () => (await result(port, 'eth_getFilterChanges', [id])) as Log[]
      assert.deepEqual(await changes(), [])
      engine.mine([[TOPIC], [TOPIC, OTHER]])
      assert.deepEqual(
        (await changes()).map(({ logIndex, removed }) => [logIndex, removed]),
        [['0x1', false]],
      )
      assert.deepEqual(await changes(), [])
      engine.reorg()
      assert.deepEqual(
        (await changes()).map(({ logIndex, removed }) => [logIndex, removed]),
        [['0x1', true]],
      )
    })
  })

  test('keep to their range of blocks', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const id = await result(port, 'eth_newFilter', [{ fromBlock: '0x2', toBlock: '0x3' }])
      for (let i = 0; i < 4; i++) engine.mine([[TOPIC]])
      const logs = (await result(port, 'eth_getFilterChanges', [id])) as Log[]
      assert.deepEqual(
        logs.map(({ blockNumber }) => blockNumber),
        ['0x2', '0x3'],
      )
      const all = (await result(port, 'eth_getFilterLogs', [id])) as Log[]
      assert.equal(all.length, 2)
    })
  })

  test('gather block hashes and pending transactions', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const blocks = await result(port, 'eth_newBlockFilter')
      const transactions = await result(port, 'eth_newPendingTransactionFilter', [false])
      const whole = await call(port, 'eth_newPendingTransactionFilter', [true])
      assert.deepEqual(whole.error, {
        code: -32602,
        message:
          'invalid argument 0: a filter gathers hashes: eth_subscribe sends whole transactions',
      })
      const block = engine.mine()
      const hash = await result(port, 'eth_sendRawTransaction', ['0xc0'])
      assert.deepEqual(await result(port, 'eth_getFilterChanges', [blocks]), [block.hash])
      assert.deepEqual(await result(port, 'eth_getFilterChanges', [transactions]), [hash])
      assert.deepEqual((await call(port, 'eth_getFilterLogs', [blocks])).error, NOT_FOUND)
    })
  })

  test('end when removed, when unused, when overfull and when too many', async () => {
    const engine = createFakeEngine()
    const limits = { filters: 2, filterItems: 3 }
    await withServer({ engine, limits }, async ({ port }) => {
      const first = await result(port, 'eth_newBlockFilter')
      assert.equal(await result(port, 'eth_uninstallFilter', [first]), true)
      assert.equal(await result(port, 'eth_uninstallFilter', [first]), false)
      assert.deepEqual((await call(port, 'eth_getFilterChanges', [first])).error, NOT_FOUND)

      const old = await result(port, 'eth_newBlockFilter')
      const used = await result(port, 'eth_newBlockFilter')
      await result(port, 'eth_getFilterChanges', [old])
      const newest = await result(port, 'eth_newBlockFilter')
      assert.deepEqual((await call(port, 'eth_getFilterChanges', [used])).error, NOT_FOUND)
      for (let i = 0; i < 3; i++) engine.mine()
      const gathered = (await result(port, 'eth_getFilterChanges', [old])) as unknown[]
      assert.equal(gathered.length, 3)
      engine.mine()
      assert.deepEqual((await call(port, 'eth_getFilterChanges', [newest])).error, NOT_FOUND)
    })
    await withServer({ engine, limits: { filterTimeout: 0 } }, async ({ port }) => {
      const id = await result(port, 'eth_newBlockFilter')
      assert.deepEqual((await call(port, 'eth_getFilterChanges', [id])).error, NOT_FOUND)
    })
  })
})

describe('eth_getLogs', () => {
  test('is bounded in blocks, and clear about ranges', async () => {
    const engine = createFakeEngine()
    for (let i = 0; i < 10; i++) engine.mine([[TOPIC]])
    await withServer({ engine, limits: { logBlocks: 5 } }, async ({ port }) => {
      const logs = async (filter: unknown) => call(port, 'eth_getLogs', [filter])
      const inRange = await logs({ fromBlock: '0x1', toBlock: '0x5', address: CONTRACT })
      assert.equal((inRange.result as Log[]).length, 5)
      assert.equal((await logs({ fromBlock: '0x1', toBlock: '0x6' })).error?.code, -32005)
      assert.deepEqual((await logs({ fromBlock: '0x3', toBlock: '0x2' })).error, {
        code: -32602,
        message: 'invalid block range params',
      })
      for (const range of [
        { fromBlock: '0x64', toBlock: '0xc8' },
        { fromBlock: '0xb' },
        { fromBlock: '0xa', toBlock: '0xb' },
        { fromBlock: '0xa', toBlock: '0xffffffffffff' },
      ])
        assert.deepEqual((await logs(range)).error, {
          code: -32602,
          message: 'block range extends beyond current head block',
        })
      assert.equal(((await logs({ fromBlock: '0xa', toBlock: '0xa' })).result as Log[]).length, 1)
      const unknown = await logs({ blockHash: TOPIC })
      assert.deepEqual(unknown.error, { code: -32000, message: 'unknown block' })
    })
  })
})
