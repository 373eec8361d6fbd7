import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type RpcServer, startRpcServer } from '../src/index.ts'
import { http, result } from './support/client.ts'
import { createFakeEngine } from './support/fake-engine.ts'

// Whatever arrives, the answer is JSON-RPC, no fault of ours is in it, and the server goes on.

const faults: unknown[] = []
let server: RpcServer
let methods: readonly string[]

before(async () => {
  server = await startRpcServer({
    engine: createFakeEngine(),
    port: 0,
    limits: { syncTimeout: 1, syncTimeoutMax: 1 },
    logger: { warn() {}, error: (fields) => void faults.push(fields.err) },
  })
  const document = (await result(server.port, 'rpc_discover')) as { methods: { name: string }[] }
  methods = document.methods.map(({ name }) => name)
})
after(() => server.close())

async function check(body: string | Uint8Array): Promise<void> {
  const { status, text } = await http(server.port, body)
  assert.equal(status, 200)
  if (text !== '')
    for (const answer of [JSON.parse(text)].flat()) {
      assert.equal(answer.jsonrpc, '2.0')
      assert.ok('result' in answer !== 'error' in answer)
      if (answer.error) assert.ok(Number.isInteger(answer.error.code))
    }
  assert.deepEqual(faults, [])
}

const hex = fc.stringMatching(/^0x[0-9a-fA-F]{0,80}$/)
const tag = fc.constantFrom('latest', 'pending', 'earliest', 'safe', 'finalized', '0x0', '0x1')
const address = fc.stringMatching(/^0x[0-9a-f]{40}$/)
const hash = fc.stringMatching(/^0x[0-9a-f]{64}$/)
const plausible = fc.oneof(
  hex,
  tag,
  address,
  hash,
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: 0n, max: 1n << 300n }).map((value) => `0x${value.toString(16)}`),
  fc.record(
    {
      from: fc.oneof(address, hex),
      to: fc.oneof(address, fc.constant(null)),
      gas: hex,
      data: hex,
      value: hex,
      address: fc.oneof(address, fc.array(address)),
      topics: fc.array(fc.oneof(hash, fc.constant(null), fc.array(hash))),
      fromBlock: tag,
      toBlock: tag,
      blockHash: hash,
      tracer: fc.constantFrom('callTracer', 'x', ''),
      timeout: fc.constantFrom('5s', '1h1m', 's', '-1s'),
      blockStateCalls: fc.array(fc.record({ calls: fc.array(fc.record({ to: address })) })),
    },
    { requiredKeys: [] },
  ),
  fc.array(fc.double()),
)

test('bytes', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 200 })
})

test('JSON of any form', async () => {
  await fc.assert(fc.asyncProperty(fc.json({ maxDepth: 8 }), check), { numRuns: 200 })
})

test('requests with parts replaced', async () => {
  const part = fc.jsonValue({ maxDepth: 4 })
  const request = fc.record(
    {
      jsonrpc: fc.oneof(fc.constant('2.0'), part),
      id: part,
      method: fc.oneof(fc.constantFrom('eth_call', 'eth_getLogs', 'eth_subscribe'), part),
      params: part,
    },
    { requiredKeys: [] },
  )
  const body = fc.oneof(request, fc.array(request, { maxLength: 5 }))
  await fc.assert(
    fc.asyncProperty(body, (value) => check(JSON.stringify(value))),
    { numRuns: 300 },
  )
})

test('every method with parameters that look right and with any others', async () => {
  const anything = fc.oneof({ weight: 3, arbitrary: plausible }, fc.jsonValue({ maxDepth: 5 }))
  const request = fc.record({
    jsonrpc: fc.constant('2.0'),
    id: fc.constant(1),
    method: fc.nat().map((index) => methods[index % methods.length] as string),
    params: fc.array(anything, { maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(request, (value) => check(JSON.stringify(value))),
    { numRuns: 1_500 },
  )
})

test('requests cut short', async () => {
  const whole = JSON.stringify({
    jsonrpc: '2.0',
    id: 'ä',
    method: 'eth_call',
    params: [{ to: `0x${'11'.repeat(20)}` }, 'latest'],
  })
  const bytes = Buffer.from(whole)
  for (let length = 0; length < bytes.length; length++) await check(bytes.subarray(0, length))
})
