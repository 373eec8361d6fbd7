import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import {
  type RpcMethod,
  RpcError as ServedError,
  serveRpc,
} from '../../rpc/test/support/json-rpc-server.ts'
import { createRollupClient, RollupRpcError } from '../src/rollup/client.ts'

const HASH = `0x${'a1'.repeat(32)}`
const cleanups: (() => Promise<void>)[] = []
after(async () => {
  for (const cleanup of cleanups) await cleanup()
})

async function clientOf(methods: Readonly<Record<string, RpcMethod>>) {
  const server = await serveRpc(methods)
  cleanups.push(server.close)
  return createRollupClient(server.url)
}

async function failure(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => assert.fail('it answered'),
    (reason) => reason,
  )
  assert.ok(error instanceof RollupRpcError)
  return error.message.replace(/127\.0\.0\.1:\d+/, 'HOST')
}

describe("what the rollup's node says", () => {
  it('is taken in the forms of op-node, whose output roots may lack a version', async () => {
    const output = { outputRoot: HASH, stateRoot: HASH, withdrawalStorageRoot: HASH }
    const client = await clientOf({
      optimism_outputAtBlock: ([number]) => {
        assert.equal(number, '0x2a')
        return { ...output, blockRef: { hash: HASH } }
      },
      optimism_syncStatus: () => ({
        current_l1: { number: 3 },
        safe_l2: { number: 2 },
        finalized_l2: { number: '0x1' },
      }),
    })
    const { version, ...rest } = await client.outputAtBlock(42n)
    assert.equal(version, `0x${'00'.repeat(32)}`)
    assert.deepEqual(rest, { number: 42n, ...output, blockHash: HASH })
    const { currentL1, safe, finalized } = await client.syncStatus()
    assert.deepEqual([currentL1, safe, finalized], [3n, 2n, 1n])
  })

  it('is refused by where it comes from, the method and the part that is wrong', async () => {
    const client = await clientOf({
      debug_getRawHeader: () => {
        throw new ServedError(-32000, 'header not found')
      },
      optimism_syncStatus: () => ({ current_l1: { number: -1 } }),
      optimism_outputAtBlock: () => ({ outputRoot: '00'.repeat(1 << 20) }),
    })
    assert.equal(
      await failure(client.rawHeader(`0x${'00'.repeat(32)}`)),
      "the rollup's node at http://HOST: debug_getRawHeader: header not found",
    )
    assert.match(
      await failure(client.syncStatus()),
      /^the rollup's node at http:\/\/HOST: optimism_syncStatus: result\.current_l1\.number: /,
    )
    assert.match(await failure(client.outputAtBlock(1n)), /has more than 1048576 bytes$/)
  })
})
