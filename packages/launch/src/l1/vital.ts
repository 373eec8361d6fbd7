import type { Address, Hash } from '@altlayer/protocol'
import { zeroAddress } from 'viem'
import { opStackArtifact, ownArtifact } from '../artifacts.ts'
import type { DeployConfig } from './config.ts'
import { type CallStep, SHARED_SCOPE, type Step, saltOf } from './plan.ts'

// VITAL on L1: the machine that a dispute ends on, and the dispute game, known to the factory.

/** What the game is about, known when the L2 genesis is. */
export interface Dispute {
  /** Hash of the machine's state with the program in memory (program/elf/prestate.json). */
  readonly absolutePrestate: Hash
  /** Hash of the rollup's configuration as the program reads it. */
  readonly configHash: Hash
}

/** Names of the steps after which games can be created. */
export const VITAL_READY = ['VitalDisputeGame in the factory', 'VitalDisputeGame has a bond']

/** Steps that need the factory, the registry and the safe for bonds to be there. */
export function vitalSteps(config: DeployConfig, dispute: Dispute): readonly Step[] {
  const { gameType, initBond } = config
  const factory = opStackArtifact('DisputeGameFactory')
  const create = (name: string) => ({
    method: 'create2' as const,
    salt: saltOf(SHARED_SCOPE, name),
  })
  const call = (step: Omit<CallStep, 'kind' | 'after' | 'to' | 'abi'>): CallStep => ({
    kind: 'call',
    after: ['DisputeGameFactory initialized', 'AnchorStateRegistry initialized'],
    to: 'DisputeGameFactoryProxy',
    abi: factory.abi,
    ...step,
  })
  return [
    {
      kind: 'contract',
      name: 'PreimageOracle',
      artifact: ownArtifact('PreimageOracle'),
      create: create('PreimageOracle'),
    },
    {
      kind: 'contract',
      name: 'RiscV',
      artifact: ownArtifact('RiscV'),
      args: (address) => [address('PreimageOracle')],
      create: create('RiscV'),
    },
    {
      kind: 'contract',
      name: 'VitalDisputeGame',
      artifact: ownArtifact('VitalDisputeGame'),
      args: (address) => [
        {
          gameType,
          absolutePrestate: dispute.absolutePrestate,
          maxGameDepth: BigInt(config.maxGameDepth),
          splitDepth: BigInt(config.splitDepth),
          clockExtension: config.clockExtension,
          maxClockDuration: config.maxClockDuration,
          vm: address('RiscV'),
          weth: address('DelayedWETHProxy'),
          anchorStateRegistry: address('AnchorStateRegistryProxy'),
          l2ChainId: BigInt(config.l2ChainId),
          configHash: dispute.configHash,
        },
      ],
      after: ['PreimageOracle', 'RiscV'],
      create: create('VitalDisputeGame'),
    },
    {
      ...call({
        name: 'VitalDisputeGame in the factory',
        functionName: 'setImplementation',
        args: (address) => [gameType, address('VitalDisputeGame')],
        done: async (chain, address) => {
          const proxy = address('DisputeGameFactoryProxy')
          const impl = await chain.read<Address>(proxy, factory.abi, 'gameImpls', [gameType])
          return impl !== zeroAddress && impl.toLowerCase() === address('VitalDisputeGame')
        },
      }),
      after: [
        'DisputeGameFactory initialized',
        'AnchorStateRegistry initialized',
        'VitalDisputeGame',
      ],
    },
    call({
      name: 'VitalDisputeGame has a bond',
      functionName: 'setInitBond',
      args: () => [gameType, initBond],
      done: async (chain, address) => {
        const proxy = address('DisputeGameFactoryProxy')
        return (await chain.read<bigint>(proxy, factory.abi, 'initBonds', [gameType])) === initBond
      },
    }),
  ]
}
