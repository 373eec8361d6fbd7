import type { Address } from '@altlayer/protocol'
import type { Abi, Log, PublicClient } from 'viem'

export interface EventQuery {
  readonly address: Address
  readonly abi: Abi
  readonly eventName: string
  /** Of indexed parameters. */
  readonly args?: Readonly<Record<string, unknown>>
}

/** The node refuses to look for events even in few blocks. */
export class EventSearchError extends Error {
  override readonly name = 'EventSearchError'
}

/** Blocks of a search that a node is still expected to answer. */
const LEAST_SPAN = 1_000n
/** A range that is refused is tried again with so many times fewer blocks. */
const SHRINK = 10n

/**
 * Decoded arguments of a contract's events, the newest first, as far back as they are asked for. Nodes limit the
 * blocks or results of one search, each in its own way: a refused range is made smaller. Throws EventSearchError.
 */
export async function* eventsBackwards<T>(
  client: PublicClient,
  query: EventQuery,
): AsyncGenerator<T, void, undefined> {
  let to = await client.getBlockNumber({ cacheTime: 0 })
  let span = to + 1n
  while (to >= 0n) {
    const from = to >= span ? to - span + 1n : 0n
    let events: readonly Log[]
    try {
      events = await client.getContractEvents({
        ...query,
        fromBlock: from,
        toBlock: to,
        strict: true,
      })
    } catch (cause) {
      if (span <= LEAST_SPAN)
        throw new EventSearchError(
          `the node does not tell ${query.eventName} of blocks ${from} to ${to}: ${(cause as Error).message}`,
          { cause },
        )
      span = span / SHRINK > LEAST_SPAN ? span / SHRINK : LEAST_SPAN
      continue
    }
    for (const event of events.toReversed()) yield (event as unknown as { readonly args: T }).args
    to = from - 1n
  }
}
