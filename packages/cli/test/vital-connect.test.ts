import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { parseAbi } from 'viem'
import { CommandError } from '../src/command.ts'
import { askL1, connectToL1 } from '../src/vital/connect.ts'

const ABI = parseAbi(['function gameCount() view returns (uint256)'])

describe('an L1 whose URL holds a key', () => {
  // Refuses everything; a key in the path is how providers of RPCs have it.
  const server = createServer((_, response) => response.writeHead(403).end('no'))
  let url: string
  let origin: string

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    url = `${origin}/v3/secret-key`
  })
  after(() => server.close())

  it('is named by its origin in every error', async () => {
    const client = connectToL1(url)
    const address = `0x${'12'.repeat(20)}` as const
    const errors = await Promise.all([
      client.getBlock().catch((error: unknown) => error),
      client
        .readContract({ address, abi: ABI, functionName: 'gameCount' })
        .catch((error: unknown) => error),
    ])
    for (const error of errors) {
      assert.ok(error instanceof Error)
      const text = inspect(error, { depth: 8 })
      assert.ok(text.includes(origin), text)
      assert.ok(!text.includes('secret-key'), text)
    }
  })

  it('that does not answer is a sentence for people', async () => {
    const asked = askL1(url, () => connectToL1(url).getChainId())
    await assert.rejects(asked, (error: Error) => {
      assert.ok(error instanceof CommandError)
      assert.equal(error.message, `L1 at ${origin} does not answer: "no"`)
      return true
    })
  })
})
