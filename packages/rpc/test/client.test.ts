import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createRpcClient, type RpcLimits, RpcRefusal } from '../src/client.ts'
import { RpcError, serveRpc } from './support/json-rpc-server.ts'

const cleanups: (() => unknown)[] = []
after(async () => {
  for (const cleanup of cleanups) await cleanup()
})

/** A client of a server that answers every request as `listener` does. */
async function clientOf(listener: RequestListener, limits: Partial<RpcLimits> = {}, user = '') {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return createRpcClient(`http://${user}127.0.0.1:${port}/v2/secret-key?token=1`, limits)
}

const small = { responseBytes: 1000 }

async function failure(listener: RequestListener, limits: Partial<RpcLimits> = small) {
  const client = await clientOf(listener, limits)
  try {
    await client.request('eth_chainId', [])
    throw new Error('it answered')
  } catch (error) {
    const { name, message } = error as Error
    assert.doesNotMatch(message, /secret-key|token/)
    return { name, message }
  }
}

describe('a client of a foreign RPC', () => {
  it('reads no further than it may, announced, streamed or packed', async () => {
    const text = JSON.stringify({ result: 'x'.repeat(2000) })
    for (const listener of [
      (_, response) => response.end(text),
      (_, response) => {
        response.write(text.slice(0, 900))
        response.end(text.slice(900))
      },
      (_, response) => {
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync(JSON.stringify({ result: 'x'.repeat(1 << 20) })))
      },
    ] satisfies RequestListener[])
      assert.deepEqual(await failure(listener).then(({ name }) => name), 'RpcAnswerTooLarge')
  })

  it('stops an answer that never ends', async () => {
    let written = 0
    const { name } = await failure((_, response) => {
      const more = () => {
        if (response.destroyed) return
        written += 65_536
        response.write(Buffer.alloc(65_536, 0x20), more)
      }
      more()
    })
    assert.equal(name, 'RpcAnswerTooLarge')
    assert.ok(written < 32 << 20, `${written} bytes were taken`)
  })

  it('takes what is no JSON-RPC for no answer', async () => {
    const cases: readonly (readonly [RequestListener, RegExp, timeout?: number])[] = [
      [(_, response) => response.end('<html>'), /not JSON/],
      [(_, response) => response.end('{}'), /neither result nor error/],
      [(_, response) => response.end('5'), /neither result nor error/],
      [(_, response) => response.writeHead(500).end('{"result":1}'), /HTTP 500/],
      [(_, response) => response.writeHead(302, { location: '/' }).end(), /redirect/],
      [(_, response) => response.destroy(), /eth_chainId: /],
      [() => {}, /no answer within 100 ms/, 100],
    ]
    for (const [listener, message, timeout = 60_000] of cases) {
      const error = await failure(listener, { timeout })
      assert.equal(error.name, 'RpcUnavailable')
      assert.match(error.message, message)
    }
  })

  it('asks again, after a pause, where it asked too often, however the provider says it', async () => {
    const body = (code: number, message: string) => JSON.stringify({ error: { code, message } })
    const refusals: readonly (readonly [number, string])[] = [
      [429, '<html>'],
      [200, body(429, 'Your app has exceeded its compute units per second capacity.')],
      [200, body(-32005, 'project ID request rate exceeded: rate limit')],
      [200, body(-32007, '15/second request limit reached - reduce calls')],
      [200, body(-32029, 'Too Many Requests')],
    ]
    for (const [status, text] of refusals) {
      let requests = 0
      const client = await clientOf((_, response) => {
        if (requests++ === 0) response.writeHead(status).end(text)
        else response.end('{"result":"0x1"}')
      })
      assert.equal(await client.request('eth_chainId', []), '0x1')
      assert.equal(requests, 2)
    }
    // One that wants to be left alone longer than an answer may take is not asked again.
    let asked = 0
    const { message } = await failure(
      (_, response) => {
        asked++
        response.writeHead(429, { 'retry-after': '3600' }).end()
      },
      { timeout: 60_000 },
    )
    assert.match(message, /HTTP 429/)
    assert.equal(asked, 1)
    const closing = await clientOf((_, response) => response.writeHead(429).end())
    const request = closing.request('eth_chainId', [])
    setImmediate(() => closing.close())
    await assert.rejects(request, { name: 'RpcUnavailable' })
  })

  it('asks again, once, when a connection is lost before an answer', async () => {
    let requests = 0
    const client = await clientOf((_, response) => {
      if (requests++ === 0) response.destroy()
      else response.end('{"result":"0x1"}')
    })
    assert.equal(await client.request('eth_chainId', []), '0x1')
    requests = -1
    const lost = await clientOf((_, response) => {
      requests--
      response.destroy()
    })
    await assert.rejects(lost.request('eth_chainId', []), { name: 'RpcUnavailable' })
    assert.equal(requests, -3)
  })

  it('sends user and password as a header, and names neither', async () => {
    let seen: string | undefined
    const client = await clientOf(
      (request, response) => {
        seen = request.headers.authorization
        response.end('{"result":"0x1"}')
      },
      {},
      'me:pass%20word@',
    )
    assert.equal(await client.request('eth_chainId', []), '0x1')
    assert.equal(seen, `Basic ${Buffer.from('me:pass word').toString('base64')}`)
    assert.match(client.origin, /^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('batches within its limit, in order whatever the order of answers', async () => {
    const server = await serveRpc({ echo: ([value]) => value })
    cleanups.push(() => server.close())
    const client = createRpcClient(server.url, { batch: 10 })
    const calls = Array.from({ length: 25 }, (_, i) => ({ method: 'echo', params: [i] }))
    const outcomes = await client.batch(calls)
    assert.deepEqual(
      outcomes,
      calls.map((_, i) => ({ result: i })),
    )
    assert.equal(server.requests, 3)
  })

  it('asks one by one where batches are refused, and remembers', async () => {
    const server = await serveRpc({ echo: ([value]) => value }, { batches: false })
    cleanups.push(() => server.close())
    const client = createRpcClient(server.url)
    const calls = Array.from({ length: 12 }, (_, i) => ({ method: 'echo', params: [`${i}`] }))
    for (const requests of [13, 25]) {
      assert.deepEqual(
        await client.batch(calls),
        calls.map((_, i) => ({ result: `${i}` })),
      )
      assert.equal(server.requests, requests)
    }
  })

  it('refuses a batch in which an answer is missing', async () => {
    const client = await clientOf((_, response) => response.end('[{"id":1,"result":5}]'))
    const calls = ['a', 'b'].map((method) => ({ method, params: [] }))
    await assert.rejects(client.batch(calls), {
      name: 'RpcUnavailable',
      message: /no answer to call 1, b/,
    })
  })

  it('tells a method that is not there from one that failed', async () => {
    const server = await serveRpc({
      failing() {
        throw new RpcError(-32000, 'missing trie node')
      },
      forbidden() {
        throw new RpcError(-32000, 'the method debug_x does not exist/is not available')
      },
    })
    cleanups.push(() => server.close())
    const client = createRpcClient(server.url)
    const refusal = async (method: string) =>
      client.request(method, []).catch((error: unknown) => error as RpcRefusal)
    const unsupported = []
    for (const method of ['failing', 'forbidden', 'absent']) {
      const error = await refusal(method)
      assert.ok(error instanceof RpcRefusal)
      unsupported.push(error.unsupported)
    }
    assert.deepEqual(unsupported, [false, true, true])
  })

  it('answers nothing after it was closed', async () => {
    const client = await clientOf(() => {}, { timeout: 60_000 })
    const waiting = client.request('eth_chainId', [])
    client.close()
    await assert.rejects(waiting, /the client was closed/)
    await assert.rejects(client.request('eth_chainId', []), /the client was closed/)
  })
})
