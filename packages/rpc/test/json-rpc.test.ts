import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EngineError } from '@altlayer/engine'
import { type RpcServer, startRpcServer } from '../src/index.ts'
import { call, http, type RpcAnswer } from './support/client.ts'
import { createFakeEngine, LONG_TRACE, SUCCESS } from './support/fake-engine.ts'

const engine = createFakeEngine()
let server: RpcServer

before(async () => {
  server = await startRpcServer({
    engine,
    port: 0,
    limits: { batchItems: 5, batchResponseSize: 1_000 },
  })
})
after(() => server.close())

async function post(body: string | Uint8Array): Promise<RpcAnswer> {
  return JSON.parse((await http(server.port, body)).text) as RpcAnswer
}

async function errorOf(body: string | Uint8Array): Promise<readonly [number, string]> {
  const { error } = await post(body)
  return [error?.code ?? 0, error?.message ?? '']
}

describe('a single request', () => {
  test('is answered with its id, whatever JSON-RPC allows as one', async () => {
    const ids = ['1', '"a\\"b"', 'null', '0.5', '-7', '123456789012345678901234567890', '1e400']
    for (const id of ids) {
      const { text } = await http(
        server.port,
        `{"jsonrpc":"2.0","id":${id},"method":"eth_chainId"}`,
      )
      assert.equal(text, `{"jsonrpc":"2.0","id":${id},"result":"0x385"}`)
    }
  })

  test('whose result was JSON already is answered with it as it is', async () => {
    engine.mine()
    const trace = '"method":"debug_traceBlockByNumber","params":["0x1"]'
    const { text, status } = await http(server.port, `{"jsonrpc":"2.0","id":3,${trace}}`)
    assert.equal(status, 200)
    assert.equal(text, `{"jsonrpc":"2.0","id":3,"result":${LONG_TRACE}}`)
    const short = '"method":"debug_traceBlockByHash","params":["0x'
    const { hash } = engine.block({ tag: 'latest' }) ?? assert.fail()
    const batch = await http(
      server.port,
      `[{"jsonrpc":"2.0","id":4,${short}${hash.slice(2)}"]},{"jsonrpc":"2.0","id":5,${trace}}]`,
    )
    const answers = JSON.parse(batch.text) as RpcAnswer[]
    assert.deepEqual(answers[0]?.result, [])
    assert.equal(answers[1]?.error?.code, -32003)
    const { text: silence } = await http(server.port, `{"jsonrpc":"2.0",${trace}}`)
    assert.equal(silence, '')
  })

  test('without an id is a notification: it runs and gets no answer', async () => {
    const sent = engine.rawTransactions.length
    const body = '{"jsonrpc":"2.0","method":"eth_sendRawTransaction","params":["0xc0"]}'
    const { status, text } = await http(server.port, body)
    assert.equal(status, 200)
    assert.equal(text, '')
    assert.equal(engine.rawTransactions.length, sent + 1)
  })

  test('that is no JSON, no UTF-8 or no request has its own error', async () => {
    assert.equal((await errorOf('{'))[0], -32700)
    assert.equal((await errorOf(''))[0], -32700)
    assert.equal((await errorOf(Buffer.from([0x22, 0xff, 0xfe, 0x22])))[0], -32700)
    for (const body of ['1', '"x"', 'null', '{}', '{"id":1,"method":"eth_chainId"}'])
      assert.equal((await errorOf(body))[0], -32600, body)
    assert.equal((await errorOf('{"jsonrpc":"2.0","id":1,"method":7}'))[0], -32600)
    for (const id of ['{}', '[]', 'true'])
      assert.equal(
        (await errorOf(`{"jsonrpc":"2.0","id":${id},"method":"eth_chainId"}`))[0],
        -32600,
      )
  })

  test('for a method that is not there says so', async () => {
    assert.deepEqual(await errorOf('{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}'), [
      -32601,
      'the method eth_nothing does not exist/is not available',
    ])
    for (const name of ['__proto__', 'constructor', 'toString'])
      assert.equal((await call(server.port, name)).error?.code, -32601)
  })

  test('of any depth of nesting is refused without harm', async () => {
    const depth = 500_000
    assert.equal((await errorOf('['.repeat(depth)))[0], -32700)
    const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const request = (id: number) =>
      `{"jsonrpc":"2.0","id":${id},"method":"eth_call","params":[${nested}]}`
    assert.equal((await errorOf(request(1)))[0], -32602)
    // An id that needs its digits makes the body be read once more, in another way.
    assert.deepEqual(await errorOf(request(0.5)), [-32700, 'parse error: nested too deeply'])
    assert.equal((await call(server.port, 'eth_chainId')).result, '0x385')
  })
})

describe('parameters', () => {
  const error = async (method: string, params: unknown) =>
    (await call(server.port, method, params)).error

  test('are named by index in errors, in the words of geth', async () => {
    const cases: readonly (readonly [string, unknown, string])[] = [
      ['eth_getBalance', [], 'missing value for required argument 0'],
      [
        'eth_getBalance',
        ['0x12', 'latest'],
        'invalid argument 0: hex string has length 2, want 40 for Address',
      ],
      ['eth_getBalance', [7], 'invalid argument 0: expected a string, got a number'],
      [
        'eth_getBalance',
        [`0x${'11'.repeat(20)}`, 'newest'],
        'invalid argument 1: hex string without 0x prefix',
      ],
      [
        'eth_getBlockByNumber',
        ['0x01', false],
        'invalid argument 0: hex number with leading zero digits',
      ],
      ['eth_getBlockByNumber', ['0x', false], 'invalid argument 0: hex string "0x"'],
      ['eth_getBlockByNumber', ['', false], 'invalid argument 0: empty hex string'],
      [
        'eth_getBlockByNumber',
        [`0x1${'0'.repeat(16)}`, false],
        'invalid argument 0: hex number > 64 bits',
      ],
      [
        'eth_getBlockByNumber',
        ['0xffffffffffffffff', false],
        'invalid argument 0: block number larger than int64',
      ],
      [
        'eth_getBlockByNumber',
        ['0x1', 'yes'],
        'invalid argument 1: expected a boolean, got a string',
      ],
      ['eth_sendRawTransaction', ['0x123'], 'invalid argument 0: hex string of odd length'],
      ['eth_sendRawTransaction', ['0xzz'], 'invalid argument 0: invalid hex string'],
      ['eth_chainId', [1], 'too many arguments, want at most 0'],
      ['eth_chainId', { a: 1 }, 'non-array args'],
      ['eth_call', [{ gas: '1' }], 'invalid argument 0: gas: hex string without 0x prefix'],
      [
        'eth_call',
        [{ accessList: [{ address: `0x${'00'.repeat(20)}` }] }],
        'invalid argument 0: accessList: [0]: missing required field "storageKeys"',
      ],
      [
        'eth_call',
        [{ gasPrice: '0x1', maxFeePerGas: '0x1' }],
        'invalid argument 0: both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified',
      ],
      [
        'eth_getLogs',
        [{ topics: [null, null, null, null, null] }],
        'invalid argument 0: exceed max topics',
      ],
      [
        'eth_subscribe',
        ['heads'],
        'invalid argument 0: expected one of newHeads, logs, newPendingTransactions, transactionReceipts, syncing',
      ],
    ]
    for (const [method, params, message] of cases)
      assert.deepEqual(await error(method, params), { code: -32602, message }, method)
  })

  test('that are optional may be null or left out', async () => {
    const address = `0x${'11'.repeat(20)}`
    for (const params of [[address], [address, null], [address, 'latest']])
      assert.equal((await call(server.port, 'eth_getBalance', params)).result, '0xde0b6b3a7640000')
  })

  test('name a block by number, tag, hash or EIP-1898 object', async () => {
    const head = engine.mine()
    const number = `0x${head.header.number.toString(16)}`
    const refs = [
      number,
      'latest',
      'safe',
      'finalized',
      'pending',
      head.hash,
      { blockNumber: number },
      { blockHash: head.hash },
      { blockHash: head.hash, requireCanonical: true },
    ]
    for (const ref of refs) {
      const { result } = await call(server.port, 'eth_getBlockReceipts', [ref])
      assert.ok(Array.isArray(result), JSON.stringify(ref))
    }
    const both = { blockNumber: number, blockHash: head.hash }
    assert.match(
      (await error('eth_getBlockReceipts', [both]))?.message ?? '',
      /cannot specify both BlockHash and BlockNumber/,
    )
  })
})

describe('a batch', () => {
  const request = (id: number, method: string, params: unknown = []) =>
    ({ jsonrpc: '2.0', id, method, params }) as const

  test('is answered in the order of its requests, notifications left out', async () => {
    const batch = [
      request(1, 'eth_chainId'),
      { jsonrpc: '2.0', method: 'eth_chainId' },
      request(2, 'eth_nothing'),
      17,
      request(3, 'eth_getBalance', [`0x${'11'.repeat(20)}`]),
    ]
    const answers = (await post(JSON.stringify(batch))) as unknown as RpcAnswer[]
    assert.deepEqual(
      answers.map(({ id, error }) => [id, error?.code]),
      [
        [1, undefined],
        [2, -32601],
        [null, -32600],
        [3, undefined],
      ],
    )
  })

  test('reads what it wrote before', async () => {
    const sender = '0x00000000000000000000000000000000000000aa'
    const count = async () =>
      Number((await call(server.port, 'eth_getTransactionCount', [sender, 'pending'])).result)
    const before = engine.pool.nonce(sender) === undefined ? 0 : await count()
    const batch = [
      request(1, 'eth_sendRawTransaction', ['0xc101']),
      request(2, 'eth_sendRawTransaction', ['0xc102']),
      request(3, 'eth_getTransactionCount', [sender, 'pending']),
    ]
    const answers = (await post(JSON.stringify(batch))) as unknown as RpcAnswer[]
    assert.equal(Number(answers[2]?.result), before + 2)
  })

  test('that is empty, too long or too large in its answer is an error', async () => {
    assert.deepEqual(await errorOf('[]'), [-32600, 'empty batch'])
    const six = Array.from({ length: 6 }, (_, i) => request(i + 10, 'eth_chainId'))
    const tooLong = await post(JSON.stringify(six))
    assert.equal(tooLong.id, 10)
    assert.equal(tooLong.error?.code, -32600)
    assert.match(tooLong.error?.message ?? '', /batch too large/)
    engine.onCall(() => Promise.resolve({ ...SUCCESS, returnData: new Uint8Array(1_000) }))
    const mixed = [
      request(1, 'eth_call', [{}]),
      request(2, 'eth_chainId'),
      request(3, 'eth_chainId'),
    ]
    const answers = (await post(JSON.stringify(mixed))) as unknown as RpcAnswer[]
    assert.ok(answers[0]?.result)
    assert.deepEqual(answers[1]?.error, { code: -32003, message: 'response too large' })
    assert.deepEqual(answers[2]?.error, { code: -32003, message: 'response too large' })
  })
})

describe('failures', () => {
  test('a revert carries its data and its reason', async () => {
    const data = Buffer.from(
      `08c379a0${'20'.padStart(64, '0')}${'5'.padStart(64, '0')}${Buffer.from('no gas').subarray(0, 5).toString('hex').padEnd(64, '0')}`,
      'hex',
    )
    engine.onCall(() => Promise.resolve({ ...SUCCESS, status: 'revert', returnData: data }))
    for (const method of ['eth_call', 'eth_estimateGas'])
      assert.deepEqual((await call(server.port, method, [{}])).error, {
        code: 3,
        message: 'execution reverted: no ga',
        data: `0x${data.toString('hex')}`,
      })
  })

  test('a halt says why', async () => {
    engine.onCall(() => Promise.resolve({ ...SUCCESS, status: 'halt', error: 'out of gas' }))
    assert.deepEqual((await call(server.port, 'eth_call', [{}])).error, {
      code: -32000,
      message: 'out of gas',
    })
    assert.deepEqual((await call(server.port, 'eth_estimateGas', [{}])).error, {
      code: -32000,
      message: 'gas required exceeds allowance (50000000)',
    })
  })

  test("the engine's errors keep their words, anything else stays in the log", async () => {
    engine.onCall(() => Promise.reject(new EngineError('limit', 'took too long')))
    assert.deepEqual((await call(server.port, 'eth_call', [{}])).error, {
      code: -32005,
      message: 'took too long',
    })
    engine.onCall(() => Promise.reject(new TypeError('secret')))
    assert.deepEqual((await call(server.port, 'eth_call', [{}])).error, {
      code: -32603,
      message: 'internal error',
    })
  })
})
