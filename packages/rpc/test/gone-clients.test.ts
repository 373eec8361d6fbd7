import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { connect as connectWebSocket, withServer } from './support/client.ts'
import { createFakeEngine } from './support/fake-engine.ts'

const UPGRADE = [
  'GET / HTTP/1.1',
  'host: evil.example',
  'connection: upgrade',
  'upgrade: websocket',
  '',
  '',
].join('\r\n')

test('a refused WebSocket whose client is gone already does no harm', async () => {
  await withServer({ engine: createFakeEngine() }, async ({ port }) => {
    // Reset at once, after a turn of the loop, and when the refusal came: a server that does not listen to errors
    // of the connection ends at the first two.
    for (let attempt = 0; attempt < 30; attempt++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(UPGRADE)
      if (attempt % 3 === 1) await new Promise((resolve) => setImmediate(resolve))
      if (attempt % 3 === 2) await once(socket, 'data')
      socket.resetAndDestroy()
      if (!socket.closed) await once(socket, 'close')
    }
    const socket = connect(port, '127.0.0.1')
    socket.write(UPGRADE)
    let refusal = ''
    socket.on('data', (chunk) => {
      refusal += chunk
    })
    // The server closes by itself: the client has said nothing of leaving.
    await once(socket, 'close')
    assert.match(refusal, /^HTTP\/1\.1 403 /)
  })
})

test('a batch that outlives its WebSocket subscribes to nothing', async () => {
  const fake = createFakeEngine()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let asked = () => {}
  const began = new Promise<void>((resolve) => {
    asked = resolve
  })
  const engine = {
    ...fake,
    call: async (request: Parameters<typeof fake.call>[0]) => {
      asked()
      await held
      return fake.call(request)
    },
  }
  let looks = 0
  const notAsked = () => Promise.reject(new Error('not asked'))
  const rollup = {
    syncing: () => {
      looks++
      return undefined
    },
    version: () => 'test',
    syncStatus: notAsked,
    rollupConfig: () => ({}),
    outputAtBlock: notAsked,
    safeHeadAtL1Block: () => {
      throw new Error('not asked')
    },
  }
  await withServer({ engine, rollup, limits: { webSockets: 1 } }, async ({ port }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(socket, 'open')
    const request = (id: number, method: string, params: readonly unknown[]) => ({
      ...{ jsonrpc: '2.0', id, method },
      params,
    })
    const subscriptions = [2, 3, 4].map((id) => request(id, 'eth_subscribe', ['syncing']))
    socket.send(JSON.stringify([request(1, 'eth_call', [{}]), ...subscriptions]))
    await began
    socket.terminate()
    // There is room for one: when the next is let in, the first is gone.
    const next = await untilLetIn(port)
    release()
    assert.equal((await next.call('eth_chainId')).result, '0x385')
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(looks, 0)
    next.socket.close()
  })
})

async function untilLetIn(port: number) {
  for (;;) {
    try {
      return await connectWebSocket(port)
    } catch (error) {
      if (!/503/.test((error as Error).message)) throw error
    }
  }
}
