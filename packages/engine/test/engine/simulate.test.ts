import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  type Address,
  bytesToHex,
  decodeTransaction,
  type Hex,
  headerHash,
  hexToBytes,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
} from '@altlayer/protocol'
import type { Block, Engine, SimulateRequest } from '../../src/api.ts'
import { EngineError } from '../../src/errors.ts'
import { account, removeDirectory, testEngine, testGenesis } from '../helpers/chain.ts'

const [alice, bob] = [account(0), account(1)]
const ENVIRONMENT = `0x${'c6'.repeat(20)}` as Address
const ETHER_LOGS = `0x${'ee'.repeat(20)}`

describe('simulation', () => {
  let engine: Engine
  let dataDir: string
  before(async () => {
    const genesis = testGenesis(
      'op',
      [alice],
      [
        {
          address: ENVIRONMENT,
          balance: 0n,
          nonce: 1n,
          // Returns NUMBER, TIMESTAMP, BASEFEE, BLOCKHASH(NUMBER - 1).
          code: '0x435f524260205248604052600143034060605260805ff3',
          storage: [],
        },
      ],
    )
    ;({ engine, dataDir } = await testEngine(genesis))
  })
  after(async () => {
    await engine.close()
    removeDirectory(dataDir)
  })
  const simulate = (blocks: SimulateRequest['blocks'], options: Partial<SimulateRequest> = {}) =>
    engine.simulate({
      block: { tag: 'latest' },
      blocks,
      validation: false,
      traceTransfers: false,
      ...options,
    })
  const send = (value: bigint, to: Address = bob.address, from: Address = alice.address) => ({
    from,
    to,
    value,
    gas: (1n << 64n) - 1n,
  })

  it('lets calls and blocks see what came before them', async () => {
    const blocks = await simulate([
      { calls: [send(10n), send(5n, alice.address, bob.address)] },
      { calls: [send(5n, alice.address, bob.address)] },
    ])
    assert.ok(blocks.every(({ results }) => results.every(({ status }) => status === 'success')))
    await assert.rejects(simulate([{ calls: [send(1n, alice.address, bob.address)] }]), {
      name: 'ProgramError',
      code: 'TX_INSUFFICIENT_FUNDS',
    })
  })

  it('chains its blocks by hash, number and time', async () => {
    const blocks = await simulate([{ calls: [send(1n)] }, { calls: [] }, { calls: [send(2n)] }])
    let parent = engine.block({ tag: 'latest' }) as Block
    for (const { block } of blocks) {
      assert.equal(block.header.parentHash, parent.hash)
      assert.equal(block.header.number, parent.header.number + 1n)
      assert.ok(block.header.timestamp > parent.header.timestamp)
      assert.equal(headerHash(block.header), block.hash)
      parent = block
    }
    assert.equal(blocks[0]?.block.header.gasUsed, 21_000n)
    assert.notEqual(blocks[1]?.block.header.stateRoot, blocks[2]?.block.header.stateRoot)
  })

  it('gives code the environment of its block, simulated ancestors included', async () => {
    const call = { from: alice.address, to: ENVIRONMENT, gas: 100_000n }
    const blocks = await simulate([
      { calls: [] },
      { blockOverrides: { timestamp: 2_000_000_000n, baseFeePerGas: 77n }, calls: [call] },
    ])
    const data = blocks[1]?.results[0]?.returnData as Uint8Array
    const at = (index: number): Hex => bytesToHex(data.subarray(index * 32, index * 32 + 32))
    assert.equal(BigInt(at(0)), 2n)
    assert.equal(BigInt(at(1)), 2_000_000_000n)
    assert.equal(at(3), blocks[0]?.block.hash)
  })

  it('fills gaps between block numbers and refuses disorder', async () => {
    const blocks = await simulate([{ blockOverrides: { number: 4n }, calls: [] }])
    assert.deepEqual(
      blocks.map(({ block }) => block.header.number),
      [1n, 2n, 3n, 4n],
    )
    const invalid = (error: unknown) => error instanceof EngineError && error.code === 'invalid'
    await assert.rejects(simulate([{ blockOverrides: { number: 0n }, calls: [] }]), invalid)
    await assert.rejects(simulate([{ blockOverrides: { timestamp: 1n }, calls: [] }]), invalid)
    await assert.rejects(
      simulate([{ blockOverrides: { gasLimit: 30_000n }, calls: [{ ...send(1n), gas: 40_000n }] }]),
      { name: 'ProgramError', code: 'TX_BLOCK_GAS_LIMIT' },
    )
  })

  it('applies state overrides and withdrawals', async () => {
    const [first, second] = await simulate([
      {
        overrides: [{ address: bob.address, balance: 100n }],
        withdrawals: [{ index: 0n, validatorIndex: 0n, address: bob.address, amount: 1n }],
        calls: [send(100n, alice.address, bob.address)],
      },
      { calls: [send(10n ** 9n, alice.address, bob.address)] },
    ])
    assert.equal(first?.results[0]?.status, 'success')
    assert.equal(second?.results[0]?.status, 'success')
  })

  it('logs transfers of ether when asked, and not those that were reverted', async () => {
    const reverting = `0x${'c9'.repeat(20)}` as Address
    const [block] = await simulate(
      [
        {
          overrides: [{ address: reverting, code: hexToBytes('0x5f5ffd') }],
          calls: [send(3n), { ...send(4n, reverting), gas: 50_000n }],
        },
      ],
      { traceTransfers: true },
    )
    const [kept, reverted] = block?.results ?? []
    assert.deepEqual(
      kept?.logs.map(({ address, data }) => [address, BigInt(data)]),
      [[ETHER_LOGS, 3n]],
    )
    assert.deepEqual([reverted?.status, reverted?.logs], ['revert', []])
  })

  it('validates as for a block when asked', async () => {
    const call = { ...send(1n), gas: 21_000n, nonce: 5n, maxFeePerGas: 10n ** 10n }
    await assert.rejects(simulate([{ calls: [call] }], { validation: true }), /nonce too high/)
    const [block] = await simulate([{ calls: [{ ...call, nonce: 0n }] }], { validation: true })
    assert.equal(block?.results[0]?.status, 'success')
    assert.ok((block?.block.header.baseFeePerGas ?? 0n) > 0n)
  })

  it('shows transfers of ether among the logs, and leaves them out of bloom and receipts', async () => {
    const plain = await simulate([{ calls: [send(3n)] }])
    const traced = await simulate([{ calls: [send(3n)] }], { traceTransfers: true })
    assert.equal(traced[0]?.results[0]?.logs.length, 1)
    assert.deepEqual(traced[0]?.block.header, plain[0]?.block.header)
  })

  it('keeps what a block overrides for the blocks after it', async () => {
    const feeRecipient = `0x${'fe'.repeat(20)}` as Address
    const overridden = { gasLimit: 1_000_000n, feeRecipient }
    const headers = (
      await simulate([{ blockOverrides: overridden, calls: [] }, { calls: [] }])
    ).map(({ block }) => block.header)
    for (const { gasLimit, miner } of headers)
      assert.deepEqual({ gasLimit, feeRecipient: miner }, overridden)
  })

  it('lets a contract send, with validation too', async () => {
    const call = { ...send(0n, bob.address, ENVIRONMENT), gas: 21_000n, nonce: 1n }
    const blockOverrides = { baseFeePerGas: 0n }
    const [block] = await simulate([{ blockOverrides, calls: [call] }], { validation: true })
    assert.equal(block?.results[0]?.status, 'success')
  })

  it('shows a call with a gas price as a legacy transaction, with an access list too', async () => {
    const call = { ...send(1n), gas: 50_000n, gasPrice: 0n, accessList: [] }
    const [block] = await simulate([{ calls: [call, send(1n)] }])
    const types = block?.block.transactions.map((raw) => decodeTransaction(raw).type)
    assert.deepEqual(types, [TX_LEGACY, TX_DYNAMIC_FEE])
  })

  it('leaves no trace', async () => {
    const before = await engine.account({ tag: 'latest' }, bob.address)
    await simulate([{ calls: [send(10n)] }])
    assert.deepEqual(await engine.account({ tag: 'latest' }, bob.address), before)
    const { status } = await engine
      .call({
        block: { tag: 'latest' },
        message: { ...send(1n, alice.address, bob.address), gas: 21_000n },
      })
      .catch(() => ({ status: 'refused' }))
    assert.notEqual(status, 'success')
  })
})
