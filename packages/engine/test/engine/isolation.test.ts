import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Address, headerHash } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { deleteCanonical, writePointer } from '../../src/store/chain-store.ts'
import { openLmdbStore } from '../../src/store/lmdb.ts'
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
          timeout: 3_600_000,
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

  it('answers for tags and numbers by one state of the chain, before it is told that it moved', async () => {
    const { engine, dataDir } = await testEngine(testGenesis('op', [alice]))
    const parent = (await buildBlock(engine)).header
    const last = await buildBlock(engine)
    const before = engine.block({ tag: 'latest' })
    assert.equal(before?.hash, last.blockHash)
    // As the builder's thread does it, whose answer to this one is still on its way.
    const store = openLmdbStore(dataDir)
    store.transaction((batch) => {
      deleteCanonical(batch, last.header.number, [])
      writePointer(batch, 'head', headerHash(parent))
    })
    const latest = await eventually('the move is seen', () => {
      const block = engine.block({ tag: 'latest' })
      return block?.hash !== before.hash && block
    })
    assert.equal(latest.hash, headerHash(parent))
    assert.equal(engine.block({ number: last.header.number }), undefined)
    assert.equal(engine.block({ number: parent.number })?.hash, latest.hash)
    assert.equal(engine.block({ tag: 'pending' })?.hash, latest.hash)
    await store.close()
    await engine.close()
    removeDirectory(dataDir)
  })
})
