import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Block } from '../../src/api.ts'
import { inspectTransaction } from '../../src/pool/inspect.ts'
import { recoverSender } from '../../src/precompiles/ecrecover.ts'
import { decodeReceipts } from '../../src/store/receipts.ts'
import { warmUpAdmission } from '../../src/warm-up/admission.ts'
import { warmUpBuilding } from '../../src/warm-up/building.ts'
import { ROUND, ROUNDS, warmUpTransactions } from '../../src/warm-up/transactions.ts'
import { startSenderThreads } from '../../src/workers/senders.ts'
import { account, removeDirectory, testEngine, testGenesis } from '../helpers/chain.ts'

for (const mode of ['op', 'ethereum'] as const)
  describe(`warming up, ${mode}`, () => {
    const genesis = testGenesis(mode, [account(0)], [])

    it('runs transactions that a pool takes, from accounts that nobody has', async () => {
      const rules = { chainId: genesis.config.chainId, mode, shanghai: true, prague: true }
      const senders = [...warmUpTransactions(genesis.config.chainId)].map(
        (raw) => inspectTransaction(raw, rules, recoverSender).from,
      )
      assert.equal(new Set(senders).size, ROUND * ROUNDS)
      const threads = startSenderThreads(1)
      await warmUpAdmission(genesis.config, threads)
      await threads.close()
    })

    it('builds a block that holds all of them', async () => {
      const { body, receipts } = await warmUpBuilding(genesis)
      assert.equal(body.transactions.length, ROUND * ROUNDS)
      const stored = decodeReceipts(receipts)
      assert.ok(stored.every(({ status }) => status))
      assert.equal(stored.flatMap(({ logs }) => logs).length, (ROUND * ROUNDS) / 2)
    })

    it('leaves the chain and the pool as they are', async () => {
      let said: (message: string) => void = () => {}
      const done = new Promise<string>((resolve) => {
        said = resolve
      })
      const log = (_level: string, message: string) => said(message)
      const { engine, dataDir } = await testEngine(genesis, { warmUp: true, log })
      const before = engine.block({ tag: 'latest' }) as Block
      assert.match(await done, /^warmed up in/)
      assert.deepEqual(engine.block({ tag: 'latest' }), before)
      assert.deepEqual(engine.pool.status(), { pending: 0, queued: 0 })
      await engine.close()
      removeDirectory(dataDir)
    })
  })
