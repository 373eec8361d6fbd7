import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { devAccount } from '../../src/accounts.ts'
import { startAnvil } from '../../src/anvil/anvil.ts'
import { connectL1, SendError } from '../../src/l1/client.ts'
import { temporaryFolder } from '../helpers.ts'

test('a transaction that L1 took while its answer was lost counts as sent, a refused one does not', async (t) => {
  const folder = temporaryFolder(t)
  const anvil = await startAnvil({ folder, port: 0, chainId: 900, blockTime: 600 })
  t.after(anvil.stop)
  let lost = 0
  // Passes on what it is asked, and loses the first answer to a transaction.
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(anvil.url, { method: 'POST', headers, body })
    const text = await answer.text()
    if (lost === 0 && body.includes('eth_sendRawTransaction')) {
      lost++
      request.socket.destroy()
    } else response.writeHead(200, headers).end(text)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const { address, privateKey: key } = devAccount(0)
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const client = await connectL1({ url, key, chainId: 900, mine: anvil.mine })
  const request = { to: address, value: 1n, gas: 21_000n }
  const hashes = await client.send([request, request], 0)
  assert.equal(lost, 1)
  const receipts = await client.receipts(hashes)
  assert.deepEqual(
    receipts.map(({ status }) => status),
    ['success', 'success'],
  )
  assert.deepEqual(await client.nonces(), { latest: 2, pending: 2 })
  await assert.rejects(client.send([{ ...request, value: 2n }], 0), SendError)
})
