import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  parseAbi,
  toFunctionSelector,
  toHex,
} from 'viem'
import {
  extractTransactionDepositedLogs,
  getL2TransactionHash,
  getSourceHash,
  getWithdrawalHashStorageSlot,
  getWithdrawals,
} from 'viem/op-stack'
import {
  applyL1ToL2Alias,
  bytesToHex,
  decodeOutputRoot,
  decodeTransaction,
  depositFromLog,
  depositToLog,
  encodeL1Attributes,
  encodeOutputRoot,
  encodeTransaction,
  hexToBytes,
  type L1Attributes,
  type Log,
  l1AttributesDeposit,
  l1AttributesOf,
  l1AttributesSourceHash,
  l1AttributesVersion,
  MalformedInputError,
  MESSAGE_PASSED_TOPIC,
  outputRoot,
  PREDEPLOYS,
  parseL1Attributes,
  predeployImplementation,
  SYSTEM_CONTRACTS,
  sentMessageSlot,
  TRANSACTION_DEPOSITED_TOPIC,
  transactionHash,
  type UserDeposit,
  undoL1ToL2Alias,
  upgradeSourceHash,
  userDepositSourceHash,
  type WithdrawalMessage,
  withdrawalFromLog,
  withdrawalHash,
} from '../src/index.ts'
import { address, hash, hexOf, record, uint64, uint256 } from './arbitraries.ts'

const uint32 = fc.bigInt(0n, 0xffffffffn)
const common = {
  number: uint64,
  timestamp: uint64,
  baseFee: uint256,
  hash,
  sequenceNumber: uint64,
  batcherAddress: address,
}
const ecotone = {
  ...common,
  blobBaseFee: uint256,
  baseFeeScalar: uint32,
  blobBaseFeeScalar: uint32,
}
const attributes: fc.Arbitrary<L1Attributes> = fc.oneof(
  record({ version: fc.constant('bedrock'), ...common, overhead: uint256, scalar: uint256 }),
  record({ version: fc.constant('ecotone'), ...ecotone }),
  record({
    version: fc.constant('isthmus'),
    ...ecotone,
    operatorFeeScalar: uint32,
    operatorFeeConstant: uint64,
  }),
)

test('L1 attributes of every version round-trip; Bedrock as the ABI has them', () => {
  const abi = parseAbi([
    'function setL1BlockValues(uint64 number, uint64 timestamp, uint256 basefee, bytes32 hash, uint64 sequenceNumber, bytes32 batcherHash, uint256 l1FeeOverhead, uint256 l1FeeScalar)',
  ])
  fc.assert(
    fc.property(attributes, (value) => {
      const encoded = encodeL1Attributes(value)
      assert.deepEqual(parseL1Attributes(encoded), value)
      if (value.version !== 'bedrock') return
      const args = [
        value.number,
        value.timestamp,
        value.baseFee,
        value.hash,
        value.sequenceNumber,
        `0x${'00'.repeat(12)}${value.batcherAddress.slice(2)}`,
        value.overhead,
        value.scalar,
      ] as const
      assert.equal(bytesToHex(encoded), encodeFunctionData({ abi, args }))
    }),
  )
  const selector = (name: string) => toFunctionSelector(`function ${name}()`)
  const of = (version: 'ecotone' | 'isthmus') =>
    bytesToHex(
      encodeL1Attributes(
        l1AttributesOf(
          version,
          { number: 1n, timestamp: 1n, baseFee: 1n, hash: `0x${'00'.repeat(32)}`, blobBaseFee: 1n },
          {
            batcherAddress: PREDEPLOYS.L1Block,
            overhead: 0n,
            scalar: 0n,
            gasLimit: 1n,
            eip1559Params: { denominator: 0, elasticity: 0 },
            operatorFeeScalar: 0n,
            operatorFeeConstant: 0n,
          },
          0n,
        ),
      ),
    ).slice(0, 10)
  assert.equal(of('ecotone'), selector('setL1BlockValuesEcotone'))
  assert.equal(of('isthmus'), selector('setL1BlockValuesIsthmus'))
})

test('malformed L1 attributes are refused', () => {
  const valid = fc.sample(attributes, 1)[0] as L1Attributes
  const encoded = encodeL1Attributes(valid)
  assert.throws(
    () => parseL1Attributes(encoded.subarray(0, encoded.length - 1)),
    MalformedInputError,
  )
  assert.throws(() => parseL1Attributes(hexToBytes('0x12345678')), {
    path: 'l1Attributes.selector',
  })
  assert.throws(() => parseL1Attributes(new Uint8Array(0)), MalformedInputError)
  assert.throws(() => encodeL1Attributes({ ...valid, number: 1n << 64n }), {
    path: 'l1Attributes.number',
  })
  const batcherAt = valid.version === 'bedrock' ? 4 + 5 * 32 : 132
  assert.throws(() => parseL1Attributes(encoded.with(batcherAt, 1)), {
    path: 'l1Attributes.batcherHash',
  })
})

test('the first transaction of OP Mainnet block 132796001 is what its attributes give', () => {
  const raw =
    '0x7ef8f8a0440726dcac7e9846675e2a992d469d539594d52d1ccf1a94540b89b23f99845a94deaddeaddeaddeaddeaddeaddeaddeaddead00019442000000000000000000000000000000000000158080830f424080b8a4440a5e200000146b000f79c500000000000000040000000067c8761f00000000014f6a40'
  // The head of the real encoding; the rest follows from any base fees, so rebuild and compare the head.
  const parsed: L1Attributes = {
    version: 'ecotone',
    baseFeeScalar: 0x146bn,
    blobBaseFeeScalar: 0xf79c5n,
    sequenceNumber: 4n,
    timestamp: 0x67c8761fn,
    number: 0x14f6a40n,
    baseFee: 1n,
    blobBaseFee: 1n,
    hash: `0x${'00'.repeat(32)}`,
    batcherAddress: '0x6887246668a3b87f54deb3b94ba47a6f63f32985',
  }
  const rebuilt = bytesToHex(encodeTransaction(l1AttributesDeposit(parsed, true)))
  const afterSourceHash = 2 + 2 * (3 + 33)
  assert.equal(rebuilt.slice(0, 10), raw.slice(0, 10))
  assert.equal(rebuilt.slice(afterSourceHash, raw.length), raw.slice(afterSourceHash))
})

test('the activation block of a fork still calls the older function, unless it is genesis', () => {
  const forks = { ecotone: 100n, isthmus: 200n }
  assert.equal(l1AttributesVersion(forks, 98n, 96n), 'bedrock')
  assert.equal(l1AttributesVersion(forks, 100n, 98n), 'bedrock')
  assert.equal(l1AttributesVersion(forks, 102n, 100n), 'ecotone')
  assert.equal(l1AttributesVersion(forks, 200n, 198n), 'ecotone')
  assert.equal(l1AttributesVersion(forks, 202n, 200n), 'isthmus')
  assert.equal(l1AttributesVersion({ ecotone: 0n, isthmus: 0n }, 2n, 0n), 'isthmus')
})

const userDeposit: fc.Arbitrary<UserDeposit> = fc
  .tuple(
    record({ from: address, mint: uint256, value: uint256, gas: uint64, data: hexOf(0, 100) }),
    fc.option(address, { nil: undefined }),
  )
  .map(([deposit, to]) => ({ ...deposit, ...(to !== undefined && { to }) }))

test('a deposit log gives the L2 transaction that viem derives from it', () => {
  assert.equal(
    TRANSACTION_DEPOSITED_TOPIC,
    keccak256(toHex('TransactionDeposited(address,address,uint256,bytes)')),
  )
  const portal = PREDEPLOYS.L1Block
  fc.assert(
    fc.property(userDeposit, hash, fc.nat(1000), (deposit, blockHash, logIndex) => {
      const log = depositToLog(deposit, portal)
      const tx = depositFromLog(log, blockHash, BigInt(logIndex))
      const { to, from, mint, value, gas, data } = tx
      assert.deepEqual({ from, mint, value, gas, data, ...(to && { to }) }, deposit)
      assert.deepEqual(decodeTransaction(encodeTransaction(tx)), tx)
      const [theirs] = extractTransactionDepositedLogs({
        logs: [{ ...log, blockHash, logIndex } as never],
      })
      assert.ok(theirs)
      assert.equal(
        getSourceHash({ domain: 'userDeposit', l1BlockHash: blockHash, l1LogIndex: logIndex }),
        tx.sourceHash,
      )
      // viem takes a mint or value of zero as absent, and so do we encode them: as empty strings.
      assert.equal(getL2TransactionHash({ log: theirs }), transactionHash(encodeTransaction(tx)))
    }),
  )
})

test('malformed deposit logs are refused', () => {
  const log = depositToLog(
    { from: PREDEPLOYS.WETH, mint: 0n, value: 0n, gas: 1n, data: '0x01' },
    PREDEPLOYS.L1Block,
  )
  const zero = `0x${'00'.repeat(32)}` as const
  const malformed: readonly Log[] = [
    { ...log, topics: log.topics.slice(0, 3) },
    { ...log, topics: log.topics.with(0, zero) },
    { ...log, topics: log.topics.with(3, `0x${'00'.repeat(31)}01`) },
    { ...log, topics: log.topics.with(1, `0x01${'00'.repeat(31)}`) },
    { ...log, data: '0x' },
    { ...log, data: `${log.data}00` },
    { ...log, data: log.data.slice(0, -2) as `0x${string}` },
    { ...log, data: `${log.data.slice(0, -1)}1` as `0x${string}` },
    { ...log, data: encodeAbiParameters([{ type: 'bytes' }], [`0x${'00'.repeat(72)}`]) },
    { ...log, data: encodeAbiParameters([{ type: 'bytes' }], [`0x${'00'.repeat(72)}02`]) },
  ]
  for (const bad of malformed)
    assert.throws(() => depositFromLog(bad, zero, 0n), MalformedInputError)
  fc.assert(
    fc.property(hexOf(0, 300), (data) => {
      assert.throws(() => depositFromLog({ ...log, data }, zero, 0n), MalformedInputError)
    }),
  )
})

test('source hashes of the three domains', () => {
  fc.assert(
    fc.property(hash, fc.nat(), (blockHash, index) => {
      assert.equal(
        userDepositSourceHash(blockHash, BigInt(index)),
        getSourceHash({ domain: 'userDeposit', l1BlockHash: blockHash, l1LogIndex: index }),
      )
      assert.equal(
        l1AttributesSourceHash(blockHash, BigInt(index)),
        getSourceHash({
          domain: 'l1InfoDeposit',
          l1BlockHash: blockHash,
          sequenceNumber: index,
        }),
      )
    }),
  )
  // OP Stack specs, "Ecotone: Network Upgrade Automation Transactions".
  assert.equal(
    upgradeSourceHash('Ecotone: L1 Block Deployment'),
    '0x877a6077205782ea15a6dc8699fa5ebcec5e0f4389f09cb8eda09488231346f8',
  )
})

test('aliasing of L1 contracts wraps around and back', () => {
  assert.equal(
    applyL1ToL2Alias('0x0000000000000000000000000000000000000001'),
    '0x1111000000000000000000000000000000001112',
  )
  assert.equal(
    applyL1ToL2Alias('0xffffffffffffffffffffffffffffffffffffffff'),
    '0x1111000000000000000000000000000000001110',
  )
  fc.assert(fc.property(address, (a) => assert.equal(undoL1ToL2Alias(applyL1ToL2Alias(a)), a)))
})

test('an output root commits to version, state, withdrawals and block', () => {
  fc.assert(
    fc.property(
      record({ stateRoot: hash, messagePasserStorageRoot: hash, blockHash: hash }),
      (fields) => {
        const words = [
          `0x${'00'.repeat(32)}`,
          fields.stateRoot,
          fields.messagePasserStorageRoot,
          fields.blockHash,
        ]
        const encoded = encodeAbiParameters(
          words.map(() => ({ type: 'bytes32' })),
          words,
        )
        assert.equal(outputRoot(fields), keccak256(encoded))
        assert.deepEqual(decodeOutputRoot(encodeOutputRoot(fields)), fields)
      },
    ),
  )
  assert.throws(() => decodeOutputRoot(new Uint8Array(127)), MalformedInputError)
  assert.throws(() => decodeOutputRoot(new Uint8Array(128).with(0, 1)), { path: 'output.version' })
})

const withdrawal: fc.Arbitrary<WithdrawalMessage> = record({
  nonce: uint256,
  sender: address,
  target: address,
  value: uint256,
  gasLimit: uint256,
  data: hexOf(0, 100),
})

test('a withdrawal log gives the message and slot that viem finds', () => {
  assert.equal(
    MESSAGE_PASSED_TOPIC,
    keccak256(toHex('MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)')),
  )
  fc.assert(
    fc.property(withdrawal, (message) => {
      const expected = withdrawalHash(message)
      const word = (value: string) => `0x${'00'.repeat(12)}${value.slice(2)}` as const
      const log: Log = {
        address: PREDEPLOYS.L2ToL1MessagePasser,
        topics: [
          MESSAGE_PASSED_TOPIC,
          `0x${message.nonce.toString(16).padStart(64, '0')}`,
          word(message.sender),
          word(message.target),
        ],
        data: encodeAbiParameters(
          [{ type: 'uint256' }, { type: 'uint256' }, { type: 'bytes' }, { type: 'bytes32' }],
          [message.value, message.gasLimit, message.data, expected],
        ),
      }
      assert.deepEqual(withdrawalFromLog(log), message)
      const [theirs] = getWithdrawals({ logs: [log as never] })
      assert.equal(theirs?.withdrawalHash, expected)
      assert.equal(
        expected,
        keccak256(
          encodeAbiParameters(
            ['uint256', 'address', 'address', 'uint256', 'uint256', 'bytes'].map((type) => ({
              type,
            })),
            [
              message.nonce,
              message.sender,
              message.target,
              message.value,
              message.gasLimit,
              message.data,
            ],
          ),
        ),
      )
      assert.equal(
        sentMessageSlot(expected),
        getWithdrawalHashStorageSlot({ withdrawalHash: expected }),
      )
      const wrong = {
        ...log,
        data: log.data.replace(expected.slice(2), '11'.repeat(32)) as `0x${string}`,
      }
      assert.throws(() => withdrawalFromLog(wrong), { path: 'MessagePassed.withdrawalHash' })
      assert.throws(() => withdrawalFromLog({ ...log, data: '0x' }), MalformedInputError)
    }),
  )
})

test('system addresses are in lower case and stand once', () => {
  const all = [...Object.values(PREDEPLOYS), ...Object.values(SYSTEM_CONTRACTS)]
  assert.equal(new Set(all).size, all.length)
  for (const a of all) assert.match(a, /^0x[0-9a-f]{40}$/)
  assert.equal(
    predeployImplementation(PREDEPLOYS.L1Block),
    '0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30015',
  )
})
