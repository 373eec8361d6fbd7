import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, describe, it } from 'node:test'
import {
  encodeReceipt,
  headerHash,
  headerToRpc,
  logsBloom,
  orderedTrieRoot,
  quantity,
} from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { connectL1, createL1Client, L1Error } from '../../src/l1/client.ts'
import { testHash } from '../helpers/config.ts'
import { l1Block } from '../helpers/l1.ts'

type Answer = (method: string, params: readonly unknown[]) => unknown

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** An L1 node that answers as told; `undefined` is no answer at all. */
async function serve(answer: Answer) {
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { id, method, params } = JSON.parse(body)
    calls.push(method)
    const result = answer(method, params)
    if (result === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result as object) }))
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return { calls, url: `http://127.0.0.1:${address.port}` }
}

const log = {
  address: '0x00000000000000000000000000000000000000d1',
  topics: [testHash(1, 1)],
  data: '0x12',
} as const
const consensus = [0, 1].map((index) => ({
  type: 2,
  status: index === 1,
  cumulativeGasUsed: 21_000n * BigInt(index + 1),
  logsBloom: logsBloom([log]),
  logs: [log],
}))
const plain = l1Block(11, 1_012).header
const header = { ...plain, receiptsRoot: orderedTrieRoot(consensus.map(encodeReceipt)) }
const block = { header, hash: headerHash(header) }
const rpcBlock = { ...headerToRpc(header), hash: block.hash, transactions: [], uncles: [] }
const receipts = consensus.map((receipt) => ({
  ...receipt,
  type: '0x2',
  status: receipt.status ? '0x1' : '0x0',
  cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
  logs: [{ ...log, address: log.address.toUpperCase().replace('X', 'x'), logIndex: '0x9' }],
}))

describe('the L1 client', () => {
  it('reads a block and its receipts', async () => {
    const { url } = await serve((method) => ({
      result: method === 'eth_getBlockByNumber' ? rpcBlock : receipts,
    }))
    const client = createL1Client({ url })
    assert.deepEqual(await client.block(11n), block)
    assert.deepEqual(await client.receipts(block), [
      { logs: [{ ...log, logIndex: 0 }] },
      { logs: [{ ...log, logIndex: 1 }] },
    ])
    client.close()
  })

  it('knows no block that L1 does not have', async () => {
    const { url } = await serve(() => ({ result: null }))
    const client = createL1Client({ url })
    assert.equal(await client.block(99n), undefined)
    client.close()
  })

  const lies: readonly (readonly [string, unknown, RegExp])[] = [
    ['a header that is not that of the hash', { ...rpcBlock, timestamp: '0x1' }, /block\.hash/],
    ['another block than asked for', { ...rpcBlock }, /block\.number: expected 12, got 11/],
    ['a malformed header', { ...rpcBlock, gasLimit: 'much' }, /block\.gasLimit/],
    ['something else', 'surprise', /expected a JSON object/],
  ]
  for (const [what, result, message] of lies) {
    it(`refuses ${what}`, async () => {
      const { url } = await serve(() => ({ result }))
      const client = createL1Client({ url })
      const number = what.startsWith('another') ? 12n : 11n
      await assert.rejects(client.block(number), (error: Error) => {
        assert.ok(error instanceof L1Error)
        assert.match(error.message, message)
        return true
      })
      client.close()
    })
  }

  it('refuses receipts that are not those of the block', async () => {
    const [first, second] = receipts
    for (const result of [[first], [second, first], [], [first, { ...second, status: '0x0' }]]) {
      const { url } = await serve(() => ({ result }))
      const client = createL1Client({ url })
      await assert.rejects(client.receipts(block), /receipts \(their root\): expected/)
      client.close()
    }
  })

  it('tries again when L1 fails for a moment', async () => {
    let failures = 1
    const { url, calls } = await serve(() =>
      failures-- > 0 ? { error: { code: -32603, message: 'busy' } } : { result: '0x384' },
    )
    const client = createL1Client({ url })
    assert.equal(await client.chainId(), 900n)
    assert.equal(calls.length, 2)
    client.close()
  })

  it('takes the largest answers that a block can have, and none without end', async () => {
    // EIP-7934's 10 MiB in hex, and as much again.
    const large = 'f'.repeat(40 * 1024 * 1024)
    const { url } = await serve(() => ({ result: large }))
    const connection = connectL1({ url, timeout: 60_000 })
    assert.equal((await connection.request('eth_getBlockByHash', [])) === large, true)
    connection.close()
    let sent = 0
    const endless = createServer((_, response) => {
      const more = () => {
        while (response.write(' '.repeat(1 << 20))) sent++
        sent++
      }
      response.on('drain', more).on('error', () => {})
      more()
    }).listen(0, '127.0.0.1')
    await once(endless, 'listening')
    const { port } = endless.address() as { port: number }
    const patient = connectL1({ url: `http://127.0.0.1:${port}`, timeout: 60_000, retries: 0 })
    await assert.rejects(patient.request('eth_getBlockByHash', []), L1Error)
    assert.ok(sent < 512, `${sent} MiB were taken`)
    patient.close()
    endless.closeAllConnections()
    endless.close()
  })

  it('gives up on an L1 that does not answer', async () => {
    const { url, calls } = await serve(() => undefined)
    const client = createL1Client({ url, timeout: 300, retries: 1 })
    // Where the machine itself stands still for so long, a request ends before it has left.
    await eventually('two requests have come to L1', async () => {
      const before = calls.length
      await assert.rejects(client.chainId(), (error: Error) => {
        assert.ok(error instanceof L1Error)
        assert.match(error.message, /eth_chainId failed/)
        return true
      })
      return calls.length - before === 2
    })
    client.close()
  })

  it('ends what it waits for when it is closed', async () => {
    const { url } = await serve(() => undefined)
    const client = createL1Client({ url, timeout: 60_000 })
    const answer = assert.rejects(client.chainId(), L1Error)
    client.close()
    await answer
    await assert.rejects(client.block('latest'), /closed/)
  })
})
