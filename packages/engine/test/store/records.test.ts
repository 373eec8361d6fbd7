import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Address,
  bytesToHex,
  EMPTY_ROOT,
  encodeBlock,
  encodeReceipt as encodeConsensus,
  encodeHeader,
  type Hash,
  type Header,
  logsBloom,
} from '@altlayer/protocol'
import fc from 'fast-check'
import { getContractAddress } from 'viem'
import { blockSize } from '../../src/chain/block-size.ts'
import type { TransactionResult } from '../../src/program/types.ts'
import { decodeBody, encodeBody } from '../../src/store/body.ts'
import { createByteReader, createByteWriter } from '../../src/store/bytes.ts'
import { decodeReceipts, writeReceipt } from '../../src/store/receipts.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hash = bytes(32).map((value) => bytesToHex(value) as Hash)
const address = bytes(20).map((value) => bytesToHex(value) as Address)
const uint = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })

const log = fc.record(
  {
    address,
    topics: fc.array(hash, { maxLength: 4 }),
    data: fc.uint8Array({ maxLength: 80 }).map(bytesToHex),
  },
  { noNullPrototype: true },
)
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const withdrawal = fc.record(
  { index: uint(64), validatorIndex: uint(64), address, amount: uint(64) },
  { noNullPrototype: true },
)

const result = fc
  .record({
    status: fc.constantFrom('success' as const, 'revert' as const, 'halt' as const),
    hash,
    type: fc.constantFrom(0, 1, 2, 3, 4, 0x7e),
    from: address,
    to: optional(address),
    contractAddress: optional(address),
    gasUsed: uint(64),
    cumulativeGasUsed: uint(64),
    effectiveGasPrice: uint(256),
    logs: fc.array(log, { maxLength: 5 }),
    depositNonce: optional(uint(64)),
    depositReceiptVersion: optional(uint(8)),
    l1Fee: optional(uint(256)),
    l1GasUsed: optional(uint(64)),
    operatorFee: optional(uint(128)),
    blobGasUsed: optional(uint(64)),
  })
  .map((fields): TransactionResult => {
    const defined = Object.fromEntries(
      Object.entries(fields).filter(
        ([name, value]) =>
          value !== undefined && (name !== 'contractAddress' || fields.to === undefined),
      ),
    ) as typeof fields & { to: Address }
    const consensus = {
      type: fields.type === 0x7e ? 2 : fields.type,
      status: fields.status === 'success',
      cumulativeGasUsed: fields.cumulativeGasUsed,
      logsBloom: logsBloom(fields.logs),
      logs: fields.logs,
    }
    return {
      ...(defined as object),
      nonce: 7n,
      gasRefunded: 0n,
      maxGasUsed: 0n,
      returnData: new Uint8Array(0),
      receipt: encodeConsensus(consensus),
    } as unknown as TransactionResult
  })

describe('records of the store', () => {
  it('read back the integers and bytes they were written with', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.maxSafeNat(), uint(256), fc.uint8Array())), (values) => {
        const writer = createByteWriter(1)
        for (const [integer, bigint, data] of values) {
          writer.integer(integer)
          writer.bigint(bigint)
          writer.bytes(data)
        }
        const reader = createByteReader(writer.finish())
        for (const [integer, bigint, data] of values) {
          assert.equal(reader.integer(), integer)
          assert.equal(reader.bigint(), bigint)
          assert.deepEqual(reader.bytes(), data)
        }
        assert.ok(reader.done)
        assert.throws(() => reader.byte(), RangeError)
      }),
    )
  })

  it('give receipts back', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 6 }), (results) => {
        const writer = createByteWriter()
        const starts = results.map((each) => {
          const start = writer.length
          writeReceipt(writer, each)
          return start
        })
        const receipts = decodeReceipts(writer.finish())
        assert.equal(receipts.length, results.length)
        receipts.forEach((receipt, index) => {
          const {
            receipt: _,
            nonce,
            gasRefunded,
            maxGasUsed,
            returnData,
            hash,
            status,
            ...rest
          } = results[index] as TransactionResult
          assert.deepEqual(receipt, {
            ...rest,
            // A failed creation's receipt names where the contract would be.
            ...(rest.to === undefined && {
              contractAddress:
                rest.contractAddress ??
                getContractAddress({ from: rest.from, nonce }).toLowerCase(),
            }),
            transactionHash: hash,
            status: status === 'success',
            logsBloom: logsBloom(rest.logs),
          })
          assert.deepEqual(decodeReceipts(writer.finish(starts[index])), receipts.slice(index))
        })
      }),
    )
  })

  it('give bodies back', () => {
    const body = fc.record({
      transactions: fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 })),
      withdrawals: optional(fc.array(withdrawal)),
    })
    fc.assert(
      fc.property(body, ({ transactions, withdrawals }) => {
        const given = { transactions, ...(withdrawals && { withdrawals }) }
        assert.deepEqual(decodeBody(encodeBody(given)), given)
      }),
    )
  })

  it('know the size of a block without encoding it', () => {
    const header: Header = {
      parentHash: EMPTY_ROOT,
      sha3Uncles: EMPTY_ROOT,
      miner: `0x${'11'.repeat(20)}`,
      stateRoot: EMPTY_ROOT,
      transactionsRoot: EMPTY_ROOT,
      receiptsRoot: EMPTY_ROOT,
      logsBloom: logsBloom([]),
      difficulty: 0n,
      number: 70_000n,
      gasLimit: 30_000_000n,
      gasUsed: 1n,
      timestamp: 1n,
      extraData: '0x',
      mixHash: EMPTY_ROOT,
      nonce: '0x0000000000000000',
      baseFeePerGas: 7n,
      withdrawalsRoot: EMPTY_ROOT,
    }
    // A legacy transaction is a list; any string of bytes will do for a typed one.
    const legacy = fc.uint8Array({ maxLength: 70 }).map((data) => {
      const list = encodeHeader({ ...header, extraData: bytesToHex(data) })
      return list
    })
    const typed = fc
      .uint8Array({ minLength: 1, maxLength: 400 })
      .map((data) => Uint8Array.from([2, ...data]))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(legacy, typed)),
        fc.option(fc.array(withdrawal, { maxLength: 20 }), { nil: undefined }),
        (transactions, withdrawals) => {
          const encoded = encodeBlock({ header, transactions, ...(withdrawals && { withdrawals }) })
          const size = blockSize(encodeHeader(header).length, transactions, withdrawals)
          assert.equal(size, BigInt(encoded.length))
        },
      ),
    )
  })
})
