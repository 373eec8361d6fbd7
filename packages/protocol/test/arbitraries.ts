import fc from 'fast-check'
import {
  bytesToHex,
  type ConsensusReceipt,
  type Header,
  type Hex,
  type Log,
  type Transaction,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DEPOSIT,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  TX_SET_CODE,
} from '../src/index.ts'

// Generators of chain words, shared by the tests of this package.

// Plain objects, as the codecs give them, not fast-check's default of null prototypes.
export const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true })

export const hexOf = (minLength: number, maxLength = minLength): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength, maxLength }).map(bytesToHex)
export const hash = hexOf(32)
export const address = hexOf(20)
export const uint64 = fc.bigInt(0n, (1n << 64n) - 1n)
export const uint256 = fc.bigInt(0n, (1n << 256n) - 1n)

const required = record({
  parentHash: hash,
  sha3Uncles: hash,
  miner: address,
  stateRoot: hash,
  transactionsRoot: hash,
  receiptsRoot: hash,
  logsBloom: hexOf(256),
  difficulty: uint256,
  number: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  timestamp: uint64,
  extraData: hexOf(0, 40),
  mixHash: hash,
  nonce: hexOf(8),
})

const forkFields = record({
  baseFeePerGas: uint256,
  withdrawalsRoot: hash,
  blobGasUsed: uint64,
  excessBlobGas: uint64,
  parentBeaconBlockRoot: hash,
  requestsHash: hash,
})

/** A header with any prefix of the fields that forks added. */
export const arbitraryHeader: fc.Arbitrary<Header> = fc
  .tuple(required, forkFields, fc.nat(6))
  .map(([base, later, count]) => ({
    ...base,
    ...Object.fromEntries(Object.entries(later).slice(0, count)),
  }))

const data = hexOf(0, 100)
const optionalTo = fc
  .option(address, { nil: undefined })
  .map((to) => (to === undefined ? {} : { to }))
const yParity = fc.nat(1)
const accessList = fc.array(record({ address, storageKeys: fc.array(hash, { maxLength: 3 }) }), {
  maxLength: 3,
})
const authorization = record({
  chainId: uint256,
  address,
  nonce: uint64,
  yParity: fc.nat(255),
  r: uint256,
  s: uint256,
})
const call = { gas: uint64, value: uint256, data }
const signed = { nonce: uint64, r: uint256, s: uint256 }
const typed = { ...call, ...signed, chainId: uint256, accessList, yParity }
const feeMarket = { ...typed, maxPriorityFeePerGas: uint256, maxFeePerGas: uint256 }

const withOptionalTo = <T extends object>(record: fc.Arbitrary<T>) =>
  fc.tuple(record, optionalTo).map(([fields, to]) => ({ ...fields, ...to }))

/** Any well-formed transaction of any type; signatures are arbitrary numbers. */
export const arbitraryTransaction: fc.Arbitrary<Transaction> = fc.oneof(
  withOptionalTo(
    record({
      type: fc.constant(TX_LEGACY),
      ...call,
      ...signed,
      gasPrice: uint256,
      v: fc.oneof(fc.constantFrom(27n, 28n), fc.bigInt(35n, 1n << 70n)),
    }),
  ),
  withOptionalTo(record({ type: fc.constant(TX_ACCESS_LIST), ...typed, gasPrice: uint256 })),
  withOptionalTo(record({ type: fc.constant(TX_DYNAMIC_FEE), ...feeMarket })),
  record({
    type: fc.constant(TX_BLOB),
    ...feeMarket,
    to: address,
    maxFeePerBlobGas: uint256,
    blobVersionedHashes: fc.array(hash, { maxLength: 3 }),
  }),
  record({
    type: fc.constant(TX_SET_CODE),
    ...feeMarket,
    to: address,
    authorizationList: fc.array(authorization, { maxLength: 3 }),
  }),
  withOptionalTo(
    record({
      type: fc.constant(TX_DEPOSIT),
      ...call,
      sourceHash: hash,
      from: address,
      mint: uint256,
      isSystemTransaction: fc.boolean(),
    }),
  ),
)

export const arbitraryLog: fc.Arbitrary<Log> = record({
  address,
  topics: fc.array(hash, { maxLength: 4 }),
  data,
})

/** A receipt of any type; deposits with or without Canyon's fields. */
export const arbitraryReceipt: fc.Arbitrary<ConsensusReceipt> = record({
  type: fc.constantFrom(0, 1, 2, 3, 4, TX_DEPOSIT),
  status: fc.boolean(),
  cumulativeGasUsed: uint64,
  logsBloom: hexOf(256),
  logs: fc.array(arbitraryLog, { maxLength: 4 }),
  depositNonce: uint64,
  depositReceiptVersion: fc.constant(1n),
  canyon: fc.boolean(),
}).map(({ depositNonce, depositReceiptVersion, canyon, ...receipt }) =>
  receipt.type === TX_DEPOSIT && canyon
    ? { ...receipt, depositNonce, depositReceiptVersion }
    : receipt,
)
