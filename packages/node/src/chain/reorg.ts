import type { Block, Engine } from '@altlayer/engine'
import type { RollupConfig } from '@altlayer/protocol'
import type { L1Block, L1Client } from '../l1/client.ts'
import { parentOf } from './parent.ts'

export interface PlausibleHeadOptions {
  readonly config: RollupConfig
  readonly engine: Pick<Engine, 'block' | 'genesis'>
  readonly client: Pick<L1Client, 'block'>
  readonly l1Genesis: L1Block
  /** Where the search begins. */
  readonly head: Block
}

/** L1 and L2 contradict each other in a way that no other head repairs. */
export class ChainMismatchError extends Error {
  override readonly name = 'ChainMismatchError'
}

/**
 * The last block from `head` back whose L1 origin is plausible: in L1's chain, or ahead of what L1
 * knows (OP Stack specs, "Derivation: Finding the sync starting point").
 * @throws L1Error when L1 does not answer, ChainMismatchError when even the finalized block is not on this L1.
 */
export async function findPlausibleHead(options: PlausibleHeadOptions): Promise<Block> {
  const { config, engine, client, l1Genesis } = options
  const finalized = engine.block({ tag: 'finalized' }) ?? engine.genesis
  let block = options.head
  let standing: boolean | undefined
  let judged: bigint | undefined
  for (;;) {
    const { origin } = parentOf(config, block, l1Genesis)
    if (judged !== origin.number) {
      const found = await client.block(origin.number)
      standing = found === undefined || found.hash === origin.hash
      judged = origin.number
    }
    if (standing) return block
    if (block.header.number <= finalized.header.number) {
      throw new ChainMismatchError(
        `L1 block ${origin.number} is not ${origin.hash}, on which the final L2 block ${block.header.number} stands: this is another L1 chain`,
      )
    }
    const parent = engine.block({ hash: block.header.parentHash })
    if (!parent) throw new ChainMismatchError(`the parent of L2 block ${block.hash} is missing`)
    block = parent
  }
}
