import type { ChainConfig } from '@altlayer/protocol'
import { createProgram } from '../program/instance.ts'
import type { Program, ProgramHost } from '../program/types.ts'
import { readPreimage } from '../store/chain-store.ts'
import type { Store } from '../store/store.ts'

/** A program instance over the store's preimages. `host` adds to that, or puts its own before it. */
export function createStateProgram(
  store: Store,
  config: ChainConfig,
  host: Partial<ProgramHost> = {},
): Program {
  return createProgram({ preimage: (key) => readPreimage(store, key)?.data, ...host }, { config })
}
