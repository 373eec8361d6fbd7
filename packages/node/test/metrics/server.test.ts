import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, describe, it } from 'node:test'
import { createRegistry, metricsFactory } from '../../src/metrics/registry.ts'
import { startMetricsServer } from '../../src/metrics/server.ts'

describe('the metrics server', async () => {
  const registry = createRegistry()
  const { gauge } = metricsFactory(registry, 'altlayer_test')
  let failure: Error | undefined
  gauge('level', 'A level', [], (metric) => {
    if (failure !== undefined) throw failure
    metric.set(7)
  })
  const server = await startMetricsServer(registry, { host: '127.0.0.1', port: 0 })
  after(() => server.close())

  /** The answer to a request whose first line is this. */
  async function answer(request: string): Promise<string> {
    const socket = connect(server.port, '127.0.0.1')
    socket.end(`${request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    await once(socket, 'close')
    return text
  }

  it('answers at one path, with and without a query', async () => {
    for (const target of ['/metrics', '/metrics?name=level']) {
      const text = await answer(`GET ${target}`)
      assert.match(text, /^HTTP\/1\.1 200 /)
      assert.match(text, /^altlayer_test_level 7$/m)
    }
  })

  it('refuses every other target, also one that is no URL, and goes on', async () => {
    for (const target of ['/', '//', '///', '/metrics/', 'http://[', '*', '/%'])
      assert.match(await answer(`GET ${target}`), /^HTTP\/1\.1 404 /, target)
    assert.match(await answer('POST /metrics'), /^HTTP\/1\.1 405 [\s\S]*allow: GET, HEAD/i)
    assert.match(await answer('GET /metrics'), /^HTTP\/1\.1 200 /)
  })

  it('says what a metric failed with', async () => {
    failure = new Error('the store is closed')
    const text = await answer('GET /metrics')
    failure = undefined
    assert.match(text, /^HTTP\/1\.1 500 [\s\S]*the store is closed\n/)
  })
})
