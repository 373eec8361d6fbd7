import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PayloadAttributes } from '@altlayer/engine'
import {
  type Address,
  bigintToHex,
  CONFIG_UPDATE_TOPIC,
  decodeTransaction,
  depositToLog,
  encodeEcotoneScalars,
  encodeTransaction,
  hexToBytes,
  parseL1Attributes,
  type RollupConfig,
  type SystemConfig,
  type UserDeposit,
  upgradeTransactions,
} from '@altlayer/protocol'
import fc from 'fast-check'
import { type L2Parent, parentOf } from '../../src/chain/parent.ts'
import type { L1Epoch } from '../../src/l1/follower.ts'
import type { L1Log } from '../../src/l1/receipts.ts'
import {
  attributesInEpoch,
  attributesOfEpochStart,
  UnsupportedUpgradeError,
} from '../../src/sequencer/attributes.ts'
import { portal, systemConfigAddress, testConfig, testHash } from '../helpers/config.ts'
import { unexecutedBlock } from '../helpers/engine.ts'
import { l1Block } from '../helpers/l1.ts'

const l1Genesis = l1Block(10, 1_000)
const configWith = (options: Parameters<typeof testConfig>[0] = {}) =>
  testConfig({ ...options, l1Genesis: { number: 10, hash: l1Genesis.hash } })
const config = configWith()

function genesisParent(of: RollupConfig = config): L2Parent {
  const header = {
    ...unexecutedBlock({ hash: testHash(0, 0), number: -1n }, empty).header,
    timestamp: 1_000n,
  }
  return parentOf(of, { header, hash: testHash(2, 0), transactions: [], size: 0n }, l1Genesis)
}

const empty: PayloadAttributes = {
  timestamp: 0n,
  prevRandao: testHash(0, 0),
  feeRecipient: portal,
  gasLimit: 0n,
}

function epochWith(logs: readonly Omit<L1Log, 'logIndex'>[], timestamp = 1_001): L1Epoch {
  const block = l1Block(11, timestamp, l1Genesis.hash)
  return { ...block, logs: logs.map((log, logIndex) => ({ ...log, logIndex })) }
}

function update(type: bigint, ...words: readonly bigint[]): Omit<L1Log, 'logIndex'> {
  const data = [32n, BigInt(32 * words.length), ...words].map((word) => bigintToHex(word).slice(2))
  return {
    address: systemConfigAddress,
    topics: [CONFIG_UPDATE_TOPIC, bigintToHex(0n), bigintToHex(type)],
    data: `0x${data.join('')}`,
  }
}

const deposit = (mint: bigint, to?: Address): UserDeposit => ({
  from: '0x00000000000000000000000000000000000000a1',
  ...(to && { to }),
  mint,
  value: 1n,
  gas: 100_000n,
  data: '0x1234',
})

const decoded = (made: PayloadAttributes) =>
  (made.transactions ?? []).map((raw) => decodeTransaction(raw))

function l1Attributes(made: PayloadAttributes) {
  const [first] = decoded(made)
  assert.ok(first && first.type === 0x7e)
  return parseL1Attributes(hexToBytes(first.data))
}

const stay = { sequenceNumber: 1n, depositsOnly: false }
const advance = { depositsOnly: false }

describe('payload attributes', () => {
  it('begin with the L1 attributes of the origin, for Isthmus', () => {
    const made = attributesInEpoch(config, genesisParent(), stay)
    assert.deepEqual(l1Attributes(made), {
      version: 'isthmus',
      number: 10n,
      timestamp: 1_000n,
      baseFee: 1_000_000_000n,
      hash: l1Genesis.hash,
      sequenceNumber: 1n,
      batcherAddress: config.genesis.systemConfig.batcherAddress,
      blobBaseFee: 1n,
      baseFeeScalar: 7n,
      blobBaseFeeScalar: 5n,
      operatorFeeScalar: 0n,
      operatorFeeConstant: 0n,
    })
    assert.equal(made.timestamp, 1_001n)
    assert.equal(made.prevRandao, l1Genesis.header.mixHash)
    assert.equal(made.parentBeaconBlockRoot, l1Genesis.header.parentBeaconBlockRoot)
    assert.equal(made.feeRecipient, '0x4200000000000000000000000000000000000011')
    assert.equal(made.gasLimit, 60_000_000n)
    assert.equal(made.eip1559Params, '0x0000000000000000')
    assert.deepEqual(made.withdrawals, [])
    assert.equal(made.noTxPool, false)
  })

  it('take nothing from the pool past the drift', () => {
    const choice = { sequenceNumber: 1n, depositsOnly: true }
    assert.equal(attributesInEpoch(config, genesisParent(), choice).noTxPool, true)
  })

  it('carry the deposits of the origin in its first block, in the order of the logs', () => {
    const first = depositToLog(deposit(5n, systemConfigAddress), portal)
    const creation = depositToLog(deposit(6n), portal)
    const elsewhere = depositToLog(deposit(7n), systemConfigAddress)
    const epoch = epochWith([first, elsewhere, creation])
    const made = attributesOfEpochStart(config, genesisParent(), epoch, advance)
    const [, ...users] = decoded(made)
    assert.deepEqual(
      users.map((tx) => tx.type === 0x7e && { mint: tx.mint, to: tx.to }),
      [
        { mint: 5n, to: systemConfigAddress },
        { mint: 6n, to: undefined },
      ],
    )
    assert.equal(l1Attributes(made).sequenceNumber, 0n)
    assert.equal(l1Attributes(made).hash, epoch.hash)
  })

  it('follow the system config from the block that changes it', () => {
    const batcher = 0xb2n
    const epoch = epochWith([
      update(0n, batcher),
      update(1n, 0n, encodeEcotoneScalars({ baseFeeScalar: 11n, blobBaseFeeScalar: 13n })),
      update(2n, 90_000_000n),
      update(4n, (100n << 32n) | 2n),
      update(5n, (17n << 64n) | 19n),
    ])
    const made = attributesOfEpochStart(config, genesisParent(), epoch, advance)
    const attributes = l1Attributes(made)
    assert.ok(attributes.version === 'isthmus')
    assert.equal(BigInt(attributes.batcherAddress), batcher)
    assert.equal(attributes.baseFeeScalar, 11n)
    assert.equal(attributes.blobBaseFeeScalar, 13n)
    assert.equal(attributes.operatorFeeScalar, 17n)
    assert.equal(attributes.operatorFeeConstant, 19n)
    assert.equal(made.gasLimit, 90_000_000n)
    assert.equal(made.eip1559Params, '0x0000006400000002')
  })

  it('leave out what their fork does not have yet', () => {
    const names = ['canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus']
    const bedrock = configWith({
      forks: Object.fromEntries(names.map((name) => [name, undefined])),
    })
    const made = attributesInEpoch(bedrock, genesisParent(bedrock), stay)
    assert.equal(l1Attributes(made).version, 'bedrock')
    assert.ok(
      !('withdrawals' in made || 'parentBeaconBlockRoot' in made || 'eip1559Params' in made),
    )
  })

  it('carry the upgrade transactions of a fork that begins with the block, and nothing of the pool', () => {
    const later = configWith({ forks: { isthmus: 1_001 } })
    const made = attributesInEpoch(later, genesisParent(later), stay)
    assert.equal(l1Attributes(made).version, 'ecotone')
    assert.deepEqual(
      made.transactions?.slice(1),
      upgradeTransactions('isthmus').map(encodeTransaction),
    )
    assert.equal(made.noTxPool, true)
  })

  it('wait for an L1 origin where Ecotone needs more of it than the parent says', () => {
    const forks = { ecotone: 1_002, fjord: 1_100, granite: 1_100, holocene: 1_100, isthmus: 1_100 }
    const later = configWith({ forks })
    const block = unexecutedBlock(
      genesisParent(later),
      attributesInEpoch(later, genesisParent(later), stay),
    )
    const parent = parentOf(later, block, l1Genesis)
    assert.throws(() => attributesInEpoch(later, parent, stay), UnsupportedUpgradeError)
    const made = attributesOfEpochStart(later, parent, epochWith([], 1_002), advance)
    assert.deepEqual(
      made.transactions?.slice(1),
      upgradeTransactions('ecotone').map(encodeTransaction),
    )
  })

  it('refuse a block of a fork that this version does not know', () => {
    const later = { ...config, unsupportedFrom: { fork: 'jovian', time: 1_001n } }
    assert.throws(
      () => attributesInEpoch(later, genesisParent(later), stay),
      (error) => {
        assert.ok(error instanceof UnsupportedUpgradeError)
        assert.match(error.message, /jovian is active at 1001/)
        return true
      },
    )
  })
})

describe('an L2 block', () => {
  const word = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })
  /** A log of SystemConfig and what it changes. */
  const updates: fc.Arbitrary<{
    readonly log: ReturnType<typeof update>
    readonly config: Partial<SystemConfig>
  }> = fc.oneof(
    word(160).map((value) => ({
      log: update(0n, value),
      config: { batcherAddress: bigintToHex(value, 20) },
    })),
    fc.tuple(word(32), word(32)).map(([baseFeeScalar, blobBaseFeeScalar]) => {
      const scalar = encodeEcotoneScalars({ baseFeeScalar, blobBaseFeeScalar })
      return { log: update(1n, 0n, scalar), config: { overhead: 0n, scalar } }
    }),
    word(64).map((gasLimit) => ({ log: update(2n, gasLimit), config: { gasLimit } })),
    fc
      .tuple(fc.integer({ min: 1, max: 0xffff_ffff }), fc.nat(0xffff_ffff))
      .map(([denominator, elasticity]) => ({
        log: update(4n, (BigInt(denominator) << 32n) | BigInt(elasticity)),
        config: { eip1559Params: { denominator, elasticity } },
      })),
    fc.tuple(word(32), word(64)).map(([operatorFeeScalar, operatorFeeConstant]) => ({
      log: update(5n, (operatorFeeScalar << 64n) | operatorFeeConstant),
      config: { operatorFeeScalar, operatorFeeConstant },
    })),
  )

  it('says where L1 and the system config stand, for the next block to go on', () => {
    fc.assert(
      fc.property(fc.array(updates, { maxLength: 6 }), fc.nat(5), (changes, blocksAfter) => {
        let expected: SystemConfig = config.genesis.systemConfig
        const logs = changes.map(({ log, config: change }) => {
          expected = { ...expected, ...change }
          return log
        })
        // The header spells out what zero stands for.
        if (expected.eip1559Params.denominator === 0) {
          expected = { ...expected, eip1559Params: { denominator: 250, elasticity: 6 } }
        }
        const epoch = epochWith(logs)
        let parent = genesisParent()
        let block = unexecutedBlock(parent, attributesOfEpochStart(config, parent, epoch, advance))
        for (let count = 1; count <= blocksAfter; count++) {
          parent = parentOf(config, block, l1Genesis)
          const choice = { sequenceNumber: parent.sequenceNumber + 1n, depositsOnly: false }
          block = unexecutedBlock(parent, attributesInEpoch(config, parent, choice))
        }
        parent = parentOf(config, block, l1Genesis)
        assert.deepEqual(parent.systemConfig, expected)
        assert.equal(parent.sequenceNumber, BigInt(blocksAfter))
        assert.equal(parent.timestamp, 1_001n + BigInt(blocksAfter))
        assert.deepEqual(parent.origin, {
          number: 11n,
          timestamp: 1_001n,
          hash: epoch.hash,
          baseFee: 1_000_000_000n,
          blobBaseFee: 1n,
          prevRandao: epoch.header.mixHash,
          parentBeaconBlockRoot: epoch.header.parentBeaconBlockRoot,
        })
      }),
      { numRuns: 50 },
    )
  })

  it('that does not begin with L1 attributes is refused', () => {
    const block = unexecutedBlock(genesisParent(), empty)
    assert.throws(() => parentOf(config, block, l1Genesis), /first transaction with L1 attributes/)
  })
})
