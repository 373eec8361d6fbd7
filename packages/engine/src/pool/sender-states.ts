import type { Address } from '@altlayer/protocol'
import type { SenderState } from './types.ts'

/**
 * States of senders at the head. Reading one costs a walk down the state trie; whoever sent since the
 * last head is likely to send again, so that the builder, which has the nodes at hand, is asked for them
 * with every new head.
 */
export interface SenderStates {
  get(address: Address): SenderState
  /** Accounts whose states at the next head should be asked for: `pooled` and those asked about lately. */
  wanted(pooled: Iterable<Address>): readonly Address[]
  /** Begins a new head with what is known there. */
  renew(states: ReadonlyMap<Address, SenderState>): void
}

/** Senders remembered beyond those with transactions in the pool. */
const MAX_RECENT = 8192

export function createSenderStates(read: (address: Address) => SenderState): SenderStates {
  let known = new Map<Address, SenderState>()
  let asked = new Set<Address>()
  return {
    get(address) {
      if (asked.size < MAX_RECENT) asked.add(address)
      const state = known.get(address) ?? read(address)
      if (known.size < MAX_RECENT) known.set(address, state)
      return state
    },
    wanted(pooled) {
      for (const address of pooled) asked.add(address)
      return [...asked]
    },
    renew(states) {
      known = new Map(states)
      asked = new Set()
    },
  }
}
