import { ownArtifact, type Step } from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import { encodeFunctionData, stringToHex } from 'viem'
import type { AltConfig } from '../config.ts'
import type { GovernanceCall } from './governance.ts'
import { create2 } from './names.ts'
import { coreSteps, planName, type VaultFinder, vaultStep, vaultStepName } from './symbiotic.ts'

// Restaking on ALT's home chain. The Slasher and the stake source know each other from birth: the
// Slasher is created by nonce, and the source's CREATE2 address follows from the Slasher's.

/** Registries and Symbiotic Core: what the pair needs. */
export function registrySteps(config: AltConfig, deployer: Address): readonly Step[] {
  const { restaking, salt } = config
  return [
    ...coreSteps(config, deployer),
    create2(salt, 'OperatorRegistry', ownArtifact('OperatorRegistry'), {
      args: () => [restaking.rotationDelay],
    }),
    create2(salt, 'RollupRegistry', ownArtifact('RollupRegistry'), {
      args: (address) => [address('TimelockController'), restaking.settingsDelay],
    }),
  ]
}

/**
 * The pair, and vaults. To be run with the steps of `registrySteps` done: the Slasher's address is that
 * of the account's next nonce, so it has to be in the first wave.
 */
export function stakeSteps(config: AltConfig, find: VaultFinder): readonly Step[] {
  const { restaking, salt } = config
  return [
    {
      kind: 'contract',
      name: 'Slasher',
      artifact: ownArtifact('Slasher'),
      args: (address) => [
        address('TimelockController'),
        address('SymbioticStakeSource'),
        address('RollupRegistry'),
      ],
      create: {
        method: 'create',
        // Only the journal tells where it is. Without it a new pair is made, and the old one is
        // nobody's: no vault burns there.
        find: async () => undefined,
      },
    },
    create2(salt, 'SymbioticStakeSource', ownArtifact('SymbioticStakeSource'), {
      args: (address) => [
        {
          vaultFactory: address(planName('VaultFactory')),
          networkRegistry: address(planName('NetworkRegistry')),
          networkMiddlewareService: address(planName('NetworkMiddlewareService')),
          operatorNetworkOptInService: address(planName('OperatorNetworkOptInService')),
        },
        address('TimelockController'),
        address('Slasher'),
        restaking.slashingWindow,
        [restaking.assets, [address('AltToken')]],
      ],
    }),
    ...restaking.vaults.map((vault) => vaultStep(config, vault, find)),
  ]
}

/** What counts the stake and pays for it. */
export function serviceSteps({ restaking, salt }: AltConfig): readonly Step[] {
  return [
    create2(salt, 'StakeTable', ownArtifact('StakeTable'), {
      args: (address) => [
        address('OperatorRegistry'),
        address('Slasher'),
        restaking.epochLength,
        restaking.gracePeriod,
        restaking.evidencePeriod,
      ],
      after: ['Slasher', 'SymbioticStakeSource'],
    }),
    create2(salt, 'OperatorRewards', ownArtifact('OperatorRewards'), {
      args: (address) => [
        address('AltToken'),
        address('StakeTable'),
        restaking.treasury,
        address('TimelockController'),
        restaking.parameterDelayEpochs,
        restaking.participationPeriod,
        restaking.claimPeriod,
      ],
      after: ['StakeTable'],
    }),
    create2(salt, 'ServiceFees', ownArtifact('ServiceFees'), {
      args: (address) => [
        address('AltToken'),
        address('StakeTable'),
        address('OperatorRewards'),
        address('TimelockController'),
        restaking.noticeEpochs,
        restaking.rates.map(({ kind, rate }) => ({ kind: serviceKind(kind), rate })),
      ],
      after: ['OperatorRewards'],
    }),
  ]
}

/** reALT, on the first vault of ALT, once that is made. */
export function stakedAltStep(config: AltConfig, vault: Address): Step {
  const { vaults, streamPeriod } = config.restaking
  return create2(config.salt, 'StakedAlt', ownArtifact('StakedAlt'), {
    args: (address) => [address('AltToken'), vault, address('OperatorRewards'), streamPeriod],
    after: ['OperatorRewards', ...vaults.filter(({ asset }) => asset === 'ALT').map(vaultStepName)],
  })
}

/** The rollups that governance admits first. */
export function rollupCalls({ restaking }: AltConfig): readonly GovernanceCall[] {
  return restaking.rollups.map(({ chainId, systemConfig, owner, restitutionFund }) => ({
    to: 'RollupRegistry',
    data: () =>
      encodeFunctionData({
        abi: ownArtifact('RollupRegistry').abi,
        functionName: 'register',
        args: [chainId, systemConfig, owner, restitutionFund],
      }),
  }))
}

/** A kind of service as contracts name it: text, zeros behind. */
export function serviceKind(kind: string): `0x${string}` {
  return stringToHex(kind, { size: 32 })
}
