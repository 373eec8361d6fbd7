import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { withServer } from './support/client.ts'
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
