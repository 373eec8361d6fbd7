import { MalformedInputError } from './errors.ts'
import type { ChainConfig, ForkTimes } from './types.ts'

/** Forks of the OP Stack by timestamp, in their order. */
export const OP_FORKS = [
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
] as const satisfies readonly (keyof ForkTimes)[]

/** Forks of Ethereum by timestamp, in their order. */
export const ETHEREUM_FORKS = [
  'shanghai',
  'cancun',
  'prague',
] as const satisfies readonly (keyof ForkTimes)[]

export type ForkName = (typeof OP_FORKS)[number] | (typeof ETHEREUM_FORKS)[number]

/** Forks that configurations may name and this software does not execute, in their order. */
export const UNSUPPORTED_FORKS: Readonly<Record<ChainConfig['mode'], readonly string[]>> = {
  op: ['jovian', 'karst', 'interop'],
  ethereum: ['osaka', 'bpo1', 'bpo2', 'bpo3', 'bpo4', 'bpo5', 'amsterdam', 'verkle'],
}

/** Whether `fork` is active in a block with this timestamp (seconds). */
export function isForkActive(forks: ForkTimes, fork: ForkName, timestamp: bigint): boolean {
  const time = forks[fork]
  return time !== undefined && timestamp >= time
}

/** Whether the block is the first with `fork`, given the timestamp of its parent. */
export function isForkActivation(
  forks: ForkTimes,
  fork: ForkName,
  timestamp: bigint,
  parentTimestamp: bigint,
): boolean {
  return isForkActive(forks, fork, timestamp) && !isForkActive(forks, fork, parentTimestamp)
}

/**
 * Checks that no fork comes before its predecessor. A fork that is left out while a later one is set
 * is active from the later one on: each OP Stack fork implies those before it.
 * Throws MalformedInputError naming the fork's field, as `field` spells it.
 */
export function orderForks(
  times: ForkTimes,
  order: readonly ForkName[],
  field: (fork: ForkName) => string,
): ForkTimes {
  const forks: { -readonly [K in keyof ForkTimes]: ForkTimes[K] } = {}
  let later: { fork: ForkName; time: bigint } | undefined
  for (const fork of order.toReversed()) {
    const time = times[fork] ?? later?.time
    if (time === undefined) continue
    if (later !== undefined && time > later.time)
      throw new MalformedInputError(
        field(later.fork),
        `a time not before that of ${fork} (${time})`,
        `${later.time}`,
      )
    forks[fork] = time
    later = { fork, time }
  }
  return forks
}
