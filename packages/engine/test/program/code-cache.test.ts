import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, bigintToHex, bytesToHex, type Hex, hexToBytes } from '@altlayer/protocol'
import { createProgram } from '../../src/program/instance.ts'
import { emptyHeader, ethereumConfig, testChain } from './support.ts'

const config = ethereumConfig('shanghai')
const CALLER: Address = `0x${'ca'.repeat(20)}`
const SENDER: Address = `0x${'5e'.repeat(20)}`
/** Contracts that are called, each with code of its own. */
const CALLEES = 120
const callee = (index: number): Address => bigintToHex((0xcafen << 64n) + BigInt(index), 20)

/** Its own number as return data; then 16 KiB that make many records. */
const calleeCode = (index: number): Hex =>
  `0x61${index.toString(16).padStart(4, '0')}5f5260205ff3${'5b'.repeat(16_384)}`

/** Calls them one after the other from a loop behind `pages` of 64 bytes of code, adds up what they return, stores it. */
function callerCode(pages: number): Hex {
  const padding = '5b'.repeat(64 * pages)
  const loop = (64 * pages + 2).toString(16).padStart(4, '0')
  const body = [
    '5f5f', // sum, index
    '5b', // loop:
    '60205f5f5f5f', // the sum of all outputs lies at 0
    '85', // index
    `73${callee(0).slice(2)}`,
    '01', // address
    '5af150', // call with all gas
    '5f5182019150', // sum += output
    '600101', // index += 1
    `61${CALLEES.toString(16).padStart(4, '0')}8110`,
    `61${loop}57`,
    '505f5500', // store the sum
  ]
  return `0x${padding}${body.join('')}`
}

/** Storage of the caller and gas used after the loop, with a code cache of so many bytes. */
function sum(pages: number, codeCacheBytes: number): readonly [Hex, bigint] {
  const chain = testChain(config)
  const genesis = chain.genesis([
    { address: SENDER, balance: 1n },
    { address: CALLER, code: hexToBytes(callerCode(pages)) },
    ...Array.from({ length: CALLEES }, (_, i) => ({
      address: callee(i),
      code: hexToBytes(calleeCode(i)),
    })),
  ])
  const program = createProgram(
    { preimage: (key) => chain.store.get(bytesToHex(key).slice(4)) },
    { config, nodeCacheBytes: 1 << 20, codeCacheBytes },
  )
  program.openAt(genesis)
  const { status, gasUsed } = program.message(
    { from: SENDER, to: CALLER, gas: 20_000_000n },
    { keep: true },
  )
  assert.equal(status, 'success')
  return [program.storage(CALLER, bigintToHex(0n)), gasUsed]
}

test('a frame whose code was dropped from the cache while it called others goes on where it stood', () => {
  assert.ok(emptyHeader.gasLimit >= 20_000_000n)
  const expected = bigintToHex(BigInt((CALLEES * (CALLEES - 1)) / 2))
  for (const pages of [0, 1, 5, 40]) {
    const [large, gas] = sum(pages, 128 << 20)
    assert.equal(large, expected)
    for (const megabytes of [4, 5, 7])
      assert.deepEqual(
        sum(pages, megabytes << 20),
        [expected, gas],
        `${pages} pages, ${megabytes} MiB`,
      )
  }
})
