import type { ChainConfig } from '@altlayer/protocol'
import { createProgram } from '../program/instance.ts'
import type { Program, ProgramHost } from '../program/types.ts'
import { readPreimage } from '../store/chain-store.ts'
import type { Store } from '../store/store.ts'

const MIB = 2 ** 20

/** Memory that an instance may keep between runs, by what it is for. */
const CACHES = {
  /** Builds and imports: every block reads what the one before it wrote. */
  build: { nodeCacheBytes: 256 * MIB, codeCacheBytes: 128 * MIB },
  call: { nodeCacheBytes: 64 * MIB, codeCacheBytes: 64 * MIB },
  /** Reads single accounts and slots. */
  read: { nodeCacheBytes: 32 * MIB, codeCacheBytes: 4 * MIB },
} as const

/** A program instance over the store's preimages. `host` adds to that, or puts its own before it. */
export function createStateProgram(
  store: Store,
  config: ChainConfig,
  purpose: keyof typeof CACHES,
  host: Partial<ProgramHost> = {},
): Program {
  return createProgram(
    { preimage: (key) => readPreimage(store, key)?.data, ...host },
    { config, ...CACHES[purpose] },
  )
}
