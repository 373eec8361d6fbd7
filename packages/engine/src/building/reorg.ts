import type { Hash } from '@altlayer/protocol'
import type { Chain, SealedHeader } from '../chain/chain.ts'
import { EngineError } from '../errors.ts'

/** Blocks that leave and join the canonical chain. */
export interface Reorg {
  /** Newest first. */
  readonly reverted: readonly SealedHeader[]
  /** Oldest first. */
  readonly applied: readonly SealedHeader[]
}

/** What making `to` the head changes: a walk down both sides to the common ancestor. */
export function reorgTo(chain: Chain, to: SealedHeader): Reorg {
  const reverted: SealedHeader[] = []
  const applied: SealedHeader[] = []
  let old = chain.head
  let next = to
  while (next.hash !== old.hash) {
    if (next.header.number > old.header.number) {
      applied.push(next)
      next = parentOf(chain, next)
    } else if (old.header.number > next.header.number) {
      reverted.push(old)
      old = parentOf(chain, old)
    } else {
      applied.push(next)
      reverted.push(old)
      next = parentOf(chain, next)
      old = parentOf(chain, old)
    }
  }
  return { reverted, applied: applied.reverse() }
}

function parentOf(chain: Chain, block: SealedHeader): SealedHeader {
  const hash = block.header.parentHash
  const header = chain.header(hash)
  if (header === undefined)
    throw new EngineError('store', `the database lacks block ${hash}: it is damaged`)
  return { header, hash }
}

/** Whether `hash` would be canonical at or below the head after `reorg` to `head`. */
export function isAncestor(
  chain: Chain,
  { reverted, applied }: Reorg,
  head: SealedHeader,
  hash: Hash,
): boolean {
  const header = chain.header(hash)
  if (header === undefined || header.number > head.header.number) return false
  if (applied.some((block) => block.hash === hash)) return true
  return chain.isCanonical(hash) && !reverted.some((block) => block.hash === hash)
}
