import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bloomAdd,
  bloomBits,
  bloomHas,
  bytesToHex,
  decodeBlock,
  decodeBlocks,
  decodeReceipt,
  EMPTY_BLOOM,
  encodeBlock,
  encodeReceipt,
  encodeTransaction,
  hexToBytes,
  logsBloom,
  MalformedInputError,
  quantity,
  type RawBlock,
  receiptFromRpc,
} from '../src/index.ts'
import {
  address,
  arbitraryHeader,
  arbitraryLog,
  arbitraryReceipt,
  arbitraryTransaction,
  record,
  uint64,
} from './arbitraries.ts'

test('receipts of every type round-trip', () => {
  fc.assert(
    fc.property(arbitraryReceipt, (receipt) => {
      assert.deepEqual(decodeReceipt(encodeReceipt(receipt)), receipt)
    }),
  )
})

test('the JSON-RPC form of any receipt is read back', () => {
  fc.assert(
    fc.property(arbitraryReceipt, (receipt) => {
      const { type, status, cumulativeGasUsed, depositNonce, depositReceiptVersion } = receipt
      const json = {
        ...receipt,
        type: quantity(type),
        status: quantity(status ? 1 : 0),
        cumulativeGasUsed: quantity(cumulativeGasUsed),
        depositNonce: depositNonce === undefined ? null : quantity(depositNonce),
        depositReceiptVersion:
          depositReceiptVersion === undefined ? null : quantity(depositReceiptVersion),
      }
      assert.deepEqual(receiptFromRpc(json), receipt)
      assert.throws(() => receiptFromRpc({ ...json, status: '0x2' }), { path: 'receipt.status' })
    }),
  )
})

test('changed receipts are refused or decode to what encodes to them', () => {
  fc.assert(
    fc.property(arbitraryReceipt, fc.nat(), fc.nat(255), (receipt, at, byte) => {
      const raw = encodeReceipt(receipt)
      const bytes = raw.with(at % raw.length, byte)
      try {
        assert.equal(bytesToHex(encodeReceipt(decodeReceipt(bytes))), bytesToHex(bytes))
      } catch (error) {
        assert.ok(error instanceof MalformedInputError, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})

test('a bloom has what was added, and knows what was not', () => {
  assert.equal(logsBloom([]), EMPTY_BLOOM)
  fc.assert(
    fc.property(fc.array(arbitraryLog, { maxLength: 3 }), (logs) => {
      const bloom = hexToBytes(logsBloom(logs))
      for (const log of logs)
        for (const value of [log.address, ...log.topics])
          assert.ok(bloomHas(bloom, bloomBits(hexToBytes(value))))
    }),
  )
  // Three bits of one value in an otherwise empty bloom: no other value of this sample shares them all.
  const bloom = new Uint8Array(256)
  bloomAdd(bloom, bloomBits(Uint8Array.of(1)))
  for (let i = 2; i < 50; i++) assert.ok(!bloomHas(bloom, bloomBits(Uint8Array.of(i))))
  assert.throws(
    () => bloomAdd(new Uint8Array(255), bloomBits(Uint8Array.of(1))),
    MalformedInputError,
  )
})

const withdrawal = record({ index: uint64, validatorIndex: uint64, address, amount: uint64 })
const arbitraryBlock: fc.Arbitrary<RawBlock> = fc
  .tuple(
    arbitraryHeader,
    fc.array(arbitraryTransaction.map(encodeTransaction), { maxLength: 4 }),
    fc.option(fc.array(withdrawal, { maxLength: 3 }), { nil: undefined }),
  )
  .map(([header, transactions, withdrawals]) => ({
    header,
    transactions,
    ...(withdrawals && { withdrawals }),
  }))

test('blocks round-trip, alone and one after the other', () => {
  fc.assert(
    fc.property(fc.array(arbitraryBlock, { maxLength: 3 }), (blocks) => {
      const encoded = blocks.map(encodeBlock)
      blocks.forEach((block, i) => {
        assert.deepEqual(plain(decodeBlock(encoded[i] as Uint8Array)), plain(block))
      })
      assert.deepEqual(decodeBlocks(Buffer.concat(encoded)).map(plain), blocks.map(plain))
    }),
  )
})

test('a block with uncles, or a legacy transaction as a string, is refused', () => {
  assert.throws(() => decodeBlock(hexToBytes('0xc3c0c0c0')), { path: 'block.header' })
  assert.throws(() => decodeBlock(hexToBytes('0xc4c0c0c1c0')), { path: 'block.uncles' })
})

function plain(block: RawBlock): unknown {
  return { ...block, transactions: block.transactions.map(bytesToHex) }
}
