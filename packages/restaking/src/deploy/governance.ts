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

// ALT, its timelock and, at home, its governor. The timelock is born without a delay, so that the
// bridges' limits hold and rollups are admitted from the start; the batch that does it sets the delay
// too, and everything after it waits. Its arguments are the same on all chains, and so is its address and ALT's; who may
// propose to it is granted afterwards, by a deployer who then gives up every role.

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
interface TimelockBatch {
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
    args: () => [0n, [], [], deployer],
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

const OPENED = 'Opening settings carried out'

/**
 * Sets the limits of the chain's bridges, makes `more` calls, and sets the timelock's delay. The deployer
 * proposes until `handoverSteps`.
 */
export function openingSteps(
  config: AltConfig,
  chainId: number,
  deployer: Address,
  more: readonly GovernanceCall[],
): readonly Step[] {
  const { abi } = ownArtifact('TimelockController')
  const calls = [...bridgeCalls(config, chainId), ...more, delayCall(config)]
  const batch = (address: AddressOf) => settingsBatch(config, calls, address)
  const id = (address: AddressOf) => batchId(batch(address))
  const opens = grant('Execution opened to all', ROLE.executor, () => zeroAddress, [])
  // Once the batch is scheduled the deployer need not propose any more.
  const proposes = grant('Deployer proposes', ROLE.proposer, () => deployer, [], id)
  const scheduled = call({
    name: 'Opening settings scheduled',
    to: 'TimelockController',
    abi,
    after: [proposes.name, ...calls.map(({ to }) => to)],
    functionName: 'scheduleBatch',
    args: (address) => [...batchArguments(batch(address)), 0n],
    done: (chain, address) =>
      chain.read(address('TimelockController'), abi, 'isOperation', [id(address)]),
  })
  const carriedOut = call({
    name: OPENED,
    to: 'TimelockController',
    abi,
    after: [opens.name, scheduled.name],
    functionName: 'executeBatch',
    args: (address) => batchArguments(batch(address)),
    done: (chain, address) =>
      chain.read(address('TimelockController'), abi, 'isOperationDone', [id(address)]),
  })
  return [opens, proposes, scheduled, carriedOut]
}

/** Gives the timelock its proposer, and takes every role from the deployer. */
export function handoverSteps(
  config: AltConfig,
  chainId: number,
  deployer: Address,
): readonly Step[] {
  const home = chainId === config.homeChainId
  const proposer = (address: AddressOf): Address =>
    home ? address('AltGovernor') : config.governance.remoteProposer
  const governor = home ? ['AltGovernor'] : []
  const grants = [
    grant('Proposer granted', ROLE.proposer, proposer, governor),
    grant('Canceller granted', ROLE.canceller, proposer, governor),
  ]
  const silent = renounce('Deployer proposes no more', ROLE.proposer, deployer, [OPENED])
  return [
    ...grants,
    silent,
    renounce(
      'Timelock without an administrator',
      ROLE.admin,
      deployer,
      [...grants, silent].map(({ name }) => name),
    ),
  ]
}

/** Calls of the timelock as one batch. */
function settingsBatch(
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
function batchId(batch: TimelockBatch): Hash {
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
function bridgeCalls(config: AltConfig, chainId: number): readonly GovernanceCall[] {
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

function delayCall({ governance }: AltConfig): GovernanceCall {
  return {
    to: 'TimelockController',
    data: () =>
      encodeFunctionData({
        abi: ownArtifact('TimelockController').abi,
        functionName: 'updateDelay',
        args: [governance.timelockDelay],
      }),
  }
}

/** Arguments of `executeBatch`; `scheduleBatch` takes the delay too. */
function batchArguments(batch: TimelockBatch): readonly unknown[] {
  return [batch.targets, batch.values, batch.payloads, batch.predecessor, batch.salt]
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
