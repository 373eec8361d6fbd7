import type { PayloadAttributes } from '@altlayer/engine'
import {
  applyConfigUpdates,
  type DepositTransaction,
  depositFromLog,
  eip1559ParamsHex,
  encodeTransaction,
  isForkActive,
  isTransactionDeposited,
  l1AttributesDeposit,
  l1AttributesOf,
  l1AttributesVersion,
  PREDEPLOYS,
  type RollupConfig,
  type SystemConfig,
  upgradeTransactionsAt,
  ZERO_HASH,
} from '@altlayer/protocol'
import { type L1OriginInfo, type L2Parent, originInfo } from '../chain/parent.ts'
import type { L1Epoch } from '../l1/follower.ts'

/** The rollup config asks for a block that this node cannot build. */
export class UnsupportedUpgradeError extends Error {
  override readonly name = 'UnsupportedUpgradeError'
}

/**
 * Payload attributes of the next block in its parent's epoch (OP Stack specs, "Derivation: Building
 * Individual Payload Attributes"). Everything comes from the parent: no L1 is needed.
 * Throws UnsupportedUpgradeError where the parent does not have it: around the activation of Ecotone.
 */
export function attributesInEpoch(
  config: RollupConfig,
  parent: L2Parent,
  choice: { readonly sequenceNumber: bigint; readonly depositsOnly: boolean },
): PayloadAttributes {
  const timestamp = parent.timestamp + config.blockTime
  if (parent.attributesVersion === 'bedrock' && isForkActive(config.forks, 'ecotone', timestamp))
    throw new UnsupportedUpgradeError(
      `block ${parent.number + 1n} needs the blob base fee and beacon root of its L1 origin, which its parent (before Ecotone) does not name: it waits for the next L1 origin`,
    )
  return build(config, parent, {
    origin: parent.origin,
    systemConfig: parent.systemConfig,
    sequenceNumber: choice.sequenceNumber,
    deposits: [],
    depositsOnly: choice.depositsOnly,
  })
}

/**
 * Payload attributes of the first block of the next epoch: with the user deposits and the system
 * config updates of its L1 origin.
 */
export function attributesOfEpochStart(
  config: RollupConfig,
  parent: L2Parent,
  epoch: L1Epoch,
  choice: { readonly depositsOnly: boolean },
): PayloadAttributes {
  return build(config, parent, {
    origin: originInfo(epoch, config),
    systemConfig: systemConfigAt(config, parent.systemConfig, epoch),
    sequenceNumber: 0n,
    deposits: userDeposits(config, epoch),
    depositsOnly: choice.depositsOnly,
  })
}

/** Deposits that users made in an L1 block, in order. */
export function userDeposits(config: RollupConfig, epoch: L1Epoch): readonly DepositTransaction[] {
  return epoch.logs
    .filter((log) => log.address === config.depositContractAddress && isTransactionDeposited(log))
    .map((log) => depositFromLog(log, epoch.hash, BigInt(log.logIndex)))
}

/** The system config after an L1 block. */
export function systemConfigAt(
  config: RollupConfig,
  before: SystemConfig,
  epoch: L1Epoch,
): SystemConfig {
  const ecotone = isForkActive(config.forks, 'ecotone', epoch.header.timestamp)
  return applyConfigUpdates(before, epoch.logs, config.l1SystemConfigAddress, ecotone)
}

interface Parts {
  readonly origin: L1OriginInfo
  readonly systemConfig: SystemConfig
  readonly sequenceNumber: bigint
  readonly deposits: readonly DepositTransaction[]
  readonly depositsOnly: boolean
}

function build(config: RollupConfig, parent: L2Parent, parts: Parts): PayloadAttributes {
  const timestamp = parent.timestamp + config.blockTime
  const { forks } = config
  const active = (fork: 'regolith' | 'canyon' | 'ecotone' | 'holocene') =>
    isForkActive(forks, fork, timestamp)
  rejectUnknownFork(config, timestamp)
  const version = l1AttributesVersion(forks, timestamp, parent.timestamp)
  const { origin, systemConfig, sequenceNumber } = parts
  const attributes = l1AttributesOf(version, origin, systemConfig, sequenceNumber)
  const upgrades = upgradeTransactionsAt(forks, timestamp, parent.timestamp)
  const transactions = [
    l1AttributesDeposit(attributes, active('regolith')),
    ...parts.deposits,
    ...upgrades,
  ]
  return {
    timestamp,
    prevRandao: origin.prevRandao,
    feeRecipient: PREDEPLOYS.SequencerFeeVault,
    gasLimit: systemConfig.gasLimit,
    transactions: transactions.map(encodeTransaction),
    // An upgrade has its block to itself (specs, "Network upgrade automation transactions").
    noTxPool: parts.depositsOnly || upgrades.length > 0,
    ...(active('canyon') && { withdrawals: [] }),
    // An L1 before Cancun has no beacon root: zero (specs, "Ecotone: Payload Attributes").
    ...(active('ecotone') && {
      parentBeaconBlockRoot: origin.parentBeaconBlockRoot ?? ZERO_HASH,
    }),
    ...(active('holocene') && { eip1559Params: eip1559ParamsHex(systemConfig.eip1559Params) }),
  }
}

function rejectUnknownFork({ unsupportedFrom }: RollupConfig, timestamp: bigint): void {
  if (unsupportedFrom && timestamp >= unsupportedFrom.time) {
    throw new UnsupportedUpgradeError(
      `${unsupportedFrom.fork} is active at ${timestamp}: this version does not know that fork`,
    )
  }
}
