import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  type Address,
  bytesToHex,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256Hex,
} from '@altlayer/protocol'
import type { Block, Engine } from '../../src/api.ts'
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

const [alice, bob] = [account(0), account(1)]

const contract = (byte: string, code: Hex) => ({
  address: `0x${byte.repeat(20)}` as Address,
  balance: 0n,
  nonce: 1n,
  code,
  storage: [] as const,
})

/** Stores calldata's first word in slot 0; without calldata returns slot 0. */
const STORE = contract('c1', '0x3615600a575f355f55005b5f545f5260205ff3')
/** Runs until its gas is gone. */
const SPIN = contract('c2', '0x5b5f56')
/** Reverts with 'nope' as four bytes. */
const REVERT = contract('c3', '0x636e6f70655f526004601cfd')
/** Logs calldata's first word as the topic, without data. */
const LOG = contract('c4', '0x5f355f5fa100')
/** Calls STORE with all gas but 1/64th and reverts when that fails. */
const FORWARD = contract('c5', `0x5f5f60205f5f73${'c1'.repeat(20)}5af115602257005b5f5ffd`)
/** Returns NUMBER, TIMESTAMP, BASEFEE, BLOCKHASH(NUMBER - 1). */
const ENVIRONMENT = contract('c6', '0x435f524260205248604052600143034060605260805ff3')

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`
const engineError = (code: string) => (error: unknown) =>
  error instanceof EngineError && error.code === code

describe('calls, estimates, traces', () => {
  let engine: Engine
  let dataDir: string
  const latest = { tag: 'latest' } as const
  const message = (to: Address, data: Hex = '0x', gas = 5_000_000n) => ({
    from: alice.address,
    to,
    gas,
    data: hexToBytes(data),
  })
  before(async () => {
    const genesis = testGenesis(
      'op',
      [alice, bob],
      [STORE, SPIN, REVERT, LOG, FORWARD, ENVIRONMENT],
    )
    ;({ engine, dataDir } = await testEngine(genesis, { callWorkers: 2 }))
    await engine.pool.add(signed(alice, { to: STORE.address, data: word(7n), gas: 100_000n }))
    await buildBlock(engine)
    for (let nonce = 1n; nonce < 4n; nonce++)
      await engine.pool.add(
        signed(alice, { nonce, to: LOG.address, data: word(nonce), gas: 100_000n, value: 0n }),
      )
    await buildBlock(engine)
  })
  after(async () => {
    await engine.close()
    removeDirectory(dataDir)
  })

  it('calls on the state of any block', async () => {
    const read = async (block: { number: bigint } | typeof latest) => {
      const { returnData } = await engine.call({ block, message: message(STORE.address) })
      return BigInt(bytesToHex(returnData))
    }
    assert.equal(await read(latest), 7n)
    assert.equal(await read({ number: 0n }), 0n)
    await assert.rejects(read({ number: 99n }), engineError('unknownBlock'))
  })

  it('reports reverts with their data, and halts with their reason', async () => {
    const revert = await engine.call({ block: latest, message: message(REVERT.address) })
    assert.deepEqual(
      [revert.status, bytesToHex(revert.returnData)],
      ['revert', bytesToHex(Buffer.from('nope'))],
    )
    const halt = await engine.call({
      block: latest,
      message: message(SPIN.address, '0x', 100_000n),
    })
    assert.deepEqual([halt.status, halt.error, halt.gasUsed], ['halt', 'out of gas', 100_000n])
  })

  it('applies state and block overrides, to that call only', async () => {
    const environment = async (blockOverrides?: object) => {
      const { returnData } = await engine.call({
        block: latest,
        message: message(ENVIRONMENT.address),
        ...(blockOverrides && { blockOverrides }),
      })
      const at = (index: number) =>
        BigInt(bytesToHex(returnData.subarray(index * 32, index * 32 + 32)))
      return { number: at(0), timestamp: at(1), hash: at(3) }
    }
    const head = engine.block(latest) as Block
    assert.deepEqual(await environment(), {
      number: head.header.number,
      timestamp: head.header.timestamp,
      hash: BigInt(head.header.parentHash),
    })
    const changed = await environment({ timestamp: 5n ** 20n })
    assert.equal(changed.timestamp, 5n ** 20n)
    const overridden = await engine.call({
      block: latest,
      message: message(STORE.address),
      overrides: [{ address: STORE.address, stateDiff: [[word(0n), word(99n)]] }],
    })
    assert.equal(BigInt(bytesToHex(overridden.returnData)), 99n)
    assert.equal((await environment()).number, head.header.number)
  })

  it('estimates gas that is enough, and within 1.5 % the least', async () => {
    for (const [to, data] of [
      [bob.address, '0x'],
      [STORE.address, word(3n)],
      [FORWARD.address, '0x'],
      [LOG.address, word(1n)],
    ] as const) {
      const request = { block: latest, message: { ...message(to, data), gas: 0n } }
      const estimate = await engine.estimateGas({ ...request, gasCap: 50_000_000n })
      assert.ok('gas' in estimate)
      const status = async (gas: bigint) =>
        (
          await engine
            .call({ block: latest, message: { ...message(to, data), gas } })
            .catch(() => undefined)
        )?.status
      assert.equal(await status(estimate.gas), 'success')
      assert.notEqual(await status((estimate.gas * 985n) / 1000n - 1n), 'success')
    }
  })

  it('says why there is no estimate', async () => {
    const estimate = (fields: object) =>
      engine.estimateGas({
        block: latest,
        message: { ...message(REVERT.address), gas: 0n, ...fields },
        gasCap: 50_000_000n,
      })
    const revert = await estimate({})
    assert.ok('result' in revert && revert.result.status === 'revert')
    const short = await estimate({ to: SPIN.address, gas: 60_000n })
    assert.ok('result' in short)
    assert.equal(short.result.error, 'gas required exceeds allowance (60000)')
  })

  it('ends a call that takes too long, and goes on', async () => {
    const gas = 2n ** 62n
    const spin = { block: latest, message: message(SPIN.address, '0x', gas) }
    await assert.rejects(engine.call({ ...spin, timeout: 50 }), engineError('timeout'))
    const { returnData } = await engine.call({ block: latest, message: message(STORE.address) })
    assert.equal(BigInt(bytesToHex(returnData)), 7n)
  })

  it('calls on the pending state', async () => {
    const parent = engine.block(latest) as Block
    await setHead(engine, parent.hash, attributesAfter(parent, 'op'))
    const pending = { tag: 'pending' } as const
    const changed = new Promise<void>((resolve) => {
      const off = engine.on('pending', () => {
        off()
        resolve()
      })
    })
    await engine.pool.add(
      signed(alice, { nonce: 4n, to: STORE.address, data: word(8n), gas: 100_000n, value: 0n }),
    )
    await changed
    const call = async (block: typeof pending | typeof latest) =>
      BigInt(bytesToHex((await engine.call({ block, message: message(STORE.address) })).returnData))
    assert.deepEqual([await call(pending), await call(latest)], [8n, 7n])
    assert.equal(await engine.storage(pending, STORE.address, word(0n)), word(8n))
    assert.equal(await engine.storage(latest, STORE.address, word(0n)), word(7n))
    const number = (await engine.call({ block: pending, message: message(ENVIRONMENT.address) }))
      .returnData
    assert.equal(BigInt(bytesToHex(number.subarray(0, 32))), parent.header.number + 1n)
    const diff = await engine.pendingDiff()
    assert.ok(diff.some(({ address }) => address === STORE.address))
  })

  it('proves accounts and slots', async () => {
    const proof = await engine.proof(latest, STORE.address, [word(0n), word(5n)])
    assert.equal(proof.account?.nonce, 1n)
    assert.deepEqual(
      proof.storageProof.map(({ value }) => value),
      [7n, 0n],
    )
    const root = proof.accountProof[0]
    assert.equal(keccak256Hex(root as Uint8Array), engine.block(latest)?.header.stateRoot)
  })

  it('finds logs by address and topic, in order, up to a limit', async () => {
    const all = await engine.logs(0n, 100n, {}, 1000)
    assert.deepEqual(
      all.map(({ topics, logIndex, transactionIndex }) => [
        BigInt(topics[0] ?? 0),
        logIndex,
        transactionIndex,
      ]),
      [
        [1n, 0, 0],
        [2n, 1, 1],
        [3n, 2, 2],
      ],
    )
    const find = (filter: object) => engine.logs(0n, 100n, filter, 1000)
    assert.equal((await find({ addresses: [LOG.address] })).length, 3)
    assert.equal((await find({ addresses: [STORE.address] })).length, 0)
    assert.equal((await find({ topics: [[word(2n), word(3n)]] })).length, 2)
    assert.equal((await find({ topics: [null] })).length, 3)
    assert.equal((await find({ topics: [null, null] })).length, 0)
    assert.equal((await engine.logs(0n, 1n, {}, 1000)).length, 0)
    await assert.rejects(engine.logs(0n, 100n, {}, 2), engineError('limit'))
  })

  it('traces transactions, blocks and calls', async () => {
    const hash = hashOf(
      signed(alice, { nonce: 2n, to: LOG.address, data: word(2n), gas: 100_000n, value: 0n }),
    )
    const trace = (
      await engine.traceTransaction(hash, { tracer: 'callTracer', tracerConfig: { withLog: true } })
    ).parse() as { to: string; logs: { topics: string[] }[] }
    assert.equal(trace.to, LOG.address)
    assert.deepEqual(trace.logs[0]?.topics, [word(2n)])
    const traced = await engine.traceBlock(latest, {})
    const block = traced.parse() as { txHash: Hash; result: unknown }[]
    assert.equal(block.length, 3)
    const steps = block[1]?.result as { structLogs: { op: string }[]; gas: number }
    assert.deepEqual(
      steps.structLogs.map(({ op }) => op),
      ['PUSH0', 'CALLDATALOAD', 'PUSH0', 'PUSH0', 'LOG1', 'STOP'],
    )
    const call = (
      await engine.traceCall(
        { block: latest, message: message(FORWARD.address) },
        { tracer: 'callTracer' },
      )
    ).parse() as { calls: { to: string }[] }
    assert.equal(call.calls[0]?.to, STORE.address)
    const prestate = await engine.traceTransaction(hash, { tracer: 'prestateTracer' })
    assert.ok(alice.address in (prestate.parse() as object))
    await assert.rejects(engine.traceTransaction(word(1n), {}), engineError('unknownBlock'))
    await assert.rejects(engine.traceBlock({ number: 0n }, {}), /genesis is not traceable/)
    await assert.rejects(engine.traceBlock(latest, { tracer: 'nope' as 'callTracer' }), {
      name: 'TracerError',
    })
  })

  it('traces a block that is not its own, on a parent that is', async () => {
    const { header, transactions } = engine.block(latest) as Block
    // The same with another beneficiary and without its last transaction.
    const foreign = {
      header: { ...header, miner: `0x${'cc'.repeat(20)}` as const },
      transactions: transactions.slice(0, -1),
      withdrawals: [],
    }
    const own = (await engine.traceBlock(latest, {})).parse() as unknown[]
    const traces = (await engine.traceBlock(foreign, {})).parse() as unknown[]
    assert.deepEqual(traces, own.slice(0, -1))
    const orphan = { ...foreign, header: { ...header, parentHash: word(5n) } }
    await assert.rejects(engine.traceBlock(orphan, {}), engineError('unknownBlock'))
    const unsigned = { ...foreign, transactions: [transactions[0]?.subarray(1) as Uint8Array] }
    await assert.rejects(engine.traceBlock(unsigned, {}), /transaction 0 has no valid signature/)
  })

  it('gives a witness: every node, code and header that the block needs', async () => {
    const witness = await engine.witness({ number: 1n })
    const hashes = new Set(witness.state.map((node) => keccak256Hex(hexToBytes(node))))
    assert.ok(hashes.has((engine.genesis as Block).header.stateRoot))
    assert.ok(witness.codes.includes(STORE.code))
    assert.equal(keccak256Hex(hexToBytes(witness.headers[0] as Hex)), engine.genesis.hash)
    assert.ok(witness.keys.includes(alice.address))
    for (const [kind, items] of [
      ['node', witness.state],
      ['code', witness.codes],
    ] as const)
      for (const item of items) {
        const hash = keccak256Hex(hexToBytes(item))
        assert.deepEqual(engine.preimage(kind, hash), hexToBytes(item))
        // A hash that differs in what the key of the table leaves out.
        assert.equal(
          engine.preimage(kind, `0x${hash.startsWith('0xff') ? '00' : 'ff'}${hash.slice(4)}`),
          undefined,
        )
      }
  })

  it('refuses more work than may wait', async () => {
    const other = await testEngine(testGenesis('op', [alice], [SPIN]), {
      callWorkers: 1,
      callQueue: 2,
    })
    const spin = () =>
      other.engine
        .call({ block: latest, message: message(SPIN.address, '0x', 2n ** 62n), timeout: 300 })
        .then(
          () => 'done',
          (error: EngineError) => error.code,
        )
    const outcomes = await Promise.all(Array.from({ length: 6 }, spin))
    assert.ok(outcomes.includes('busy'))
    assert.ok(outcomes.includes('timeout'))
    await other.engine.close()
    removeDirectory(other.dataDir)
  })
})
