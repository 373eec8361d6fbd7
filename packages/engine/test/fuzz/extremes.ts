// Scenarios that reach limits: calls and creations 1024 deep, long return data, more code than the code cache holds.

import fc from 'fast-check'
import { assembleFragments, codeOf, type Fragment } from './bytecode.ts'
import {
  type Contract,
  contractAddress,
  known,
  type Scenario,
  type TransactionPlan,
  transactions,
  walletAccount,
} from './scenario.ts'

const PUSH0 = 0x5f
const push = (value: number): readonly number[] => [
  0x63,
  ...[24, 16, 8, 0].map((shift) => (value >> shift) & 0xff),
]

const plain: TransactionPlan = {
  type: 0,
  sender: 0,
  to: contractAddress(0),
  gas: 1n << 41n,
  gasShare: undefined,
  value: 0n,
  data: new Uint8Array(32),
  maxFee: 1000n,
  tip: 0n,
  nonceShift: 0n,
  accessList: [],
  authorizations: [],
  blobs: 0,
}

const account = (index: number, code: readonly number[] | Uint8Array): Contract => ({
  address: contractAddress(index),
  balance: 1000n,
  nonce: 1n,
  code: Uint8Array.from(code),
  storage: [],
})

interface Recursion {
  readonly opcode: number
  readonly levels: number
  readonly memory: number
  readonly output: number
  readonly stores: boolean
  readonly value: number
  /** What the deepest one does. */
  readonly bottom: readonly number[]
  /** What all others end with. */
  readonly ending: number
}

/** A contract that calls itself `levels` deep; the level is the first word of its input. */
function recursiveCode({
  opcode,
  levels,
  memory,
  output,
  stores,
  value,
  bottom,
  ending,
}: Recursion) {
  const head = [
    ...[PUSH0, 0x35],
    ...(stores ? [0x80, 0x80, 0x55] : []),
    // 1 at the end of the memory; the next level at its beginning.
    ...[...push(1), ...push(memory), 0x52],
    ...[...push(1), 0x01, 0x80, PUSH0, 0x52],
    ...[0x80, ...push(levels), 0x10],
  ]
  const hasValue = opcode === 0xf1 || opcode === 0xf2
  const body = [
    ...[...push(output), ...push(32), ...push(32), PUSH0],
    ...(hasValue ? push(value) : []),
    ...[0x30, 0x5a, opcode],
    // Success, then all the return data.
    ...[PUSH0, 0x52],
    ...[0x3d, PUSH0, ...push(96), 0x3e],
    ...[...push(output), PUSH0, ending],
  ]
  const target = head.length + 6 + body.length
  return [...head, ...push(target), 0x57, ...body, 0x5b, ...bottom]
}

/** A contract whose code, and that of what it creates, is init code that creates the next one. */
const nestedCreation = (salted: boolean) => [
  ...[0x38, PUSH0, PUSH0, 0x39],
  ...(salted ? [PUSH0] : []),
  ...[0x38, PUSH0, PUSH0, salted ? 0xf5 : 0xf0],
  ...[PUSH0, 0x52, 0x3d, ...push(32), 0x52, ...push(64), PUSH0, 0xf3],
]

const recursions: fc.Arbitrary<Scenario> = fc
  .record({
    wallet: walletAccount(0),
    gas: fc.constantFrom(1n << 41n, 1n << 41n, 30_000_000n, 1_000_000n),
    recursion: fc.record({
      opcode: fc.constantFrom(0xf1, 0xf2, 0xf4, 0xfa),
      levels: fc.constantFrom(3, 900, 1022, 1023, 1024, 1025, 1100),
      memory: fc.constantFrom(0, 64, 1000, 30_000),
      output: fc.constantFrom(0, 32, 300, 120_000),
      stores: fc.boolean(),
      value: fc.constantFrom(0, 1),
      bottom: fc.constantFrom<readonly number[]>(
        [0],
        [0xfe],
        [0x33, 0xff],
        [...push(200_000), PUSH0, 0xf3],
        [...push(200_000), PUSH0, 0xfd],
      ),
      ending: fc.constantFrom(0xf3, 0xf3, 0xfd),
    }),
    creation: fc.constantFrom(undefined, undefined, undefined, false, true),
  })
  .map(({ wallet, gas, recursion, creation }) => ({
    accounts: [
      account(0, creation === undefined ? recursiveCode(recursion) : nestedCreation(creation)),
      wallet,
    ],
    transactions: [{ ...plain, gas }],
  }))

const MANY = 24
const LARGEST = 24_576

/** Bytes that look like code, different for every seed. */
function filler(length: number, seed: number): readonly number[] {
  let state = seed + 0x9e3779b9
  return Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0xff
  })
}

const many = Array.from({ length: MANY }, (_, i) => BigInt(contractAddress(i)))

/** Calls every contract, with nothing but gas. */
const callAll = assembleFragments(
  many.slice(1).map(
    (address): Fragment => ({
      kind: 'op',
      opcode: 0xf1,
      operands: [40_000n, address, 0n, 0n, 0n, 0n, 32n].map((value) => ({
        kind: 'value',
        value,
        width: 0,
      })),
    }),
  ),
)

/** Contracts of the largest size that call each other: decoded they do not fit the smallest code cache. */
const largeCodes: fc.Arbitrary<Scenario> = fc
  .record({
    bodies: fc.array(codeOf([...many, ...many, ...known]), {
      minLength: 5,
      maxLength: 5,
      size: 'max',
    }),
    wallets: fc.tuple(walletAccount(0), walletAccount(1), walletAccount(2), walletAccount(3)),
    more: fc.array(transactions, { maxLength: 2 }),
  })
  .map(({ bodies, wallets, more }) => {
    const contracts = many.map((_, i) => {
      const body = [
        ...(i === 0 ? [...callAll, ...callAll] : []),
        ...(bodies[i % bodies.length] as Uint8Array),
      ]
      return account(i, [...body, ...filler(LARGEST - body.length, i)])
    })
    return {
      accounts: [...contracts, ...wallets],
      transactions: [{ ...plain, gas: 5_000_000n }, ...more],
    }
  })

export const extremes: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 2, arbitrary: recursions },
  { weight: 1, arbitrary: largeCodes },
)
