import type { Block, Engine } from '@altlayer/engine'
import type { BlockId, RollupConfig } from '@altlayer/protocol'
import { parentOf } from '../chain/parent.ts'
import { ChainMismatchError, finalityLost, findPlausibleHead } from '../chain/reorg.ts'
import { type L1Block, type L1Client, L1Error } from '../l1/client.ts'
import type { SafeHeads } from './safe-heads.ts'

export interface StartingPointOptions {
  readonly config: RollupConfig
  readonly engine: Pick<Engine, 'block' | 'genesis'>
  readonly client: Pick<L1Client, 'block' | 'origin'>
  /** The L1 block that genesis names. */
  readonly l1Genesis: L1Block
  readonly safeHeads: SafeHeads
}

export interface StartingPoint {
  /** Derivation begins with the block after it. */
  readonly start: Block
  /** Number of the L1 block with whose data `start` became the safe head; undefined: not known. */
  readonly judged: bigint | undefined
  /** Follows from L1 as it is now. On it or above `start`. */
  readonly safe: Block
  readonly finalized: Block
  /** The newest block whose L1 origin L1 has, or has not reached yet. On or above `safe`. */
  readonly unsafe: Block
}

/**
 * Where derivation goes on after a start or a reorganisation of L1 (OP Stack specs, "Finding the sync
 * starting point"): from the last block that still follows from L1 back by a sequencing window, for its
 * channels may have begun there; never behind the finalised block. If possible a block that was the safe head when all
 * of an L1 block had been read: with those in between it matters what was dropped before (see Derivation's `reset`).
 * @throws ChainMismatchError when L1 has another block where the finalised L2 block's origin was: that L1 is
 * not believed. L1Error when L1 does not answer, or has not come so far.
 */
export async function findStartingPoint(options: StartingPointOptions): Promise<StartingPoint> {
  const { config, engine, client, l1Genesis, safeHeads } = options
  const finalized = engine.block({ tag: 'finalized' }) ?? engine.genesis
  const originOf = (block: Block) => parentOf(config, block, l1Genesis).origin
  await assertFinal(client, finalized, originOf(finalized))

  const isCanonical = (block: Block) =>
    engine.block({ number: block.header.number })?.hash === block.hash
  let safe = finalized
  await safeHeads.rewind(async ({ l1, l2 }) => {
    if ((await client.block(l1.number))?.hash !== l1.hash) return false
    // Older than what is final: it is history, which L1 keeps.
    if (l2.number <= finalized.header.number) return true
    const block = engine.block({ hash: l2.hash })
    if (block === undefined || !isCanonical(block)) return false
    safe = block
    return true
  })

  let start = safe
  const newest = originOf(safe).number
  const above = () => start.header.number > finalized.header.number
  while (above() && originOf(start).number + config.seqWindowSize > newest)
    start = parentBlock(engine, start)

  const entry = safeHeads.upToL2(start.header.number)
  const known = entry && engine.block({ hash: entry.l2.hash })
  const judged =
    known !== undefined && known.header.number >= finalized.header.number && isCanonical(known)
      ? entry?.l1.number
      : undefined
  if (known !== undefined && judged !== undefined) start = known

  const head = engine.block({ tag: 'latest' }) ?? engine.genesis
  const unsafe = await findPlausibleHead({ config, engine, client, l1Genesis, head })
  return { start, judged, safe, finalized, unsafe }
}

/** An L1 that lost what was final is not the rollup's L1, or lies: nothing of ours is given up for it. */
async function assertFinal(
  client: Pick<L1Client, 'block' | 'origin'>,
  { header }: Block,
  origin: BlockId,
): Promise<void> {
  const block = await client.block(origin.number)
  if (block?.hash === origin.hash) return
  if (block === undefined)
    throw new L1Error(
      `L1 at ${client.origin} does not have block ${origin.number} ${origin.hash}, on which the finalized L2 block ${header.number} stands, yet: it is behind`,
    )
  throw finalityLost(client.origin, { origin, final: header.number, found: block.hash })
}

function parentBlock(engine: Pick<Engine, 'block'>, { header, hash }: Block): Block {
  const parent = engine.block({ hash: header.parentHash })
  if (parent === undefined)
    throw new ChainMismatchError(`the parent of L2 block ${hash} is missing`)
  return parent
}
