import assert from 'node:assert/strict'
import { test } from 'node:test'
import { method, param, types } from '../src/index.ts'
import { call, result, withServer } from './support/client.ts'
import { createFakeEngine } from './support/fake-engine.ts'

interface Document {
  readonly openrpc: string
  readonly methods: readonly {
    readonly name: string
    readonly summary: string
    readonly params: readonly { name: string; required: boolean; schema: object }[]
    readonly result: { name: string; schema: object }
  }[]
}

// The `eth` namespace of execution-apis and what the issue names beside it.
const EXPECTED =
  `eth_accounts eth_baseFee eth_blobBaseFee eth_blockNumber eth_call eth_capabilities eth_chainId eth_coinbase eth_config
  eth_createAccessList eth_estimateGas eth_feeHistory eth_fillTransaction eth_gasPrice eth_getBalance eth_getBlockByHash
  eth_getBlockByNumber eth_getBlockReceipts eth_getBlockTransactionCountByHash
  eth_getBlockTransactionCountByNumber eth_getCode eth_getFilterChanges eth_getFilterLogs eth_getHeaderByHash eth_getHeaderByNumber
  eth_getLogs eth_getRawTransactionByBlockHashAndIndex eth_getRawTransactionByBlockNumberAndIndex eth_pendingTransactions
  eth_getProof eth_getRawTransactionByHash eth_getStorageAt eth_getStorageValues eth_getTransactionByBlockHashAndIndex
  eth_getTransactionByBlockNumberAndIndex eth_getTransactionByHash eth_getTransactionCount
  eth_getTransactionReceipt eth_getUncleCountByBlockHash eth_getUncleCountByBlockNumber
  eth_maxPriorityFeePerGas eth_newBlockFilter eth_newFilter eth_newPendingTransactionFilter
  eth_sendRawTransaction eth_sendTransaction eth_sign eth_signTransaction eth_simulateV1 eth_subscribe
  eth_syncing eth_uninstallFilter eth_unsubscribe net_listening net_peerCount net_version
  web3_clientVersion web3_sha3 txpool_content txpool_contentFrom txpool_inspect txpool_status
  debug_traceTransaction debug_traceCall debug_traceBlock debug_traceBlockByHash
  debug_traceBlockByNumber debug_dbGet debug_executionWitness debug_getBadBlocks debug_getRawBlock debug_getRawHeader
  debug_getRawReceipts debug_getRawTransaction rpc_modules rpc_discover`.split(/\s+/)

test('rpc_discover describes every method, each with what it takes and gives', async () => {
  await withServer({ engine: createFakeEngine() }, async ({ port }) => {
    const document = (await result(port, 'rpc_discover')) as Document
    assert.match(document.openrpc, /^1\./)
    const names = new Set(document.methods.map(({ name }) => name))
    for (const name of EXPECTED) assert.ok(names.has(name), name)
    for (const { name, summary, params, result } of document.methods) {
      assert.ok(summary.endsWith('.'), name)
      assert.ok(result.name.length > 0, name)
      let optional = false
      for (const one of params) {
        assert.ok(Object.keys(one.schema).length > 0, `${name} ${one.name}`)
        assert.ok(
          !(optional && one.required),
          `${name}: a required parameter after an optional one`,
        )
        optional ||= !one.required
      }
    }
  })
})

test('rpc_modules names the namespaces', async () => {
  await withServer({ engine: createFakeEngine() }, async ({ port }) => {
    const modules = (await result(port, 'rpc_modules')) as Record<string, string>
    assert.deepEqual(Object.keys(modules), ['debug', 'eth', 'net', 'rpc', 'txpool', 'web3'])
  })
})

test('a service adds methods of its own, described the same way', async () => {
  const double = method({
    name: 'mach_double',
    summary: 'Twice a number.',
    params: [param('Number', types.uint64)],
    result: ['Number', { type: 'string' }],
    handler: ([number]) => `0x${(2n * number).toString(16)}`,
  })
  const engine = createFakeEngine()
  await withServer({ engine, methods: [double] }, async ({ port }) => {
    assert.equal(await result(port, 'mach_double', ['0x15']), '0x2a')
    assert.equal((await call(port, 'mach_double', ['21'])).error?.code, -32602)
    const modules = (await result(port, 'rpc_modules')) as Record<string, string>
    assert.equal(modules.mach, '1.0')
  })
  const taken = method({
    ...double,
    name: 'eth_chainId',
    params: [],
    result: ['', {}],
    handler: () => 1,
  })
  await assert.rejects(
    withServer({ engine, methods: [taken] }, async () => {}),
    /defined twice/,
  )
})

const HASH = `0x${'ab'.repeat(32)}` as const

test('the optimism namespace is what the rollup node gives, and absent without one', async () => {
  const engine = createFakeEngine()
  const rollup = {
    version: () => 'altlayer/test',
    syncStatus: () => ({ head: 1 }) as never,
    rollupConfig: () => ({ block_time: 1 }),
    outputAtBlock: (block: bigint) =>
      block === 3n
        ? Promise.resolve({ version: '0x00' } as never)
        : Promise.reject(new Error(`block ${block} not found`)),
    safeHeadAtL1Block(block: bigint) {
      if (block !== 7n) throw new Error(`block ${block} not read`)
      return { l1Block: { hash: HASH, number: 7 }, safeHead: { hash: HASH, number: 3 } }
    },
  }
  await withServer({ engine, rollup }, async ({ port }) => {
    assert.equal(await result(port, 'optimism_version'), 'altlayer/test')
    assert.deepEqual(await result(port, 'optimism_syncStatus'), { head: 1 })
    assert.deepEqual(await result(port, 'optimism_rollupConfig'), { block_time: 1 })
    assert.deepEqual(await result(port, 'optimism_outputAtBlock', ['0x3']), { version: '0x00' })
    assert.deepEqual(await result(port, 'optimism_safeHeadAtL1Block', ['0x7']), {
      l1Block: { hash: HASH, number: 7 },
      safeHead: { hash: HASH, number: 3 },
    })
    assert.deepEqual((await call(port, 'optimism_safeHeadAtL1Block', [8])).error, {
      code: -32000,
      message: 'block 8 not read',
    })
    assert.deepEqual((await call(port, 'optimism_outputAtBlock', ['0x4'])).error, {
      code: -32000,
      message: 'block 4 not found',
    })
  })
  await withServer({ engine }, async ({ port }) => {
    assert.equal((await call(port, 'optimism_version')).error?.code, -32601)
  })
})
