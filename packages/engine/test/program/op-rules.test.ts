import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  type Header,
  type Hex,
  hexToBytes,
  keccak256Hex,
  lowerCaseAddress,
  PREDEPLOYS,
  ZERO_HASH,
} from '@altlayer/protocol'
import fc from 'fast-check'
import type { ProgramError } from '../../src/program/errors.ts'
import type { AccountOverride } from '../../src/program/types.ts'
import {
  attributes,
  CHAIN_ID,
  COINBASE,
  ETHER,
  emptyHeader,
  GWEI,
  HOLOCENE_EXTRA_DATA,
  holoceneAttributes,
  holoceneParent,
  opConfig,
  testChain,
  wallet,
} from './support.ts'

const alice = wallet(0)
const sender = lowerCaseAddress(alice.address)
const to: Address = `0x${'99'.repeat(20)}`
const word = (value: bigint) => bigintToHex(value)

/** EIP-1559 on big integers. */
function nextBaseFee(parent: Header, denominator: bigint, elasticity: bigint): bigint {
  const target = parent.gasLimit / elasticity
  const base = parent.baseFeePerGas as bigint
  if (parent.gasUsed === target) return base
  if (parent.gasUsed > target) {
    const rise = (base * (parent.gasUsed - target)) / target / denominator
    return base + (rise > 1n ? rise : 1n)
  }
  return base - (base * (target - parent.gasUsed)) / target / denominator
}

const extraData = (denominator: number, elasticity: number): Hex =>
  `0x00${denominator.toString(16).padStart(8, '0')}${elasticity.toString(16).padStart(8, '0')}`

describe('base fee', () => {
  const parents = fc.record({
    gasLimit: fc.bigInt(10_000n, 1n << 40n),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
    baseFeePerGas: fc.bigInt(0n, 1n << 100n),
  })
  const parentOf = (p: { gasLimit: bigint; used: number; baseFeePerGas: bigint }): Header => ({
    ...emptyHeader,
    gasLimit: p.gasLimit,
    gasUsed: BigInt(Math.floor(Number(p.gasLimit) * p.used)),
    baseFeePerGas: p.baseFeePerGas,
  })

  test('before Canyon by the first denominator, then by the second', () => {
    const bedrock = testChain(opConfig('regolith')).program
    const canyon = testChain(opConfig('canyon')).program
    fc.assert(
      fc.property(parents, (fields) => {
        const parent = parentOf(fields)
        bedrock.open(parent, attributes())
        assert.equal(bedrock.environment().baseFeePerGas, nextBaseFee(parent, 50n, 6n))
        canyon.open(parent, attributes())
        assert.equal(canyon.environment().baseFeePerGas, nextBaseFee(parent, 250n, 6n))
      }),
      { numRuns: 60 },
    )
  })

  test('since Holocene by the parameters in the parent’s extra data', () => {
    const { program } = testChain(opConfig('isthmus'))
    const u32 = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(parents, u32, u32, (fields, denominator, elasticity) => {
        const parent = { ...parentOf(fields), extraData: extraData(denominator, elasticity) }
        program.open(parent, attributes(holoceneAttributes))
        assert.equal(
          program.environment().baseFeePerGas,
          nextBaseFee(parent, BigInt(denominator), BigInt(elasticity)),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('the first Holocene block still goes by the constants', () => {
    const { program } = testChain(opConfig('granite', { holocene: 1_002n }))
    const parent = { ...emptyHeader, gasUsed: 20_000_000n }
    program.open(parent, attributes(holoceneAttributes))
    assert.equal(program.environment().baseFeePerGas, nextBaseFee(parent, 250n, 6n))
    assert.equal(program.seal().header.extraData, HOLOCENE_EXTRA_DATA)
  })

  test('a parent whose parameters divide by zero cannot be built on', () => {
    const { program } = testChain(opConfig('isthmus'))
    for (const data of ['0x', extraData(0, 6), extraData(250, 0), '0x01000000fa00000006'] as Hex[])
      assert.throws(
        () => program.open({ ...emptyHeader, extraData: data }, attributes(holoceneAttributes)),
        (e: ProgramError) => e.code === 'BAD_PARENT',
      )
  })
})

describe('payload attributes', () => {
  const code = (expected: string, message?: RegExp) => (e: ProgramError) =>
    e.code === expected && (message === undefined || message.test(e.message))

  test('Holocene parameters: zeros stand for the constants, half a pair is refused', () => {
    const { program } = testChain(opConfig('isthmus'))
    const parent = { ...emptyHeader, ...holoceneParent }
    const open = (eip1559Params: Hex) =>
      program.open(parent, attributes({ parentBeaconBlockRoot: ZERO_HASH, eip1559Params }))
    open('0x0000000000000000')
    assert.equal(program.seal().header.extraData, '0x00000000fa00000006')
    open('0x0000000800000002')
    assert.equal(program.seal().header.extraData, '0x000000000800000002')
    assert.throws(() => open('0x0000000000000006'), code('BAD_EIP1559_PARAMS'))
    assert.throws(() => open('0x000000fa00000000'), code('BAD_EIP1559_PARAMS'))
  })

  test('what a fork demands must be there, what it does not know must not', () => {
    const holocene = testChain(opConfig('holocene')).program
    const granite = testChain(opConfig('granite')).program
    const canyon = testChain(opConfig('canyon')).program
    const parent = { ...emptyHeader, ...holoceneParent }
    assert.throws(
      () => holocene.open(parent, attributes({ parentBeaconBlockRoot: ZERO_HASH })),
      code('BAD_ATTRIBUTES', /demands eip1559Params/),
    )
    assert.throws(
      () => granite.open(emptyHeader, attributes(holoceneAttributes)),
      code('BAD_ATTRIBUTES', /no eip1559Params/),
    )
    assert.throws(
      () => granite.open(emptyHeader, attributes()),
      code('BAD_ATTRIBUTES', /demands parentBeaconBlockRoot/),
    )
    assert.throws(
      () => canyon.open(emptyHeader, attributes({ parentBeaconBlockRoot: ZERO_HASH })),
      code('BAD_ATTRIBUTES', /no parentBeaconBlockRoot/),
    )
    const withdrawal = { index: 0n, validatorIndex: 0n, address: to, amount: 1n }
    assert.throws(
      () => canyon.open(emptyHeader, attributes({ withdrawals: [withdrawal] })),
      code('BAD_ATTRIBUTES', /withdrawals must be empty/),
    )
    assert.throws(
      () => canyon.open(emptyHeader, attributes({ extraData: '0x01' })),
      code('BAD_ATTRIBUTES', /extraData/),
    )
    assert.throws(
      () => canyon.open(emptyHeader, attributes({ timestamp: emptyHeader.timestamp })),
      code('BAD_TIMESTAMP', /have 1000, parent has 1000/),
    )
    const beyond = testChain({
      ...opConfig('isthmus'),
      unsupportedFrom: { fork: 'jovian', time: 1_002n },
    }).program
    assert.throws(
      () => beyond.open(parent, attributes(holoceneAttributes)),
      code('UNSUPPORTED_FORK'),
    )
    assert.throws(() => beyond.openAt({ ...parent, timestamp: 1_002n }), code('UNSUPPORTED_FORK'))
    beyond.openAt(parent)
  })
})

describe('header', () => {
  test('the fields that each fork adds', () => {
    const expect = (fork: Parameters<typeof opConfig>[0], fields: Partial<Header>) => {
      const { program } = testChain(opConfig(fork))
      if (fork === 'isthmus')
        program.open({ ...emptyHeader, ...holoceneParent }, attributes(holoceneAttributes))
      else if (fork === 'ecotone')
        program.open(emptyHeader, attributes({ parentBeaconBlockRoot: ZERO_HASH }))
      else program.open(emptyHeader, attributes())
      const { header } = program.seal()
      const { withdrawalsRoot, blobGasUsed, excessBlobGas, requestsHash, extraData } = header
      assert.deepEqual(
        { withdrawalsRoot, blobGasUsed, excessBlobGas, requestsHash, extraData },
        {
          withdrawalsRoot: undefined,
          blobGasUsed: undefined,
          excessBlobGas: undefined,
          requestsHash: undefined,
          extraData: '0x',
          ...fields,
        },
        fork,
      )
    }
    const canyon = { withdrawalsRoot: EMPTY_ROOT }
    const ecotone = { ...canyon, blobGasUsed: 0n, excessBlobGas: 0n }
    expect('regolith', {})
    expect('canyon', canyon)
    expect('ecotone', ecotone)
    expect('isthmus', {
      ...ecotone,
      requestsHash: EMPTY_REQUESTS_HASH,
      extraData: HOLOCENE_EXTRA_DATA,
    })
  })

  test('since Isthmus the withdrawals root is the message passer’s storage root after the block', () => {
    const chain = testChain(opConfig('isthmus'))
    // Stores the caller's word.
    const passer: AccountOverride = {
      address: PREDEPLOYS.L2ToL1MessagePasser,
      code: hexToBytes('0x5f355f5500'),
    }
    const genesis = chain.genesis([passer, { address: sender, balance: ETHER }], holoceneParent)
    chain.program.open(genesis, attributes(holoceneAttributes))
    const result = chain.program.message(
      { from: sender, to: passer.address, gas: 100_000n, data: hexToBytes(word(1n)) },
      { keep: true },
    )
    assert.equal(result.status, 'success')
    const { header } = chain.program.seal()
    chain.program.commit()
    chain.program.openAt(header)
    assert.notEqual(header.withdrawalsRoot, EMPTY_ROOT)
    assert.equal(chain.program.account(passer.address)?.storageRoot, header.withdrawalsRoot)
  })

  test('the gas limit is the attributes’, whatever the parent’s', () => {
    const { program } = testChain(opConfig('canyon'))
    program.open(emptyHeader, attributes({ gasLimit: 1_000_000_000n }))
    assert.equal(program.seal().header.gasLimit, 1_000_000_000n)
  })
})

test('Canyon’s first block puts the Create2Deployer in place, no other block does', () => {
  const deployer: Address = '0x13b0d85ccb8bf860b6b79af3029fca081ae9bef2'
  const hash = '0xb0550b5b431e30d38000efb7107aaa0ade03d48a7198a140edda9d27134468b2'
  const chain = testChain(opConfig('regolith', { canyon: 1_001n }))
  const genesis = chain.genesis([{ address: deployer, code: hexToBytes('0x00'), nonce: 1n }])
  chain.program.open(genesis, attributes())
  assert.equal(chain.program.account(deployer)?.codeHash, hash)
  assert.equal(keccak256Hex(chain.program.code(deployer)), hash)
  assert.equal(chain.program.account(deployer)?.nonce, 1n)
  const later = { ...genesis, timestamp: 1_001n }
  chain.program.open(later, attributes({ timestamp: 1_003n }))
  assert.notEqual(chain.program.account(deployer)?.codeHash, hash)
})

describe('fees of a transaction', () => {
  const L1_BASE_FEE = 7n * GWEI
  const BLOB_BASE_FEE = 3n
  const [SCALAR, BLOB_SCALAR] = [1368n, 810_949n]
  const [OPERATOR_SCALAR, OPERATOR_CONSTANT] = [2_000_000n, 12_345n]
  const l1Block: AccountOverride = {
    address: PREDEPLOYS.L1Block,
    code: hexToBytes('0x00'),
    stateDiff: [
      [word(1n), word(L1_BASE_FEE)],
      [word(3n), word((SCALAR << 96n) | (BLOB_SCALAR << 64n))],
      [word(7n), word(BLOB_BASE_FEE)],
      [word(8n), word((OPERATOR_SCALAR << 64n) | OPERATOR_CONSTANT)],
    ],
  }

  test('Isthmus: L1 fee, operator fee, base fee and tip go to their vaults, the rest stays', async () => {
    const chain = testChain(opConfig('isthmus'))
    const genesis = chain.genesis([l1Block, { address: sender, balance: ETHER }], holoceneParent)
    const { program } = chain
    program.open(genesis, attributes(holoceneAttributes))
    const raw = hexToBytes(
      await alice.signTransaction({
        type: 'eip1559',
        chainId: Number(CHAIN_ID),
        to,
        value: 5n,
        gas: 50_000n,
        maxFeePerGas: 2n * GWEI,
        maxPriorityFeePerGas: 1_000n,
      }),
    )
    const result = program.transaction(raw)
    const base = program.environment().baseFeePerGas
    // So short a transaction pays for the least size, 100 bytes.
    const l1Fee =
      (100_000_000n * (16n * L1_BASE_FEE * SCALAR + BLOB_BASE_FEE * BLOB_SCALAR)) / 10n ** 12n
    const operator = (21_000n * OPERATOR_SCALAR) / 1_000_000n + OPERATOR_CONSTANT
    assert.equal(result.l1Fee, l1Fee)
    assert.equal(result.l1GasUsed, 1_600n)
    assert.equal(result.operatorFee, operator)
    assert.equal(result.effectiveGasPrice, base + 1_000n)
    const balance = (address: Address) => program.account(address)?.balance
    assert.equal(balance(COINBASE), 21_000n * 1_000n)
    assert.equal(balance(PREDEPLOYS.BaseFeeVault), 21_000n * base)
    assert.equal(balance(PREDEPLOYS.L1FeeVault), l1Fee)
    assert.equal(balance(PREDEPLOYS.OperatorFeeVault), operator)
    assert.equal(balance(sender), ETHER - 5n - 21_000n * (base + 1_000n) - l1Fee - operator)
  })

  test('the balance must cover the L1 fee and the operator fee of the whole gas limit', async () => {
    const l1Fee =
      (100_000_000n * (16n * L1_BASE_FEE * SCALAR + BLOB_BASE_FEE * BLOB_SCALAR)) / 10n ** 12n
    const operator = (50_000n * OPERATOR_SCALAR) / 1_000_000n + OPERATOR_CONSTANT
    const need = 50_000n * 2n * GWEI + l1Fee + operator
    const raw = hexToBytes(
      await alice.signTransaction({
        type: 'eip1559',
        chainId: Number(CHAIN_ID),
        to,
        gas: 50_000n,
        maxFeePerGas: 2n * GWEI,
        maxPriorityFeePerGas: 1_000n,
      }),
    )
    for (const [balance, fits] of [
      [need - 1n, false],
      [need, true],
    ] as const) {
      const chain = testChain(opConfig('isthmus'))
      chain.program.open(
        chain.genesis([l1Block, { address: sender, balance }], holoceneParent),
        attributes(holoceneAttributes),
      )
      if (fits) assert.equal(chain.program.transaction(raw).status, 'success')
      else
        assert.throws(
          () => chain.program.transaction(raw),
          (e: ProgramError) =>
            e.code === 'TX_INSUFFICIENT_FUNDS' &&
            e.context.have === balance &&
            e.context.want === need,
        )
    }
  })

  test('no operator fee before Isthmus; a call pays neither', async () => {
    const chain = testChain(opConfig('holocene'))
    const { program } = chain
    program.open(
      chain.genesis([l1Block, { address: sender, balance: ETHER }], holoceneParent),
      attributes(holoceneAttributes),
    )
    const raw = hexToBytes(
      await alice.signTransaction({
        type: 'legacy',
        chainId: Number(CHAIN_ID),
        to,
        gas: 21_000n,
        gasPrice: 2n * GWEI,
      }),
    )
    assert.equal(program.transaction(raw).operatorFee, 0n)
    assert.equal(program.account(PREDEPLOYS.OperatorFeeVault), undefined)
    const before = program.account(sender)?.balance
    program.message({ from: sender, to, gas: 21_000n }, { keep: true })
    assert.equal(program.account(sender)?.balance, before)
  })
})
