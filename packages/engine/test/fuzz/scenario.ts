// What one run of the differential test does: an allocation with contracts that know each other, and transactions
// of every type.

import { type Address, type Hex, lowerCaseAddress } from '@altlayer/protocol'
import { createContractAddress, Address as JsAddress } from '@ethereumjs/util'
import fc from 'fast-check'
import { COINBASE, wallet } from '../program/support.ts'
import { assembleFragments, codeOf, fragmentsOf } from './bytecode.ts'

export interface Contract {
  readonly address: Address
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  readonly storage: readonly (readonly [slot: bigint, value: bigint])[]
}

export interface AuthorizationPlan {
  /** Index of the wallet that signs. */
  readonly signer: number
  readonly chainId: bigint
  readonly address: Address
  /** Added to the nonce the wallet has by then. */
  readonly nonceShift: bigint
  readonly fault: 'none' | 'high s' | 'parity' | 'zero r'
}

export interface TransactionPlan {
  readonly type: number
  readonly sender: number
  readonly to: Address | undefined
  readonly gas: bigint
  /** Of the gas that it would use of `gas`, it gets so much; undefined: all of `gas`. */
  readonly gasShare: number | undefined
  readonly value: bigint
  readonly data: Uint8Array
  readonly maxFee: bigint
  readonly tip: bigint
  readonly nonceShift: bigint
  readonly accessList: readonly { address: Address; storageKeys: readonly Hex[] }[]
  readonly authorizations: readonly AuthorizationPlan[]
  readonly blobs: number
}

export interface Scenario {
  readonly accounts: readonly Contract[]
  readonly transactions: readonly TransactionPlan[]
}

export const WALLETS = 4
export const BASE_FEE = 1000n
/** Enough to go down 1024 calls, each of which keeps a 64th. */
export const GAS_LIMIT = 1n << 45n

export const contractAddress = (index: number): Address =>
  `0x${(0xc0de00 + index).toString(16).padStart(40, '0')}`
const CONTRACTS = 5
const numberOf = (address: string) => BigInt(address)
const wallets = Array.from({ length: WALLETS }, (_, i) => lowerCaseAddress(wallet(i).address))

/** The address a contract of the allocation creates with its first nonce. */
const created = (index: number): Address =>
  lowerCaseAddress(
    createContractAddress(
      new JsAddress(Buffer.from(contractAddress(index).slice(2), 'hex')),
      1n,
    ).toString(),
  )

// The point evaluation precompile (10) needs a trusted setup that EthereumJS comes without; its vectors are
// tested with the other precompiles.
const precompiles = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17]
const nobody: readonly Address[] = [`0x${'ee'.repeat(20)}`, `0x${'00'.repeat(20)}`]

const contracts = Array.from({ length: CONTRACTS }, (_, i) => contractAddress(i))

/** Everything code may call, look at or send to; contracts come up most. */
export const known: readonly bigint[] = [
  ...[...contracts, ...contracts, ...contracts, ...contracts].map(numberOf),
  ...wallets.map(numberOf),
  ...wallets.map(numberOf),
  ...nobody.map(numberOf),
  numberOf(COINBASE),
  numberOf(created(0)),
  numberOf(created(1)),
  ...precompiles.map(BigInt),
  0x12n,
  0x100n,
  // Bits above the address do not count.
  numberOf(contractAddress(0)) | (1n << 200n),
]

export const anyAddress = fc.constantFrom(
  ...contracts,
  ...contracts,
  ...wallets,
  ...nobody,
  COINBASE,
  created(0),
)

const slot = fc.bigInt(0n, 3n)
const storage = fc
  .array(fc.tuple(slot, fc.bigInt(1n, 2n)), { maxLength: 4 })
  .map((entries) => [...new Map(entries)])

const designator = (address: string) =>
  Uint8Array.from(Buffer.from(`ef0100${address.slice(2)}`, 'hex'))

const contract = (index: number): fc.Arbitrary<Contract> =>
  fc.record({
    address: fc.constant(contractAddress(index)),
    balance: fc.constantFrom(0n, 1n, 1000n, 1n << 80n, 1n << 80n),
    nonce: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(1n, 7n) },
      { weight: 1, arbitrary: fc.constantFrom((1n << 64n) - 2n, (1n << 64n) - 1n) },
    ),
    code: codeOf(known),
    storage,
  })

export const walletAccount = (index: number): fc.Arbitrary<Contract> =>
  fc.record({
    address: fc.constant(wallets[index] as Address),
    balance: fc.constantFrom(1n << 70n, 1n << 100n, 1n << 100n),
    nonce: fc.constantFrom(0n, 0n, 5n),
    code: fc.oneof(
      { weight: 3, arbitrary: fc.constant(new Uint8Array()) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(
            ...contracts,
            wallets[(index + 1) % WALLETS] as Address,
            wallets[index] as Address,
            `0x${'01'.padStart(40, '0')}`,
          )
          .map(designator),
      },
    ),
    storage: fc.constant([]),
  })

/** An account where a contract would be created: a collision if it has nonce or code. */
const obstacle: fc.Arbitrary<Contract | undefined> = fc.option(
  fc.record({
    address: fc.constantFrom(created(0), created(1)),
    balance: fc.constantFrom(0n, 3n),
    nonce: fc.constantFrom(0n, 1n),
    code: fc.constantFrom(new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0x5f, 0x5f, 0xfd)),
    storage: fc.constant([]),
  }),
  { nil: undefined, freq: 3 },
)

const authorization: fc.Arbitrary<AuthorizationPlan> = fc.record({
  signer: fc.nat(WALLETS - 1),
  chainId: fc.constantFrom(0n, 901n, 901n, 901n, 902n),
  address: anyAddress,
  nonceShift: fc.constantFrom(0n, 0n, 0n, 0n, 1n),
  fault: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'high s', 'parity', 'zero r'),
})

const gas = fc.oneof(
  { weight: 1, arbitrary: fc.bigInt(20_900n, 120_000n) },
  { weight: 12, arbitrary: fc.bigInt(120_000n, 1_000_000n) },
  { weight: 2, arbitrary: fc.constant(3_000_000n) },
)

const initCode = fragmentsOf(known).map((fragments) =>
  Uint8Array.from(assembleFragments(fragments)),
)

/** At the limit of init code (EIP-3860; EthereumJS builds no transaction above), and where EIP-7623's floor is what is paid. */
const longData = fc
  .tuple(fc.constantFrom(5000, 49_152), fc.constantFrom(0, 0x5b, 0x60))
  .map(([length, byte]) => new Uint8Array(length).fill(byte))

export const transactions: fc.Arbitrary<TransactionPlan> = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 2, 3, 4, 4),
    sender: fc.nat(WALLETS - 1),
    to: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...contracts) },
      { weight: 2, arbitrary: anyAddress },
      { weight: 2, arbitrary: fc.constant(undefined) },
    ),
    gas,
    gasShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined, freq: 3 }),
    value: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(0n, 0n, 1n, 1000n) },
      { weight: 1, arbitrary: fc.constant(1n << 72n) },
    ),
    data: fc.oneof(
      { weight: 8, arbitrary: fc.uint8Array({ maxLength: 100 }) },
      { weight: 8, arbitrary: initCode },
      { weight: 1, arbitrary: longData },
    ),
    maxFee: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(BASE_FEE, BASE_FEE + 1n, 3n * BASE_FEE) },
      { weight: 1, arbitrary: fc.constant(BASE_FEE - 1n) },
    ),
    tip: fc.constantFrom(0n, 1n, BASE_FEE, BASE_FEE, 3n * BASE_FEE + 1n),
    nonceShift: fc.oneof(
      { weight: 20, arbitrary: fc.constant(0n) },
      { weight: 1, arbitrary: fc.constantFrom(1n, -1n) },
    ),
    accessList: fc.array(
      fc.record({
        address: anyAddress,
        storageKeys: fc.array(
          slot.map((key): Hex => `0x${key.toString(16).padStart(64, '0')}`),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 2 },
    ),
    authorizations: fc.array(authorization, { minLength: 1, maxLength: 4 }),
    blobs: fc.integer({ min: 1, max: 3 }),
  })
  .map((plan) => ({
    ...plan,
    // These types cannot create.
    to: plan.type >= 3 ? (plan.to ?? contractAddress(0)) : plan.to,
  }))

export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    contracts: fc.tuple(...Array.from({ length: CONTRACTS }, (_, i) => contract(i))),
    wallets: fc.tuple(...Array.from({ length: WALLETS }, (_, i) => walletAccount(i))),
    obstacle,
    transactions: fc.array(transactions, { minLength: 1, maxLength: 4 }),
  })
  .map(({ contracts, wallets, obstacle, transactions }) => ({
    accounts: [...contracts, ...wallets, ...(obstacle === undefined ? [] : [obstacle])],
    transactions,
  }))
