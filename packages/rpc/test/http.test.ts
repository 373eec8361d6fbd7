import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import { startRpcServer } from '../src/index.ts'
import { http, withServer } from './support/client.ts'
import { createFakeEngine } from './support/fake-engine.ts'

const engine = createFakeEngine()
const CHAIN_ID = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":"0x385"}'

describe('HTTP', () => {
  test('takes JSON under each of its names and nothing else', async () => {
    await withServer({ engine }, async ({ port }) => {
      const types = [
        'application/json',
        'application/json; charset=utf-8',
        'Application/JSON',
        'application/json-rpc',
        'application/jsonrequest',
      ]
      for (const type of types)
        assert.equal((await http(port, CHAIN_ID, { 'content-type': type })).text, ANSWER, type)
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', ''])
        assert.equal((await http(port, CHAIN_ID, { 'content-type': type })).status, 415, type)
    })
  })

  test('answers GET as a health check and refuses other methods', async () => {
    await withServer({ engine }, async ({ port }) => {
      assert.deepEqual(
        [
          (await http(port, undefined, {}, 'GET')).status,
          (await http(port, undefined, {}, 'GET')).text,
        ],
        [200, ''],
      )
      for (const method of ['PUT', 'DELETE', 'PATCH'])
        assert.equal((await http(port, CHAIN_ID, {}, method)).status, 405)
    })
  })

  test('refuses a body above the limit, announced or not', async () => {
    await withServer({ engine, limits: { bodyBytes: 1_000 } }, async ({ port }) => {
      const body = CHAIN_ID.padEnd(1_001)
      const announced = await http(port, body)
      assert.equal(announced.status, 413)
      assert.equal(JSON.parse(announced.text).error.code, -32600)
      const chunked = await http(port, body, { 'transfer-encoding': 'chunked' })
      assert.equal(chunked.status, 413)
      assert.equal((await http(port, CHAIN_ID.padEnd(1_000))).text, ANSWER)
    })
  })

  test('keeps a connection open for the next request', async () => {
    await withServer({ engine }, async ({ port }) => {
      const socket = connectTcp(port, '127.0.0.1')
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk.toString()
      })
      const request = `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${CHAIN_ID.length}\r\n\r\n${CHAIN_ID}`
      socket.write(request + request)
      while (received.split(ANSWER).length < 3) await once(socket, 'data')
      socket.destroy()
    })
  })

  test('survives a client that goes away in the middle of its body', async () => {
    await withServer({ engine }, async ({ port }) => {
      const socket = connectTcp(port, '127.0.0.1')
      socket.write(
        'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"json',
      )
      await once(socket, 'connect')
      socket.destroy()
      await once(socket, 'close')
      assert.equal((await http(port, CHAIN_ID)).text, ANSWER)
    })
  })

  test('refuses connections above the limit', async () => {
    await withServer({ engine, limits: { connections: 1 } }, async ({ port }) => {
      const first = connectTcp(port, '127.0.0.1')
      await once(first, 'connect')
      await assert.rejects(http(port, CHAIN_ID))
      first.destroy()
    })
  })

  test('names a taken port as the system does', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await assert.rejects(startRpcServer({ engine, port }), { code: 'EADDRINUSE' })
    taken.close()
  })
})

describe('the Host header', () => {
  const status = async (port: number, host: string) => (await http(port, CHAIN_ID, { host })).status

  test('may be localhost or an address, by default', async () => {
    await withServer({ engine }, async ({ port }) => {
      for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:1', '[::1]:8545', '10.1.2.3'])
        assert.equal(await status(port, host), 200, host)
      for (const host of ['evil.example', 'localhost.evil.example:8545'])
        assert.equal(await status(port, host), 403, host)
    })
  })

  test('may be what the operator lists', async () => {
    await withServer({ engine, vhosts: ['rpc.Example.org'] }, async ({ port }) => {
      assert.equal(await status(port, 'rpc.example.org'), 200)
      assert.equal(await status(port, 'localhost'), 403)
    })
    await withServer({ engine, vhosts: ['*'] }, async ({ port }) => {
      assert.equal(await status(port, 'anything.example'), 200)
    })
  })
})

describe('CORS', () => {
  const origin = 'https://app.example'

  test('allows no origin by default', async () => {
    await withServer({ engine }, async ({ port }) => {
      const answer = await http(port, CHAIN_ID, { origin })
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
      const preflight = await http(port, undefined, { origin }, 'OPTIONS')
      assert.equal(preflight.headers['access-control-allow-methods'], undefined)
    })
  })

  test('allows the origins listed, and says that the answer depends on them', async () => {
    await withServer({ engine, cors: [origin] }, async ({ port }) => {
      const preflight = await http(port, undefined, { origin }, 'OPTIONS')
      assert.equal(preflight.status, 200)
      assert.equal(preflight.headers['access-control-allow-origin'], origin)
      assert.match(String(preflight.headers['access-control-allow-methods']), /POST/)
      assert.match(String(preflight.headers['access-control-allow-headers']), /content-type/)
      const answer = await http(port, CHAIN_ID, { origin })
      assert.equal(answer.headers['access-control-allow-origin'], origin)
      assert.equal(answer.headers.vary, 'Origin')
      const other = await http(port, CHAIN_ID, { origin: 'https://other.example' })
      assert.equal(other.headers['access-control-allow-origin'], undefined)
    })
  })

  test('lets public pages reach a private address where their origin is allowed', async () => {
    await withServer({ engine, cors: [origin] }, async ({ port }) => {
      const asked = { 'access-control-request-private-network': 'true' }
      const allowed = async (headers: Readonly<Record<string, string>>) =>
        (await http(port, undefined, headers, 'OPTIONS')).headers[
          'access-control-allow-private-network'
        ]
      assert.equal(await allowed({ origin, ...asked }), 'true')
      assert.equal(await allowed({ origin }), undefined)
      assert.equal(await allowed({ origin: 'https://other.example', ...asked }), undefined)
    })
  })

  test('allows all with *', async () => {
    await withServer({ engine, cors: ['*'] }, async ({ port }) => {
      const answer = await http(port, CHAIN_ID, { origin })
      assert.equal(answer.headers['access-control-allow-origin'], '*')
    })
  })
})
