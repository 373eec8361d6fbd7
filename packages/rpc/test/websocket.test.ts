import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { bytesToHex, encodeTransaction, type Hash, TX_DYNAMIC_FEE } from '@altlayer/protocol'
import { WebSocket } from 'ws'
import { connect, withServer } from './support/client.ts'
import { CONTRACT, createFakeEngine, LONG_TRACE, SUCCESS } from './support/fake-engine.ts'

const TOPIC: Hash = `0x${'11'.repeat(32)}`
const OTHER: Hash = `0x${'22'.repeat(32)}`

async function subscribe(
  client: Awaited<ReturnType<typeof connect>>,
  ...params: readonly unknown[]
): Promise<string> {
  const { result, error } = await client.call('eth_subscribe', params)
  assert.equal(error, undefined)
  return result as string
}

describe('WebSocket', () => {
  test('answers requests, batches and malformed messages', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const client = await connect(port)
      assert.equal((await client.call('eth_chainId')).result, '0x385')
      client.socket.send('[{"jsonrpc":"2.0","id":5,"method":"eth_chainId"}]')
      const [batch] = await once(client.socket, 'message')
      assert.equal(batch.toString(), '[{"jsonrpc":"2.0","id":5,"result":"0x385"}]')
      engine.mine()
      const trace = await client.call('debug_traceBlockByNumber', ['0x1'])
      assert.deepEqual(trace.result, JSON.parse(LONG_TRACE))
      client.socket.send(Buffer.from([0xff]))
      const [malformed] = await once(client.socket, 'message')
      assert.equal(JSON.parse(malformed.toString()).error.code, -32700)
      client.socket.close()
    })
  })

  test('is refused to foreign pages and foreign hosts', async () => {
    await withServer(
      { engine: createFakeEngine(), cors: ['https://app.example'] },
      async ({ port }) => {
        await assert.rejects(connect(port, 'https://evil.example'), /403/)
        const client = await connect(port, 'https://app.example')
        client.socket.close()
        const rebound = new WebSocket(`ws://127.0.0.1:${port}`, {
          headers: { host: 'evil.example' },
        })
        const [error] = await once(rebound, 'error')
        assert.match(error.message, /403/)
      },
    )
  })

  test('is closed with 1009 above the message limit, and not opened above their number', async () => {
    const limits = { messageBytes: 100, webSockets: 1 }
    await withServer({ engine: createFakeEngine(), limits }, async ({ port }) => {
      const client = await connect(port)
      await assert.rejects(connect(port), /503/)
      client.socket.send('x'.repeat(101))
      assert.equal((await client.closed()).code, 1009)
    })
  })

  test('can be switched off', async () => {
    await withServer({ engine: createFakeEngine(), ws: false }, async ({ port }) => {
      await assert.rejects(connect(port))
    })
  })

  test('is told when the server shuts down', async () => {
    let closed: Promise<{ code: number; reason: string }> | undefined
    await withServer({ engine: createFakeEngine() }, async ({ port }) => {
      closed = (await connect(port)).closed()
    })
    assert.deepEqual(await closed, { code: 1001, reason: 'server shuts down' })
  })
})

describe('eth_subscribe', () => {
  test('newHeads: every new head, once', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const client = await connect(port)
      const id = await subscribe(client, 'newHeads')
      const blocks = [engine.mine(), engine.mine()]
      for (const block of blocks) {
        const { subscription, result } = await client.next()
        assert.equal(subscription, id)
        const head = result as Record<string, unknown>
        assert.equal(head.hash, block.hash)
        assert.equal(head.parentHash, block.header.parentHash)
        assert.equal(head.number, `0x${block.header.number.toString(16)}`)
        assert.equal(head.transactions, undefined)
      }
      client.socket.close()
    })
  })

  test('logs: those that match, and again as removed when a reorganisation takes them back', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const client = await connect(port)
      const id = await subscribe(client, 'logs', { address: CONTRACT, topics: [[TOPIC]] })
      const block = engine.mine([[TOPIC], [OTHER], [TOPIC, OTHER]])
      engine.reorg()
      const seen: unknown[] = []
      for (let i = 0; i < 4; i++) {
        const { subscription, result } = await client.next()
        assert.equal(subscription, id)
        const log = result as Record<string, unknown>
        assert.equal(log.blockHash, block.hash)
        seen.push([log.logIndex, log.removed])
      }
      assert.deepEqual(seen, [
        ['0x0', false],
        ['0x2', false],
        ['0x0', true],
        ['0x2', true],
      ])
      client.socket.close()
    })
  })

  test('newPendingTransactions: hashes, or whole transactions when asked', async () => {
    const engine = createFakeEngine()
    const transfer = (nonce: bigint) =>
      bytesToHex(
        encodeTransaction({
          type: TX_DYNAMIC_FEE,
          chainId: 901n,
          nonce,
          maxPriorityFeePerGas: 1n,
          maxFeePerGas: 2n,
          gas: 21_000n,
          to: CONTRACT,
          value: 1n,
          data: '0x',
          accessList: [],
          yParity: 0,
          r: 1n,
          s: 1n,
        }),
      )
    await withServer({ engine }, async ({ port }) => {
      const client = await connect(port)
      await subscribe(client, 'newPendingTransactions')
      const { result: hash } = await client.call('eth_sendRawTransaction', [transfer(0n)])
      assert.equal((await client.next()).result, hash)
      const full = await connect(port)
      await subscribe(full, 'newPendingTransactions', true)
      const { result: fullHash } = await full.call('eth_sendRawTransaction', [transfer(1n)])
      const transaction = (await full.next()).result as Record<string, unknown>
      assert.equal(transaction.hash, fullHash)
      assert.equal(transaction.blockHash, null)
      assert.equal(transaction.chainId, '0x385')
      client.socket.close()
      full.socket.close()
    })
  })

  test('transactionReceipts: those of every new block, or of the transactions awaited', async () => {
    const engine = createFakeEngine()
    await withServer({ engine }, async ({ port }) => {
      const receiptOf = ({ hash }: { readonly hash: Hash }) => {
        const receipt = engine.receipts(hash)?.[0]
        assert.ok(receipt)
        return receipt
      }
      const client = await connect(port)
      await subscribe(client, 'transactionReceipts')
      const first = engine.mine([[TOPIC]])
      const told = (await client.next()).result as { [name: string]: unknown; logs: unknown[] }[]
      assert.deepEqual(
        told.map(({ blockHash, transactionHash, logs }) => [
          blockHash,
          transactionHash,
          logs.length,
        ]),
        [[first.hash, receiptOf(first).transactionHash, 1]],
      )
      const waiting = await connect(port)
      const hashes = [receiptOf(first).transactionHash, OTHER]
      await subscribe(waiting, 'transactionReceipts', { transactionHashes: hashes })
      await subscribe(waiting, 'newHeads')
      // Of another transaction: the head alone is told.
      const second = engine.mine()
      assert.notEqual(receiptOf(second).transactionHash, receiptOf(first).transactionHash)
      assert.equal(((await waiting.next()).result as { hash: Hash }).hash, second.hash)
      const many = { transactionHashes: Array.from({ length: 201 }, () => OTHER) }
      const { error } = await waiting.call('eth_subscribe', ['transactionReceipts', many])
      assert.equal(error?.code, -32602)
      client.socket.close()
      waiting.socket.close()
    })
  })

  test('syncing: the state at once, then each change', async () => {
    const engine = createFakeEngine()
    let progress:
      | { startingBlock: bigint; currentBlock: bigint; highestBlock: bigint }
      | undefined = {
      startingBlock: 1n,
      currentBlock: 2n,
      highestBlock: 9n,
    }
    const rollup = {
      syncing: () => progress,
      version: () => 'test',
      syncStatus: () => Promise.reject(new Error('not asked')),
      rollupConfig: () => ({}),
      outputAtBlock: () => Promise.reject(new Error('not asked')),
      safeHeadAtL1Block: () => {
        throw new Error('not asked')
      },
    }
    await withServer({ engine, rollup }, async ({ port }) => {
      const client = await connect(port)
      await subscribe(client, 'syncing')
      const status = { startingBlock: '0x1', currentBlock: '0x2', highestBlock: '0x9' }
      assert.deepEqual((await client.next()).result, { syncing: true, status })
      assert.deepEqual((await client.call('eth_syncing')).result, status)
      progress = undefined
      assert.equal((await client.next()).result, false)
      client.socket.close()
    })
  })

  test('ends with eth_unsubscribe, and is counted', async () => {
    const engine = createFakeEngine()
    await withServer({ engine, limits: { subscriptions: 2 } }, async ({ port }) => {
      const client = await connect(port)
      const first = await subscribe(client, 'newHeads')
      const second = await subscribe(client, 'newHeads')
      assert.equal((await client.call('eth_subscribe', ['newHeads'])).error?.code, -32005)
      assert.equal((await client.call('eth_unsubscribe', [first])).result, true)
      assert.deepEqual((await client.call('eth_unsubscribe', [first])).error, {
        code: -32602,
        message: 'subscription not found',
      })
      engine.mine()
      assert.equal((await client.next()).subscription, second)
      client.socket.close()
    })
  })

  test('is not there over HTTP', async () => {
    await withServer({ engine: createFakeEngine() }, async ({ port }) => {
      const { call } = await import('./support/client.ts')
      assert.equal((await call(port, 'eth_subscribe', ['newHeads'])).error?.code, -32601)
    })
  })
})

describe('backpressure', () => {
  test('a subscriber that does not read is closed with the reason, the others go on', async () => {
    const engine = createFakeEngine()
    const limits = { sendQueueBytes: 64 * 1024 }
    await withServer({ engine, limits }, async ({ port }) => {
      const slow = await connect(port)
      const quick = await connect(port)
      await subscribe(slow, 'logs', {})
      const id = await subscribe(quick, 'newHeads')
      slow.socket.pause()
      // Enough to fill the kernel's buffers of a loopback connection, too.
      const topics = Array.from({ length: 500 }, () => [TOPIC, OTHER])
      for (let i = 0; i < 100; i++) {
        engine.mine(topics)
        assert.equal((await quick.next()).subscription, id)
      }
      slow.socket.resume()
      const { code, reason } = await slow.closed()
      assert.equal(code, 1013)
      assert.match(reason, /too slow/)
      quick.socket.close()
    })
  })

  test('requests in progress are bounded: the rest waits in the connection', async () => {
    const engine = createFakeEngine()
    let running = 0
    let most = 0
    const finish: (() => void)[] = []
    engine.onCall(
      () =>
        new Promise((resolve) => {
          running++
          most = Math.max(most, running)
          finish.push(() => {
            running--
            resolve(SUCCESS)
          })
        }),
    )
    await withServer({ engine, limits: { webSocketConcurrency: 4 } }, async ({ port }) => {
      const client = await connect(port)
      // Larger than a read from the socket: what was read before the pause is not held back.
      const data = `0x${'00'.repeat(50_000)}`
      const answers = Array.from({ length: 50 }, () => client.call('eth_call', [{ data }]))
      let done = false
      const all = Promise.all(answers).then((list) => {
        done = true
        return list
      })
      while (!done) {
        // None ends before as many as may be are in progress.
        if (most >= 4) finish.shift()?.()
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.equal((await all).length, 50)
      assert.ok(most >= 4 && most <= 6, `${most} requests in progress`)
      client.socket.close()
    })
  })
})
