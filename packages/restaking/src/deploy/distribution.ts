import { ownArtifact, type Step } from '@altlayer/launch/deploy'
import type { Hash } from '@altlayer/protocol'
import { encodeAbiParameters, keccak256, zeroHash } from 'viem'
import { ALT_SUPPLY, type Allocation, type AltConfig } from '../config.ts'
import { call, create2 } from './names.ts'

/** Wallets made in one transaction: about ten million gas. */
const PAGE = 12

const ALLOCATION = {
  type: 'tuple',
  components: [
    { name: 'beneficiary', type: 'address' },
    { name: 'amount', type: 'uint256' },
    { name: 'start', type: 'uint64' },
    { name: 'duration', type: 'uint64' },
    { name: 'cliff', type: 'uint64' },
  ],
} as const

/** AltDistribution.hashSchedule: what commits to these allocations, in their order. */
export function scheduleHash(allocations: readonly Allocation[]): Hash {
  return allocations.reduceRight<Hash>(
    (rest, { beneficiary, amount, start, duration, cliff }) =>
      keccak256(
        encodeAbiParameters(
          [ALLOCATION, { type: 'bytes32' }],
          [{ beneficiary, amount, start, duration, cliff }, rest],
        ),
      ),
    zeroHash,
  )
}

/** The whole supply goes to vesting wallets, page by page. */
export function distributionSteps(config: AltConfig): readonly Step[] {
  const { allocations, salt } = config
  const { abi } = ownArtifact('AltDistribution')
  const token = ownArtifact('AltToken')
  const distribution = create2(salt, 'AltDistribution', ownArtifact('AltDistribution'), {
    args: (address) => [address('AltToken'), scheduleHash(allocations)],
  })
  const funded = call({
    name: 'Supply handed to AltDistribution',
    to: 'AltToken',
    abi: token.abi,
    after: ['AltDistribution'],
    functionName: 'transfer',
    args: (address) => [address('AltDistribution'), ALT_SUPPLY],
    done: async (chain, address) =>
      (await chain.read<bigint>(address('AltToken'), token.abi, 'balanceOf', [
        address('AltDistribution'),
      ])) > 0n || (await chain.read<bigint>(address('AltDistribution'), abi, 'count')) > 0n,
  })
  const pages = Array.from({ length: Math.ceil(allocations.length / PAGE) }, (_, index): Step => {
    const end = Math.min((index + 1) * PAGE, allocations.length)
    return call({
      name: `Wallets up to ${end} of ${allocations.length}`,
      to: 'AltDistribution',
      abi,
      after: [index === 0 ? funded.name : `Wallets up to ${index * PAGE} of ${allocations.length}`],
      functionName: 'distribute',
      args: () => [allocations.slice(index * PAGE, end), scheduleHash(allocations.slice(end))],
      done: async (chain, address) =>
        (await chain.read<bigint>(address('AltDistribution'), abi, 'count')) >= BigInt(end),
    })
  })
  return [distribution, funded, ...pages]
}
