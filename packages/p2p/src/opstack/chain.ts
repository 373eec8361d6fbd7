import type { ForkTimes } from '@altlayer/protocol'
import { type PayloadVersion, payloadVersionAt } from '../payload/payload.ts'

/** What the network has to know of a rollup. */
export interface Chain {
  readonly chainId: bigint
  readonly forks: ForkTimes
  readonly genesisNumber: bigint
  /** Seconds. */
  readonly genesisTime: bigint
  /** Seconds. */
  readonly blockTime: bigint
}

/** Timestamp of a block (seconds): blocks follow one another without gaps. */
function timestampOf(chain: Chain, number: bigint): bigint {
  return chain.genesisTime + (number - chain.genesisNumber) * chain.blockTime
}

/** The version of the payload of a block. */
export function payloadVersionOf(chain: Chain, number: bigint): PayloadVersion {
  return payloadVersionAt(chain.forks, timestampOf(chain, number))
}

/** The highest block that there can be at `now` (milliseconds since the epoch); genesis before it. */
export function blockNumberAt(chain: Chain, now: number): bigint {
  const seconds = BigInt(Math.floor(now / 1_000)) - chain.genesisTime
  return chain.genesisNumber + (seconds < 0n ? 0n : seconds / chain.blockTime)
}
