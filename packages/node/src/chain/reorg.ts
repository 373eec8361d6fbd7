import type { Block, Engine } from '@altlayer/engine'
import type { BlockId, Hash, RollupConfig } from '@altlayer/protocol'
import type { L1Block, L1Client } from '../l1/client.ts'
import { parentOf } from './parent.ts'

export interface PlausibleHeadOptions {
  readonly config: RollupConfig
  readonly engine: Pick<Engine, 'block' | 'genesis'>
  readonly client: Pick<L1Client, 'block' | 'origin'>
  readonly l1Genesis: L1Block
  /** Where the search begins. */
  readonly head: Block
}

/** L1 and L2 contradict each other in a way that no other head repairs. */
export class ChainMismatchError extends Error {
  override readonly name = 'ChainMismatchError'
}

/**
 * L1 at `where` has another block (`found`) than the one on which a final L2 block stands. Nothing of ours is given up for
 * it: it may be an endpoint on a wrong chain. Where L1 lost the block for good, its owner has to say so.
 */
export function finalityLost(
  where: string,
  {
    origin,
    final,
    found,
  }: { readonly origin: BlockId; readonly final: bigint; readonly found: Hash },
): ChainMismatchError {
  return new ChainMismatchError(
    `L1 at ${where} has ${found} as block ${origin.number}, the final L2 block ${final} stands on ${origin.hash}: waiting for ` +
      'the L1 that has it. If that L1 lost it for good, as a local one that was killed, stop the node and delete the folder ' +
      '`engine` in its data directory: the rollup is then rebuilt from what L1 has',
  )
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
  let other: Hash | undefined
  let judged: bigint | undefined
  for (;;) {
    const { origin } = parentOf(config, block, l1Genesis)
    if (judged !== origin.number) {
      const found = await client.block(origin.number)
      other = found?.hash === origin.hash ? undefined : found?.hash
      judged = origin.number
    }
    if (other === undefined) return block
    const { number } = block.header
    if (number <= finalized.header.number)
      throw finalityLost(client.origin, { origin, final: number, found: other })
    const parent = engine.block({ hash: block.header.parentHash })
    if (!parent) throw new ChainMismatchError(`the parent of L2 block ${block.hash} is missing`)
    block = parent
  }
}
