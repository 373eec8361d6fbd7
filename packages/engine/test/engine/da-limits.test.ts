import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { estimatedDaSize, type Hex } from '@altlayer/protocol'
import type { Block, Engine } from '../../src/api.ts'
import { EngineError } from '../../src/errors.ts'
import {
  account,
  attributesAfter,
  buildBlock,
  removeDirectory,
  setHead,
  signed,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const senders = Array.from({ length: 12 }, (_, i) => account(i))
/** A payload that does not compress. */
const noise = (bytes: number) =>
  `0x${Array.from({ length: bytes }, (_, i) => ((i * i * 31 + (i >> 3)) & 0xff).toString(16).padStart(2, '0')).join('')}` as Hex

describe('limits on what blocks take on L1', () => {
  let engine: Engine
  let dataDir: string
  before(async () => {
    ;({ engine, dataDir } = await testEngine(testGenesis('op', senders)))
  })
  after(async () => {
    await engine.close()
    removeDirectory(dataDir)
  })

  const daBytes = (transactions: readonly Uint8Array[]) =>
    transactions.reduce((sum, raw) => sum + estimatedDaSize(raw), 0)

  it('keep a block below its bytes, however many transactions wait, and leave the others in the pool', async () => {
    for (const sender of senders)
      for (const nonce of [0n, 1n]) await engine.pool.add(signed(sender, { nonce }))
    engine.setDaLimits({ transaction: 0, block: 550 })
    const small = await buildBlock(engine, { holds: 5 })
    assert.equal(small.transactions.length, 5)
    assert.ok(daBytes(small.transactions) <= 550)
    assert.equal(engine.pool.status().pending, 19)
    engine.setDaLimits({ transaction: 0, block: 0 })
    const full = await buildBlock(engine, { holds: 19 })
    assert.equal(full.transactions.length, 19)
  })

  it('pass over a transaction that is too large, and its sender, not the others', async () => {
    const [alice, bob] = senders as [(typeof senders)[0], (typeof senders)[0]]
    const large = signed(alice, { nonce: 2n, data: noise(900), gas: 100_000n })
    const behind = signed(alice, { nonce: 3n })
    const other = signed(bob, { nonce: 2n })
    assert.ok(estimatedDaSize(large) > 500)
    for (const raw of [large, behind, other]) await engine.pool.add(raw)
    engine.setDaLimits({ transaction: 500, block: 0 })
    assert.deepEqual((await buildBlock(engine, { holds: 1 })).transactions, [other])
    engine.setDaLimits({ transaction: 0, block: 0 })
    assert.deepEqual((await buildBlock(engine, { holds: 2 })).transactions, [large, behind])
  })

  it('count from the beginning of the block when they come while it is open', async () => {
    const parent = engine.block({ tag: 'latest' }) as Block
    const id = (await setHead(engine, parent.hash, attributesAfter(parent, 'op'))) as Hex
    for (const sender of senders.slice(0, 4)) {
      const { nonce } = (await engine.account({ tag: 'latest' }, sender.address)) ?? { nonce: 0n }
      await engine.pool.add(signed(sender, { nonce }))
    }
    const holds = async (count: number) => {
      while (engine.block({ tag: 'pending' })?.transactions.length !== count)
        await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await holds(4)
    engine.setDaLimits({ transaction: 0, block: 500 })
    for (const sender of senders.slice(4, 8)) {
      const { nonce } = (await engine.account({ tag: 'latest' }, sender.address)) ?? { nonce: 0n }
      await engine.pool.add(signed(sender, { nonce }))
    }
    await holds(5)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const payload = await engine.getPayload(id)
    assert.equal(payload.transactions.length, 5)
  })

  it('are numbers of bytes', () => {
    for (const limits of [
      { transaction: -1, block: 0 },
      { transaction: 0, block: 1.5 },
      { transaction: Number.NaN, block: 0 },
    ])
      assert.throws(() => engine.setDaLimits(limits), EngineError)
  })
})
