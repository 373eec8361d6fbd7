import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Address } from '@altlayer/protocol'
import {
  account,
  buildBlock,
  removeDirectory,
  signed,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const alice = account(0)
const SPIN = `0x${'c2'.repeat(20)}` as Address

describe('isolation', () => {
  it('builds, commits and serves while every call thread is busy', async () => {
    const genesis = testGenesis(
      'op',
      [alice],
      [{ address: SPIN, balance: 0n, nonce: 1n, code: '0x5b5f56', storage: [] }],
    )
    const { engine, dataDir } = await testEngine(genesis, { callWorkers: 2 })
    let running = 0
    const spin = async (): Promise<string> => {
      running++
      try {
        await engine.call({
          block: { tag: 'latest' },
          message: { from: alice.address, to: SPIN, gas: 2n ** 62n },
          timeout: 60_000,
        })
        return 'returned'
      } catch (error) {
        return (error as { code: string }).code
      } finally {
        running--
      }
    }
    // Twice as many as there are threads; none of them can end by itself.
    const calls = Array.from({ length: 4 }, spin)
    for (let nonce = 0n; nonce < 5n; nonce++) {
      const raw = signed(alice, { nonce })
      await engine.pool.add(raw)
      assert.deepEqual((await buildBlock(engine)).transactions, [raw])
      assert.equal((await engine.account({ tag: 'latest' }, alice.address))?.nonce, nonce + 1n)
      assert.equal(running, 4, 'the calls are still running')
    }
    // Closing ends them.
    await engine.close()
    assert.deepEqual(new Set(await Promise.all(calls)).has('returned'), false)
    removeDirectory(dataDir)
  })
})
