import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { DaLimits } from '@altlayer/engine'
import { minerMethods, type RpcServer, startRpcServer } from '../src/index.ts'
import { http, type RpcAnswer } from './support/client.ts'
import { createFakeEngine } from './support/fake-engine.ts'

const servers: RpcServer[] = []
after(async () => {
  for (const server of servers) await server.close()
})

async function ask({ port }: RpcServer, params: readonly unknown[]): Promise<RpcAnswer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'miner_setMaxDASize', params })
  return JSON.parse((await http(port, body)).text) as RpcAnswer
}

test('miner_setMaxDASize limits what is built, where it is served', async () => {
  const set: DaLimits[] = []
  const engine = { ...createFakeEngine(), setDaLimits: (limits: DaLimits) => set.push(limits) }
  const server = await startRpcServer({ engine, port: 0, methods: minerMethods(engine) })
  servers.push(server)
  assert.equal((await ask(server, ['0x64', '0x1fbd0'])).result, true)
  assert.equal((await ask(server, ['0x0', '0xffffffffffffffff'])).result, true)
  assert.deepEqual(set, [
    { transaction: 100, block: 130_000 },
    { transaction: 0, block: 0 },
  ])
  for (const params of [[], ['0x1'], ['-1', '0x1'], ['0x1', 'x'], ['0x1', '0x1', '0x1']])
    assert.equal((await ask(server, params)).error?.code, -32602)
  assert.equal(set.length, 2)
})

test('it is not among the methods that every node serves', async () => {
  const server = await startRpcServer({ engine: createFakeEngine(), port: 0 })
  servers.push(server)
  assert.equal((await ask(server, ['0x1', '0x1'])).error?.code, -32601)
})
