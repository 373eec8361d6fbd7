import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { after, describe, it } from 'node:test'
import { pino } from 'pino'
import { connectBeacon } from '../../src/l1/beacon.ts'
import { connectL1 } from '../../src/l1/client.ts'

// Endpoints of providers have their access keys in the URL: as user and password, in the path, in the query.

const servers: ReturnType<typeof createServer>[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** URL with three keys of a server that answers so. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return `http://us%20er:KEY%401@127.0.0.1:${port}/v3/KEY2?key=KEY3`
}

const AUTHORIZATION = `Basic ${Buffer.from('us er:KEY@1').toString('base64')}`

/** All that a log file would hold of the error that this ends with. */
async function logged(ask: () => Promise<unknown>): Promise<string> {
  const lines: string[] = []
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  await assert.rejects(ask, (error) => {
    logger.error({ err: error }, 'failed')
    return true
  })
  return lines.join('')
}

describe('the URL of an L1 with user, password and keys', () => {
  it('is asked as it says', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push([request.headers.authorization, request.url])
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: '0x384' }))
    })
    const connection = connectL1({ url })
    assert.equal(await connection.request('eth_chainId', []), '0x384')
    assert.deepEqual(seen, [[AUTHORIZATION, '/v3/KEY2?key=KEY3']])
    connection.close()
  })

  const failures: readonly (readonly [string, RequestListener, RegExp, number?])[] = [
    ['an error', (_, response) => void response.writeHead(500).end('no'), /HTTP 500/],
    [
      'a refusal',
      (_, response) => void response.end('{"id":1,"error":{"code":-32000,"message":"unknown"}}'),
      /unknown/,
    ],
    ['a redirection', (_, response) => void response.writeHead(307, { location: '/' }).end(), /./],
    ['nothing', (request) => void request.socket.destroy(), /./],
    ['no answer in time', () => {}, /no answer within 200 ms/, 200],
  ]
  for (const [what, answer, reason, timeout = 60_000] of failures)
    it(`leaves no key in the log when the answer is ${what}`, async () => {
      const connection = connectL1({ url: await serve(answer), timeout, retries: 0 })
      const log = await logged(() => connection.request('eth_chainId', []))
      assert.match(log, /L1 at http:\/\/127\.0\.0\.1:\d+: eth_chainId failed: /)
      assert.match(log, reason)
      assert.doesNotMatch(log, /KEY|us%20er|us er/)
      connection.close()
    })
})

describe('the URL of a beacon node with user, password and keys', () => {
  it('is asked as it says', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push([request.headers.authorization, request.url])
      response.end('{"data":{"genesis_time":"5","SECONDS_PER_SLOT":"12"}}')
    })
    assert.deepEqual(await connectBeacon(url).timing(), { genesis: 5n, secondsPerSlot: 12n })
    assert.deepEqual(seen, [
      [AUTHORIZATION, '/v3/KEY2/eth/v1/beacon/genesis?key=KEY3'],
      [AUTHORIZATION, '/v3/KEY2/eth/v1/config/spec?key=KEY3'],
    ])
  })

  it('leaves no key in the log', async () => {
    const url = await serve((request) => void request.socket.destroy())
    assert.doesNotMatch(await logged(() => connectBeacon(url).timing()), /KEY|us%20er|us er/)
  })
})
