import type { ChainReader } from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'
import type { OperatorOptions } from './operator.ts'

/** ALT that an operator earned in an epoch and did not take yet, in wei. */
export interface Reward {
  readonly epoch: number
  readonly amount: bigint
  /** From this Unix time on what was earned is final and can be claimed. */
  readonly settlesAt: bigint
  readonly isClaimable: boolean
}

/**
 * What `operator` earned in the last `epochs` epochs and can still claim, the newest last.
 * @param now Unix time of the newest block.
 */
export async function operatorRewards(
  options: OperatorOptions,
  epochs: number,
  now: bigint,
): Promise<readonly Reward[]> {
  const { chain, deployment } = options
  const table = contractAddress(deployment, 'StakeTable')
  const rewards = contractAddress(deployment, 'OperatorRewards')
  const [current, settleDelay, claimPeriod] = await Promise.all([
    currentEpoch(chain, table),
    chain.read<bigint>(rewards, abiOf.rewards(), 'SETTLE_DELAY'),
    chain.read<bigint>(rewards, abiOf.rewards(), 'CLAIM_PERIOD'),
  ])
  const first = Math.max(0, current - epochs + 1)
  const all = await Promise.all(
    Array.from({ length: current - first + 1 }, async (_, index): Promise<Reward> => {
      const epoch = first + index
      const [amount, end] = await Promise.all([
        earned(options, rewards, epoch),
        chain.read<number>(table, abiOf.table(), 'epochStart', [epoch + 1]),
      ])
      const settlesAt = BigInt(end) + settleDelay
      const isExpired = now > settlesAt + claimPeriod
      return {
        epoch,
        amount: isExpired ? 0n : amount,
        settlesAt,
        isClaimable: now > settlesAt,
      }
    }),
  )
  return all.filter(({ amount }) => amount > 0n)
}

function earned(
  { chain, operator, service }: OperatorOptions,
  rewards: Address,
  epoch: number,
): Promise<bigint> {
  return chain.read(rewards, abiOf.rewards(), 'operatorClaimable', [service, epoch, operator])
}

async function currentEpoch(chain: ChainReader, table: Address): Promise<number> {
  return Number(await chain.read(table, abiOf.table(), 'currentEpoch'))
}

/** Pays the rewards that can be claimed to the operator; no call where there are none. */
export function claimRewardsCalls(
  { deployment, operator, service }: OperatorOptions,
  rewards: readonly Reward[],
): readonly Call[] {
  const due = rewards.filter(({ isClaimable }) => isClaimable)
  if (due.length === 0) return []
  const call = makeCall(
    `Claim rewards of ${due.length} epochs`,
    contractAddress(deployment, 'OperatorRewards'),
    abiOf.rewards(),
    'claimOperator',
    [service, due.map(({ epoch }) => epoch), operator],
  )
  return [call]
}
