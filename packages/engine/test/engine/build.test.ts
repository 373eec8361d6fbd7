import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  bigintToHex,
  encodeTransaction,
  type Hash,
  type Hex,
  l1AttributesDeposit,
  PREDEPLOYS,
  TX_DEPOSIT,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { Block, Engine, PoolTransaction } from '../../src/api.ts'
import { EngineError } from '../../src/errors.ts'
import {
  account,
  attributesAfter,
  buildBlock,
  hashOf,
  removeDirectory,
  setHead,
  signed,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const [alice, bob, carol] = [account(0), account(1), account(2)]

const deposit = (value: bigint, mint: bigint, sourceHash: Hash = `0x${'5a'.repeat(32)}`) =>
  encodeTransaction({
    type: TX_DEPOSIT,
    sourceHash,
    from: `0x${'de'.repeat(20)}`,
    to: `0x${'d0'.repeat(20)}`,
    mint,
    value,
    gas: 100_000n,
    isSystemTransaction: false,
    data: '0x',
  })

/** L1Block's storage without its code: base fee, scalars (base fee's at bit 96, blobs' at bit 64), blob base fee. */
const L1_BLOCK = {
  address: PREDEPLOYS.L1Block,
  balance: 0n,
  nonce: 1n,
  code: '0x',
  storage: [
    [bigintToHex(1n), bigintToHex(123n)],
    [bigintToHex(3n), bigintToHex((6n << 96n) | (7n << 64n))],
    [bigintToHex(7n), bigintToHex(45n)],
  ],
} as const

const invalid = (pattern: RegExp) => (error: unknown) =>
  error instanceof EngineError && error.code === 'invalid' && pattern.test(error.message)

for (const mode of ['ethereum', 'op'] as const)
  describe(`building blocks, ${mode}`, () => {
    let engine: Engine
    let dataDir: string
    before(async () => {
      ;({ engine, dataDir } = await testEngine(
        testGenesis(mode, [alice, bob, carol], mode === 'op' ? [L1_BLOCK] : []),
      ))
    })
    after(async () => {
      await engine.close()
      removeDirectory(dataDir)
    })
    const latest = () => engine.block({ tag: 'latest' }) as Block

    it('includes what the pool has, best tip first, and empties the pool', async () => {
      const low = signed(alice, { maxPriorityFeePerGas: 1n })
      const high = signed(bob, { maxPriorityFeePerGas: 5n })
      const second = signed(bob, { nonce: 1n, maxPriorityFeePerGas: 9n })
      for (const raw of [low, second, high]) await engine.pool.add(raw)
      const { header, blockHash, transactions } = await buildBlock(engine)
      assert.deepEqual(transactions, [high, second, low])
      assert.equal(header.gasUsed, 63_000n)
      assert.deepEqual(engine.pool.status(), { pending: 0, queued: 0 })
      assert.equal(engine.block({ tag: 'latest' })?.hash, blockHash)
      assert.equal(engine.block({ number: header.number })?.hash, blockHash)
      assert.deepEqual(engine.senders(blockHash), [bob.address, bob.address, alice.address])
      const receipts = engine.receipts(blockHash) ?? []
      assert.deepEqual(
        receipts.map((receipt) => receipt.cumulativeGasUsed),
        [21_000n, 42_000n, 63_000n],
      )
      assert.ok(receipts.every((receipt) => receipt.status && receipt.blockHash === blockHash))
      assert.deepEqual(engine.transactionLocation(hashOf(low)), {
        blockHash,
        blockNumber: header.number,
        index: 2,
        raw: low,
        from: alice.address,
      })
    })

    it('adds in later slots what arrives while the block is open, and shows it as pending', async () => {
      const parent = latest()
      const { nonce } = (await engine.account({ tag: 'latest' }, alice.address)) ?? { nonce: 0n }
      const announced: PoolTransaction[] = []
      const stop = engine.on('pendingTransaction', (transaction) => announced.push(transaction))
      const id = await setHead(engine, parent.hash, attributesAfter(parent, mode))
      assert.equal(engine.block({ tag: 'pending' })?.header.number, parent.header.number + 1n)
      const changed = new Promise<void>((resolve) => {
        const off = engine.on('pending', () => {
          off()
          resolve()
        })
      })
      const raw = signed(alice, { nonce, value: 12345n, to: `0x${'77'.repeat(20)}` })
      await engine.pool.add(raw)
      await changed
      const pending = engine.block({ tag: 'pending' }) as Block
      assert.deepEqual(pending.transactions, [raw])
      assert.equal(pending.hash, ZERO_HASH)
      assert.equal(pending.header.parentHash, parent.hash)
      assert.equal(engine.pendingReceipts()[0]?.gasUsed, 21_000n)
      const target = `0x${'77'.repeat(20)}` as const
      assert.equal((await engine.account({ tag: 'pending' }, target))?.balance, 12345n)
      assert.equal(await engine.account({ tag: 'latest' }, target), undefined)
      assert.equal((await engine.account({ tag: 'pending' }, alice.address))?.nonce, nonce + 1n)
      const payload = await engine.getPayload(id as Hex)
      assert.deepEqual(payload.transactions, [raw])
      // The pending header already had what sealing cannot change.
      for (const field of [
        'number',
        'timestamp',
        'baseFeePerGas',
        'gasLimit',
        'gasUsed',
        'extraData',
      ] as const)
        assert.equal(payload.header[field], pending.header[field], field)
      assert.deepEqual(await engine.getPayload(id as Hex), payload)
      await engine.newPayload(payload)
      assert.equal((await engine.account({ tag: 'pending' }, target))?.balance, 12345n)
      await setHead(engine, payload.blockHash)
      assert.deepEqual(
        announced.map(({ hash }) => hash),
        [hashOf(raw)],
      )
      stop()
    })

    it('takes what the pool has when it is sealed, whenever the last slot was', async (t) => {
      const other = await testEngine(testGenesis(mode, [alice, bob], []), { slotTime: 60_000 })
      t.after(async () => {
        await other.engine.close()
        removeDirectory(other.dataDir)
      })
      const parent = other.engine.block({ tag: 'latest' }) as Block
      const id = await setHead(other.engine, parent.hash, attributesAfter(parent, mode))
      const raws = [0n, 1n, 2n].map((nonce) => signed(alice, { nonce }))
      for (const raw of raws) await other.engine.pool.add(raw)
      const { transactions } = await other.engine.getPayload(id as Hex)
      assert.deepEqual(transactions, raws)
    })

    it('takes nothing from the pool when told so', async () => {
      const { nonce } = (await engine.account({ tag: 'latest' }, carol.address)) ?? { nonce: 0n }
      const raw = signed(carol, { nonce })
      await engine.pool.add(raw)
      const { transactions } = await buildBlock(engine, { noTxPool: true, wait: 30 })
      assert.deepEqual(transactions, [])
      assert.deepEqual((await buildBlock(engine)).transactions, [raw])
    })

    it('puts forced transactions first', async () => {
      const nonces = await Promise.all(
        [alice, bob].map(
          async ({ address }) => (await engine.account({ tag: 'latest' }, address))?.nonce,
        ),
      )
      const forced = signed(alice, { nonce: nonces[0] ?? 0n, maxPriorityFeePerGas: 0n })
      const pooled = signed(bob, { nonce: nonces[1] ?? 0n })
      await engine.pool.add(pooled)
      const { transactions } = await buildBlock(engine, { transactions: [forced] })
      assert.deepEqual(transactions, [forced, pooled])
    })

    it('refuses attributes that no block can have', async () => {
      const parent = latest()
      const open = (more: object) =>
        setHead(engine, parent.hash, { ...attributesAfter(parent, mode), ...more })
      await assert.rejects(open({ timestamp: parent.header.timestamp }), invalid(/timestamp/))
      await assert.rejects(
        open({ transactions: [signed(alice, { nonce: 999n })] }),
        invalid(/forced transaction 0: nonce too high/),
      )
      await assert.rejects(
        open({ transactions: [Uint8Array.of(2, 0xc0)] }),
        invalid(/forced transaction 0: malformed/),
      )
      await assert.rejects(engine.getPayload('0x0102030405060708'), invalid(/unknown payload/))
      // Nothing of that keeps a block from being built.
      await buildBlock(engine)
    })

    it('drops from the pool what the program refuses', async () => {
      // Enough for the pool, which does not know the L1 fee; a forced transaction spends it first.
      const poor = account(77)
      const { nonce } = (await engine.account({ tag: 'latest' }, alice.address)) ?? { nonce: 0n }
      await engine.pool.add(signed(alice, { nonce, to: poor.address, value: 10n ** 15n }))
      await buildBlock(engine)
      const spend = signed(poor, { value: 9n * 10n ** 14n })
      const late = signed(poor, { nonce: 1n, value: 1n })
      await engine.pool.add(late)
      await engine.pool.add(signed(poor, { value: 2n }))
      const { transactions } = await buildBlock(engine, { transactions: [spend] })
      assert.deepEqual(transactions[0], spend)
      assert.equal(engine.pool.get(hashOf(signed(poor, { value: 2n }))), undefined)
    })

    it('names the same payload for the same attributes', async () => {
      const parent = latest()
      const attributes = attributesAfter(parent, mode)
      const first = await setHead(engine, parent.hash, attributes)
      assert.equal(await setHead(engine, parent.hash, attributes), first)
      const other = { ...attributes, timestamp: attributes.timestamp + 1n }
      assert.notEqual(await setHead(engine, parent.hash, other), first)
      await assert.rejects(engine.getPayload(first as Hex), invalid(/unknown payload/))
    })

    it('refuses attributes with values out of range', async () => {
      const parent = latest()
      for (const more of [
        { gasLimit: 1n << 64n },
        { feeRecipient: '0x12' },
        { prevRandao: '0xzz' },
      ])
        await assert.rejects(
          setHead(engine, parent.hash, { ...attributesAfter(parent, mode), ...more } as never),
          invalid(/attributes/),
        )
    })

    if (mode === 'op')
      it('shows the L1 attributes of the block in its receipts', async () => {
        const attributes = {
          version: 'isthmus',
          number: 5n,
          timestamp: 1_700_000_000n,
          baseFee: 123n,
          hash: ZERO_HASH,
          sequenceNumber: 0n,
          batcherAddress: alice.address,
          blobBaseFee: 45n,
          baseFeeScalar: 6n,
          blobBaseFeeScalar: 7n,
          operatorFeeScalar: 8n,
          operatorFeeConstant: 9n,
        } as const
        const first = encodeTransaction(l1AttributesDeposit(attributes, true))
        const { nonce } = (await engine.account({ tag: 'latest' }, alice.address)) ?? { nonce: 0n }
        await engine.pool.add(signed(alice, { nonce }))
        const { blockHash } = await buildBlock(engine, { transactions: [first] })
        const [system, user] = engine.receipts(blockHash) ?? []
        assert.equal(system?.l1, undefined)
        // Fjord: the smallest size is 100 bytes, and (16 * 6 * 123 + 7 * 45) * 100e6 / 1e12 is 1.2.
        assert.deepEqual(user?.l1, {
          l1Fee: 1n,
          l1GasUsed: 1600n,
          l1GasPrice: 123n,
          l1BaseFeeScalar: 6n,
          l1BlobBaseFee: 45n,
          l1BlobBaseFeeScalar: 7n,
          operatorFeeScalar: 8n,
          operatorFeeConstant: 9n,
        })
      })

    if (mode === 'op')
      it('includes deposits whatever becomes of them, and keeps them out of the pool', async () => {
        const good = deposit(5n, 7n)
        const failing = deposit(10n ** 30n, 0n, `0x${'5b'.repeat(32)}`)
        const { blockHash, transactions } = await buildBlock(engine, {
          transactions: [good, failing],
        })
        assert.deepEqual(transactions, [good, failing])
        const receipts = engine.receipts(blockHash) ?? []
        assert.deepEqual(
          receipts.map(({ status, type, depositReceiptVersion }) => [
            status,
            type,
            depositReceiptVersion,
          ]),
          [
            [true, TX_DEPOSIT, 1n],
            [false, TX_DEPOSIT, 1n],
          ],
        )
        assert.equal((await engine.account({ tag: 'latest' }, `0x${'d0'.repeat(20)}`))?.balance, 5n)
        await assert.rejects(engine.pool.add(good), /transaction type not supported/)
      })
  })
