import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blobBaseFee, type ChainConfig, type Header, nextBaseFee } from '../src/index.ts'

const ethereum: ChainConfig = {
  mode: 'ethereum',
  chainId: 1n,
  forks: { shanghai: 0n, cancun: 0n },
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
  },
}
const op: ChainConfig = {
  mode: 'op',
  chainId: 10n,
  forks: { regolith: 0n, canyon: 100n, holocene: 200n },
  eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n },
}

function parent(fields: Partial<Header>): Header {
  const gas = { gasLimit: 30_000_000n, gasUsed: 15_000_000n, baseFeePerGas: 1_000_000_000n }
  return { timestamp: 0n, extraData: '0x', ...gas, ...fields } as Header
}

// Figures of EIP-1559's formula, worked out by hand.
test('the base fee stays at the target and moves by an eighth at the limits', () => {
  assert.equal(nextBaseFee(ethereum, parent({}), 12n), 1_000_000_000n)
  assert.equal(nextBaseFee(ethereum, parent({ gasUsed: 30_000_000n }), 12n), 1_125_000_000n)
  assert.equal(nextBaseFee(ethereum, parent({ gasUsed: 0n }), 12n), 875_000_000n)
})

test('the base fee rises by at least one wei and never falls below zero', () => {
  assert.equal(nextBaseFee(ethereum, parent({ gasUsed: 15_000_001n, baseFeePerGas: 1n }), 12n), 2n)
  assert.equal(nextBaseFee(ethereum, parent({ gasUsed: 0n, baseFeePerGas: 0n }), 12n), 0n)
})

test('an OP chain takes its denominator from the configuration, Canyon by the new block', () => {
  const empty = parent({ gasUsed: 0n })
  assert.equal(nextBaseFee(op, empty, 99n), 1_000_000_000n - 20_000_000n)
  assert.equal(nextBaseFee(op, empty, 100n), 1_000_000_000n - 4_000_000n)
})

test('since Holocene the parent says the parameters', () => {
  const extraData = '0x000000000800000002'
  const full = parent({ timestamp: 200n, gasUsed: 30_000_000n, extraData })
  assert.equal(nextBaseFee(op, full, 202n), 1_125_000_000n)
  assert.throws(() => nextBaseFee(op, parent({ timestamp: 200n }), 202n), /extraData/)
})

test('the blob base fee follows the excess, and is one wei on a rollup', () => {
  assert.equal(blobBaseFee(ethereum, 0n, 0n), 1n)
  // Euler's number to the integer, then its cube.
  assert.equal(blobBaseFee(ethereum, 3338477n, 0n), 2n)
  assert.equal(blobBaseFee(ethereum, 3n * 3338477n, 0n), 20n)
  assert.equal(blobBaseFee(op, 1n << 40n, 0n), 1n)
})
