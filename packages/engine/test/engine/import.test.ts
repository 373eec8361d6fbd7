import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Hash, type Header, headerHash } from '@altlayer/protocol'
import type { Block, Engine, ExecutionPayload } from '../../src/api.ts'
import {
  account,
  buildBlock,
  initCode,
  removeDirectory,
  setHead,
  signed,
  signedCreation,
  type TestEngine,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const [alice, bob] = [account(0), account(1)]

for (const mode of ['ethereum', 'op'] as const)
  describe(`importing blocks, ${mode}`, () => {
    let builder: TestEngine
    let follower: TestEngine
    const blocks: ExecutionPayload[] = []
    before(async () => {
      const genesis = testGenesis(mode, [alice, bob])
      builder = await testEngine(genesis)
      follower = await testEngine(genesis)
      const code = initCode('0x5f355f5500')
      await builder.engine.pool.add(signedCreation(alice, { nonce: 0n, data: code }))
      blocks.push(await buildBlock(builder.engine))
      for (let nonce = 0n; nonce < 3n; nonce++)
        await builder.engine.pool.add(signed(bob, { nonce }))
      blocks.push(await buildBlock(builder.engine))
      const withdrawals =
        mode === 'ethereum'
          ? [{ index: 0n, validatorIndex: 9n, address: bob.address, amount: 4n }]
          : []
      blocks.push(await buildBlock(builder.engine, { withdrawals }))
    })
    after(async () => {
      for (const { engine, dataDir } of [builder, follower]) {
        await engine.close()
        removeDirectory(dataDir)
      }
    })
    const block = (index: number) => blocks[index] as ExecutionPayload
    /** The payload with other header fields, under its own hash. */
    const altered = (payload: ExecutionPayload, fields: Partial<Header>): ExecutionPayload => {
      const header = { ...payload.header, ...fields }
      return { ...payload, header, blockHash: headerHash(header) }
    }

    it('starts from the same genesis', () => {
      assert.equal(follower.engine.genesis.hash, builder.engine.genesis.hash)
    })

    it('asks for the parent of what it cannot place', async () => {
      assert.deepEqual(await follower.engine.newPayload(block(1)), { status: 'SYNCING' })
      const { payloadStatus } = await follower.engine.forkchoiceUpdated({
        headBlockHash: block(1).blockHash,
        safeBlockHash: block(1).blockHash,
        finalizedBlockHash: block(1).blockHash,
      })
      assert.equal(payloadStatus.status, 'SYNCING')
      assert.equal(follower.engine.block({ tag: 'latest' })?.header.number, 0n)
    })

    it('names the first header field that differs', async () => {
      const first = block(0)
      const wrong: [Partial<Header>, RegExp][] = [
        [{ stateRoot: `0x${'12'.repeat(32)}` }, /^invalid stateRoot: have 0x1212/],
        [{ transactionsRoot: `0x${'12'.repeat(32)}` }, /^invalid transactionsRoot/],
        [{ receiptsRoot: `0x${'12'.repeat(32)}` }, /^invalid receiptsRoot/],
        [{ logsBloom: `0x${'12'.repeat(256)}` }, /^invalid logsBloom/],
        [{ gasUsed: first.header.gasUsed + 1n }, /^invalid gasUsed/],
        [{ baseFeePerGas: 1n }, /^invalid baseFeePerGas/],
        [{ difficulty: 1n }, /^invalid difficulty/],
        [{ nonce: '0x0000000000000001' }, /^invalid nonce/],
        [{ sha3Uncles: `0x${'12'.repeat(32)}` }, /^invalid sha3Uncles/],
        [{ withdrawalsRoot: `0x${'12'.repeat(32)}` }, /^invalid withdrawalsRoot/],
        [{ excessBlobGas: 131072n }, /^invalid excessBlobGas/],
        [{ requestsHash: `0x${'12'.repeat(32)}` }, /^invalid requestsHash/],
        [{ number: 5n }, /^invalid number/],
        [{ timestamp: builder.engine.genesis.header.timestamp }, /^invalid timestamp/],
        [{ gasLimit: 20_000n }, mode === 'op' ? /gas limit reached/ : /^invalid gas limit/],
      ]
      for (const [fields, expected] of wrong) {
        const status = await follower.engine.newPayload(altered(first, fields))
        assert.equal(status.status, 'INVALID', String(expected))
        assert.equal(status.latestValidHash, builder.engine.genesis.hash)
        assert.match(status.validationError ?? '', expected)
      }
      const swapped = await follower.engine.newPayload({ ...first, blockHash: block(1).blockHash })
      assert.match(swapped.validationError ?? '', /^invalid blockHash/)
    })

    it('names the transaction that makes a block invalid', async () => {
      const first = block(0)
      const bad = [signed(bob, { nonce: 8n }), signed(bob, { chainId: 5n }), Uint8Array.of(0x77)]
      for (const raw of bad) {
        const transactions = [...first.transactions, raw]
        const status = await follower.engine.newPayload({ ...first, transactions })
        assert.equal(status.status, 'INVALID')
        assert.match(status.validationError ?? '', /^invalid transaction 1: /)
      }
      const missing = await follower.engine.newPayload({ ...first, transactions: [] })
      assert.equal(missing.status, 'INVALID')
    })

    it('executes what another engine built, to the same state', async () => {
      for (const payload of blocks) {
        const status = await follower.engine.newPayload(payload)
        assert.deepEqual(status, { status: 'VALID', latestValidHash: payload.blockHash })
        // Committed, not canonical yet.
        assert.equal(follower.engine.block({ hash: payload.blockHash })?.hash, payload.blockHash)
        assert.equal(follower.engine.block({ number: payload.header.number }), undefined)
        await setHead(follower.engine, payload.blockHash)
        assert.deepEqual(
          follower.engine.receipts(payload.blockHash),
          builder.engine.receipts(payload.blockHash),
        )
        assert.deepEqual(
          follower.engine.block({ number: payload.header.number }),
          builder.engine.block({ number: payload.header.number }),
        )
        assert.deepEqual(
          follower.engine.senders(payload.blockHash),
          builder.engine.senders(payload.blockHash),
        )
      }
      for (const { address } of [alice, bob])
        assert.deepEqual(
          await follower.engine.account({ tag: 'latest' }, address),
          await builder.engine.account({ tag: 'latest' }, address),
        )
    })

    it('takes a block it has for valid at once', async () => {
      const status = await follower.engine.newPayload(block(2))
      assert.deepEqual(status, { status: 'VALID', latestValidHash: block(2).blockHash })
    })

    it('imports beside a block that is being built', async () => {
      const parent = follower.engine.block({ tag: 'latest' }) as Block
      const mine = await buildBlock(follower.engine, { keepHead: true })
      const theirs = await buildBlock(builder.engine, { prevRandao: `0x${'33'.repeat(32)}` })
      const open = await buildWhile(follower.engine, parent, async () => {
        assert.equal((await follower.engine.newPayload(theirs)).status, 'VALID')
      })
      assert.equal(open.header.parentHash, parent.hash)
      assert.notEqual(mine.blockHash, theirs.blockHash)
      await setHead(follower.engine, theirs.blockHash)
    })
  })

/** Opens a block on `parent`, does something else, then seals and commits it. */
async function buildWhile(engine: Engine, parent: Block, during: () => Promise<void>) {
  const id = await setHead(engine, parent.hash, {
    timestamp: parent.header.timestamp + 7n,
    prevRandao: `0x${'44'.repeat(32)}` as Hash,
    feeRecipient: `0x${'fe'.repeat(20)}`,
    gasLimit: parent.header.gasLimit,
    parentBeaconBlockRoot: `0x${'22'.repeat(32)}`,
    withdrawals: [],
    ...(engine.config.mode === 'op' && { eip1559Params: '0x000000fa00000006' as const }),
  })
  await during()
  const payload = await engine.getPayload(id as `0x${string}`)
  assert.equal((await engine.newPayload(payload)).status, 'VALID')
  return payload
}
