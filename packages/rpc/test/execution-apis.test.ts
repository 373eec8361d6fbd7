import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type RpcServer, startRpcServer } from '../src/index.ts'
import { http, type RpcAnswer } from './support/client.ts'
import { executionApiTests } from './support/execution-apis.ts'

// The public JSON-RPC cases against a real engine: results are compared whole, errors by their code and
// the presence of data. Messages are each client's own.

const tests = await executionApiTests()

/** Answers whose order geth leaves to chance: compared as sets. */
const UNORDERED: ReadonlySet<string> = new Set([
  'eth_createAccessList/create-al-contract',
  'eth_createAccessList/create-al-contract-eip1559',
])

describe('execution-apis', { skip: tests.absent }, () => {
  let server: RpcServer
  let closeEngine: () => Promise<void>

  before(async () => {
    const { engine, close } = await tests.open()
    closeEngine = close
    server = await startRpcServer({ engine, port: 0 })
  })
  after(async () => {
    await server.close()
    await closeEngine()
  })

  for (const { name, request, response } of tests.cases)
    test(name, async () => {
      const { text } = await http(server.port, request)
      const expected = JSON.parse(response) as RpcAnswer
      const actual = JSON.parse(text) as RpcAnswer
      if (expected.error !== undefined) {
        assert.equal(actual.error?.code, expected.error.code, text)
        assert.deepEqual(actual.error?.data, expected.error.data)
      } else if (UNORDERED.has(name)) {
        assert.deepEqual(sorted(actual.result), sorted(expected.result))
      } else {
        assert.deepEqual(actual, expected)
      }
    })
})

/** The value with every array in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sorted(one)]))
}
