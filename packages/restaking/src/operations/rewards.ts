import type { Address } from '@altlayer/protocol'
import type { AltDeployment } from '../deploy/deploy.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'
import type { OperatorOptions } from './operator.ts'

/** ALT that was earned in an epoch and not taken yet, in wei. */
export interface Reward {
  readonly epoch: number
  readonly amount: bigint
  /** From this Unix time on what was earned is final and can be claimed. */
  readonly settlesAt: bigint
  readonly isClaimable: boolean
}

/** Whose rewards: the operator's own, or those of a delegator behind it. */
export type RewardOptions = OperatorOptions & { readonly delegator?: Address }

/**
 * What was earned in the last `epochs` epochs and can still be claimed, the newest last.
 * @param now Unix time of the newest block.
 */
export async function rewardsOf(
  options: RewardOptions,
  epochs: number,
  now: bigint,
): Promise<readonly Reward[]> {
  const { chain, deployment } = options
  const table = contractAddress(deployment, 'StakeTable')
  const rewards = contractAddress(deployment, 'OperatorRewards')
  const [current, settleDelay, claimPeriod] = await Promise.all([
    chain.read<number>(table, abiOf.table(), 'currentEpoch'),
    chain.read<bigint>(rewards, abiOf.rewards(), 'SETTLE_DELAY'),
    chain.read<bigint>(rewards, abiOf.rewards(), 'CLAIM_PERIOD'),
  ])
  // Epochs count from 1: StakeTable has no start of epoch 0.
  const first = Math.max(1, current - epochs + 1)
  const all = await Promise.all(
    Array.from({ length: current - first + 1 }, async (_, index): Promise<Reward> => {
      const epoch = first + index
      const [amount, end] = await Promise.all([
        claimable(options, rewards, epoch),
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

function claimable(
  { chain, operator, service, delegator }: RewardOptions,
  rewards: Address,
  epoch: number,
): Promise<bigint> {
  return delegator === undefined
    ? chain.read(rewards, abiOf.rewards(), 'operatorClaimable', [service, epoch, operator])
    : chain.read(rewards, abiOf.rewards(), 'delegatorClaimable', [
        service,
        epoch,
        operator,
        delegator,
      ])
}

/** Pays the rewards that can be claimed to who earned them; no call where there are none. */
export function claimRewardsCalls(
  { deployment, operator, service, delegator }: RewardOptions,
  rewards: readonly Reward[],
): readonly Call[] {
  const due = rewards.filter(({ isClaimable }) => isClaimable)
  if (due.length === 0) return []
  const epochs = due.map(({ epoch }) => epoch)
  const [name, args] =
    delegator === undefined
      ? ['claimOperator', [service, epochs, operator]]
      : ['claimDelegator', [service, operator, epochs, delegator]]
  const call = makeCall(
    `Claim rewards of ${due.length} epochs`,
    contractAddress(deployment, 'OperatorRewards'),
    abiOf.rewards(),
    name,
    args,
  )
  return [call]
}

/** 1e18 is all. */
const WAD = 10n ** 18n

/** A commission that is more than everything. */
export class CommissionTooHighError extends Error {
  override readonly name = 'CommissionTooHighError'
}

/** What the operator keeps of its delegators' rewards in the current epoch, as a part of 1e18. */
export async function commissionOf({
  chain,
  deployment,
  operator,
}: OperatorOptions): Promise<bigint> {
  const table = contractAddress(deployment, 'StakeTable')
  const epoch = await chain.read<number>(table, abiOf.table(), 'currentEpoch')
  const rewards = contractAddress(deployment, 'OperatorRewards')
  return chain.read(rewards, abiOf.rewards(), 'commissionAt', [operator, epoch])
}

/** Sets it, for later epochs. @param commission A part of 1e18. Throws CommissionTooHighError. */
export function commissionCall(deployment: AltDeployment, commission: bigint): Call {
  if (commission < 0n || commission > WAD)
    throw new CommissionTooHighError(`a commission is at most 100 percent, not ${commission} wei`)
  const rewards = contractAddress(deployment, 'OperatorRewards')
  return makeCall('Set the commission', rewards, abiOf.rewards(), 'setCommission', [commission])
}
