import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ZERO_HASH } from '@altlayer/protocol'
import type { Block, Engine, EngineEvents, ExecutionPayload } from '../../src/api.ts'
import { EngineError } from '../../src/errors.ts'
import {
  account,
  buildBlock,
  hashOf,
  removeDirectory,
  setHead,
  signed,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const [alice, bob] = [account(0), account(1)]
const randao = (byte: string) => ({ prevRandao: `0x${byte.repeat(32)}` as const })

describe('reorganisations', () => {
  let engine: Engine
  let dataDir: string
  /** Two branches on block 1: a2, a3 with a transaction of Alice and one of Bob; b2, b3, b4 with Alice's. */
  let one: ExecutionPayload
  const a: ExecutionPayload[] = []
  const b: ExecutionPayload[] = []
  const heads: EngineEvents['head'][0][] = []
  const [fromAlice, fromBob] = [signed(alice, {}), signed(bob, {})]

  before(async () => {
    ;({ engine, dataDir } = await testEngine(testGenesis('op', [alice, bob])))
    one = await buildBlock(engine)
    await engine.pool.add(fromAlice)
    a.push(await buildBlock(engine))
    await engine.pool.add(fromBob)
    a.push(await buildBlock(engine))
    engine.on('head', (change) => heads.push(change))
  })
  after(async () => {
    await engine.close()
    removeDirectory(dataDir)
  })
  const latest = () => engine.block({ tag: 'latest' }) as Block
  const hashes = (blocks: readonly Block[]) => blocks.map(({ hash }) => hash)
  const at = (list: ExecutionPayload[], index: number) => list[index] as ExecutionPayload
  const balance = async (of: { address: `0x${string}` }) =>
    (await engine.account({ tag: 'latest' }, of.address))?.nonce

  it('goes back to an ancestor and puts what was reverted into the pool again', async () => {
    await setHead(engine, one.blockHash)
    assert.equal(latest().hash, one.blockHash)
    assert.deepEqual(hashes(heads.at(-1)?.reverted ?? []), [at(a, 1).blockHash, at(a, 0).blockHash])
    assert.deepEqual(heads.at(-1)?.applied, [])
    assert.equal(engine.block({ number: 2n }), undefined)
    assert.equal(engine.transactionLocation(hashOf(fromAlice)), undefined)
    await untilPooled(engine, 2)
    assert.deepEqual([await balance(alice), await balance(bob)], [0n, 0n])
  })

  it('follows a longer branch; each block is found by number and each transaction by hash', async () => {
    b.push(await buildBlock(engine, { ...randao('bb'), noTxPool: true, transactions: [fromAlice] }))
    b.push(await buildBlock(engine, { ...randao('bc'), noTxPool: true }))
    b.push(await buildBlock(engine, { ...randao('bd'), noTxPool: true }))
    assert.equal(latest().hash, at(b, 2).blockHash)
    assert.equal(engine.block({ number: 2n })?.hash, at(b, 0).blockHash)
    assert.equal(engine.transactionLocation(hashOf(fromAlice))?.blockHash, at(b, 0).blockHash)
    assert.deepEqual([await balance(alice), await balance(bob)], [1n, 0n])
    // Bob's is in no block of this branch: it waits.
    assert.ok(engine.pool.get(hashOf(fromBob)))
    assert.equal(engine.pool.get(hashOf(fromAlice)), undefined)
  })

  it('switches branches in one step', async () => {
    await setHead(engine, at(a, 1).blockHash)
    assert.deepEqual(
      hashes(heads.at(-1)?.reverted ?? []),
      b.map(({ blockHash }) => blockHash).reverse(),
    )
    assert.deepEqual(
      hashes(heads.at(-1)?.applied ?? []),
      a.map(({ blockHash }) => blockHash),
    )
    assert.equal(engine.block({ number: 4n }), undefined)
    assert.equal(engine.transactionLocation(hashOf(fromAlice))?.blockHash, at(a, 0).blockHash)
    assert.equal(engine.transactionLocation(hashOf(fromBob))?.blockHash, at(a, 1).blockHash)
    assert.deepEqual([await balance(alice), await balance(bob)], [1n, 1n])
    assert.deepEqual(engine.pool.status(), { pending: 0, queued: 0 })
    // The other branch is still there, by hash.
    const hash = at(b, 2).blockHash
    assert.equal(engine.block({ hash })?.hash, hash)
    assert.throws(
      () => engine.block({ hash, requireCanonical: true }),
      (error) => error instanceof EngineError && error.code === 'invalid',
    )
  })

  it('reads the state of any block', async () => {
    const nonceAt = async (hash: `0x${string}`) =>
      (await engine.account({ hash }, bob.address))?.nonce
    assert.equal(await nonceAt(at(a, 0).blockHash), 0n)
    assert.equal(await nonceAt(at(a, 1).blockHash), 1n)
    assert.equal(await nonceAt(at(b, 2).blockHash), 0n)
  })

  it('names safe and finalized blocks, and only ancestors of the head', async () => {
    const head = at(a, 1).blockHash
    const update = (safeBlockHash: `0x${string}`, finalizedBlockHash: `0x${string}`) =>
      engine.forkchoiceUpdated({ headBlockHash: head, safeBlockHash, finalizedBlockHash })
    assert.equal(engine.block({ tag: 'safe' }), undefined)
    await update(at(a, 0).blockHash, one.blockHash)
    assert.equal(engine.block({ tag: 'safe' })?.hash, at(a, 0).blockHash)
    assert.equal(engine.block({ tag: 'finalized' })?.hash, one.blockHash)
    const invalid = (error: unknown) => error instanceof EngineError && error.code === 'invalid'
    await assert.rejects(update(at(b, 0).blockHash, one.blockHash), invalid)
    await assert.rejects(update(one.blockHash, at(a, 0).blockHash), invalid)
    await assert.rejects(update(`0x${'12'.repeat(32)}`, ZERO_HASH), invalid)
    assert.equal(engine.block({ tag: 'safe' })?.hash, at(a, 0).blockHash)
    // Both chains share block 1, so a switch may keep it finalized.
    await assert.rejects(
      engine.forkchoiceUpdated({
        headBlockHash: at(b, 2).blockHash,
        safeBlockHash: at(a, 0).blockHash,
        finalizedBlockHash: one.blockHash,
      }),
      invalid,
    )
    assert.equal(latest().hash, head)
    await engine.forkchoiceUpdated({
      headBlockHash: at(b, 2).blockHash,
      safeBlockHash: at(b, 1).blockHash,
      finalizedBlockHash: one.blockHash,
    })
    assert.equal(engine.block({ tag: 'safe' })?.hash, at(b, 1).blockHash)
  })
})

async function untilPooled(engine: Engine, count: number): Promise<void> {
  while (engine.pool.status().pending < count)
    await new Promise((resolve) => setTimeout(resolve, 5))
}
