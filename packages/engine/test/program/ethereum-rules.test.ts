import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  EMPTY_ROOT,
  encodeRlp,
  type Header,
  hexToBytes,
  lowerCaseAddress,
  orderedTrieRoot,
  SYSTEM_CONTRACTS,
  ZERO_HASH,
} from '@altlayer/protocol'
import fc from 'fast-check'
import type { ProgramError } from '../../src/program/errors.ts'
import type { AccountOverride } from '../../src/program/types.ts'
import {
  attributes,
  CHAIN_ID,
  ETHER,
  emptyHeader,
  ethereumConfig,
  GWEI,
  testChain,
  wallet,
} from './support.ts'

const alice = wallet(0)
const sender = lowerCaseAddress(alice.address)
const to: Address = `0x${'99'.repeat(20)}`
const word = (value: bigint) => bigintToHex(value)
const BLOB_GAS = 131_072n
const SYSTEM: Address = '0xfffffffffffffffffffffffffffffffffffffffe'

const cancunHeader: Header = {
  ...emptyHeader,
  withdrawalsRoot: EMPTY_ROOT,
  blobGasUsed: 0n,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: ZERO_HASH,
}
const beaconRoot = { parentBeaconBlockRoot: ZERO_HASH } as const

/** EIP-4844's fake_exponential, from the EIP. */
function fakeExponential(numerator: bigint, denominator: bigint): bigint {
  let output = 0n
  let term = denominator
  for (let i = 1n; term > 0n; i++) {
    output += term
    term = (term * numerator) / (denominator * i)
  }
  return output / denominator
}

describe('blob gas (EIP-4844, EIP-7691)', () => {
  const schedules = {
    cancun: { target: 3n, fraction: 3_338_477n },
    prague: { target: 6n, fraction: 5_007_716n },
  }
  for (const [fork, { target, fraction }] of Object.entries(schedules))
    test(`${fork}: excess and base fee follow the parent`, () => {
      const chain = testChain(ethereumConfig(fork as 'cancun'))
      const requestContracts = REQUEST_CONTRACTS.map((address) => ({
        address,
        code: RETURN_NOTHING,
      }))
      const { stateRoot } = chain.genesis(requestContracts)
      fc.assert(
        fc.property(fc.bigInt(0n, 400_000_000n), fc.bigInt(0n, 9n), (excess, blobs) => {
          const parent = {
            ...cancunHeader,
            stateRoot,
            excessBlobGas: excess,
            blobGasUsed: blobs * BLOB_GAS,
          }
          chain.program.open(parent, attributes(beaconRoot))
          const sum = excess + blobs * BLOB_GAS
          const expected = sum < target * BLOB_GAS ? 0n : sum - target * BLOB_GAS
          const price = fakeExponential(expected, fraction)
          assert.equal(chain.program.environment().blobBaseFee, price)
          assert.equal(chain.program.seal().header.excessBlobGas, expected)
        }),
        { numRuns: 60 },
      )
    })

  test('an absurd excess saturates the price', () => {
    const { program } = testChain(ethereumConfig('cancun'))
    program.open({ ...cancunHeader, excessBlobGas: (1n << 64n) - 1n }, attributes(beaconRoot))
    assert.equal(program.environment().blobBaseFee, (1n << 256n) - 1n)
  })

  test('blobs are paid for, and their gas is in the header', async () => {
    const chain = testChain(ethereumConfig('cancun'))
    const genesis = chain.genesis([{ address: sender, balance: ETHER }], cancunHeader)
    const { program } = chain
    program.open({ ...genesis, ...{ excessBlobGas: 50_000_000n } }, attributes(beaconRoot))
    const { blobBaseFee, baseFeePerGas } = program.environment()
    assert.ok(blobBaseFee > 1n)
    const raw = hexToBytes(
      await alice.signTransaction({
        type: 'eip4844',
        chainId: Number(CHAIN_ID),
        to,
        gas: 21_000n,
        maxFeePerGas: GWEI,
        maxFeePerBlobGas: 2n * blobBaseFee,
        blobVersionedHashes: [`0x01${'aa'.repeat(31)}`, `0x01${'bb'.repeat(31)}`],
        sidecars: false,
      }),
    )
    const result = program.transaction(raw)
    assert.equal(result.blobGasUsed, 2n * BLOB_GAS)
    assert.equal(
      program.account(sender)?.balance,
      ETHER - 21_000n * baseFeePerGas - 2n * BLOB_GAS * blobBaseFee,
    )
    assert.equal(program.seal().header.blobGasUsed, 2n * BLOB_GAS)
  })
})

/** Stores the caller in slot 0, the input's first word in slot 1. */
const RECORDER = hexToBytes('0x335f555f3560015500')
const RETURN_NOTHING = hexToBytes('0x00')
const REQUEST_CONTRACTS: readonly Address[] = [
  '0x00000961ef480eb55e80d19ad83579a64c007002',
  '0x0000bbddc7ce488642fb579f8b00f3a590007251',
]

describe('system calls', () => {
  test('the beacon root and the parent’s hash are given to their contracts by the system address', () => {
    const chain = testChain(ethereumConfig('prague'))
    const recorders = [SYSTEM_CONTRACTS.BeaconBlockRoots, SYSTEM_CONTRACTS.HistoryStorage]
    const accounts: AccountOverride[] = [
      ...recorders.map((address) => ({ address, code: RECORDER, nonce: 1n })),
      ...REQUEST_CONTRACTS.map((address) => ({ address, code: RETURN_NOTHING })),
    ]
    const genesis = chain.genesis(accounts, cancunHeader)
    const root = word(0xbeacn)
    chain.program.open(genesis, attributes({ parentBeaconBlockRoot: root }))
    for (const address of recorders)
      assert.equal(chain.program.storage(address, word(0n)), word(BigInt(SYSTEM)))
    assert.equal(chain.program.storage(SYSTEM_CONTRACTS.BeaconBlockRoots, word(1n)), root)
    const sealed = chain.program.seal()
    assert.equal(
      chain.program.storage(SYSTEM_CONTRACTS.HistoryStorage, word(1n)),
      sealed.header.parentHash,
    )
    assert.equal(sealed.header.gasUsed, 0n)
    assert.equal(sealed.header.parentBeaconBlockRoot, root)
    assert.equal(chain.program.account(SYSTEM), undefined)
  })

  test('contracts that are not there are no failure', () => {
    const { program } = testChain(ethereumConfig('cancun'))
    program.open(cancunHeader, attributes(beaconRoot))
    assert.equal(program.seal().header.stateRoot, EMPTY_ROOT)
  })
})

describe('requests (EIP-7685)', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

  test('come from deposit logs and the two contracts; empty ones are left out of the hash', async () => {
    const chain = testChain(ethereumConfig('prague'))
    const depositContract: Address = `0x${'dd'.repeat(20)}`
    const event = depositEvent()
    const genesis = chain.genesis(
      [
        { address: sender, balance: ETHER },
        // Logs its input as DepositEvent: CALLDATACOPY, PUSH32 topic, LOG1.
        {
          address: depositContract,
          code: hexToBytes(`0x365f5f377f${DEPOSIT_TOPIC}365fa100`),
        },
        { address: REQUEST_CONTRACTS[0] as Address, code: RETURN_NOTHING },
        // MSTORE8(0, 7), return 1 byte
        { address: REQUEST_CONTRACTS[1] as Address, code: hexToBytes('0x60075f5360015ff3') },
      ],
      cancunHeader,
    )
    chain.program.open(genesis, attributes(beaconRoot))
    const raw = await alice.signTransaction({
      type: 'eip1559',
      chainId: Number(CHAIN_ID),
      to: depositContract,
      gas: 200_000n,
      maxFeePerGas: GWEI,
      data: `0x${event.toString('hex')}`,
    })
    assert.equal(chain.program.transaction(hexToBytes(raw)).status, 'success')
    const { requests, header } = chain.program.seal()
    const deposit = Buffer.concat([
      Buffer.of(0),
      ...[48, 32, 8, 96, 8].map((size, index) => Buffer.alloc(size, index + 1)),
    ])
    assert.deepEqual(requests, [`0x${deposit.toString('hex')}`, '0x0207'])
    const expected = sha256(Buffer.concat([sha256(deposit), sha256(Buffer.of(2, 7))]))
    assert.equal(header.requestsHash, `0x${expected.toString('hex')}`)
  })

  test('a contract without code, or that fails, makes the block invalid', () => {
    for (const code of [undefined, hexToBytes('0xfe')]) {
      const chain = testChain(ethereumConfig('prague'))
      const genesis = chain.genesis(
        [
          { address: REQUEST_CONTRACTS[0] as Address, code: RETURN_NOTHING },
          { address: REQUEST_CONTRACTS[1] as Address, balance: 1n, ...(code && { code }) },
        ],
        cancunHeader,
      )
      chain.program.open(genesis, attributes(beaconRoot))
      assert.throws(
        () => chain.program.seal(),
        (e: ProgramError) => e.code === 'SYSTEM_CALL_FAILED',
      )
    }
  })

  test('a deposit log in another layout makes the block invalid', async () => {
    const chain = testChain(ethereumConfig('prague'))
    const depositContract: Address = `0x${'dd'.repeat(20)}`
    const genesis = chain.genesis(
      [
        { address: sender, balance: ETHER },
        { address: depositContract, code: hexToBytes(`0x365f5f377f${DEPOSIT_TOPIC}365fa100`) },
        ...REQUEST_CONTRACTS.map((address) => ({ address, code: RETURN_NOTHING })),
      ],
      cancunHeader,
    )
    const event = depositEvent()
    event[31] = 161
    chain.program.open(genesis, attributes(beaconRoot))
    const raw = await alice.signTransaction({
      type: 'eip1559',
      chainId: Number(CHAIN_ID),
      to: depositContract,
      gas: 200_000n,
      maxFeePerGas: GWEI,
      data: `0x${event.toString('hex')}`,
    })
    chain.program.transaction(hexToBytes(raw))
    assert.throws(
      () => chain.program.seal(),
      (e: ProgramError) => e.code === 'BAD_DEPOSIT_LOG',
    )
  })
})

/** keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)") */
const DEPOSIT_TOPIC = '649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5'

/** The event's data: each field filled with its number, from 1. */
function depositEvent(): Buffer {
  const fields = [48, 32, 8, 96, 8]
  const offsets = [160, 256, 320, 384, 512]
  const bytes = Buffer.alloc(576)
  fields.forEach((size, index) => {
    const offset = offsets[index] as number
    bytes.writeUInt16BE(offset, 32 * index + 30)
    bytes.writeUInt8(size, offset + 31)
    bytes.fill(index + 1, offset + 32, offset + 32 + size)
  })
  return bytes
}

describe('withdrawals (EIP-4895)', () => {
  test('are credited in gwei, at the end, and rooted in the header', () => {
    const chain = testChain(ethereumConfig('shanghai'))
    const withdrawal = { index: 3n, validatorIndex: 4n, address: to, amount: 5n }
    chain.program.open(emptyHeader, attributes({ withdrawals: [withdrawal, withdrawal] }))
    assert.equal(chain.program.account(to), undefined)
    const { header } = chain.program.seal()
    assert.equal(chain.program.account(to)?.balance, 10n * GWEI)
    const rlp = encodeRlp([Uint8Array.of(3), Uint8Array.of(4), hexToBytes(to), Uint8Array.of(5)])
    assert.equal(header.withdrawalsRoot, orderedTrieRoot([rlp, rlp]))
    chain.program.open(emptyHeader, attributes())
    assert.equal(chain.program.seal().header.withdrawalsRoot, EMPTY_ROOT)
  })

  test('of nothing leave no account', () => {
    const { program } = testChain(ethereumConfig('shanghai'))
    const withdrawal = { index: 0n, validatorIndex: 0n, address: to, amount: 0n }
    program.open(emptyHeader, attributes({ withdrawals: [withdrawal] }))
    assert.equal(program.seal().header.stateRoot, EMPTY_ROOT)
  })
})

describe('attributes', () => {
  const code = (expected: string) => (e: ProgramError) => e.code === expected

  test('the gas limit changes by less than 1/1024, and never goes below 5000', () => {
    const { program } = testChain(ethereumConfig('shanghai'))
    const open = (gasLimit: bigint) => program.open(emptyHeader, attributes({ gasLimit }))
    const bound = emptyHeader.gasLimit / 1024n
    open(emptyHeader.gasLimit + bound - 1n)
    open(emptyHeader.gasLimit - bound + 1n)
    assert.throws(() => open(emptyHeader.gasLimit + bound), code('BAD_GAS_LIMIT'))
    assert.throws(() => open(emptyHeader.gasLimit - bound), code('BAD_GAS_LIMIT'))
    assert.throws(
      () => program.open({ ...emptyHeader, gasLimit: 5_000n }, attributes({ gasLimit: 4_999n })),
      code('BAD_GAS_LIMIT'),
    )
  })

  test('extra data goes into the header, up to 32 bytes', () => {
    const { program } = testChain(ethereumConfig('paris'))
    program.open(emptyHeader, attributes({ extraData: `0x${'ee'.repeat(32)}` }))
    assert.equal(program.seal().header.extraData, `0x${'ee'.repeat(32)}`)
    assert.throws(
      () => program.open(emptyHeader, attributes({ extraData: `0x${'ee'.repeat(33)}` })),
      code('BAD_EXTRA_DATA'),
    )
  })

  test('a timestamp must be later than the parent’s', () => {
    const { program } = testChain(ethereumConfig('paris'))
    assert.throws(
      () => program.open(emptyHeader, attributes({ timestamp: 999n })),
      code('BAD_TIMESTAMP'),
    )
  })
})
