// Calls to every precompile with inputs that are nearly right: from a contract that hands on its input.

import fc from 'fast-check'
import { contractAddress, type Scenario, type TransactionPlan, walletAccount } from './scenario.ts'

const PUSH0 = 0x5f

/** Copies the input, calls `precompile` with it and so much gas, returns success and output. */
const forwarder = (precompile: number, gas: number) =>
  Uint8Array.from([
    ...[0x36, PUSH0, PUSH0, 0x37],
    ...[0x60, 32, PUSH0, 0x36, PUSH0, PUSH0],
    ...[0x61, precompile >> 8, precompile & 0xff],
    ...[0x63, ...[24, 16, 8, 0].map((shift) => (gas >> shift) & 0xff), 0xf1],
    // Success in the first word, all of the output behind.
    ...[PUSH0, 0x52, 0x3d, PUSH0, 0x60, 32, 0x3e],
    ...[0x3d, 0x60, 32, 0x01, PUSH0, 0xf3],
  ])

const bytes = (hex: string) => [...Buffer.from(hex, 'hex')]
const word = (value: bigint, size = 32) => bytes(value.toString(16).padStart(2 * size, '0'))

const BN_FIELD = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n
const BN_ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n
const bnG1 = [...word(1n), ...word(2n)]
const bnG2 = bytes(
  '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
)

const BLS_FIELD =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const blsG1 = [
  ...word(
    0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
    64,
  ),
  ...word(
    0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
    64,
  ),
]
const blsG2 = [
  ...word(
    0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
    64,
  ),
  ...word(
    0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
    64,
  ),
  ...word(
    0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
    64,
  ),
  ...word(
    0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
    64,
  ),
]

const random = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((array) => [...array])
const scalar = fc
  .oneof(
    fc.constantFrom(0n, 1n, 2n, BN_ORDER - 1n, BN_ORDER, (1n << 256n) - 1n),
    fc.bigInt(0n, 1n << 255n),
  )
  .map((value) => word(value))
const oneOf = (...parts: readonly (readonly number[])[]) => fc.constantFrom(...parts)
const joined = (...parts: readonly fc.Arbitrary<readonly number[]>[]) =>
  fc.tuple(...parts).map((all) => all.flat())
const repeated = (part: fc.Arbitrary<readonly number[]>, most: number) =>
  fc.array(part, { maxLength: most, size: 'max' }).map((all) => all.flat())

const zeros = (size: number) => new Array<number>(size).fill(0)
const bnPoint = fc.oneof(
  oneOf(
    bnG1,
    bnG1,
    zeros(64),
    [...word(BN_FIELD + 1n), ...word(2n)],
    [...word(1n), ...word(BN_FIELD - 2n)],
  ),
  random(64),
)
const bnPoint2 = fc.oneof(oneOf(bnG2, bnG2, zeros(128), [...bnG2.slice(64), ...bnG2.slice(0, 64)]))
const blsPoint = oneOf(
  blsG1,
  blsG1,
  blsG1,
  zeros(128),
  [...word(BLS_FIELD, 64), ...zeros(64)],
  [...blsG1.slice(64), ...blsG1.slice(0, 64)],
  [1, ...blsG1.slice(1)],
)
const blsPoint2 = oneOf(blsG2, blsG2, blsG2, zeros(256), [
  ...blsG2.slice(128),
  ...blsG2.slice(0, 128),
])
const blsField = fc.oneof(
  fc.constantFrom(0n, 1n, BLS_FIELD - 1n, BLS_FIELD, 1n << 384n).map((value) => word(value, 64)),
  fc.bigInt(0n, BLS_FIELD - 1n).map((value) => word(value, 64)),
)
const modexpLength = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(0n, 40n) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1024n, 1n << 32n, (1n << 64n) - 1n, 1n << 64n, (1n << 256n) - 1n),
  },
)

/** By the precompile's number; the point evaluation is left out (see scenario.ts). */
const inputs: readonly (readonly [number, fc.Arbitrary<readonly number[]>])[] = [
  [
    1,
    joined(
      random(32),
      oneOf(word(27n), word(28n), word(27n), word(29n), word(27n << 8n)),
      random(32),
      fc.oneof(random(32), scalar),
    ),
  ],
  [2, repeated(random(31), 4)],
  [3, repeated(random(31), 4)],
  [4, repeated(random(31), 4)],
  [
    5,
    joined(
      modexpLength.map((value) => word(value)),
      modexpLength.map((value) => word(value)),
      modexpLength.map((value) => word(value)),
      repeated(fc.oneof(random(8), oneOf(zeros(8))), 16),
    ),
  ],
  [6, joined(bnPoint, bnPoint)],
  [7, joined(bnPoint, scalar)],
  [8, repeated(joined(bnPoint, bnPoint2), 3)],
  [
    9,
    joined(
      oneOf([0, 0, 0, 0], [0, 0, 0, 12], [0, 0, 1, 0], [0xff, 0xff, 0xff, 0xff]),
      random(208),
      oneOf([0], [1], [2]),
    ),
  ],
  [0x0b, joined(blsPoint, blsPoint)],
  [0x0c, repeated(joined(blsPoint, scalar), 3)],
  [0x0d, joined(blsPoint2, blsPoint2)],
  [0x0e, repeated(joined(blsPoint2, scalar), 3)],
  [0x0f, repeated(joined(blsPoint, blsPoint2), 3)],
  [0x10, blsField],
  [0x11, joined(blsField, blsField)],
]

const input = (arbitrary: fc.Arbitrary<readonly number[]>) =>
  fc
    .tuple(
      arbitrary,
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -33, max: 33 }) },
      ),
    )
    .map(([good, longer]) =>
      Uint8Array.from(longer < 0 ? good.slice(0, longer) : [...good, ...zeros(longer)]),
    )

const plain: Omit<TransactionPlan, 'to' | 'data'> = {
  type: 0,
  sender: 0,
  gas: 3_000_000n,
  gasShare: undefined,
  value: 0n,
  maxFee: 1000n,
  tip: 0n,
  nonceShift: 0n,
  accessList: [],
  authorizations: [],
  blobs: 0,
}

/** One transaction for each precompile. */
export const precompileCalls: fc.Arbitrary<Scenario> = fc
  .record({
    wallet: walletAccount(0),
    gas: fc.constantFrom(2_000_000, 2_000_000, 2_000_000, 100_000, 3000, 200, 0),
    data: fc.tuple(...inputs.map(([, arbitrary]) => input(arbitrary))),
  })
  .map(({ wallet, gas, data }) => ({
    accounts: [
      ...inputs.map(([number], i) => ({
        address: contractAddress(i),
        balance: 0n,
        nonce: 1n,
        code: forwarder(number, gas),
        storage: [],
      })),
      wallet,
    ],
    transactions: data.map((bytes, i) => ({ ...plain, to: contractAddress(i), data: bytes })),
  }))
