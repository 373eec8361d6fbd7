import type { ChainReader } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import { formatUnits } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { sameAddress } from '../deploy/names.ts'
import { approval } from './alt.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'

// What a rollup pays for a service: ServiceFees, epoch by epoch.

export interface FeeOptions {
  readonly chain: ChainReader
  readonly deployment: AltDeployment
  readonly service: Hash
}

/** A service's account at the chain's newest block. Amounts in wei of ALT. */
export interface FeeStatus {
  /** Of the rollup: gives notice, takes back what is left. */
  readonly owner: Address
  readonly epoch: number
  /** What the current epoch costs. */
  readonly rate: bigint
  /** Prepaid and not consumed. */
  readonly balance: bigint
  readonly isServed: boolean
  /** First epoch that is not consumed; 0 for a service that never began. */
  readonly nextEpoch: number
  /** Last epoch served; 0 while no notice is given. */
  readonly endEpoch: number
  /** The owner gave the notice: only its own payment withdraws it. */
  readonly byOwner: boolean
  /** Epochs that have passed, were served, and are not consumed. */
  readonly unconsumed: number
  /**
   * Least payment that begins the service or withdraws the notice, or, while it is served, that keeps
   * others from giving notice now; 0 where nothing is missing.
   */
  readonly missing: bigint
  /**
   * Last epoch that is paid for, at the rates that are known; undefined where epochs cost nothing or the
   * service never began.
   */
  readonly paidUntil: number | undefined
  /** Unix time at which the current epoch, and the last one after a notice, ends. */
  readonly epochEnd: bigint
  readonly end: bigint | undefined
}

/** A step that the service's account does not allow now. */
export class ServiceFeesError extends Error {
  override readonly name = 'ServiceFeesError'
}

interface Account {
  readonly balance: bigint
  readonly nextEpoch: number
  readonly endEpoch: number
  readonly byOwner: boolean
}

/** Throws what the contracts revert with for a service that its rollup never configured. */
export async function feeStatus({ chain, deployment, service }: FeeOptions): Promise<FeeStatus> {
  const at = (name: string) => contractAddress(deployment, name)
  const [fees, rollups, table] = [at('ServiceFees'), at('RollupRegistry'), at('StakeTable')]
  const read = <T>(name: string, ...args: unknown[]) =>
    chain.read<T>(fees, abiOf.fees(), name, args)
  const of = <T>(name: string) => chain.read<T>(rollups, abiOf.rollups(), name, [service])
  const endOf = async (epoch: number) =>
    BigInt(await chain.read<number>(table, abiOf.table(), 'epochStart', [epoch + 1]))
  const [chainId, account, epoch, notice, isServed] = await Promise.all([
    of<bigint>('chainIdOf'),
    read<Account>('accountOf', service),
    chain.read<number>(table, abiOf.table(), 'currentEpoch'),
    read<number>('NOTICE_EPOCHS'),
    read<boolean>('isServed', service),
  ])
  const cost = (from: number, to: number) =>
    from > to ? Promise.resolve(0n) : read<bigint>('costOf', service, from, to)
  const { balance, nextEpoch, endEpoch, byOwner } = account
  const isOver = endEpoch !== 0 && endEpoch < epoch
  const lastServed = isOver ? endEpoch : epoch - 1
  const unconsumed = nextEpoch === 0 ? 0 : Math.max(0, lastServed - nextEpoch + 1)
  const begins = nextEpoch === 0 || isOver
  const from = begins ? epoch + 1 : Math.min(nextEpoch, epoch)
  // No rate is set for earlier than the epoch after the notice period.
  const known = epoch + notice + 1
  const [{ owner }, rate, owed, needed, later, epochEnd, end] = await Promise.all([
    chain.read<{ readonly owner: Address }>(rollups, abiOf.rollups(), 'rollupOf', [chainId]),
    cost(epoch, epoch),
    // What an earlier life owes is not there for the next.
    begins ? cost(nextEpoch, nextEpoch + unconsumed - 1) : 0n,
    cost(from, begins ? epoch + 1 + notice : epoch + notice),
    cost(known, known),
    endOf(epoch),
    endEpoch === 0 ? undefined : endOf(endEpoch),
  ])
  return {
    owner,
    epoch,
    rate,
    balance,
    isServed,
    nextEpoch,
    endEpoch,
    byOwner,
    unconsumed,
    missing: atLeastZero(needed - atLeastZero(balance - owed)),
    paidUntil:
      nextEpoch === 0 || later === 0n
        ? undefined
        : await paidUntil(cost, { balance, nextEpoch, known, later }),
    epochEnd,
    end,
  }
}

/** `known`: first epoch from which on every epoch costs `later`, more than 0. */
async function paidUntil(
  cost: (from: number, to: number) => Promise<bigint>,
  {
    balance,
    nextEpoch,
    known,
    later,
  }: {
    readonly balance: bigint
    readonly nextEpoch: number
    readonly known: number
    readonly later: bigint
  },
): Promise<number> {
  const first = Math.max(nextEpoch, known)
  const before = await cost(nextEpoch, first - 1)
  if (balance >= before) return first - 1 + Number((balance - before) / later)
  // Within the epochs that may differ: the last whose sum is paid, by halves.
  let [low, high] = [nextEpoch - 1, first - 2]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((await cost(nextEpoch, middle)) <= balance) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Pays `amount`, wei of ALT, for the service. Epochs of an earlier life are consumed first. Throws
 * ServiceFeesError where it is too little to begin, or where the owner, who is not `account`, ended the
 * service.
 */
export function prepayCalls(
  { deployment, service }: FeeOptions,
  status: FeeStatus,
  account: Address,
  amount: bigint,
): readonly Call[] {
  const { nextEpoch, endEpoch, epoch, missing, byOwner, owner, unconsumed } = status
  const isOver = endEpoch !== 0 && endEpoch < epoch
  if (isOver && byOwner && !sameAddress(owner, account))
    throw new ServiceFeesError(
      `the rollup's owner ${owner} ended the service: it alone begins it anew, not ${account}`,
    )
  if ((nextEpoch === 0 || isOver) && amount < missing)
    throw new ServiceFeesError(
      `a service begins with its first epoch and a notice period paid for: at least ${alt(missing)} ALT, not ${alt(amount)}`,
    )
  const fees = contractAddress(deployment, 'ServiceFees')
  return [
    ...(isOver ? consumeCalls({ deployment, service }, unconsumed) : []),
    approval(deployment, fees, amount),
    makeCall('Prepay the service', fees, abiOf.fees(), 'prepay', [service, amount]),
  ]
}

/** Epochs consumed in one transaction: about 100 k gas each at most. */
const PAGE = 50

/** Consumes `epochs` that have passed: what they cost goes to who served. Anyone may. */
export function consumeCalls(
  { deployment, service }: Pick<FeeOptions, 'deployment' | 'service'>,
  epochs: number,
): readonly Call[] {
  const fees = contractAddress(deployment, 'ServiceFees')
  return Array.from({ length: Math.ceil(epochs / PAGE) }, (_, page) => {
    const count = Math.min(PAGE, epochs - page * PAGE)
    const title = `Consume ${count} ${count === 1 ? 'epoch' : 'epochs'}`
    return makeCall(title, fees, abiOf.fees(), 'consume', [service, count])
  })
}

/**
 * Gives notice, or makes others' notice the owner's. Where `account` is not the owner, what has passed is
 * consumed first, and too little must be left. Throws ServiceFeesError.
 */
export function noticeCalls(
  { deployment, service }: Pick<FeeOptions, 'deployment' | 'service'>,
  status: FeeStatus,
  account: Address,
): readonly Call[] {
  const { owner, nextEpoch, endEpoch, byOwner, missing, unconsumed } = status
  const isOwner = sameAddress(owner, account)
  if (nextEpoch === 0)
    throw new ServiceFeesError('the service never began: there is nothing to end')
  if (endEpoch !== 0 && (!isOwner || byOwner))
    throw new ServiceFeesError(`notice is given already: the service ends with epoch ${endEpoch}`)
  if (!isOwner && missing === 0n)
    throw new ServiceFeesError(
      `what is prepaid covers this epoch and the notice period: until it does not, only the rollup's owner ${owner} gives notice`,
    )
  const fees = contractAddress(deployment, 'ServiceFees')
  return [
    ...(isOwner ? [] : consumeCalls({ deployment, service }, unconsumed)),
    makeCall('Give notice', fees, abiOf.fees(), 'giveNotice', [service]),
  ]
}

/**
 * Pays what is left to `to` once the service has ended; what has passed is consumed first. Throws
 * ServiceFeesError.
 */
export function refundCalls(
  { deployment, service }: Pick<FeeOptions, 'deployment' | 'service'>,
  status: FeeStatus,
  account: Address,
  to: Address,
): readonly Call[] {
  const { owner, epoch, endEpoch, end, balance, unconsumed } = status
  if (!sameAddress(owner, account))
    throw new ServiceFeesError(`${account} does not own the rollup: ${owner} does`)
  if (endEpoch === 0 || end === undefined)
    throw new ServiceFeesError('the service has no end: give notice first')
  if (endEpoch >= epoch)
    throw new ServiceFeesError(
      `the service ends with epoch ${endEpoch}, at ${new Date(Number(end) * 1_000).toISOString()}: what is left then is the owner's`,
    )
  if (balance === 0n) throw new ServiceFeesError('nothing is left of what was prepaid')
  const fees = contractAddress(deployment, 'ServiceFees')
  return [
    ...consumeCalls({ deployment, service }, unconsumed),
    makeCall('Take back what is left', fees, abiOf.fees(), 'refund', [service, to]),
  ]
}

function atLeastZero(value: bigint): bigint {
  return value > 0n ? value : 0n
}

function alt(wei: bigint): string {
  return formatUnits(wei, 18)
}
