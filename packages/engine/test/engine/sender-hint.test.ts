import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  type Address,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  encodeTransaction,
  type Hash,
  keccak256,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import secp256k1 from 'secp256k1'
import {
  account,
  buildBlock,
  removeDirectory,
  signed,
  type TestEngine,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

const [alice, bob] = [account(0), account(1)]

/** Gives its calldata to precompile 1 and stores the answer in slot 0. */
const RECOVER = `0x${'ec'.repeat(20)}` as Address
const CODE = '0x365f5f3760205f365f60015afa505f515f5500'

// Senders that other threads recovered are told to the program where it asks for a signature. Contracts
// ask for signatures as well: they must get the true answer, whatever the transaction looks like.
describe('senders known beforehand', () => {
  let test: TestEngine
  before(async () => {
    const genesis = testGenesis(
      'op',
      [alice],
      [{ address: RECOVER, balance: 0n, nonce: 1n, code: CODE, storage: [] }],
    )
    test = await testEngine(genesis)
  })
  after(async () => {
    await test.engine.close()
    removeDirectory(test.dataDir)
  })

  const message = keccak256(Uint8Array.of(1, 2, 3))
  const { signature, recid } = secp256k1.ecdsaSign(message, bob.key)
  /** What ecrecover takes; it ends with s, as a transaction does. */
  const input = concatBytes(message, bigintToBytes(BigInt(27 + recid), 32), signature)
  const recovered = async (): Promise<Hash> =>
    test.engine.storage({ tag: 'latest' }, RECOVER, `0x${'00'.repeat(32)}`)
  const bobWord = `0x${'00'.repeat(12)}${bob.address.slice(2)}`

  it('are not what a contract gets that a deposit calls', async () => {
    const deposit = encodeTransaction({
      type: TX_DEPOSIT,
      sourceHash: `0x${'01'.repeat(32)}`,
      from: alice.address,
      to: RECOVER,
      mint: 0n,
      value: 0n,
      gas: 200_000n,
      isSystemTransaction: false,
      data: bytesToHex(input),
    })
    assert.deepEqual(deposit.subarray(-32), signature.subarray(32), 'the encoding ends with s')
    await buildBlock(test.engine, { transactions: [deposit], noTxPool: true })
    assert.equal(await recovered(), bobWord)
  })

  it('are not what a contract gets that a signed transaction calls', async () => {
    await test.engine.pool.add(
      signed(alice, { nonce: 1n, to: RECOVER, data: bytesToHex(input), gas: 200_000n, value: 0n }),
    )
    const { blockHash } = await buildBlock(test.engine)
    assert.equal(test.engine.receipts(blockHash)?.[0]?.status, true)
    assert.equal(await recovered(), bobWord)
  })
})
