import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  bytesToHex,
  encodeHeader,
  type Hash,
  headerHash,
  hexToBytes,
  ZERO_HASH,
} from '@altlayer/protocol'
import { ProgramError } from '../../src/program/errors.ts'
import { ethereumConfig, testChain } from './support.ts'

const reader: Address = `0x${'ee'.repeat(20)}`
// CALLDATALOAD(0) BLOCKHASH, returned as a word.
const code = hexToBytes('0x5f35405f5260205ff3')
const hashOf = (byte: number): Hash => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`

/** What BLOCKHASH(number) gives in block `at` whose ancestors' hashes are given. */
function blockHash(at: bigint, number: bigint, ancestorHashes: readonly Hash[]): Hash {
  const { program, genesis } = testChain(ethereumConfig('prague'))
  const header = genesis([{ address: reader, code }], { number: at })
  program.openAt(header, { ancestorHashes })
  const { returnData } = program.message({
    from: reader,
    to: reader,
    gas: 100_000n,
    data: hexToBytes(bigintToHex(number)),
  })
  return bytesToHex(returnData)
}

describe('ancestor hashes given with openAt', () => {
  const three = [hashOf(3), hashOf(2), hashOf(1)]

  test('are what BLOCKHASH gives, newest first, without a header to walk', () => {
    assert.equal(blockHash(4n, 3n, three), hashOf(3))
    assert.equal(blockHash(4n, 1n, three), hashOf(1))
    assert.equal(blockHash(4n, 4n, three), ZERO_HASH)
  })

  test('may reach back 256 blocks and no further', () => {
    const all = Array.from({ length: 256 }, (_, i) => hashOf(i))
    assert.equal(blockHash(1000n, 744n, all), hashOf(255))
    assert.equal(blockHash(1000n, 743n, all), ZERO_HASH)
    assert.throws(
      () => blockHash(1000n, 0n, [...all, hashOf(1)]),
      (error) => error instanceof ProgramError && error.code === 'BAD_INPUT',
    )
  })

  test('may be none: every hash is zero', () => {
    assert.equal(blockHash(4n, 3n, []), ZERO_HASH)
  })
})

test('BLOCKHASH of the block whose state is called is known in the block after it', () => {
  const { program, genesis, store } = testChain(ethereumConfig('prague'))
  const header = genesis([{ address: reader, code }], { number: 4n, parentHash: hashOf(3) })
  // Where a node has it: its parent is found in it.
  store.set(headerHash(header).slice(4), encodeHeader(header))
  const blockHashes = (number: bigint | undefined) => {
    program.openAt(header, number === undefined ? {} : { number })
    return [3n, 4n].map((of) =>
      bytesToHex(
        program.message({
          from: reader,
          to: reader,
          gas: 100_000n,
          data: hexToBytes(bigintToHex(of)),
        }).returnData,
      ),
    )
  }
  assert.deepEqual(blockHashes(undefined), [hashOf(3), ZERO_HASH])
  assert.deepEqual(blockHashes(9n), [hashOf(3), ZERO_HASH])
  assert.deepEqual(blockHashes(5n), [hashOf(3), headerHash(header)])
})
