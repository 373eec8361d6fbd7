import { type AddressOf, ownArtifact, type Step } from '@altlayer/launch/deploy'
import { type Address, type Hash, type Hex, keccak256Hex } from '@altlayer/protocol'
import {
  encodeAbiParameters,
  encodeFunctionData,
  hexToBytes,
  keccak256,
  stringToHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import type { AltConfig } from '../config.ts'
import { call, create2 } from './names.ts'

// ALT, its timelock and, at home, its governor. The timelock takes its arguments from the
// configuration alone, so that it, and with it ALT, has one address on all chains; who may propose
// to it is granted afterwards, by a deployer who then gives up every role.

const ROLE = {
  admin: zeroHash,
  proposer: keccak256Hex(hexToBytes(stringToHex('PROPOSER_ROLE'))),
  canceller: keccak256Hex(hexToBytes(stringToHex('CANCELLER_ROLE'))),
  executor: keccak256Hex(hexToBytes(stringToHex('EXECUTOR_ROLE'))),
} as const

/** A call that the timelock makes. */
export interface GovernanceCall {
  readonly to: string
  readonly data: (address: AddressOf) => Hex
}

/** A batch of calls as TimelockController takes it. */
export interface TimelockBatch {
  readonly targets: readonly Address[]
  readonly values: readonly bigint[]
  readonly payloads: readonly Hex[]
  readonly predecessor: Hash
  readonly salt: Hash
}

/** Contracts of a chain that has ALT. `deployer` holds the supply until it is distributed. */
export function tokenSteps(config: AltConfig, chainId: number, deployer: Address): readonly Step[] {
  const { salt, governance, homeChainId } = config
  const timelock = create2(salt, 'TimelockController', ownArtifact('TimelockController'), {
    args: () => [governance.timelockDelay, [], [], deployer],
  })
  const alt = create2(salt, 'AltToken', ownArtifact('AltToken'), {
    args: (address) => [BigInt(homeChainId), deployer, address('TimelockController')],
  })
  if (chainId !== homeChainId) return [timelock, alt]
  const governor = create2(salt, 'AltGovernor', ownArtifact('AltGovernor'), {
    args: (address) => [
      address('AltToken'),
      address('TimelockController'),
      {
        votingDelay: governance.votingDelay,
        votingPeriod: governance.votingPeriod,
        proposalThreshold: governance.proposalThreshold,
        quorumPercent: governance.quorumPercent,
        lateQuorumExtension: governance.lateQuorumExtension,
      },
    ],
    after: ['AltToken', 'TimelockController'],
  })
  return [timelock, alt, governor]
}

/**
 * Gives the timelock its proposer, schedules the initial settings, and takes every role from the
 * deployer. `after`: what the settings need to be there.
 */
export function handoverSteps(
  config: AltConfig,
  chainId: number,
  deployer: Address,
  calls: readonly GovernanceCall[],
  after: readonly string[],
): readonly Step[] {
  const home = chainId === config.homeChainId
  const proposer = (address: AddressOf): Address =>
    home ? address('AltGovernor') : config.governance.remoteProposer
  const governor = home ? ['AltGovernor'] : []
  const grants = [
    grant('Proposer granted', ROLE.proposer, proposer, governor),
    grant('Canceller granted', ROLE.canceller, proposer, governor),
    grant('Execution opened to all', ROLE.executor, () => zeroAddress, []),
  ]
  const scheduled = calls.length === 0 ? [] : scheduleSteps(config, deployer, calls, after)
  return [
    ...grants,
    ...scheduled,
    renounce(
      'Timelock without an administrator',
      ROLE.admin,
      deployer,
      [...grants, ...scheduled].map(({ name }) => name),
    ),
  ]
}

/** The initial settings as one batch. */
export function initialBatch(
  config: AltConfig,
  calls: readonly GovernanceCall[],
  address: AddressOf,
): TimelockBatch {
  return {
    targets: calls.map(({ to }) => address(to)),
    values: calls.map(() => 0n),
    payloads: calls.map(({ data }) => data(address)),
    predecessor: zeroHash,
    salt: config.salt,
  }
}

/** TimelockController.hashOperationBatch. */
export function batchId(batch: TimelockBatch): Hash {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'address[]' },
        { type: 'uint256[]' },
        { type: 'bytes[]' },
        { type: 'bytes32' },
        { type: 'bytes32' },
      ],
      [batch.targets, batch.values, batch.payloads, batch.predecessor, batch.salt],
    ),
  )
}

/** Limits of the bridges on one chain. */
export function bridgeCalls(config: AltConfig, chainId: number): readonly GovernanceCall[] {
  return config.bridges
    .filter((bridge) => bridge.chainId === chainId)
    .map(({ bridge, mintCap, burnCap }) => ({
      to: 'AltToken',
      data: () =>
        encodeFunctionData({
          abi: ownArtifact('AltToken').abi,
          functionName: 'setBridgeLimits',
          args: [bridge, mintCap, burnCap],
        }),
    }))
}

function scheduleSteps(
  config: AltConfig,
  deployer: Address,
  calls: readonly GovernanceCall[],
  after: readonly string[],
): readonly Step[] {
  const { abi } = ownArtifact('TimelockController')
  const proposes = grant(
    'Deployer schedules',
    ROLE.proposer,
    () => deployer,
    after,
    (address) => batchId(initialBatch(config, calls, address)),
  )
  const schedule = call({
    name: 'Initial settings scheduled',
    to: 'TimelockController',
    abi,
    after: [proposes.name, ...calls.map(({ to }) => to)],
    functionName: 'scheduleBatch',
    args: (address) => {
      const batch = initialBatch(config, calls, address)
      return [
        batch.targets,
        batch.values,
        batch.payloads,
        batch.predecessor,
        batch.salt,
        config.governance.timelockDelay,
      ]
    },
    done: (chain, address) =>
      chain.read(address('TimelockController'), abi, 'isOperation', [
        batchId(initialBatch(config, calls, address)),
      ]),
  })
  return [
    proposes,
    schedule,
    renounce('Deployer schedules no more', ROLE.proposer, deployer, [schedule.name]),
  ]
}

/** @param unless A scheduled operation in place of the role: what the role was for is done. */
function grant(
  name: string,
  role: Hash,
  to: (address: AddressOf) => Address,
  after: readonly string[],
  unless?: (address: AddressOf) => Hash,
): Step {
  const { abi } = ownArtifact('TimelockController')
  return call({
    name,
    to: 'TimelockController',
    abi,
    after,
    functionName: 'grantRole',
    args: (address) => [role, to(address)],
    done: async (chain, address) => {
      const timelock = address('TimelockController')
      if (await chain.read(timelock, abi, 'hasRole', [role, to(address)])) return true
      return unless ? chain.read(timelock, abi, 'isOperation', [unless(address)]) : false
    },
  })
}

function renounce(name: string, role: Hash, account: Address, after: readonly string[]): Step {
  const { abi } = ownArtifact('TimelockController')
  return call({
    name,
    to: 'TimelockController',
    abi,
    after,
    functionName: 'renounceRole',
    args: () => [role, account],
    done: async (chain, address) =>
      !(await chain.read<boolean>(address('TimelockController'), abi, 'hasRole', [role, account])),
  })
}
