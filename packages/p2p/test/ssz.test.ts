import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { hexToBytes, MalformedInputError } from '@altlayer/protocol'
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
} from '@chainsafe/ssz'
import fc from 'fast-check'
import {
  type BlockPayload,
  PAYLOAD_VERSIONS,
  type PayloadVersion,
  verifyBlockHash,
} from '../src/payload/payload.ts'
import { decodePayload, encodePayload } from '../src/payload/ssz.ts'
import { blockOf, chainOf } from './support/blocks.ts'

const u64 = new UintBigintType(8)
const u256 = new UintBigintType(32)
const Bytes20 = new ByteVectorType(20)
const Bytes32 = new ByteVectorType(32)

const Withdrawal = new ContainerType({
  index: u64,
  validatorIndex: u64,
  address: Bytes20,
  amount: u64,
})

const fieldsV1 = {
  parentHash: Bytes32,
  feeRecipient: Bytes20,
  stateRoot: Bytes32,
  receiptsRoot: Bytes32,
  logsBloom: new ByteVectorType(256),
  prevRandao: Bytes32,
  blockNumber: u64,
  gasLimit: u64,
  gasUsed: u64,
  timestamp: u64,
  extraData: new ByteListType(32),
  baseFeePerGas: u256,
  blockHash: Bytes32,
  transactions: new ListCompositeType(new ByteListType(2 ** 30), 2 ** 20),
}
const fieldsV2 = { ...fieldsV1, withdrawals: new ListCompositeType(Withdrawal, 16) }
const fieldsV3 = { ...fieldsV2, blobGasUsed: u64, excessBlobGas: u64 }
const CONTAINERS = {
  1: new ContainerType(fieldsV1),
  2: new ContainerType(fieldsV2),
  3: new ContainerType(fieldsV3),
  4: new ContainerType({ ...fieldsV3, withdrawalsRoot: Bytes32 }),
} as const

/** The library's value of a payload. */
function sszValue(payload: BlockPayload): Record<string, unknown> {
  const { header, blockHash, transactions, withdrawals = [] } = payload
  return {
    parentHash: hexToBytes(header.parentHash),
    feeRecipient: hexToBytes(header.miner),
    stateRoot: hexToBytes(header.stateRoot),
    receiptsRoot: hexToBytes(header.receiptsRoot),
    logsBloom: hexToBytes(header.logsBloom),
    prevRandao: hexToBytes(header.mixHash),
    blockNumber: header.number,
    gasLimit: header.gasLimit,
    gasUsed: header.gasUsed,
    timestamp: header.timestamp,
    extraData: hexToBytes(header.extraData),
    baseFeePerGas: header.baseFeePerGas,
    blockHash: hexToBytes(blockHash),
    transactions: [...transactions],
    withdrawals: withdrawals.map((withdrawal) => ({
      ...withdrawal,
      address: hexToBytes(withdrawal.address),
    })),
    blobGasUsed: header.blobGasUsed,
    excessBlobGas: header.excessBlobGas,
    withdrawalsRoot: header.withdrawalsRoot && hexToBytes(header.withdrawalsRoot),
  }
}

/** What the library writes, with the envelope that the OP Stack puts before it. */
function expected(payload: BlockPayload, version: PayloadVersion): Buffer {
  const type = CONTAINERS[version] as unknown as { serialize(value: unknown): Uint8Array }
  const body = type.serialize(sszValue(payload))
  const root = payload.header.parentBeaconBlockRoot
  return Buffer.concat([version >= 3 && root ? hexToBytes(root) : new Uint8Array(0), body])
}

const transactionLists = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), {
  maxLength: 20,
})

function payloadOf(version: PayloadVersion, transactions: readonly Uint8Array[]): BlockPayload {
  return blockOf(chainOf(version), 7n, undefined, transactions)
}

describe('SSZ of execution payloads', () => {
  for (const version of PAYLOAD_VERSIONS) {
    it(`is what @chainsafe/ssz writes and reads, version ${version}`, () => {
      fc.assert(
        fc.property(
          transactionLists,
          fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
          fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          fc.uint8Array({ maxLength: 32 }),
          (transactions, baseFeePerGas, gasUsed, extra) => {
            const made = payloadOf(version, transactions)
            const extraData = `0x${Buffer.from(extra).toString('hex')}` as const
            const header = { ...made.header, baseFeePerGas, gasUsed, extraData }
            const payload = { ...made, header }
            const encoded = encodePayload(payload, version)
            assert.deepEqual(Buffer.from(encoded), expected(payload, version))
            const { transactionsRoot: _, ...claimed } = payload.header
            const decoded = decodePayload(encoded, version)
            assert.deepEqual(decoded.header, claimed)
            assert.deepEqual(decoded.transactions, payload.transactions)
            assert.deepEqual(decoded.withdrawals, payload.withdrawals)
            assert.equal(decoded.blockHash, payload.blockHash)
          },
        ),
        { numRuns: 60 },
      )
    })

    it(`gives a block back with its hash, version ${version}`, () => {
      const payload = payloadOf(version, [randomBytes(90), randomBytes(3)])
      const claimed = decodePayload(encodePayload(payload, version), version)
      assert.deepEqual(verifyBlockHash(claimed)?.header, payload.header)
    })

    it(`has one encoding of each payload, version ${version}`, () => {
      const mutation = fc.tuple(fc.nat(), fc.nat(255))
      fc.assert(
        fc.property(
          transactionLists,
          fc.array(mutation, { maxLength: 3 }),
          fc.nat(40),
          (transactions, mutations, cut) => {
            const encoded = encodePayload(payloadOf(version, transactions), version)
            for (const [at, value] of mutations) encoded[at % encoded.length] = value
            // Offsets are where it gets wrong.
            if (mutations.length > 0) encoded[436 + (cut % 4)] = (mutations[0]?.[1] ?? 0) % 4
            const bytes = encoded.subarray(0, encoded.length - (cut > 20 ? cut - 20 : 0))
            let again: Uint8Array
            try {
              const claimed = decodePayload(bytes, version)
              const header = { ...claimed.header, transactionsRoot: claimed.header.stateRoot }
              again = encodePayload({ ...claimed, header }, version)
            } catch (error) {
              assert.ok(error instanceof MalformedInputError, String(error))
              return
            }
            assert.deepEqual(Buffer.from(again), Buffer.from(bytes))
          },
        ),
        { numRuns: 400 },
      )
    })
  }

  it('refuses transactions that are empty, out of order or beyond the end', () => {
    const { header, ...payload } = payloadOf(4, [randomBytes(5), randomBytes(5)])
    const good = encodePayload({ header, ...payload }, 4)
    const list = good.length - 2 * (4 + 5)
    const change = (at: number, value: number) => {
      const bytes = good.slice()
      new DataView(bytes.buffer).setUint32(at, value, true)
      return () => decodePayload(bytes, 4)
    }
    assert.equal(decodePayload(good, 4).transactions.length, 2)
    for (const first of [0, 3, 6, 12, 0xffffffff])
      assert.throws(change(list, first), /transactions/)
    for (const second of [8, 7, 18, 19]) assert.throws(change(list + 4, second), /transactions/)
  })

  it('refuses more transactions than a payload has, without reading them', () => {
    const { header, ...payload } = payloadOf(4, [])
    const empty = encodePayload({ header, ...payload }, 4)
    const bytes = new Uint8Array(empty.length + 4 * (2 ** 20 + 1))
    bytes.set(empty)
    const view = new DataView(bytes.buffer)
    view.setUint32(empty.length, 4 * (2 ** 20 + 1), true)
    // The list of withdrawals begins where that of transactions ends.
    view.setUint32(32 + 508, bytes.length - 32, true)
    assert.throws(() => decodePayload(bytes, 4), { expected: '1048576 at most' })
  })
})
