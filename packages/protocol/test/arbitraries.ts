import fc from 'fast-check'
import { bytesToHex, type Header, type Hex } from '../src/index.ts'

// Generators of chain words, shared by the tests of this package.

export const hexOf = (minLength: number, maxLength = minLength): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength, maxLength }).map(bytesToHex)
export const hash = hexOf(32)
export const address = hexOf(20)
export const uint64 = fc.bigInt(0n, (1n << 64n) - 1n)
export const uint128 = fc.bigInt(0n, (1n << 128n) - 1n)
export const uint256 = fc.bigInt(0n, (1n << 256n) - 1n)

const required = fc.record({
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

const forkFields = fc.record({
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
