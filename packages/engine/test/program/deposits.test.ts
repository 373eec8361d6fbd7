import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  createAddress,
  type DepositTransaction,
  decodeReceipt,
  encodeTransaction,
  hexToBytes,
  TX_DEPOSIT,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { AccountOverride, Program } from '../../src/program/types.ts'
import {
  attributes,
  COINBASE,
  ETHER,
  holoceneAttributes,
  holoceneParent,
  opConfig,
  testChain,
} from './support.ts'

const from: Address = `0x${'f0'.repeat(20)}`
const to: Address = `0x${'70'.repeat(20)}`
/** Reverts with no data, in any fork: RETURNDATASIZE pushes the zeros. */
const REVERTER = '0x3d3dfd'

const PLAIN: DepositTransaction = {
  type: TX_DEPOSIT,
  sourceHash: `0x${'51'.repeat(32)}`,
  from,
  to,
  mint: 0n,
  value: 0n,
  gas: 100_000n,
  isSystemTransaction: false,
  data: '0x',
}

type Fork = Parameters<typeof opConfig>[0]

function opened(fork: Fork, accounts: readonly AccountOverride[] = []): Program {
  const chain = testChain(opConfig(fork))
  const genesis = chain.genesis(accounts)
  if (fork === 'isthmus' || fork === 'holocene')
    chain.program.open({ ...genesis, ...holoceneParent }, attributes(holoceneAttributes))
  else if (fork === 'bedrock' || fork === 'regolith' || fork === 'canyon')
    chain.program.open(genesis, attributes())
  else chain.program.open(genesis, attributes({ parentBeaconBlockRoot: ZERO_HASH }))
  return chain.program
}

function deposit(program: Program, fields: Partial<DepositTransaction>) {
  return program.transaction(encodeTransaction({ ...PLAIN, ...fields }))
}

describe('deposit transactions (OP Stack specs, "Deposits")', () => {
  test('mint, then transfer the value; nobody pays a fee', () => {
    const program = opened('isthmus')
    const result = deposit(program, { mint: 5n, value: 3n })
    assert.equal(result.status, 'success')
    assert.equal(result.gasUsed, 21_000n)
    assert.equal(result.from, from)
    assert.equal(result.effectiveGasPrice, 0n)
    assert.equal(result.l1Fee, undefined)
    assert.deepEqual(program.account(from)?.balance, 2n)
    assert.equal(program.account(from)?.nonce, 1n)
    assert.equal(program.account(to)?.balance, 3n)
    assert.equal(program.account(COINBASE), undefined)
  })

  test('a value the sender does not have fails the deposit, keeps the mint and raises the nonce', () => {
    const program = opened('isthmus', [{ address: from, balance: 1n, nonce: 7n }])
    const result = deposit(program, { mint: 5n, value: 7n })
    assert.equal(result.status, 'halt')
    // Recorded as using all of its gas.
    assert.equal(result.gasUsed, PLAIN.gas)
    assert.equal(result.depositNonce, 7n)
    assert.deepEqual(program.account(from)?.balance, 6n)
    assert.equal(program.account(from)?.nonce, 8n)
    assert.equal(program.account(to), undefined)
  })

  test('too little gas for the intrinsic cost fails it the same way', () => {
    const program = opened('isthmus')
    const result = deposit(program, { mint: 5n, value: 1n, gas: 20_999n })
    assert.equal(result.status, 'halt')
    assert.equal(result.gasUsed, 20_999n)
    assert.equal(program.account(from)?.balance, 5n)
    assert.equal(program.account(from)?.nonce, 1n)
  })

  test('a revert uses the gas it used since Regolith, all of it before', () => {
    for (const [fork, used] of [
      ['bedrock', 100_000n],
      ['regolith', 21_004n],
      ['isthmus', 21_004n],
    ] as const) {
      const program = opened(fork, [{ address: to, code: hexToBytes(REVERTER) }])
      const result = deposit(program, { mint: 5n, value: 3n })
      assert.equal(result.status, 'revert', fork)
      assert.equal(result.gasUsed, used, fork)
      assert.equal(program.account(from)?.balance, 5n)
      assert.equal(program.account(from)?.nonce, 1n)
      assert.equal(program.gasLeft(), 30_000_000n - used)
    }
  })

  test('a success is recorded as using all its gas before Regolith; a system transaction none', () => {
    const program = opened('bedrock')
    assert.equal(deposit(program, {}).gasUsed, 100_000n)
    // More gas than the block has.
    const system = deposit(program, { isSystemTransaction: true, gas: 150_000_000n })
    assert.equal(system.status, 'success')
    assert.equal(system.gasUsed, 0n)
    assert.equal(program.gasLeft(), 29_900_000n)
    assert.equal(program.account(from)?.nonce, 2n)
  })

  test('a system transaction fails since Regolith', () => {
    const program = opened('regolith')
    const system = deposit(program, { isSystemTransaction: true, mint: 1n })
    assert.equal(system.status, 'halt')
    assert.equal(system.gasUsed, 100_000n)
    assert.equal(program.account(from)?.balance, 1n)
    assert.equal(program.account(from)?.nonce, 1n)
  })

  test('one that does not fit the block is refused', () => {
    const program = opened('isthmus')
    assert.throws(() => deposit(program, { gas: 30_000_001n }), /gas limit reached/)
    assert.equal(deposit(program, { gas: 30_000_000n }).status, 'success')
  })

  test('a creation takes the address of the nonce before', () => {
    const program = opened('isthmus', [{ address: from, nonce: 4n }])
    // Returns no code.
    const { to: _, ...creation } = PLAIN
    const result = program.transaction(encodeTransaction({ ...creation, data: '0x00' }))
    assert.equal(result.status, 'success')
    assert.equal(result.contractAddress, createAddress(from, 4n))
    assert.equal(result.to, undefined)
    assert.equal(program.account(from)?.nonce, 5n)
  })

  test('senders may have code', () => {
    const program = opened('isthmus', [{ address: from, code: hexToBytes(REVERTER) }])
    assert.equal(deposit(program, {}).status, 'success')
  })

  test('the receipt has nonce and version since Canyon; the nonce is known since Regolith', () => {
    for (const [fork, nonce, version] of [
      ['bedrock', undefined, undefined],
      ['regolith', 9n, undefined],
      ['canyon', 9n, 1n],
      ['isthmus', 9n, 1n],
    ] as const) {
      const program = opened(fork, [{ address: from, nonce: 9n }])
      const result = deposit(program, {})
      assert.equal(result.depositNonce, nonce, fork)
      assert.equal(result.depositReceiptVersion, version, fork)
      const receipt = decodeReceipt(result.receipt)
      assert.equal(receipt.depositNonce, version && nonce, fork)
      assert.equal(receipt.depositReceiptVersion, version, fork)
      assert.equal(receipt.cumulativeGasUsed, result.gasUsed)
    }
  })

  test('a balance of others is not touched by a mint of nothing', () => {
    const program = opened('isthmus', [{ address: to, balance: ETHER }])
    deposit(program, {})
    assert.equal(program.account(to)?.balance, ETHER)
    // Its nonce makes the sender exist.
    assert.equal(program.account(from)?.balance, 0n)
  })
})
