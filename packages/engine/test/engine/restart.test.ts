import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Block } from '../../src/api.ts'
import { EngineError } from '../../src/errors.ts'
import { META } from '../../src/store/keys.ts'
import { openLmdbStore } from '../../src/store/lmdb.ts'
import {
  account,
  buildBlock,
  hashOf,
  removeDirectory,
  signed,
  temporaryDirectory,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const [alice, bob] = [account(0), account(1)]
const genesis = testGenesis('op', [alice, bob])

const storeError = (pattern: RegExp) => (error: unknown) =>
  error instanceof EngineError && error.code === 'store' && pattern.test(error.message)

describe('restart', () => {
  const directories: string[] = []
  after(() => directories.forEach(removeDirectory))
  const directory = () => {
    const path = temporaryDirectory()
    directories.push(path)
    return path
  }

  it('keeps the chain, its named blocks and the pool', async () => {
    const dataDir = directory()
    const first = await testEngine(genesis, { dataDir })
    const one = await buildBlock(first.engine)
    await first.engine.pool.add(signed(alice, {}))
    const two = await buildBlock(first.engine)
    await first.engine.forkchoiceUpdated({
      headBlockHash: two.blockHash,
      safeBlockHash: one.blockHash,
      finalizedBlockHash: first.engine.genesis.hash,
    })
    const waiting = [signed(bob, {}), signed(bob, { nonce: 1n }), signed(alice, { nonce: 9n })]
    for (const raw of waiting) await first.engine.pool.add(raw)
    await first.engine.close()
    await assert.rejects(first.engine.pool.add(signed(bob, { nonce: 2n })), /closed/)

    const { engine } = await testEngine(genesis, { dataDir })
    assert.equal(engine.block({ tag: 'latest' })?.hash, two.blockHash)
    assert.equal(engine.block({ tag: 'safe' })?.hash, one.blockHash)
    assert.equal(engine.block({ tag: 'finalized' })?.hash, engine.genesis.hash)
    assert.deepEqual(engine.pool.status(), { pending: 2, queued: 1 })
    for (const raw of waiting) assert.deepEqual(engine.pool.get(hashOf(raw))?.raw, raw)
    assert.deepEqual((await buildBlock(engine)).transactions, waiting.slice(0, 2))
    await engine.close()
  })

  it('refuses another chain, and another configuration of the same chain', async () => {
    const dataDir = directory()
    await (await testEngine(genesis, { dataDir })).engine.close()
    const another = /belongs to another chain or configuration/
    await assert.rejects(testEngine(testGenesis('op', [bob]), { dataDir }), storeError(another))
    const forks = { ...genesis.config.forks, isthmus: 1_800_000_000n }
    await assert.rejects(
      testEngine({ ...genesis, config: { ...genesis.config, forks } }, { dataDir }),
      storeError(another),
    )
    // A refusal holds nothing: the right chain opens.
    await (await testEngine(genesis, { dataDir })).engine.close()
  })

  it('lets forks ahead of the chain be scheduled and moved, and none behind it', async () => {
    const dataDir = directory()
    const { isthmus: _, ...before } = genesis.config.forks
    const withIsthmus = (isthmus?: bigint) => {
      const forks = { ...before, ...(isthmus !== undefined && { isthmus }) }
      return { ...genesis, config: { ...genesis.config, forks } }
    }
    const start = genesis.header.timestamp
    const reopen = async (isthmus?: bigint) => {
      const { engine } = await testEngine(withIsthmus(isthmus), { dataDir })
      return engine
    }
    await (await reopen()).close()
    const engine = await reopen(start + 2n)
    assert.equal((await buildBlock(engine)).header.requestsHash, undefined)
    assert.notEqual((await buildBlock(engine)).header.requestsHash, undefined)
    await engine.close()
    for (const isthmus of [undefined, start + 1n, start + 5n])
      await assert.rejects(reopen(isthmus), storeError(/its (isthmusTime|pragueTime) is/))
    await (await reopen(start + 2n)).close()
  })

  it('refuses a database of another schema', async () => {
    const dataDir = directory()
    await (await testEngine(genesis, { dataDir })).engine.close()
    const store = openLmdbStore(dataDir)
    store.transaction((batch) => batch.put('meta', META.schema, Uint8Array.of(99)))
    await store.close()
    await assert.rejects(testEngine(genesis, { dataDir }), storeError(/schema 99, expected 1/))
  })

  it('refuses a file that is no database', async () => {
    const dataDir = directory()
    writeFileSync(join(dataDir, 'chain.mdb'), Buffer.alloc(100_000, 'not a database '))
    await assert.rejects(testEngine(genesis, { dataDir }), storeError(/cannot open the database/))
  })

  it('refuses a second engine on one directory', async () => {
    const dataDir = directory()
    const { engine } = await testEngine(genesis, { dataDir })
    await assert.rejects(testEngine(genesis, { dataDir }), storeError(/another engine uses/))
    assert.ok(await buildBlock(engine))
    await engine.close()
  })

  it('refuses options out of range', async () => {
    const dataDir = directory()
    for (const options of [{ slotTime: 0 }, { callWorkers: 1.5 }, { pool: { globalSlots: -1 } }])
      await assert.rejects(
        testEngine(genesis, { dataDir, ...options }),
        (error) => error instanceof EngineError && error.code === 'invalid',
      )
  })

  it('keeps what is whole of a journal whose end was torn off', async () => {
    const dataDir = directory()
    const first = await testEngine(genesis, { dataDir })
    const raws = [signed(alice, {}), signed(bob, {})]
    for (const raw of raws) await first.engine.pool.add(raw)
    await first.engine.close()
    const path = join(dataDir, 'pool.journal')
    truncateSync(path, raws.reduce((sum, raw) => sum + raw.length + 8, 0) - 20)
    const messages: string[] = []
    const { engine } = await testEngine(genesis, {
      dataDir,
      log: (_, message) => messages.push(message),
    })
    assert.equal(engine.pool.status().pending, 1)
    assert.match(messages.join(), /ignored \d+ bytes of an unfinished write/)
    assert.equal((engine.block({ tag: 'latest' }) as Block).header.number, 0n)
    await engine.close()
  })
})
