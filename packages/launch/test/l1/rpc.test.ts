import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { RpcError, RpcUnreachableError, rpc } from '../../src/l1/rpc.ts'
import { freePort } from '../free-port.ts'

/** URL, with a key in it, of a server that answers every request with a text. */
async function answering(test: TestContext, text: string, status = 200): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(text))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  test.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/secret?key=secret`
}

describe('a JSON-RPC call', () => {
  it('tells why nothing answered, and not the keys that a URL holds', async () => {
    const origin = `http://127.0.0.1:${await freePort()}`
    await assert.rejects(rpc(`${origin}/secret`, 'eth_chainId', []), (error: Error) => {
      assert.ok(error instanceof RpcUnreachableError)
      assert.match(error.message, new RegExp(`^no JSON-RPC at ${origin}: .*ECONNREFUSED`))
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })

  it('tells what answered where that is no JSON-RPC server', async (test) => {
    const answers: readonly (readonly [string, number, RegExp])[] = [
      ['', 200, /eth_chainId is answered with HTTP 200, not JSON/],
      ['<html>Not Found</html>', 404, /HTTP 404, not JSON/],
      ['null', 200, /neither a result nor an error/],
      ['[]', 200, /neither a result nor an error/],
      ['"0x384"', 200, /neither a result nor an error/],
      ['{"error":"down"}', 200, /neither a result nor an error/],
    ]
    for (const [text, status, message] of answers) {
      const url = await answering(test, text, status)
      await assert.rejects(rpc(url, 'eth_chainId', []), (error: Error) => {
        assert.equal(error.name, 'RpcUnreachableError')
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /secret/)
        return true
      })
    }
  })

  it('gives the result, or the error of the server', async (test) => {
    assert.equal(await rpc(await answering(test, '{"result":"0x384"}'), 'eth_chainId', []), '0x384')
    assert.equal(await rpc(await answering(test, '{"result":null}'), 'eth_chainId', []), null)
    const refusing = await answering(test, '{"error":{"code":-32601,"message":"no such method"}}')
    await assert.rejects(
      rpc(refusing, 'eth_chainId', []),
      (error: Error) => error instanceof RpcError && error.code === -32601,
    )
  })
})
