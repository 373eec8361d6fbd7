import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { method } from '../src/index.ts'
import { DEFAULT_LIMITS } from '../src/limits.ts'
import { plainBody } from '../src/plain-requests.ts'
import { withServer } from './support/client.ts'
import { createFakeEngine } from './support/fake-engine.ts'

const engine = createFakeEngine()
const options = { limits: DEFAULT_LIMITS, vhosts: new Set(['localhost']) }

const call = (id: number, name = 'eth_chainId') => `{"jsonrpc":"2.0","id":${id},"method":"${name}"}`
const answer = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":"0x385"}`

/** A request in one piece. */
function post(body: string, headers: readonly string[] = []): string {
  const lines = ['Host: localhost', 'Content-Type: application/json', ...headers]
  return `POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

function chunked(body: string): string {
  return `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

/** Everything that comes until `end` says that it is enough, or the server closes. */
async function receive(socket: Socket, enough: (text: string) => boolean): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (enough(text)) resolve(text)
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
  })
}

const TEXT = ['Text', { type: 'string' }] as const

const bodiesOf = (text: string): readonly string[] => text.match(/\{"jsonrpc.*?\}(?=HTTP|$)/g) ?? []

describe('a plain request', () => {
  test('is a POST of JSON in one piece, with the headers that clients send', () => {
    const headers = ['Accept: */*', 'User-Agent: node', 'Connection: Keep-Alive']
    const request = post(call(1), headers)
    assert.equal(plainBody(Buffer.from(request), options)?.toString(), call(1))
  })

  const whole = post(call(1))
  const others: Readonly<Record<string, string>> = {
    'another method': whole.replace('POST', 'PUT'),
    'another path': whole.replace('POST /', 'POST /x'),
    'another version': whole.replace('HTTP/1.1', 'HTTP/1.0'),
    'a head that goes on': 'POST / HTTP/1.1\r\nHost: localhost\r\n',
    'a long head': post(call(1), [`User-Agent: ${'x'.repeat(4000)}`]),
    'a part of its body': whole.slice(0, -1),
    'more than its body': `${whole} `,
    'two requests': whole + whole,
    'no length': whole.replace(/Content-Length.*\r\n/, ''),
    'two lengths': post(call(1), ['Content-Length: 5']),
    'a signed length': whole.replace('Content-Length: ', 'Content-Length: +'),
    'a list of lengths': whole.replace(/(Content-Length: \d+)/, '$1, 5'),
    'a transfer encoding': post(call(1), ['Transfer-Encoding: chunked']),
    'an origin': post(call(1), ['Origin: https://app.example']),
    'an expectation': post(call(1), ['Expect: 100-continue']),
    'an upgrade': post(call(1), ['Connection: Upgrade', 'Upgrade: websocket']),
    'the last request of a connection': post(call(1), ['Connection: close']),
    'a header nobody knows': post(call(1), ['X-Other: 1']),
    'a header without a name': post(call(1), [': 1']),
    'a header without a colon': post(call(1), ['Accept']),
    'a space before the colon': post(call(1), ['Accept : */*']),
    'a folded header': post(call(1), ['Accept: a,', ' b']),
    'a bare line feed': post(call(1), ['Accept: a\nOrigin: b']),
    'a bare carriage return': post(call(1), ['Accept: a\rOrigin: b']),
    'a zero byte': post(call(1), ['Accept: \0']),
    'two hosts': post(call(1), ['Host: localhost']),
    'no host': whole.replace(/Host.*\r\n/, ''),
    'a foreign host': whole.replace('localhost', 'evil.example'),
    'another content type': whole.replace('application/json', 'text/plain'),
    'no content type': whole.replace(/Content-Type.*\r\n/, ''),
  }
  for (const [name, request] of Object.entries(others))
    test(`has not ${name}`, () => {
      assert.equal(plainBody(Buffer.from(request, 'latin1'), options), undefined)
    })

  test('has no body above the limit', () => {
    const limits = { ...DEFAULT_LIMITS, bodyBytes: call(1).length - 1 }
    assert.equal(plainBody(Buffer.from(whole), { ...options, limits }), undefined)
  })
})

describe('connections', () => {
  test('give the same answers in order however their requests are written and cut', async () => {
    const request = fc.constantFrom<(body: string) => string>(
      (body) => post(body),
      (body) => post(body, ['X-Other: 1']),
      chunked,
    )
    const pieces = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })
    await withServer({ engine }, ({ port }) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(request, { minLength: 1, maxLength: 6 }),
          pieces,
          fc.boolean(),
          async (requests, sizes, waits) => {
            const stream = requests.map((make, id) => make(call(id))).join('')
            const socket = connect(port, '127.0.0.1')
            const received = receive(socket, (text) => bodiesOf(text).length === requests.length)
            for (let at = 0, i = 0; at < stream.length; i++) {
              const size = sizes[i % sizes.length] as number
              socket.write(stream.slice(at, at + size))
              at += size
              if (waits) await new Promise((resolve) => setImmediate(resolve))
            }
            const expected = requests.map((_, id) => answer(id))
            assert.deepEqual(bodiesOf(await received), expected)
            socket.destroy()
          },
        ),
        { numRuns: 60 },
      ),
    )
  })

  test('get the head of an answer that node:http writes', async () => {
    await withServer({ engine }, async ({ port }) => {
      const heads: string[] = []
      for (const headers of [[], ['X-Other: 1']]) {
        const socket = connect(port, '127.0.0.1')
        socket.write(post(call(1), headers))
        heads.push(await receive(socket, (text) => bodiesOf(text).length === 1))
        socket.destroy()
      }
      const [plain, other] = heads.map((head) => head.replace(/Date: .*GMT/, 'Date:'))
      assert.equal(plain, other)
    })
  })

  test('that are half closed still get their answer', async () => {
    await withServer({ engine }, async ({ port }) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      socket.end(post(call(1)))
      const text = await receive(socket, () => false)
      assert.deepEqual(bodiesOf(text), [answer(1)])
    })
  })

  test('get answers that are not ASCII whole', async () => {
    const said = 'grüße, 日本'
    const methods = [
      method({ name: 'test_say', summary: '', params: [], result: TEXT, handler: () => said }),
    ]
    await withServer({ engine, methods }, async ({ port }) => {
      const response = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: call(1, 'test_say'),
      })
      assert.equal(((await response.json()) as { result: string }).result, said)
    })
  })

  test('that wait for nothing are closed with the server, others have their answer first', async (t) => {
    let finish: (value: string) => void = () => {}
    let started: () => void = () => {}
    const running = new Promise<void>((resolve) => {
      started = resolve
    })
    const slow = method({
      name: 'test_wait',
      summary: '',
      params: [],
      result: TEXT,
      handler: () => {
        started()
        return new Promise<string>((resolve) => {
          finish = resolve
        })
      },
    })
    await withServer({ engine, methods: [slow] }, async (server) => {
      const idle = connect(server.port, '127.0.0.1')
      idle.write(post(call(1)))
      await once(idle, 'data')
      const waiting = connect(server.port, '127.0.0.1')
      const received = receive(waiting, () => false)
      waiting.write(post(call(2, 'test_wait')))
      await running
      // Their grace does not end while this machine stands still.
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const closed = server.close()
      await once(idle, 'close')
      finish('done')
      assert.match(await received, /"result":"done"/)
      await closed
    })
  })
})
